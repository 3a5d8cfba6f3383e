"""What stands behind findings beside the program: Python, and every file of trainlint and of plugins.

Contents count, not versions: so a rule that is being written does, and a new installation of the same does not.
"""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from trainlint.config.plugin import Plugin
from trainlint.engine.packages import BUILT_IN, only_built_in
from trainlint.sources import disk


def packages(plugins: tuple[Plugin, ...] = ()) -> tuple[str, ...]:
    """The packages that rules come from, and trainlint. Without plugins these are known, and no rule is imported."""
    if only_built_in(plugins):
        return BUILT_IN
    from trainlint.engine.registry import registry

    modules = (rule.__module__.partition(".")[0] for rule in registry(plugins).rules.values())
    return tuple(sorted({"trainlint", *modules}))


@cache
def digest(packages: tuple[str, ...]) -> str:
    """A short name for all of it, as its contents say."""
    parts: list[Any] = _versions()
    for name in packages:
        parts.append(name)  # that of a folder of rules is made of its content
        for path in sorted(_files(name)):
            with contextlib.suppress(OSError):
                parts += [path, disk.digest(Path(path).read_bytes())]
    return _short(parts)


@cache
def stamp(packages: tuple[str, ...]) -> str:
    """What changes whenever a file does, and is quicker to find out: names, sizes, and times of the last change, that of the
    entry on the disk among them, since installers may give files any time."""
    parts: list[Any] = _versions()
    for name in packages:
        parts.append(name)
        for path in sorted(_files(name)):
            with contextlib.suppress(OSError):
                found = os.stat(path)  # noqa: PTH116 - hundreds of files, before anything else is done
                parts += [path, found.st_size, found.st_mtime_ns, found.st_ctime_ns]
    return _short(parts)


def _versions() -> list[Any]:
    return [
        sys.version,
        *(disk.version_of(name) for name in ("trainlint", "libcst", "packaging", "pydantic", "pyyaml")),
    ]


def _files(package: str) -> Iterator[str]:
    """The Python files of a package, or the one file of a module."""
    module = sys.modules.get(package)
    spec = find_spec(package) if module is None else None
    file = getattr(module, "__file__", None) or (spec.origin if spec else None)
    if file is None:
        return
    folder, name = os.path.split(file)
    if name != "__init__.py":
        yield file
        return
    for inner, _, names in os.walk(folder):
        yield from (os.path.join(inner, each) for each in names if each.endswith(".py"))  # noqa: PTH118


def _short(parts: list[Any]) -> str:
    return disk.digest(repr(parts).encode("utf-8", "surrogatepass"))
