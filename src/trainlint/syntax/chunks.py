"""A program as top-level statements.

A chunk is one top-level statement with the comments above it. Its meaning is read from the tree of the standard
library, which is made in a tenth of the time that libcst takes; libcst's tree, which also holds what means nothing
(comments, parentheses, white space), is made for a chunk that is edited.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterable, Iterator, Sequence, Set
from dataclasses import dataclass, field
from functools import cached_property, wraps
from typing import Any, TypeVar

from trainlint.sources.lines import LINE_END, LineIndex
from trainlint.syntax import reuse
from trainlint.syntax.gate import SyntaxProblem, parse
from trainlint.syntax.mentions import Mentions, mentions_of
from trainlint.syntax.nodes import within
from trainlint.syntax.positions import Place

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n|\Z)")

_GOES_ON = ("\\\n", "\\\r\n", "\\\r")

Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


@dataclass(eq=False)
class Chunk:
    """One top-level statement (several, when they share a line)."""

    filename: str
    text: str
    first_row: int
    statements: tuple[ast.stmt, ...] = field(repr=False)
    shown: bool = False  # the last statement of a notebook's cell, whose value is displayed
    derived: dict[object, Any] = field(default_factory=dict, repr=False)
    """What readers of the chunk worked out from its text alone."""
    moved: int = field(default=0, repr=False)
    """Rows that the chunk has moved down by since its statements were parsed."""

    @cached_property
    def definition(self) -> Definition | None:
        """The function or class that this chunk defines."""
        only = self.statements[0] if len(self.statements) == 1 else None
        return only if isinstance(only, Definition) else None

    @property
    def last_row(self) -> int:
        """The row on which its last statement begins."""
        return self.statements[-1].lineno + self.moved if self.statements else self.first_row

    @cached_property
    def is_import(self) -> bool:
        return all(isinstance(statement, ast.Import | ast.ImportFrom) for statement in self.statements)

    @cached_property
    def binds(self) -> frozenset[str]:
        """Names that the chunk gives a value at module level."""
        if self.definition is not None:
            # A function binds the module's names that it declares global.
            return frozenset({self.definition.name, *self.mentions.declared_global})
        return frozenset(_bound(self.statements))

    @cached_property
    def mentions(self) -> Mentions:
        """What the chunk mentions, at any depth."""
        return mentions_of(self.statements)

    @property
    def readable(self) -> bool:
        """False: nested too deeply to be followed."""
        return not self.mentions.too_deep

    @property
    def words(self) -> frozenset[str]:
        """Names and attributes that the chunk mentions."""
        return self.mentions.words

    @property
    def names(self) -> Set[str]:
        """Names (no attributes) that the chunk mentions."""
        return self.mentions.names

    @cached_property
    def lines(self) -> LineIndex:
        """The rows of the text, the first of which is row 1 here."""
        return LineIndex(self.text)

    def place_of(self, node: ast.AST) -> Place:
        """Where a node of this chunk stands in the file."""
        row = getattr(node, "lineno", None)
        if row is None:
            return Place(self.filename, self.first_row, 1, self.first_row, 1)
        row += self.moved
        end = (getattr(node, "end_lineno", None) or row - self.moved) + self.moved
        column = self._column(row, node.col_offset)  # type: ignore[attr-defined]
        end_column = self._column(end, getattr(node, "end_col_offset", None) or 0)
        return Place(self.filename, row, column, end, end_column)

    def _column(self, row: int, offset: int) -> int:
        """The column at an offset of bytes into a row, as Python's own tree counts."""
        line = self.lines.line(row - self.first_row + 1)
        return (
            offset
            if line.isascii()
            else len(line.encode("utf-8", "surrogatepass")[:offset].decode("utf-8", "ignore"))
        ) + 1

    def text_at(self, place: Place) -> str:
        """The text of the chunk at a place in the file."""
        above = self.first_row - 1
        start = self.lines.offset(place.row - above, place.column)
        return self.text[start : self.lines.offset(place.end_row - above, place.end_column)]

    def move_to(self, row: int) -> None:
        """The same statements begin on another row now. Who holds the chunk finds its places there from now on."""
        self.moved += row - self.first_row
        self.first_row = row


Told = TypeVar("Told")


