"""What a program writes lands in a folder of its own, where the program finds it, may change and remove it."""

from __future__ import annotations

import builtins
import io
import os
import shutil
from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import partial
from typing import Any

LARGEST_FILE = 64 << 20
"""Bytes that one file may take."""

Function = Callable[..., Any]

_LOOKS = ((os, "stat"), (os, "listdir"), (os, "scandir"))
_CHANGES = (
    *((os, name) for name in ("remove", "unlink", "rmdir", "chmod", "utime", "truncate")),
    (shutil, "rmtree"),
)
_MOVES = ((os, "rename"), (os, "replace"), (shutil, "move"))


class Written:
    """Functions of Python that write, sent from a `project` to `scratch`. `allowed` are folders where a program may
    write anyway; within `unwatched` nobody looks at what this does."""

    def __init__(
        self, scratch: str, project: str, unwatched: Callable[[], AbstractContextManager[None]]
    ) -> None:
        self.scratch = os.path.realpath(scratch)
        self.project = os.path.realpath(project)
        self.allowed = tuple(
            os.path.realpath(place) for place in (self.scratch, "/dev/null", "/dev/shm", "/proc/self")
        )
        self.redirected = 0
        self._unwatched = unwatched
        self._undo: list[Callable[[], object]] = []

    def install(self) -> None:
        opened = io.open

        def guarded_open(file: Any, mode: str = "r", *args: Any, **kwargs: Any) -> Any:
            if _is_path(file):
                file = self._place(file, writes=any(letter in mode for letter in "wxa+"))
            return opened(file, mode, *args, **kwargs)

        self._replace(builtins, "open", guarded_open)
        self._replace(io, "open", guarded_open)
        self._replace(os, "mkdir", self._made(os.mkdir))
        for names, wrapped in ((_LOOKS, self._looked_at), (_CHANGES, self._changed), (_MOVES, self._moved)):
            for host, name in names:
                self._replace(host, name, wrapped(getattr(host, name)))

    def remove(self) -> None:
        while self._undo:
            self._undo.pop()()

    def _replace(self, host: Any, name: str, replacement: Function) -> None:
        self._undo.append(partial(setattr, host, name, getattr(host, name)))
        setattr(host, name, replacement)

    def _made(self, original: Function) -> Function:
        def mkdir(path: Any, *args: Any, **kwargs: Any) -> None:
            if os.path.isdir(path):
                raise FileExistsError(17, "File exists", str(path))
            original(self._place(path, writes=True))

        return mkdir

    def _looked_at(self, original: Function) -> Function:
        def look(path: Any = ".", *args: Any, **kwargs: Any) -> Any:
            try:
                return original(path, *args, **kwargs)
            except FileNotFoundError:
                place = self._found(path) if kwargs.get("dir_fd") is None else None
                if place is None:
                    raise
                return original(place, *args, **kwargs)

        return look

    def _changed(self, original: Function) -> Function:
        def change(path: Any, *args: Any, **kwargs: Any) -> Any:
            place = self._found(path) if kwargs.get("dir_fd") is None else None
            if place is None:
                return original(path, *args, **kwargs)
            with self._unwatched():  # folders are emptied by names within them, which say no place
                return original(place, *args, **kwargs)

        return change

    def _moved(self, original: Function) -> Function:
        def move(source: Any, target: Any, *args: Any, **kwargs: Any) -> Any:
            place = self._found(source)
            if place is None and not self._is_allowed(source):
                return original(source, target, *args, **kwargs)
            return original(place or source, self._place(target, writes=True), *args, **kwargs)

        return move

    def _found(self, path: Any) -> Any:
        """Where the program has written a file or folder; None if it has not."""
        if not _is_path(path):
            return None
        place = self._place(path, writes=False)
        return None if place is path else place

    def _is_allowed(self, path: Any) -> bool:
        return os.path.realpath(os.fsdecode(path)).startswith((*self.allowed, "/dev/", "/proc/"))

    def _place(self, path: Any, *, writes: bool) -> Any:
        """Where a file really is: in the scratch folder if the program writes it there, or has written it."""
        if self._is_allowed(path):
            return path
        real = os.path.realpath(os.fsdecode(path))
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
        with self._unwatched():
            try:
                descriptor = os.open(source, os.O_RDONLY)
                with os.fdopen(descriptor, "rb") as file:
                    data = file.read()
                descriptor = os.open(place, os.O_WRONLY | os.O_CREAT, 0o600)
                with os.fdopen(descriptor, "wb") as file:
                    file.write(data)
            except OSError:
                return


def _is_path(value: Any) -> bool:
    return isinstance(value, (str, bytes, os.PathLike))
