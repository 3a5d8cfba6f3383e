"""Where the nodes of a parsed text stand, by offsets into it.

libcst's own PositionProvider tells rows and columns and takes several times as long as parsing. It finds them by
writing the code out again, and so is it done here, with nothing but the lengths of what is written.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from types import TracebackType

import libcst as cst
from libcst._nodes.internal import CodegenState

Span = tuple[int, int]


def spans_of(module: cst.Module) -> Mapping[cst.CSTNode, Span]:
    """Start and end of each node, without whitespace that belongs to it but means nothing."""
    state = _Measuring(module.default_indent, module.default_newline)
    state.begin()
    module._codegen(state)
    return state.spans


class _Measuring(CodegenState):
    """Takes the place of the writer of code and keeps lengths only."""

    __slots__ = ("offset", "spans", "starts")

    def begin(self) -> None:
        self.offset = 0
        self.spans: dict[cst.CSTNode, Span] = {}
        self.starts: list[int] = []

    def add_indent_tokens(self) -> None:
        for token in self.indent_tokens:
            self.offset += len(token)

    def add_token(self, value: str) -> None:
        self.offset += len(value)

    def pop_trailing_newline(self) -> None:
        """The end of a text without a last newline: no node stands there."""

    def before_codegen(self, node: cst.CSTNode) -> None:
        self.starts.append(self.offset)

    def after_codegen(self, node: cst.CSTNode) -> None:
        start = self.starts.pop()
        if node not in self.spans:  # else it said itself where it begins and ends
            self.spans[node] = (start, self.offset)

    def record_syntactic_position(  # type: ignore[override] # a context manager, though no generator
        self,
        node: cst.CSTNode,
        *,
        start_node: cst.CSTNode | None = None,
        end_node: cst.CSTNode | None = None,
    ) -> AbstractContextManager[None]:
        return _Meant(self, node, start_node, end_node)


class _Meant(AbstractContextManager[None]):
    """What a node writes while it says that this is the node itself."""

    __slots__ = ("end_node", "node", "start", "start_node", "state")

    def __init__(
        self, state: _Measuring, node: cst.CSTNode, start: cst.CSTNode | None, end: cst.CSTNode | None
    ) -> None:
        self.state, self.node, self.start_node, self.end_node = state, node, start, end

    def __enter__(self) -> None:
        self.start = self.state.offset

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        spans = self.state.spans
        start = spans[self.start_node][0] if self.start_node is not None else self.start
        end = spans[self.end_node][1] if self.end_node is not None else self.state.offset
        spans[self.node] = (start, end)
