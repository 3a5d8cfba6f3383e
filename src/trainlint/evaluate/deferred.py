"""Definitions that are read when somebody asks for them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trainlint.syntax.chunks import Chunk
from trainlint.values.value import Value

if TYPE_CHECKING:
    from trainlint.evaluate.program import Program


class Deferred(Value):
    """A function or class whose `def` has not been read yet, because nobody has asked for it."""

    def __init__(self, program: Program, chunk: Chunk) -> None:
        self.program = program
        self.chunk = chunk
