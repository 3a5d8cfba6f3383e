"""Which files a list of paths means."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pathspec import GitIgnoreSpec

from trainlint.sources import disk
from trainlint.sources.choice import DEFAULT_EXCLUDES, FileChoice
from trainlint.sources.patterns import below

Choose = Callable[[Path], FileChoice]
"""What settings say about the files of a folder."""


class MissingPath(Exception):
    """A path that a user named and that does not exist."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"`{path}` does not exist")
        self.path = path


@dataclass(frozen=True)
class _Ignores:
    """One .gitignore: its patterns hold below `folder`, an absolute path."""

    folder: str
    patterns: GitIgnoreSpec


def discover(
    paths: Sequence[Path], choice: FileChoice | Choose | None = None, *, force_exclude: bool = False
) -> list[Path]:
    """The files to check, sorted, each once. What is named is always taken, unless `force_exclude` lets
    exclusions hold for it as well.

    Raises:
        MissingPath: a path does not exist.
    """
    choose = choice if callable(choice) else _same(choice or FileChoice())
    found: dict[str, Path] = {}
    for path in paths:
        if not path.is_dir() and not path.exists():
            raise MissingPath(path)
        if force_exclude and is_excluded(path, choose(path if path.is_dir() else path.parent)):
            continue
        if path.is_dir():
            within = _Within(path, _absolute(path), os.path.realpath(path))
            for real, file in _walk(within, _ignores_around(path, choose), _chosen_below(path, choose)):
                found.setdefault(real, file)
        else:
            found.setdefault(os.path.realpath(path), path)
    return sorted(found.values(), key=lambda file: file.as_posix())


def is_excluded(path: Path, choice: FileChoice) -> bool:
    """Whether settings exclude a path, or a folder around it from the current one on."""
    if choice.excludes(path, is_folder=path.is_dir()):
        return True
    try:
        parts = disk.absolute(path).relative_to(disk.working_folder()).parts
    except ValueError:
        return False
    return choice.exclude is None and any(part in DEFAULT_EXCLUDES for part in parts[:-1])


def shown_name(path: Path) -> str:
    """The path as users read it: from the current folder where it lies below that, with forward slashes."""
    try:
        name, here = disk.full_name(path), str(disk.working_folder())
    except OSError:
        return path.as_posix()
    return "." if name == here else below(name, here) or path.as_posix()


def repository_root(path: Path) -> Path | None:
    """The nearest folder at or above `path` that is a git repository or holds a pyproject.toml."""
    start = disk.absolute(path)
    for folder in (start, *start.parents):
        if disk.exists(f"{folder}/.git") or disk.exists(f"{folder}/pyproject.toml"):
            return folder
    return None


def _same(choice: FileChoice) -> Choose:
    return lambda folder: choice


def _chosen_below(folder: Path, choose: Choose) -> Choose:
    """Within a folder that is excluded itself, patterns that mean it cannot count: naming it is wanting it."""
    if not choose(folder).excludes(folder, is_folder=True):
        return choose
    return lambda inner: replace(choose(inner), exclude=None, extend_exclude=())


@dataclass(frozen=True)
class _Within:
    """A folder that is walked through: as it was named, from the root on, and where it really lies. By text, because
    thousands of names are put together."""

    named: Path
    absolute: str
    real: str

    def folder(self, name: str) -> _Within:
        return _Within(self.named / name, _joined(self.absolute, name), _joined(self.real, name))


def _walk(within: _Within, ignores: tuple[_Ignores, ...], choose: Choose) -> Iterator[tuple[str, Path]]:
    """The files below a folder, each with where it really lies."""
    choice = choose(within.named)
    try:
        entries = sorted(os.scandir(within.named), key=lambda entry: entry.name)
    except OSError:
        return  # a folder that may not be listed
    names = {entry.name for entry in entries}
    if "pyvenv.cfg" in names:
        return
    if not choice.respect_gitignore:
        ignores = ()
    elif ".gitignore" in names:
        ignores = (*ignores, *_ignores_in(within.absolute))
    for entry in entries:
        # Linked folders are not followed: they lead to loops, and to files outside of what was named.
        if entry.is_dir(follow_symlinks=False):
            inner = within.folder(entry.name)
            if not choice.excludes(inner.named, is_folder=True) and not _ignored(
                inner.absolute, ignores, is_folder=True
            ):
                yield from _walk(inner, ignores, choose)
            continue
        path = within.named / entry.name
        if (
            choice.includes(path)
            and entry.is_file()
            and not choice.excludes(path)
            and not _ignored(_joined(within.absolute, entry.name), ignores)
        ):
            real = os.path.realpath(path) if entry.is_symlink() else _joined(within.real, entry.name)
            yield real, path


def _ignores_around(folder: Path, choose: Choose) -> tuple[_Ignores, ...]:
    return _ignores_above(folder) if choose(folder).respect_gitignore else ()


def _ignores_above(folder: Path) -> tuple[_Ignores, ...]:
    """What the repository around a folder ignores; nothing where the folder itself is ignored, since naming
    it means wanting it."""
    start = Path(_absolute(folder))
    above: list[str] = []
    for parent in (start, *start.parents):
        if parent != start:
            above.insert(0, str(parent))
        if _exists(parent / ".git"):
            break
    else:
        return ()  # not in a repository
    ignores: tuple[_Ignores, ...] = ()
    for around in above:
        ignores = (*ignores, *_ignores_in(around))
    way_down = (*above[1:], str(start))
    if any(_ignored(part, ignores, is_folder=True) for part in way_down):
        return ()
    return ignores


def _ignores_in(folder: str) -> tuple[_Ignores, ...]:
    try:
        text = Path(folder, ".gitignore").read_text("utf-8", errors="replace")
    except OSError:
        return ()
    return (_Ignores(folder, _patterns(text.split("\n"))),)


def _patterns(lines: list[str]) -> GitIgnoreSpec:
    try:
        return GitIgnoreSpec.from_lines(lines)
    except ValueError:
        patterns: list[Any] = []
    for line in lines:
        # git, too, passes over a pattern it cannot read
        with contextlib.suppress(ValueError):
            patterns.extend(GitIgnoreSpec.from_lines([line]).patterns)
    return GitIgnoreSpec(patterns)


def _ignored(path: str, ignores: tuple[_Ignores, ...], *, is_folder: bool = False) -> bool:
    for ignore in reversed(ignores):
        relative = below(path, ignore.folder)
        if relative is None:
            continue
        verdict = ignore.patterns.check_file(relative + "/" if is_folder else relative).include
        if verdict is not None:
            return verdict
    return False


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:
        return False


def _absolute(path: Path) -> str:
    # Not Path.resolve: a link keeps the name under which the user knows it.
    return os.path.abspath(path)  # noqa: PTH100


def _joined(folder: str, name: str) -> str:
    return f"{folder}{name}" if folder.endswith(os.sep) else f"{folder}{os.sep}{name}"
