"""Which statement a piece of code stands in, and which block and function that belongs to."""

from __future__ import annotations

import libcst as cst

from trainlint.syntax.concrete import AnySite, CodeSite, as_written
from trainlint.syntax.positions import Place
from trainlint.syntax.surroundings import parents_of

Block = cst.IndentedBlock | cst.Module

_STATEMENTS = (cst.SimpleStatementLine, cst.BaseCompoundStatement)


def statement_of(site: AnySite) -> CodeSite | None:
    """The innermost statement around code: a line of its own, or a `for` or `with` that it heads. None for a
    statement that shares its line with another."""
    code = as_written(site)
    if code is None or isinstance(code.node, _STATEMENTS):
        return code
    for node in parents_of(code):
        if isinstance(node, cst.SimpleStatementLine) and len(node.body) != 1:
            return None
        if isinstance(node, cst.SimpleStatementSuite):
            return None
        if isinstance(node, _STATEMENTS):
            return code.at(node)
    return None


def loop_of(site: AnySite) -> CodeSite | None:
    """The innermost loop around code, within the same function."""
    code = as_written(site)
    for node in parents_of(code) if code is not None else ():
        if isinstance(node, cst.FunctionDef | cst.ClassDef | cst.Lambda):
            return None
        if isinstance(node, cst.For | cst.While):
            return code.at(node) if code is not None else None
    return None


def block_of(statement: CodeSite) -> Block | None:
    """The block that a statement is one of."""
    around = next(iter(parents_of(statement)), None)
    return around if isinstance(around, cst.IndentedBlock | cst.Module) else None


def is_alone(statement: CodeSite) -> bool:
    """Whether a block would be empty without a statement, or is the file itself."""
    block = block_of(statement)
    return not isinstance(block, cst.IndentedBlock) or len(block.body) < 2


def share_a_block(one: CodeSite, other: CodeSite) -> bool:
    """Whether two statements run one after the other, neither under a test or in a loop of its own."""
    first, second = block_of(one), block_of(other)
    both_outermost = isinstance(first, cst.Module) and isinstance(second, cst.Module)
    return first is not None and (first is second or both_outermost)


def share_a_function(one: AnySite, other: AnySite) -> bool:
    """Whether the same names are seen at two places: both in one function, or both in none."""
    first, second = as_written(one), as_written(other)
    return first is not None and second is not None and _function_of(first) is _function_of(second)


def _function_of(site: CodeSite) -> cst.CSTNode | None:
    around = parents_of(site)
    return next((node for node in around if isinstance(node, cst.FunctionDef | cst.ClassDef)), None)


def last_row(statement: CodeSite) -> int:
    """The row on which a statement ends, the last line of its body for a compound one."""
    node = statement.node
    while isinstance(node, cst.BaseCompoundStatement):
        last = _last_part(node)
        if last is None:
            break
        node = last
    return statement.at(node).place.end_row


def _last_part(node: cst.BaseCompoundStatement) -> cst.CSTNode | None:
    """The last statement of a loop, a `with` or a function; None for what has parts behind its body."""
    behind = getattr(node, "orelse", None)
    body = behind.body if isinstance(behind, cst.Else) else getattr(node, "body", None)
    if isinstance(node, cst.Try | cst.If) or not isinstance(body, cst.IndentedBlock):
        return None
    return body.body[-1]


def row_text(site: AnySite, row: int) -> str | None:
    """A row of the program; None when it does not belong to the chunk of the code."""
    lines = site.chunk.text.splitlines()
    index = row - site.chunk.first_row
    return lines[index] if 0 <= index < len(lines) else None


def rows_of(statement: CodeSite) -> tuple[str, ...]:
    """The rows that a statement takes, as they stand in the file; none when they are not all there."""
    rows = [row_text(statement, row) for row in range(statement.place.row, last_row(statement) + 1)]
    return tuple(row for row in rows if row is not None) if None not in rows else ()


def margin_of(statement: CodeSite) -> str | None:
    """What stands before a statement on its row; None unless that is white space only."""
    place: Place = statement.place
    text = row_text(statement, place.row)
    margin = text[: place.column - 1] if text is not None else "?"
    return margin if not margin.strip() else None
