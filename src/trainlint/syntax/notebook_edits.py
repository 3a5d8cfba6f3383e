"""Edits of cells in the JSON of a notebook, of which everything else stays as it is, character by character."""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections.abc import Iterator
from itertools import accumulate

from trainlint.sources.json_positions import parse_json
from trainlint.sources.lines import LineIndex
from trainlint.sources.magics import python_of_cell
from trainlint.sources.settings_entry import Entry, NotSettings
from trainlint.syntax.edits import TextEdit
from trainlint.syntax.positions import Place

# One character of a JSON string as it is written; a pair of surrogates is one character.
_WRITTEN = re.compile(
    r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u[0-9a-fA-F]{4}|\\.|.", re.DOTALL
)
_NEWLINE = re.compile(r"\r\n|\r")


class NoSuchCode(Exception):
    """A place that is not, or not as Python, in the cell as it is written."""


class NotebookText:
    """The JSON of a notebook and the strings in it that hold code."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._lines = [0, *(match.end() for match in re.finditer("\n", text))]
        try:
            self._root = parse_json(text)
        except NotSettings as error:
            raise NoSuchCode(str(error)) from error

    def edits(self, cell: int, place: Place, content: str) -> list[TextEdit]:
        """The edits of the JSON that put `content` at a place in a cell.

        Raises:
            NoSuchCode: the cell does not hold this code.
        """
        pieces = self._pieces(cell)
        source = "".join(piece.content for piece in pieces)
        _ensure_python(source, place)
        lines = LineIndex(source)
        start, end = lines.offset(place.row, place.column), lines.offset(place.end_row, place.end_column)
        starts = [0, *accumulate(len(piece.content) for piece in pieces)]
        # An edit at the border of two strings belongs to the first that it changes.
        first = min(max(bisect_right(starts, start) - 1, 0), len(pieces) - 1)
        made = []
        for number in range(first, len(pieces)):
            low, high = max(start, starts[number]), min(end, starts[number + 1])
            if number > first and low >= high:
                break
            written = content if number == first else ""
            made.append(self._edit(pieces[number], low - starts[number], high - starts[number], written))
        return made

    def _edit(self, piece: Entry, start: int, end: int, content: str) -> TextEdit:
        first, last = self._range(piece)
        offsets = [first + 1]
        offsets += [first + 1 + match.end() for match in _WRITTEN.finditer(self.text[first + 1 : last - 1])]
        return TextEdit(offsets[start], offsets[end], json.dumps(content, ensure_ascii=self._is_ascii)[1:-1])

    @property
    def _is_ascii(self) -> bool:
        return self.text.isascii()

    def _pieces(self, cell: int) -> list[Entry]:
        """The strings that a cell's code is made of."""
        entries = list(self._cells())
        holder = entries[cell - 1].content if 0 < cell <= len(entries) else None
        source = holder.get("source", holder.get("input")) if isinstance(holder, dict) else None
        if source is None:
            raise NoSuchCode(f"cell {cell} has no code")
        pieces = source.content if isinstance(source.content, list) else [source]
        pieces = [piece for piece in pieces if isinstance(piece.content, str)]
        if not pieces:
            raise NoSuchCode(f"cell {cell} has no code")
        return pieces

    def _cells(self) -> Iterator[Entry]:
        root = self._root.content
        worksheets = root["worksheets"].content if "worksheets" in root else [self._root]
        for holder in worksheets:
            if isinstance(holder.content, dict) and isinstance(cells := holder.content.get("cells"), Entry):
                yield from cells.content if isinstance(cells.content, list) else ()

    def _range(self, piece: Entry) -> tuple[int, int]:
        span = piece.span
        return (
            self._lines[span.row - 1] + span.column - 1,
            self._lines[span.end_row - 1] + span.end_column - 1,
        )


def _ensure_python(source: str, place: Place) -> None:
    """Magics are read as other Python: there, what a place covers is not what is written."""
    written = LineIndex(source)
    read = LineIndex(python_of_cell(_NEWLINE.sub("\n", source)))
    for row in range(place.row, place.end_row + 1):
        first = place.column - 1 if row == place.row else 0
        last = place.end_column - 1 if row == place.end_row else None
        if written.line(row)[first:last] != read.line(row)[first:last]:
            raise NoSuchCode(f"row {row} holds a magic")
