"""Where a piece of code stands; computed only for what is reported."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from trainlint.syntax.chunks import Chunk


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A range of text in a file: rows and columns from 1, columns in code points, the end exclusive."""

    filename: str
    row: int
    column: int
    end_row: int
    end_column: int

    def __str__(self) -> str:
        return f"{self.filename}:{self.row}:{self.column}"

    def contains(self, other: Place) -> bool:
        """Whether `other` lies within this place."""
        return (
            self.filename == other.filename
            and (self.row, self.column) <= (other.row, other.column)
            and (other.end_row, other.end_column) <= (self.end_row, self.end_column)
        )


class Site(Protocol):
    """Something written in a file: code, or a line of a settings file."""

    @property
    def place(self) -> Place: ...

    @property
    def text(self) -> str: ...


class NodeSite:
    """A syntax node within its chunk. Cheap to make, since every value has some: the position is found when somebody
    asks."""

    __slots__ = ("chunk", "node")

    def __init__(self, chunk: Chunk, node: ast.AST) -> None:
        self.chunk = chunk
        self.node = node

    @property
    def place(self) -> Place:
        return self.chunk.place_of(self.node)

    @property
    def text(self) -> str:
        return self.chunk.text_at(self.place)


_HEAD = re.compile(r"(?:async\s+)?(?:def|class)\s+")


class NameSite(NodeSite):
    """The name that a definition, a parameter or a keyword argument has; its node is the whole."""

    __slots__ = ()

    @property
    def place(self) -> Place:
        whole, node = self.chunk.place_of(self.node), self.node
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            name, head = node.name, _HEAD.match(self.chunk.text_at(whole))
            start = head.end() if head and "\n" not in head.group() else 0
        else:
            name, start = str(getattr(node, "arg", None) or ""), 0
        column = whole.column + start
        return Place(whole.filename, whole.row, column, whole.row, column + len(name))


@dataclass(frozen=True)
class TextSite:
    """A piece of a file that is no Python: a key in YAML, an entry in TOML."""

    place: Place
    text: str
