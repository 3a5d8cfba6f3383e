"""Writes a comment beside each finding, so that an old project begins with what is new."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from trainlint.engine.diagnostic import Diagnostic
from trainlint.engine.own_rules import OWN_RULES
from trainlint.engine.run import RunResult
from trainlint.sources import disk
from trainlint.sources.document import Document, Unreadable
from trainlint.sources.writing import Changed, replace_content
from trainlint.syntax.positions import Place
from trainlint.syntax.rewriting import NotRewritable, PlacedEdit, rewritten
from trainlint.syntax.suppressions import Room, rooms_for_comments

_OWN = frozenset(rule.code for rule in OWN_RULES)


@dataclass
class Added:
    """How many findings got a comment, in which files, and those that did not, by reason."""

    comments: int = 0
    files: list[str] = field(default_factory=list)
    left: dict[str, str] = field(default_factory=dict)


def add_comments(result: RunResult, reason: str = "") -> Added:
    """Silences the findings of a run by comments with a reason; findings that are about a file are left."""
    added = Added()
    by_file: dict[str, list[Diagnostic]] = defaultdict(list)
    for diagnostic in result.diagnostics:
        if diagnostic.code in _OWN:
            continue  # about a whole file, or about a comment
        by_file[diagnostic.place.filename].append(diagnostic)
    for filename, found in by_file.items():
        if filename not in result.filenames:
            added.left[filename] = "it is not among the files that were checked"
            continue
        try:
            number = _written(filename, found, reason)
        except NotRewritable as error:
            added.left[filename] = str(error)
        except Changed:
            added.left[filename] = "it was changed while it was checked"
        except OSError as error:
            added.left[filename] = f"it cannot be written: {error.strerror or error}"
        else:
            added.comments += number
            added.files.append(filename)
            if number < len(found):
                added.left[filename] = f"{len(found) - number} of its findings have no room for a comment"
    return added


def _written(filename: str, found: list[Diagnostic], reason: str) -> int:
    path = disk.absolute(Path(filename))
    data = disk.read(path)
    try:
        document = Document.from_bytes(data, filename)
    except Unreadable as error:
        raise NotRewritable(error.reason) from error
    rows = {document.row_in_text(d.cell, d.place.row) for d in found}
    rooms = rooms_for_comments(document, rows)
    names: dict[Place, list[str]] = defaultdict(list)
    room_at: dict[Place, Room] = {}
    number = 0
    for diagnostic in found:
        room = rooms.get(document.row_in_text(diagnostic.cell, diagnostic.place.row))
        if room is None:
            continue
        number += 1
        room_at[room.place] = room
        if diagnostic.name not in names[room.place]:
            names[room.place].append(diagnostic.name)
    edits = [_edit(document, room_at[place], wanted, reason) for place, wanted in names.items()]
    replace_content(path, data, rewritten(data, filename, edits))
    return number


def _edit(document: Document, room: Room, names: Iterable[str], reason: str) -> PlacedEdit:
    if room.list_of:
        place = room.list_of.directive
        merged = ", ".join(dict.fromkeys((*room.list_of.selectors, *names)))
        content = f"# trainlint: ignore[{merged}]"
    else:
        place = room.place
        content = f"  # trainlint: ignore[{', '.join(names)}]{f' {reason}' if reason else ''}"
    cell = document.cell_at(place.row)
    if cell is None:
        return PlacedEdit(place, content)
    row = place.row - cell.first_row + 1
    return PlacedEdit(Place(place.filename, row, place.column, row, place.end_column), content, cell.number)