def told_once(of: Callable[[Chunk], Told]) -> Callable[[Chunk], Told]:
    """For what a chunk's text alone tells: it is worked out once, however often the rest of its file changes."""

    @wraps(of)
    def told(chunk: Chunk) -> Told:
        if of not in chunk.derived:
            chunk.derived[of] = of(chunk)
        found: Told = chunk.derived[of]
        return found

    return told


def split(text: str, filename: str) -> list[Chunk]:
    """The chunks of a program in order; their texts together are the whole text. While somebody types, what did not
    change is the same chunk as before.

    Raises:
        SyntaxProblem: the text is not Python.
    """
    earlier = reuse.before(filename)
    chunks = _changed(text, filename, earlier) or _parsed(text, filename, 1, earlier)
    reuse.keep(filename, chunks)
    return chunks


def anew(text: str, filename: str) -> list[Chunk]:
    """The same for a text of which no earlier version counts.

    Raises:
        SyntaxProblem: the text is not Python.
    """
    return _parsed(text, filename, 1, ())


def _parsed(text: str, filename: str, first_row: int, earlier: Sequence[Chunk]) -> list[Chunk]:
    """The chunks of a text that begins on some row of a file; `earlier` ones where their text is there again."""
    tree = parse(text)
    lines = _LINE.findall(text)
    before = reuse.Before(earlier)
    groups: list[list[ast.stmt]] = []
    for statement in tree.body:
        if groups and statement.lineno <= (groups[-1][-1].end_lineno or 0):
            groups[-1].append(statement)
        else:
            groups.append([statement])
    chunks, start = [], 0
    for number, group in enumerate(groups):
        end = len(lines) if number == len(groups) - 1 else (group[-1].end_lineno or group[-1].lineno)
        part = "".join(lines[start:end])
        chunk = before.take(part)
        if chunk is None:
            chunk = Chunk(filename, part, start + first_row, tuple(group), moved=first_row - 1)
        else:
            chunk.move_to(start + first_row)
        chunks.append(chunk)
        start = end
    return chunks


def _changed(text: str, filename: str, earlier: Sequence[Chunk]) -> list[Chunk] | None:
    """The chunks of a text of which statements at its beginning and at its end are known: only what stands between
    them is parsed. None where that is no whole number of statements."""
    first, start = 0, 0
    while first < len(earlier) - 1 and _begins_with_rows(text, earlier[first].text, start):
        start += len(earlier[first].text)
        first += 1
    last, end = len(earlier), len(text)
    while last > first and _ends_with_rows(text, earlier[last - 1].text, start, end):
        last -= 1
        end -= len(earlier[last].text)
    if last < len(earlier):  # comments before a statement belong to it, and they may be new
        end += len(earlier[last].text)
        last += 1
    between = text[start:end]
    if not earlier or between.endswith(_GOES_ON) or (first == 0 and last == len(earlier)):
        return None
    row = earlier[first].first_row
    try:
        parsed = _parsed(between, filename, row, earlier[first:last])
    except SyntaxProblem:
        return None
    if not parsed:
        return None
    behind = earlier[last:]
    down = row + len(LINE_END.findall(between)) - behind[0].first_row if behind else 0
    for chunk in behind if down else ():
        chunk.move_to(chunk.first_row + down)
    return [*earlier[:first], *parsed, *behind]


def _begins_with_rows(text: str, rows: str, start: int) -> bool:
    return rows.endswith("\n") and not rows.endswith(_GOES_ON) and text.startswith(rows, start)


def _ends_with_rows(text: str, rows: str, start: int, end: int) -> bool:
    begin = end - len(rows)
    return text.endswith(rows, start, end) and (begin == start or text[begin - 1] == "\n")


def _bound(statements: Iterable[ast.stmt]) -> Iterator[str]:
    waiting: list[ast.AST] = list(statements)
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Name):
            if not isinstance(node.ctx, ast.Load):
                yield node.id
        elif isinstance(node, _DEFINITIONS):
            yield node.name
            yield from mentions_of([node]).declared_global
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            for alias in node.names:
                yield alias.asname or alias.name.split(".")[0]
        elif not isinstance(node, (ast.Constant, ast.Lambda)):
            if isinstance(node, (ast.ExceptHandler, ast.MatchAs, ast.MatchStar)) and node.name:
                yield node.name
            waiting += within(node)


_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
