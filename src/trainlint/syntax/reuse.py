"""Keeps the chunks of a text for its next version: what did not change is not parsed again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from trainlint.syntax.chunks import Chunk

MOST_FILES = 32
"""Files whose chunks are kept: those that somebody has open. The one that was not asked for longest goes first."""

Kept = dict[str, Sequence["Chunk"]]
"""The chunks of the last version of each file."""

_kept: ContextVar[Kept | None] = ContextVar("kept", default=None)


@contextmanager
def reusing(kept: Kept) -> Iterator[None]:
    """Chunks come from these for a while, where their text is the same, and go there."""
    token = _kept.set(kept)
    try:
        yield
    finally:
        _kept.reset(token)


class Before:
    """Chunks of the version before by their text. Each is given once: two statements are never the same chunk."""

    def __init__(self, chunks: Sequence[Chunk]) -> None:
        self._by_text: dict[str, list[Chunk]] = {}
        for chunk in reversed(chunks):
            self._by_text.setdefault(chunk.text, []).append(chunk)

    def take(self, text: str) -> Chunk | None:
        """A chunk with this text, if there is another one."""
        same = self._by_text.get(text)
        return same.pop() if same else None


def before(filename: str) -> Sequence[Chunk]:
    """The chunks of a file when it was last split."""
    kept = _kept.get()
    return kept.get(filename, ()) if kept is not None else ()


def keep(filename: str, chunks: Sequence[Chunk]) -> None:
    """Keeps the chunks of a file for its next version."""
    kept = _kept.get()
    if kept is not None:
        kept.pop(filename, None)
        kept[filename] = chunks
        while len(kept) > MOST_FILES:
            del kept[next(iter(kept))]
