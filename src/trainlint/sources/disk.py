"""What an analysis sees of the disk. Each look can be noted, and texts can stand in for what the disk holds.

Everything that decides what a program means looks here and nowhere else: so a kept result knows what it rests on,
a text that is not saved yet counts as if it were, and another machine can work with files that it does not have.
"""

from __future__ import annotations

import errno
import fnmatch
import hashlib
import os
import re
import stat
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Literal

Kind = Literal["file", "folder", "absent"]
Facts = dict[str, str]
"""What was seen, in short form: a question and its answer, such as `kind /a/b.py` and `absent`."""


class Disk:
    """The disk as it stands. Paths are absolute."""

    def kind(self, path: str) -> Kind:
        try:
            mode = os.stat(path).st_mode  # noqa: PTH116
        except (OSError, ValueError):  # a name that no file can have
            return "absent"
        return "file" if stat.S_ISREG(mode) else "folder"

    def content(self, path: str, at_most: int | None) -> bytes:
        """The bytes of a file.

        Raises:
            OSError: it cannot be read, or holds more than `at_most` bytes.
        """
        with open(path, "rb") as file:  # noqa: PTH123
            if at_most is not None and os.fstat(file.fileno()).st_size > at_most:
                raise OSError(errno.EFBIG, "too large", path)
            return file.read()

    def names(self, folder: str, pattern: str) -> tuple[str, ...]:
        """The names in a folder that fit a pattern, sorted."""
        try:
            return tuple(sorted(fnmatch.filter(os.listdir(folder), pattern)))  # noqa: PTH208
        except (OSError, ValueError):
            return ()

    def installed(self, distribution: str) -> str:
        """The version of a distribution that is installed here, empty for none."""
        return version_of(distribution)

    def working_folder(self) -> str:
        return os.getcwd()  # noqa: PTH109


class _Overlaid(Disk):
    """A disk with other texts in place of some files."""

    def __init__(self, under: Disk, texts: Mapping[str, bytes]) -> None:
        self.under = under
        self.texts = texts

    def kind(self, path: str) -> Kind:
        return "file" if path in self.texts else self.under.kind(path)

    def content(self, path: str, at_most: int | None) -> bytes:
        text = self.texts.get(path)
        if text is None:
            text = self.texts.get(os.path.realpath(path))
        return self.under.content(path, at_most) if text is None else text

    def names(self, folder: str, pattern: str) -> tuple[str, ...]:
        return self.under.names(folder, pattern)

    def installed(self, distribution: str) -> str:
        return self.under.installed(distribution)

    def working_folder(self) -> str:
        return self.under.working_folder()


_VERSION = re.compile(r"^Version:\s*(\S+)", re.MULTILINE)


@cache
def version_of(distribution: str) -> str:
    """The version of a distribution that is installed beside trainlint, empty for none."""
    try:
        found = metadata.distribution(distribution)
    except metadata.PackageNotFoundError:
        return ""
    # Not metadata.version: it parses all that a distribution says about itself, which may be pages.
    about = found.read_text("METADATA") or found.read_text("PKG-INFO") or ""
    version = _VERSION.search(about)
    return version[1] if version else ""


_disk: ContextVar[Disk] = ContextVar("disk", default=Disk())  # noqa: B039 - it holds no state
_notes: ContextVar[Facts | None] = ContextVar("notes", default=None)


@contextmanager
def seen_through(disk: Disk) -> Iterator[None]:
    """Looks go to this disk for a while."""
    token = _disk.set(disk)
    try:
        yield
    finally:
        _disk.reset(token)


@contextmanager
def overlaid(texts: Mapping[str, bytes]) -> Iterator[None]:
    """These texts, by absolute path, stand in place of what the disk holds for a while."""
    with seen_through(_Overlaid(_disk.get(), texts)):
        yield


@contextmanager
def noting() -> Iterator[Facts]:
    """Gathers what is seen for a while."""
    facts: Facts = {}
    token = _notes.set(facts)
    try:
        yield facts
    finally:
        _notes.reset(token)


def absolute(path: Path) -> Path:
    """The path from the root on. Not Path.resolve: a link keeps the name under which the user knows it."""
    return Path(full_name(path))


def full_name(path: Path | str) -> str:
    """The same as text: pathlib takes longer over it than the disk, and thousands of names are looked for."""
    name = os.fspath(path)
    if not os.path.isabs(name):  # noqa: PTH117
        name = os.path.join(_disk.get().working_folder(), name)  # noqa: PTH118
    return os.path.normpath(name)


def working_folder() -> Path:
    return Path(_disk.get().working_folder())


def is_file(path: Path | str) -> bool:
    return _kind(path) == "file"


def exists(path: Path | str) -> bool:
    return _kind(path) != "absent"


def read(path: Path, at_most: int | None = None) -> bytes:
    """The bytes of a file.

    Raises:
        OSError: it cannot be read, or holds more than `at_most` bytes.
    """
    name = full_name(path)
    try:
        data = _disk.get().content(name, at_most)
    except ValueError as error:  # a name that no file can have
        raise OSError(errno.ENOENT, str(error), name) from error
    except OSError:
        _note(f"content {at_most} {name}", "unreadable")
        raise
    _note(f"content {at_most} {name}", digest(data))
    return data


def matching(folder: Path, pattern: str) -> list[Path]:
    """The entries of a folder whose names fit a pattern, sorted."""
    name = full_name(folder)
    names = _disk.get().names(name, pattern)
    _note(f"names {pattern} {name}", digest("\0".join(names).encode("utf-8", "surrogateescape")))
    return [folder / found for found in names]


def installed(distribution: str) -> str:
    """The version of a distribution that is installed, empty for none."""
    version = _disk.get().installed(distribution)
    _note(f"installed {distribution}", version)
    return version


def answer(question: str) -> str:
    """What the disk has to say now to a question that was noted."""
    about, _, rest = question.partition(" ")
    disk = _disk.get()
    if about == "kind":
        return disk.kind(rest)
    if about == "installed":
        return disk.installed(rest)
    detail, _, name = rest.partition(" ")
    if about == "names":
        return digest("\0".join(disk.names(name, detail)).encode("utf-8", "surrogateescape"))
    try:
        return digest(disk.content(name, None if detail == "None" else int(detail)))
    except OSError:
        return "unreadable"


def digest(data: bytes) -> str:
    """A short name for a content."""
    return hashlib.blake2b(data, digest_size=16).hexdigest()


def _kind(path: Path | str) -> Kind:
    name = full_name(path)
    kind = _disk.get().kind(name)
    _note(f"kind {name}", kind)
    return kind


def _note(question: str, said: str) -> None:
    notes = _notes.get()
    if notes is not None:
        notes[question] = said
