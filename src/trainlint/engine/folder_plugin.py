"""Rules that lie in a folder, or in one Python file, that settings name.

Their files are read through `sources.disk`: so they count in the cache, and travel to the machines of a cluster. What
is read becomes a package under a name that its content decides: a changed rule is another package, and two folders of
one name do not meet. Files of a folder import each other relatively, as in `from .shared import words`.
"""

from __future__ import annotations

import importlib.abc
import importlib.util
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import CodeType, ModuleType

from trainlint.sources import disk

MOST_FILES = 1_000
"""Python files that a folder of rules may have: with more it is no such folder, but a whole project."""

_NO_RULES = re.compile(r"__main__|conftest|setup|tests?|test_\w+|\w+_test")
"""Files and folders in which nobody keeps rules: importing them would do something else."""


class NoPlugin(Exception):
    """A folder that cannot be a plugin; the text says why."""


@dataclass(frozen=True)
class Source:
    """A module that is read but not imported."""

    path: Path
    content: bytes
    is_package: bool


def read(path: Path) -> dict[str, Source]:
    """The modules of a folder, or of one file, by their dotted names; the name of the whole is empty.

    Raises:
        OSError: a file cannot be read.
        NoPlugin: there is no Python file, or there are too many.
    """
    if disk.is_file(path):
        return {"": Source(path, disk.read(path), is_package=False)}
    found: dict[str, Source] = {}
    for name, source in _below(path, ""):
        found[name] = source
        if len(found) > MOST_FILES:
            raise NoPlugin(f"holds more than {MOST_FILES} Python files; name the folder that holds the rules")
    if all(source.is_package and not source.content for source in found.values()):
        raise NoPlugin("holds no Python files")
    return found


def package_of(sources: dict[str, Source]) -> str:
    """Makes the modules importable; the name of their package."""
    said = [f"{name} {source.path} {disk.digest(source.content)}" for name, source in sources.items()]
    package = "trainlint_plugin_" + disk.digest("\0".join(said).encode("utf-8", "surrogateescape"))
    _FINDER.sources |= {f"{package}.{name}" if name else package: source for name, source in sources.items()}
    if _FINDER not in sys.meta_path:
        sys.meta_path.append(_FINDER)
    return package


def modules_below(package: str) -> list[str]:
    """The modules of such a package that may hold rules: a rule imports trainlint, or a module beside it that
    does. None for other packages."""
    return sorted(
        name
        for name, source in _FINDER.sources.items()
        if name.startswith(f"{package}.") and (b"trainlint" in source.content or b"from ." in source.content)
    )


def path_of(module: str) -> Path | None:
    """Where a module of such a package comes from; None for other modules."""
    source = _FINDER.sources.get(module)
    return source.path if source else None


def _below(folder: Path, prefix: str) -> Iterator[tuple[str, Source]]:
    here = folder / "__init__.py"
    yield prefix, Source(here, disk.read(here) if disk.is_file(here) else b"", is_package=True)
    for entry in disk.matching(folder, "*"):
        name = entry.name.removesuffix(".py")
        if not name.isidentifier() or name in ("__init__", "__pycache__") or _NO_RULES.fullmatch(name):
            continue
        dotted = f"{prefix}.{name}" if prefix else name
        if disk.is_file(entry):
            if entry.suffix == ".py":
                yield dotted, Source(entry, disk.read(entry), is_package=False)
        else:
            yield from _below(entry, dotted)


class _Finder(importlib.abc.MetaPathFinder, importlib.abc.InspectLoader):
    """Imports what was read."""

    def __init__(self) -> None:
        self.sources: dict[str, Source] = {}

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        source = self.sources.get(fullname)
        if source is None:
            return None
        spec = ModuleSpec(fullname, self, origin=str(source.path), is_package=source.is_package)
        spec.has_location = True
        return spec

    def is_package(self, fullname: str) -> bool:
        return self.sources[fullname].is_package

    def get_source(self, fullname: str) -> str:
        return importlib.util.decode_source(self.sources[fullname].content)

    def get_code(self, fullname: str) -> CodeType:
        source = self.sources[fullname]
        return compile(source.content, str(source.path), "exec", dont_inherit=True)


_FINDER = _Finder()
