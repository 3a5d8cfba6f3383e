"""Events as JSON lines on the original standard output; what anything else prints goes to standard error."""

from __future__ import annotations

import json
import math
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

VERSION = 1
"""Of the protocol. A client that reads another one refuses."""

_LEAST_PAUSE = 0.25
"""Seconds between two reports of progress."""


class Stream:
    """Writes events. Every line is one object: `v`, `t` (seconds since the start), `event`, and its fields."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._lock = threading.Lock()
        self._start = time.perf_counter()
        self._last = -_LEAST_PAUSE
        self.request: int | None = None
        self.lock_file: int | None = None
        """Where several processes write, a file that they take in turn."""

    def send(self, event: str, **fields: Any) -> None:
        """Writes one event; a client that went away is no error."""
        line = {"v": VERSION, "t": round(time.perf_counter() - self._start, 4), "event": event, **fields}
        if self.request is not None:
            line["request"] = self.request
        data = (json.dumps(_plain(line), allow_nan=False) + "\n").encode()
        with self._lock, self._shared():
            try:
                while data:
                    data = data[os.write(self._descriptor, data) :]
            except OSError:
                return

    @contextmanager
    def _shared(self) -> Iterator[None]:
        """Only one process at a time writes: a line may be longer than a pipe takes at once."""
        if self.lock_file is None:
            yield
            return
        import fcntl

        fcntl.lockf(self.lock_file, fcntl.LOCK_EX)
        try:
            yield
        finally:
            fcntl.lockf(self.lock_file, fcntl.LOCK_UN)

    def progress(self, **fields: Any) -> None:
        """Reports progress, at most four times a second."""
        now = time.perf_counter()
        if now - self._last >= _LEAST_PAUSE:
            self._last = now
            self.send("progress", **fields)

    def restart(self, request: int | None) -> None:
        """Begins the clock of a request."""
        self.request = request
        self._start = time.perf_counter()
        self._last = -_LEAST_PAUSE


def take_over() -> Stream:
    """The stream of this process: whatever else writes to standard output writes to standard error from now on."""
    private = os.dup(1)
    os.dup2(2, 1)
    return Stream(private)


def _plain(value: Any) -> Any:
    """The value with numbers that JSON has no form for as words, and six digits of every other."""
    if isinstance(value, dict):
        return {str(key): _plain(entry) for key, entry in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(entry) for entry in value]
    if isinstance(value, bool) or value is None or isinstance(value, (int, str)):
        return value
    number = float(value)
    return float(f"{number:.6g}") if math.isfinite(number) else str(number)
