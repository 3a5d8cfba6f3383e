"""Keeps a program from touching anything while it is probed: limits, a hook on what it does, writes sent elsewhere.

An accident guard on every system and without privileges. It is no security boundary: native code passes it by.
Where the system has namespaces the client adds them around the whole process.
"""

from __future__ import annotations

import builtins
import io
import os
import sys
from collections.abc import Callable
from functools import partial
from typing import Any

from trainlint.probe.worker.stream import Stream

LARGEST_FILE = 64 << 20
"""Bytes that one file may take."""

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
    """Denies network, processes and changes outside of `scratch`; writes inside the project land in `scratch`."""

    def __init__(self, scratch: str, project: str, stream: Stream) -> None:
        self.scratch = os.path.realpath(scratch)
        self.project = os.path.realpath(project)
        self.stream = stream
        self.blocked: dict[str, int] = {}
        self.redirected = 0
        self.active = False
        self._allowed = tuple(
            os.path.realpath(place) for place in (self.scratch, "/dev/null", "/dev/shm", "/proc/self")
        )
        self._undo: list[Callable[[], object]] = []

    def start(self) -> None:
        """From here on nothing is touched."""
        sys.addaudithook(self._audit)
        opened = io.open

        def guarded_open(file: Any, mode: str = "r", *args: Any, **kwargs: Any) -> Any:
            if isinstance(file, (str, bytes, os.PathLike)):
                file = self._place(file, writes=any(letter in mode for letter in "wxa+"))
            return opened(file, mode, *args, **kwargs)

        made = os.mkdir

        def guarded_mkdir(path: Any, *args: Any, **kwargs: Any) -> None:
            if os.path.isdir(path):
                raise FileExistsError(17, "File exists", str(path))
            place = self._place(path, writes=True)
            if os.path.isdir(place):
                raise FileExistsError(17, "File exists", str(path))
            made(place)

        for host, name, replacement in (
            (builtins, "open", guarded_open),
            (io, "open", guarded_open),
            (os, "mkdir", guarded_mkdir),
        ):
            original = getattr(host, name)
            setattr(host, name, replacement)
            self._undo.append(partial(setattr, host, name, original))
        self.active = True

    def stop(self) -> None:
        """The program is over."""
        self.active = False
        while self._undo:
            self._undo.pop()()

    def _place(self, path: Any, *, writes: bool) -> Any:
        """Where a file really is: in the scratch folder if the program writes it there, or has written it."""
        text = os.fsdecode(path)
        real = os.path.realpath(text)
        if real.startswith((*self._allowed, "/dev/", "/proc/")):
            return path
        within = (
            os.path.relpath(real, self.project)
            if real.startswith(self.project + os.sep)
            else "outside" + real.replace(":", "")
        )
        place = os.path.join(self.scratch, "written", within)
        if writes:
            self.redirected += 1
            os.makedirs(os.path.dirname(place), exist_ok=True)
            if os.path.isfile(real) and not os.path.exists(place) and os.path.getsize(real) < LARGEST_FILE:
                self._copy(real, place)
            return place
        return place if os.path.exists(place) else path

    def _copy(self, source: str, place: str) -> None:
        """So that a file that is added to begins as it is."""
        was, self.active = self.active, False
        try:
            descriptor = os.open(source, os.O_RDONLY)
            with os.fdopen(descriptor, "rb") as file:
                data = file.read()
            descriptor = os.open(place, os.O_WRONLY | os.O_CREAT, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                file.write(data)
        except OSError:
            return
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
        if not real.startswith(self._allowed):
            self._deny(what, real)

    def _deny(self, what: str, detail: Any) -> None:
        self.blocked[what] = self.blocked.get(what, 0) + 1
        if self.blocked[what] <= 3:
            self.stream.send("blocked", what=what, detail=str(detail)[:200])
        raise PermissionError(f"trainlint probe: {what} is not allowed ({str(detail)[:200]})")
