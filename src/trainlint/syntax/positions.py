"""Where a piece of code stands; computed only for what is reported."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import libcst as cst

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


@dataclass(frozen=True, eq=False)
class NodeSite:
    """A libcst node within its chunk. Cheap to make: the position is found when somebody asks."""

    chunk: Chunk = field(repr=False)
    node: cst.CSTNode = field(repr=False)

    @cached_property
    def place(self) -> Place:
        return self.chunk.place_of(self.node)

    @cached_property
    def text(self) -> str:
        return self.chunk.code_for(self.node)


@dataclass(frozen=True)
class TextSite:
    """A piece of a file that is no Python: a key in YAML, an entry in TOML."""

    place: Place
    text: str
