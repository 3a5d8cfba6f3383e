"""Patterns of file names, as in a .gitignore, each relative to the folder of the file that holds it."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from pathspec import GitIgnoreSpec


@dataclass(frozen=True, slots=True)
class Pattern:
    """One pattern. It holds below `folder`, an absolute path; below the current folder where that is empty."""

    text: str
    folder: str = ""


def matches(patterns: Iterable[Pattern], path: Path | str, *, is_folder: bool = False) -> bool:
    """Whether patterns mean a file or a folder; of several in one folder the last one decides, as in git."""
    by_folder: dict[str, list[str]] = {}
    for pattern in patterns:
        by_folder.setdefault(pattern.folder, []).append(pattern.text)
    if not by_folder:
        return False
    absolute = os.path.abspath(path)  # noqa: PTH100 - a link keeps its name
    for folder, texts in by_folder.items():
        relative = below(absolute, folder or str(Path.cwd()))
        if relative and spec(tuple(texts)).match_file(f"{relative}/" if is_folder else relative):
            return True
    return False


@lru_cache(maxsize=256)
def spec(texts: tuple[str, ...]) -> GitIgnoreSpec:
    """The compiled patterns.

    Raises:
        ValueError: one of them is no pattern.
    """
    return GitIgnoreSpec.from_lines(texts)


def below(path: str, folder: str) -> str | None:
    """The path from `folder` on, with forward slashes; None where it lies elsewhere."""
    prefix = folder if folder.endswith(os.sep) else f"{folder}{os.sep}"
    return path.removeprefix(prefix).replace(os.sep, "/") if path.startswith(prefix) else None
