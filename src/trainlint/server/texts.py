"""Texts as editors count them: lines from 0, columns in UTF-8, UTF-16 or UTF-32 units."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable
from typing import Literal

from trainlint.sources.lines import LineIndex

Encoding = Literal["utf-8", "utf-16", "utf-32"]
"""What a column counts: bytes, 16-bit units, or code points."""

_UNIT_BYTES = {"utf-16": 2, "utf-32": 4}
_CODECS = {"utf-16": "utf-16-le", "utf-32": "utf-32-le"}


def units(text: str, encoding: Encoding) -> int:
    """How many units a text takes on the wire."""
    if encoding == "utf-32" or text.isascii():
        return len(text)
    return len(text.encode(_CODECS.get(encoding, "utf-8"), "surrogatepass")) // _UNIT_BYTES.get(encoding, 1)


def code_points(line: str, count: int, encoding: Encoding) -> int:
    """How many code points of a line the first `count` units make up; a place within one counts as before it."""
    if count <= 0:
        return 0
    if encoding == "utf-32" or line.isascii():
        return min(count, len(line))
    data = line.encode(_CODECS.get(encoding, "utf-8"), "surrogatepass")
    cut = data[: count * _UNIT_BYTES.get(encoding, 1)]
    return len(cut.decode(_CODECS.get(encoding, "utf-8"), "ignore"))


class Ruler:
    """Converts between places in a text, as the rest of trainlint has them, and those of a client."""

    def __init__(self, lines: LineIndex, encoding: Encoding) -> None:
        self.lines = lines
        self.encoding = encoding

    def position(self, row: int, column: int, *, line: int | None = None) -> tuple[int, int]:
        """Line and character for a row and a column from 1. `line` is given where lines count otherwise than
        rows of the text, as in a cell of a notebook."""
        before = self.lines.line(row)[: max(column - 1, 0)]
        return (row - 1 if line is None else line), units(before, self.encoding)

    def offset(self, line: int, character: int) -> int:
        """The offset of a client's position; one outside the text is moved to the nearest inside."""
        if line < 0:
            return 0
        text = self.lines.line(line + 1)
        column = code_points(text, character, self.encoding)
        return self.lines.offset(line + 1, column + 1)


def changed(text: str, start: tuple[int, int], end: tuple[int, int], new: str, encoding: Encoding) -> str:
    """A text after the part between two positions was replaced."""
    ruler = Ruler(LineIndex(text), encoding)
    first, last = ruler.offset(*start), ruler.offset(*end)
    return text[:first] + new + text[max(first, last) :]


def difference(before: str, after: str) -> tuple[int, int, str]:
    """The first and last offset of the part of a text that another one differs in, and what stands there instead."""
    start = _shared(len(before), len(after), lambda count: before[:count] == after[:count])
    most = min(len(before), len(after)) - start
    behind = _shared(most, most, lambda count: before[len(before) - count :] == after[len(after) - count :])
    return start, len(before) - behind, after[start : len(after) - behind]


def _shared(one: int, other: int, same: Callable[[int], bool]) -> int:
    """How many code points two texts of these lengths share at one end."""
    return bisect_left(range(1, min(one, other) + 1), True, key=lambda count: not same(count))
