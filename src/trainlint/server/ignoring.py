"""The comments that would silence a finding: on its line, and for its file."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from trainlint.engine.diagnostic import Diagnostic
from trainlint.server.ranges import Ranges
from trainlint.sources.document import Document
from trainlint.syntax.positions import Place
from trainlint.syntax.suppressions import Room, rooms_for_comments

_HEAD = re.compile(r"#!|[ \t\f]*#.*?coding[:=]")
"""Lines that must stay the first ones of a file."""


def of(found: Sequence[Diagnostic], document: Document, ranges: Ranges) -> dict[str, Any]:
    """For each finding in a document an edit as `ignore`, None where there is no room, and one as `ignore_file`."""
    own = [d.place.filename == document.filename and not d.code.startswith("TL90") for d in found]
    rows = [document.row_in_text(d.cell, d.place.row) for d in found]
    wanted = {row for row, is_own in zip(rows, own, strict=True) if is_own}
    rooms = rooms_for_comments(document, wanted) if wanted else {}
    lines = []
    files = []
    for diagnostic, row, is_own in zip(found, rows, own, strict=True):
        room = rooms.get(row) if is_own else None
        lines.append(_on_line(room, diagnostic.name, ranges) if room else None)
        files.append(_in_file(document, diagnostic.name, ranges) if is_own and not document.cells else None)
    return {"ignore": lines, "ignore_file": files}


def _on_line(room: Room, name: str, ranges: Ranges) -> dict[str, Any] | None:
    if room.list_of:
        names = ", ".join(dict.fromkeys((*room.list_of.selectors, name)))
        place, text = room.list_of.directive, f"# trainlint: ignore[{names}]"
    else:
        place, text = room.place, f"  # trainlint: ignore[{name}]"
    at = ranges.own(place)
    return {**at, "text": text} if at else None


def _in_file(document: Document, name: str, ranges: Ranges) -> dict[str, Any] | None:
    row = 1
    while row <= 2 and _HEAD.match(document.lines.line(row)):
        row += 1
    at = ranges.own(Place(document.filename, row, 1, row, 1))
    return {**at, "text": f"# trainlint: ignore-file[{name}]{document.newline}"} if at else None
