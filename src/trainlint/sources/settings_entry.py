"""What a settings file is made of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


class NotSettings(Exception):
    """Text that is not in the language it should be in."""


@dataclass(frozen=True, slots=True)
class Span:
    """A range of text: rows and columns from 1, the end exclusive."""

    row: int
    column: int
    end_row: int
    end_column: int


@dataclass(eq=False, slots=True)
class Entry:
    """A value with its place. `content` is a constant, a list of entries or a dictionary of entries.

    Not `readable`: the file says how to make the value, but only a program could.
    """

    content: Any
    span: Span
    readable: bool = True
