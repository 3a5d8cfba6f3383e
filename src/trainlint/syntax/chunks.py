"""A program as top-level statements that are parsed by libcst only when somebody asks for them.

A chunk is one top-level statement with the comments above it. The tree of the standard library, which is
cheap, says where chunks begin and which names each one binds and mentions.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import libcst as cst

from trainlint.sources.lines import LineIndex
from trainlint.syntax import reuse
from trainlint.syntax.gate import parse
from trainlint.syntax.mentions import Mentions, mentions_of
from trainlint.syntax.positions import Place
from trainlint.syntax.spans import Span, spans_of

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n|\Z)")

_KEPT = frozenset({"module", "binds", "mentions", "_spans", "_lines"})
"""What a chunk has worked out from its text alone."""

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

    @cached_property
    def definition(self) -> Definition | None:
        """The function or class that this chunk defines."""
        only = self.statements[0] if len(self.statements) == 1 else None
        return only if isinstance(only, Definition) else None

    @property
    def last_row(self) -> int:
        """The row on which its last statement begins."""
        return self.statements[-1].lineno if self.statements else self.first_row

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
        """False: nested too deeply for libcst."""
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
    def module(self) -> cst.Module:
        """The chunk parsed by libcst.

        Raises:
            libcst.ParserSyntaxError: libcst does not read what Python reads.
        """
        return cst.parse_module(self.text)

    @cached_property
    def _spans(self) -> Mapping[cst.CSTNode, Span]:
        # Only chunks with something to report pay for this.
        return spans_of(self.module)

    @cached_property
    def _lines(self) -> LineIndex:
        return LineIndex(self.text)

    def place_of(self, node: cst.CSTNode) -> Place:
        """Where a node of this chunk stands in the file."""
        found = self._spans.get(node)
        if found is None:
            return Place(self.filename, self.first_row, 1, self.first_row, 1)
        offset = self.first_row - 1
        (row, column), (end_row, end_column) = map(self._lines.position, found)
        return Place(self.filename, row + offset, column, end_row + offset, end_column)

    def take_from(self, earlier: Chunk) -> None:
        """Takes over what was worked out for a chunk with the same text."""
        self.derived = earlier.derived
        for name in _KEPT & earlier.__dict__.keys():
            self.__dict__[name] = earlier.__dict__[name]

    def code_for(self, node: cst.CSTNode) -> str:
        return self.module.code_for_node(node)


def split(text: str, filename: str) -> list[Chunk]:
    """The chunks of a program in order; their texts together are the whole text.

    Raises:
        SyntaxProblem: the text is not Python.
    """
    tree = parse(text)
    lines = _LINE.findall(text)
    before = reuse.before(filename)
    groups: list[list[ast.stmt]] = []
    for statement in tree.body:
        if groups and statement.lineno <= (groups[-1][-1].end_lineno or 0):
            groups[-1].append(statement)
        else:
            groups.append([statement])
    chunks, start = [], 0
    for number, group in enumerate(groups):
        end = len(lines) if number == len(groups) - 1 else (group[-1].end_lineno or group[-1].lineno)
        chunk = Chunk(filename, "".join(lines[start:end]), start + 1, tuple(group))
        same = before.take(chunk.text)
        if same is not None:
            chunk.take_from(same)
        chunks.append(chunk)
        start = end
    reuse.keep(filename, chunks)
    return chunks


def _bound(statements: Iterable[ast.stmt]) -> Iterator[str]:
    waiting: list[ast.AST] = list(statements)
    while waiting:
        node = waiting.pop()
        if isinstance(node, Definition):
            yield node.name
            yield from mentions_of([node]).declared_global
        elif isinstance(node, ast.Import | ast.ImportFrom):
            for alias in node.names:
                yield alias.asname or alias.name.split(".")[0]
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store | ast.Del):
            yield node.id
        else:
            if (isinstance(node, ast.ExceptHandler) and node.name) or (
                isinstance(node, ast.MatchAs | ast.MatchStar) and node.name
            ):
                yield node.name
            waiting.extend(child for child in ast.iter_child_nodes(node) if not isinstance(child, ast.Lambda))
