"""Edits of a text: which go together, and what they make of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class TextEdit:
    """Put `content` where the text from offset `start` to `end` stands."""

    start: int
    end: int
    content: str

    def meets(self, other: TextEdit) -> bool:
        """Whether the two cannot both be made: they change the same text, or insert at the same point."""
        if self.start == self.end or other.start == other.end:
            return self.start <= other.end and other.start <= self.end
        return self.start < other.end and other.start < self.end


def edited(text: str, edits: Iterable[TextEdit]) -> str:
    """The text after edits of which no two meet."""
    parts: list[str] = []
    done = 0
    for edit in sorted(edits):
        assert edit.start >= done or not parts, "edits that meet"
        parts += [text[done : edit.start], edit.content]
        done = edit.end
    return "".join([*parts, text[done:]])
