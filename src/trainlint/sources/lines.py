"""Where the lines of a text begin, as Python counts them."""

from __future__ import annotations

import re
from bisect import bisect_right
from itertools import accumulate, count
from operator import add

# str.splitlines also ends lines at form feeds and U+2028; Python's grammar and editors do not.
LINE_END = re.compile(r"\r\n|\n|\r")


class LineIndex:
    """Converts between offsets and positions, rows and columns from 1, columns in code points."""

    def __init__(self, text: str) -> None:
        self._text = text
        if "\r" in text:
            self._starts = [0, *(match.end() for match in LINE_END.finditer(text))]
        else:  # the same ten times as quick, at each key that somebody presses
            lengths = map(len, text.split("\n"))
            self._starts = list(map(add, accumulate(lengths, initial=0), count()))[:-1]

    def __len__(self) -> int:
        """Number of rows; the row after a final newline counts."""
        return len(self._starts)

    def line(self, row: int) -> str:
        """The text of a row without its newline; empty for a row that does not exist."""
        if not 1 <= row <= len(self._starts):
            return ""
        if row == len(self._starts):
            return self._text[self._starts[-1] :]
        return self._text[self._starts[row - 1] : self._starts[row]].removesuffix("\n").removesuffix("\r")

    def position(self, offset: int) -> tuple[int, int]:
        """Row and column of an offset; an offset outside the text is moved to its nearest end."""
        offset = min(max(offset, 0), len(self._text))
        row = bisect_right(self._starts, offset)
        return row, offset - self._starts[row - 1] + 1

    def offset(self, row: int, column: int) -> int:
        """The offset of a position; a position outside the text is moved to the nearest one inside."""
        if row < 1:
            return 0
        if row > len(self._starts):
            return len(self._text)
        start = self._starts[row - 1]
        width = (self._starts[row] if row < len(self._starts) else len(self._text)) - start
        return start + min(max(column - 1, 0), width)
