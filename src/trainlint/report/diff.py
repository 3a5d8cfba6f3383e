"""What fixes change, as a unified diff."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import unified_diff

from trainlint.engine.fix import Mended


def render(done: Mended) -> str:
    """A diff for each file, and for each cell of a notebook."""
    return "".join(
        line
        for rewrite in done.rewrites
        for title, before, after in rewrite.texts()
        for line in _diff(title, before, after)
    )


def _diff(title: str, before: str, after: str) -> Iterator[str]:
    for line in unified_diff(_lines(before), _lines(after), title, title):
        yield line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"


def _lines(text: str) -> list[str]:
    # str.splitlines would also end lines where neither Python nor patch does.
    *lines, last = text.split("\n")
    return [f"{line}\n" for line in lines] + ([last] if last else [])
