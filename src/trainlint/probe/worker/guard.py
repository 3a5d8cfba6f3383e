"""Keeps a program from touching anything while it is probed: limits, and a hook on what it does.

An accident guard on every system and without privileges. It is no security boundary: native code passes it by.
Where the system has namespaces the client adds them around the whole process.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from trainlint.probe.worker.stream import Stream
from trainlint.probe.worker.written import LARGEST_FILE, Written

_NETWORK = ("socket.connect", "socket.getaddrinfo", "socket.bind", "socket.sendto", "socket.gethostbyname")
_PROCESSES = (
    "subprocess.Popen",
    "os.system",
    "os.posix_spawn",
    "os.exec",
    "os.spawn",
    "os.fork",
    "os.forkpty",
    "os.startfile",
)
_CHANGES = (
    "os.remove",
    "os.rmdir",
    "os.rename",
    "shutil.rmtree",
    "shutil.move",
    "os.truncate",
    "os.symlink",
    "os.link",
    "os.chmod",
    "os.chown",
    "os.mkdir",
)


def limit(seconds: float, memory: float, stream: Stream) -> None:
    """Limits of processor time, memory (GB) and file sizes, where the system has them."""
    try:
        import resource
    except ImportError:
        stream.send(
            "note", what="this system has no limits of memory and time; the watch of the clock remains"
        )
        return
    wanted = (
        (resource.RLIMIT_CPU, int(seconds) + 5),
        (resource.RLIMIT_FSIZE, LARGEST_FILE),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_DATA, int(memory * (1 << 30))),
    )
    for kind, value in wanted:
        try:
            resource.setrlimit(kind, (value, value))
        except (ValueError, OSError) as error:
            stream.send("note", what=f"a limit could not be set: {error}")
    try:
        os.nice(10)
    except OSError:
        return


class Guard:
    """Denies network, processes and changes outside of `scratch`; what the program writes lands in there."""

    def __init__(self, scratch: str, project: str, stream: Stream) -> None:
        self.stream = stream
        self.blocked: dict[str, int] = {}
        self.active = False
        self._written = Written(scratch, project, self._unwatched)

    @property
    def redirected(self) -> int:
        """How often something was written elsewhere."""
        return self._written.redirected

    def start(self) -> None:
        """From here on nothing is touched."""
        sys.addaudithook(self._audit)
        self._written.install()
        self.active = True

    def stop(self) -> None:
        """The program is over."""
        self.active = False
        self._written.remove()

    @contextmanager
    def _unwatched(self) -> Iterator[None]:
        was, self.active = self.active, False
        try:
            yield
        finally:
            self.active = was

    def _audit(self, event: str, args: tuple[Any, ...]) -> None:
        if not self.active:
            return
        if event in _NETWORK:
            self._deny("network", args[-1] if event == "socket.connect" else args[0])
        elif event in _PROCESSES:
            self._deny("process", args[0] if args else event)
        elif event in _CHANGES:
            for path in (
                args[:2] if event in ("os.rename", "shutil.move", "os.link", "os.symlink") else args[:1]
            ):
                if isinstance(path, (str, bytes, os.PathLike)):
                    self._only_in_scratch("change", path)
        elif event == "open" and isinstance(args[0], (str, bytes)):
            mode, flags = args[1], args[2]
            writes = (mode and any(letter in mode for letter in "wxa+")) or (
                isinstance(flags, int) and flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC)
            )
            if writes:
                self._only_in_scratch("write", args[0])

    def _only_in_scratch(self, what: str, path: Any) -> None:
        real = os.path.realpath(os.fsdecode(path))
        if not real.startswith(self._written.allowed):
            self._deny(what, real)

    def _deny(self, what: str, detail: Any) -> None:
        self.blocked[what] = self.blocked.get(what, 0) + 1
        if self.blocked[what] <= 3:
            self.stream.send("blocked", what=what, detail=str(detail)[:200])
        raise PermissionError(f"trainlint probe: {what} is not allowed ({str(detail)[:200]})")
