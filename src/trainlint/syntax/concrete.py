"""Code as it is written: libcst's tree of a chunk, with the comments, parentheses and white space that edits need.

What code means is read from Python's own tree, which holds none of these. A chunk is parsed once more, by libcst, when
something in it is to be edited.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING

from trainlint.syntax.chunks import Chunk, told_once
from trainlint.syntax.positions import NodeSite, Place

if TYPE_CHECKING:
    # Imported where it is used: that takes as long as starting trainlint, and most runs edit nothing.
    import libcst as cst

    from trainlint.syntax.spans import Span


class Written:
    """The text of a chunk in libcst's tree.

    Raises:
        libcst.ParserSyntaxError: libcst does not read what Python reads.
    """

    def __init__(self, text: str) -> None:
        import libcst

        self.module = libcst.parse_module(text)

    @cached_property
    def spans(self) -> Mapping[cst.CSTNode, Span]:
        """Start and end of each node in the text."""
        from trainlint.syntax.spans import spans_of

        return spans_of(self.module)

    @cached_property
    def _by_span(self) -> Mapping[Span, list[cst.CSTNode]]:
        found: dict[Span, list[cst.CSTNode]] = {}
        for node, span in self.spans.items():
            found.setdefault(span, []).append(node)
        return found

    def find(self, site: NodeSite) -> cst.CSTNode | None:
        """The node that is written where a node of Python's tree stands."""
        kind = _kind(site.node)
        chunk = site.chunk
        place, lines, above = chunk.place_of(site.node), chunk.lines, chunk.first_row - 1
        start = lines.offset(place.row - above, place.column)
        end = lines.offset(place.end_row - above, place.end_column)
        # The parentheses of a tuple or a generator are no part of it for libcst.
        for span in ((start, end), (start + 1, end - 1)):
            for node in self._by_span.get(span, ()):
                if isinstance(node, kind):
                    return node
        return None


def _kind(node: ast.AST) -> type[cst.CSTNode] | tuple[type[cst.CSTNode], ...]:
    """What libcst calls a node of Python's tree."""
    import libcst as cst

    if isinstance(node, ast.expr):
        return cst.BaseExpression
    if isinstance(node, ast.stmt):
        return (cst.BaseSmallStatement, cst.BaseCompoundStatement)
    return (
        cst.Param if isinstance(node, ast.arg) else cst.Arg if isinstance(node, ast.keyword) else cst.CSTNode
    )


class CodeSite:
    """A node of libcst within its chunk."""

    def __init__(self, chunk: Chunk, written: Written, node: cst.CSTNode) -> None:
        self.chunk = chunk
        self.written = written
        self.node = node

    @cached_property
    def place(self) -> Place:
        chunk = self.chunk
        start, end = self.written.spans[self.node]
        (row, column), (end_row, end_column) = chunk.lines.position(start), chunk.lines.position(end)
        above = chunk.first_row - 1
        return Place(chunk.filename, row + above, column, end_row + above, end_column)

    @cached_property
    def text(self) -> str:
        return self.written.module.code_for_node(self.node)

    def at(self, node: cst.CSTNode) -> CodeSite:
        """Another node of the same chunk."""
        return CodeSite(self.chunk, self.written, node)


AnySite = NodeSite | CodeSite


def as_written(site: AnySite) -> CodeSite | None:
    """The same code in libcst's tree; None for what libcst does not read."""
    if isinstance(site, CodeSite):
        return site
    written = _read(site.chunk)
    node = written.find(site) if written is not None else None
    return CodeSite(site.chunk, written, node) if written is not None and node is not None else None


@told_once
def _read(chunk: Chunk) -> Written | None:
    """A chunk as libcst reads it; None where Python reads more, or where libcst must not look."""
    from libcst import ParserSyntaxError

    try:
        return Written(chunk.text) if chunk.readable else None
    except ParserSyntaxError:
        return None
