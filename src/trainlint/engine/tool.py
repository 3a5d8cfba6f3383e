"""What stands behind findings beside the program: Python, and every file of trainlint and of plugins.

Contents count, not versions: so a rule that is being written does, and a new installation of the same does not.
"""

from __future__ import annotations

import contextlib
import sys
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any

from trainlint.engine.registry import Registry
from trainlint.sources import disk


@cache
def digest(installed: Registry) -> str:
    """A short name for all of it, as its contents say."""
    parts: list[Any] = _versions()
    for name, files in _files(installed):
        parts.append(name)  # that of a folder of rules is made of its content
        for path in files:
            with contextlib.suppress(OSError):
                parts += [path, disk.digest(path.read_bytes())]
    return _short(parts)


def stamp(installed: Registry) -> str:
    """What changes whenever a file does, and is quicker to find out: names, sizes, and times of the last change, that of the
    entry on the disk among them, since installers may give files any time."""
    parts: list[Any] = _versions()
    for name, files in _files(installed):
        parts.append(name)
        for path in files:
            with contextlib.suppress(OSError):
                found = path.stat()
                parts += [path, found.st_size, found.st_mtime_ns, found.st_ctime_ns]
    return _short(parts)


def _versions() -> list[Any]:
    return [sys.version, *(metadata.version(name) for name in ("trainlint", "libcst", "pyyaml"))]


@cache
def _files(installed: Registry) -> tuple[tuple[str, tuple[Path, ...]], ...]:
    """The files of each package that rules come from, and of trainlint."""
    found: list[tuple[str, tuple[Path, ...]]] = []
    for name in sorted(
        {rule.__module__.partition(".")[0] for rule in installed.rules.values()} | {"trainlint"}
    ):
        file = getattr(sys.modules.get(name), "__file__", None)
        files: list[Path] = []
        if file is not None:
            files = (
                sorted(Path(file).parent.rglob("*.py")) if Path(file).name == "__init__.py" else [Path(file)]
            )
        found.append((name, tuple(files)))
    return tuple(found)


def _short(parts: list[Any]) -> str:
    return disk.digest(repr(parts).encode("utf-8", "surrogatepass"))
