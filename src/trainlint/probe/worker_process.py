"""A worker as a child process: started once, asked often, killed with all that it started."""

from __future__ import annotations

import contextlib
import os
import queue
import signal
import subprocess
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from time import monotonic
from typing import Any

from trainlint.probe.protocol import Event, Request, WrongProtocol, parse

START = Path(__file__).parent / "worker" / "start.py"

ENVIRONMENT = (
    "PATH",
    "HOME",
    "LANG",
    "LC_ALL",
    "LC_CTYPE",
    "VIRTUAL_ENV",
    "SYSTEMROOT",
    "TEMP",
    "TMP",
    "TMPDIR",
    "USERPROFILE",
)
"""Variables that a worker inherits. The others, keys and tokens among them, stay here."""

_THREADS = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMEXPR_NUM_THREADS")

ONE_THREAD = dict.fromkeys(_THREADS, "1")
"""Runs of the same seed are equal to the bit on one thread, and quicker than on two for small networks."""

START_LIMIT = 60.0
"""Seconds that a worker may take to import the framework."""


class NoWorker(Exception):
    """A worker could not be started, or cannot be used; the text says what to do."""


class TooLong(NoWorker):
    """A process did not end in its time."""


class Cancelled(Exception):
    """The user does not want to know any more."""


class Child:
    """A process that writes events, killed with all that it started when it is closed.

    Raises:
        NoWorker: it cannot be started.
    """

    def __init__(self, command: list[str], variables: dict[str, str], folder: str | None = None) -> None:
        try:
            self.process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=variables,
                cwd=folder,
                start_new_session=os.name == "posix",
            )
        except OSError as error:
            raise NoWorker(f"`{command[0]}` cannot be started: {error.strerror or error}") from error
        self._lines: queue.Queue[str | None] = queue.Queue()
        threading.Thread(target=self._read, daemon=True).start()

    @property
    def alive(self) -> bool:
        return self.process.poll() is None

    def write(self, line: str) -> None:
        """Hands the process a line.

        Raises:
            OSError: it is gone.
        """
        assert self.process.stdin is not None
        self.process.stdin.write(line.encode() + b"\n")
        self.process.stdin.flush()

    def events(self, limit: float, cancelled: Callable[[], bool]) -> Iterator[Event]:
        """Events as they come, until the process ends.

        Raises:
            Cancelled: `cancelled` says so.
            TooLong: it takes longer than `limit` seconds.
            NoWorker: it writes something that is no event.
        """
        end = monotonic() + limit
        while True:
            if cancelled():
                raise Cancelled
            if monotonic() > end:
                raise TooLong(f"it takes longer than {limit:g} s")
            try:
                line = self._lines.get(timeout=0.05)
            except queue.Empty:
                continue
            if line is None:
                return
            try:
                yield parse(line)
            except WrongProtocol as error:
                raise NoWorker(str(error)) from error

    def close(self) -> None:
        """Ends the process and everything that it started."""
        kill_group(self.process)
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()

    def _read(self) -> None:
        assert self.process.stdout is not None
        with contextlib.suppress(OSError, ValueError):
            for line in self.process.stdout:
                self._lines.put(line.decode("utf-8", "replace"))
        self._lines.put(None)


class WorkerProcess:
    """A worker with a framework imported. Use it as a context, or `close` it; a worker may be asked again and again.

    Raises:
        NoWorker: the interpreter cannot be started, or has no framework.
    """

    def __init__(self, interpreter: str, limit: float = START_LIMIT) -> None:
        self.interpreter = interpreter
        self.versions: dict[str, str] = {}
        self._asked = 0
        self._child = Child([interpreter, "-u", str(START)], environment())
        try:
            self._wait_until_ready(limit)
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> WorkerProcess:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    @property
    def alive(self) -> bool:
        return self._child.alive

    def ask(
        self,
        runs: list[dict[str, Any]],
        seconds: float,
        on_event: Callable[[Event], None],
        cancelled: Callable[[], bool] = lambda: False,
    ) -> None:
        """Has runs done and hears of them, until the worker says that it is through.

        Raises:
            Cancelled: `cancelled` says so; the worker is gone then.
            NoWorker: it died, takes twice its time, or writes something that is no event; it is gone then.
        """
        self._asked += 1
        request = Request(request=self._asked, seconds=seconds, runs=runs)
        try:
            self._child.write(request.model_dump_json())
            for event in self._child.events(2 * seconds + 5, cancelled):
                if event.request != self._asked:
                    continue
                on_event(event)
                if event.event in ("report", "failed"):
                    return
        except OSError as error:
            self.close()
            raise NoWorker("the worker is gone") from error
        except TooLong as error:
            self.close()
            raise NoWorker(f"a few steps of this network take too long for a short run: {error}") from error
        except BaseException:
            self.close()
            raise
        self.close()
        raise NoWorker("the worker ended before it was through")

    def close(self) -> None:
        """Ends the worker and everything that it started."""
        self._child.close()

    def _wait_until_ready(self, limit: float) -> None:
        for event in self._child.events(limit, lambda: False):
            if event.event == "ready":
                self.versions = event.versions
                return
            if event.event == "unready":
                raise NoWorker(f"`{self.interpreter}` has no {event.module or 'framework'}")
        raise NoWorker(f"`{self.interpreter}` ended before it could train")


def environment(**more: str) -> dict[str, str]:
    """The variables of a worker: few of this process's, and those that keep it quiet, offline and on one thread."""
    kept = {name: os.environ[name] for name in ENVIRONMENT if name in os.environ}
    fixed = {
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONHASHSEED": "0",
        "CUDA_VISIBLE_DEVICES": "",
        "PYTHONIOENCODING": "utf-8",
    }
    return {**kept, **ONE_THREAD, **fixed, **more}


def kill_group(process: subprocess.Popen[bytes]) -> None:
    """Ends a process and all that it started, at once."""
    if os.name == "posix":
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
    with contextlib.suppress(OSError):
        process.kill()
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(timeout=5)
