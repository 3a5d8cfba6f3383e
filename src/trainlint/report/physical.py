"""Where a finding stands in the file as it lies on the disk, for readers that know no cells."""

from __future__ import annotations

from urllib.parse import quote

from trainlint.engine.diagnostic import Diagnostic, Edit, Related
from trainlint.syntax.positions import Place


def physical(placed: Diagnostic | Related | Edit) -> Place | None:
    """The place in the file; None in a notebook, whose rows count within a cell."""
    return placed.place if placed.cell is None else None


def message(diagnostic: Diagnostic) -> str:
    """The message, in a notebook with the place within the cell before it."""
    if diagnostic.cell is None:
        return diagnostic.message
    return f"cell {diagnostic.cell}, line {diagnostic.place.row}: {diagnostic.message}"


def uri(filename: str) -> str:
    """A file name as a relative or absolute URI reference."""
    path = filename.replace("\\", "/")
    if path[1:3] == ":/":
        return f"file:///{quote(path, safe='/:')}"
    # The first part of a relative reference must not look like a scheme, hence no colon.
    return f"file://{quote(path)}" if path.startswith("/") else quote(path)
