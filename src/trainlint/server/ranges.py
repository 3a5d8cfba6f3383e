"""From places in files to what a client understands: an address, a cell, a range in its own units."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from trainlint.engine.diagnose import Texts
from trainlint.server.texts import Encoding, Ruler
from trainlint.sources import disk
from trainlint.sources.document import Document
from trainlint.syntax.positions import Place

Range = list[int]
"""Line and character of the start and of the end, from 0."""


@dataclass
class Ranges:
    """Converts places that an analysis of `document` speaks of."""

    document: Document
    encoding: Encoding
    texts: Texts = field(init=False)
    _rulers: dict[str, Ruler] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.texts = Texts(self.document)

    def target(self, place: Place, cell: int | None = None) -> dict[str, Any]:
        """`path` (None: the document itself), `cell` and `range` of a place; rows count within the cell where
        one is given."""
        own = place.filename == self.document.filename
        path = None if own else str(disk.absolute(Path(place.filename)))
        return {"path": path, "cell": cell, "range": self._range(place, cell)}

    def own(self, place: Place) -> dict[str, Any] | None:
        """The same for a place whose rows are those of the whole text; None when it lies elsewhere."""
        if place.filename != self.document.filename:
            return None
        cell = self.document.cell_at(place.row)
        if cell is None:
            return {"cell": None, "range": self._range(place, None)}
        shift = cell.first_row - 1
        moved = Place(
            place.filename, place.row - shift, place.column, place.end_row - shift, place.end_column
        )
        return {"cell": cell.number, "range": self._range(moved, cell.number)}

    def _range(self, place: Place, cell: int | None) -> Range:
        ruler = self._ruler(place.filename)
        if ruler is None:  # the file is gone: columns as they are
            return [place.row - 1, place.column - 1, place.end_row - 1, place.end_column - 1]
        document = self.texts.document(place.filename)
        row_of = document.row_in_text if document and cell is not None else lambda _, row: row
        start = ruler.position(row_of(cell, place.row), place.column, line=place.row - 1)
        end = ruler.position(row_of(cell, place.end_row), place.end_column, line=place.end_row - 1)
        return [*start, *end]

    def _ruler(self, filename: str) -> Ruler | None:
        if filename not in self._rulers:
            document = self.texts.document(filename)
            if document is None:
                return None
            self._rulers[filename] = Ruler(document.lines, self.encoding)
        return self._rulers[filename]
