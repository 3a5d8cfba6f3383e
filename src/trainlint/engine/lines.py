"""Edits of whole lines: one more before or after a statement, one taken out.

Each gives None where the code is not of a form in which the edit is sure to say what it should.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from trainlint.engine.diagnostic import Edit
from trainlint.engine.lazily import Lazily
from trainlint.syntax.concrete import AnySite, CodeSite
from trainlint.syntax.positions import Place
from trainlint.values.origin import Made, Origin

if TYPE_CHECKING:
    from trainlint.syntax import statements
else:
    statements = Lazily("trainlint.syntax.statements")  # brings libcst, which only edits need


def line_before(origin: Origin | None, code: str) -> Edit | None:
    """A line of its own before the statement that code stands in."""
    statement = _statement(origin)
    margin = statements.margin_of(statement) if statement is not None else None
    if statement is None or margin is None:
        return None
    place = statement.place
    at = Place(place.filename, place.row, place.column, place.row, place.column)
    return Edit(place=at, content=f"{code}\n{margin}")


def line_after(origin: Origin | None, code: str) -> Edit | None:
    """A line of its own after the statement that code stands in; after all of it for a loop."""
    statement = _statement(origin)
    margin = statements.margin_of(statement) if statement is not None else None
    if statement is None or margin is None:
        return None
    row = statements.last_row(statement)
    text = statements.row_text(statement, row)
    if text is None:
        return None
    at = Place(statement.place.filename, row, len(text) + 1, row, len(text) + 1)
    return Edit(place=at, content=f"\n{margin}{code}")


def line_taken_out(origin: Origin | None) -> Edit | None:
    """Without the statement that code stands in; None where its block would be empty then."""
    statement = _statement(origin)
    if statement is None or statements.is_alone(statement):
        return None
    row, last = statement.place.row, statements.last_row(statement)
    before, text = statements.row_text(statement, row - 1), statements.row_text(statement, last)
    if before is None or text is None or "#" in text:
        return None
    return Edit(
        place=Place(statement.place.filename, row - 1, len(before) + 1, last, len(text) + 1), content=""
    )


def moved_behind(origin: Origin | None, other: Origin | None, code: str = "") -> tuple[Edit, ...]:
    """The statement of one place put behind that of another, as it is or as `code`; nothing when it cannot
    be."""
    one, after = _statement(origin), _statement(other)
    text = line_of(origin)
    if one is None or after is None or text is None:
        return ()
    margin, first = statements.margin_of(one), one.place
    if statements.share_a_block(one, after) and first.end_row + 1 == after.place.row and margin is not None:
        behind = statements.rows_of(after)
        if "#" in (statements.row_text(one, first.row) or "#") or not behind or "#" in behind[-1]:
            return ()
        end = after.place.row + len(behind) - 1
        place = Place(first.filename, first.row, 1, end, len(behind[-1]) + 1)
        return (Edit(place=place, content="\n".join((*behind, f"{margin}{code or text}"))),)
    taken, put = line_taken_out(origin), line_after(other, code or text)
    return (taken, put) if taken is not None and put is not None else ()


def line_of(origin: Origin | None) -> str | None:
    """The statement that code stands in, as it is written on one row."""
    statement = _statement(origin)
    rows = statements.rows_of(statement) if statement is not None else ()
    if statement is None or len(rows) != 1:
        return None
    return rows[0][statement.place.column - 1 : statement.place.end_column - 1]


def put_into_block(origin: Origin | None, header: str) -> Edit | None:
    """The statement that code stands in, with all that belongs to it, as a block under a `header`."""
    statement = _statement(origin)
    margin = statements.margin_of(statement) if statement is not None else None
    rows = statements.rows_of(statement) if statement is not None and margin is not None else ()
    if statement is None or not rows or any(quotes in row for row in rows for quotes in ('"""', "'''")):
        return None  # the rows of a text would be moved as well
    step = "\t" if "\t" in (margin or "") else "    "
    block = "\n".join(f"{step}{row}" if row.strip() else row for row in rows)
    first = statement.place
    place = Place(first.filename, first.row, 1, first.row + len(rows) - 1, len(rows[-1]) + 1)
    return Edit(place=place, content=f"{margin}{header}\n{block}")


def loop_around(origin: Origin | None) -> Origin | None:
    """The innermost loop around code, as a statement of its own."""
    site = origin.site if origin is not None else None
    found = statements.loop_of(site) if isinstance(site, AnySite) else None
    return Origin(Made.WRITTEN, found) if found is not None else None


def run_together(one: Origin | None, other: Origin | None) -> bool:
    """Whether the statements of two places stand in the same block."""
    first, second = _statement(one), _statement(other)
    return first is not None and second is not None and statements.share_a_block(first, second)


def see_the_same(one: Origin | None, other: Origin | None) -> bool:
    """Whether a name means the same at two places of a file."""
    first = one.site if one is not None else None
    second = other.site if other is not None else None
    if not isinstance(first, AnySite) or not isinstance(second, AnySite):
        return False
    same_file = first.place.filename == second.place.filename
    return same_file and statements.share_a_function(first, second)


def _statement(origin: Origin | None) -> CodeSite | None:
    site = origin.site if origin is not None else None
    return statements.statement_of(site) if isinstance(site, AnySite) else None
