"""What follows from the statements of a file alone, worked out once however many programs import it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

from trainlint.evaluate import selection
from trainlint.syntax.chunks import Chunk


class Contents:
    """The statements of a file, as chunks."""

    def __init__(self, chunks: Sequence[Chunk]) -> None:
        self.chunks = chunks
        self._needed: dict[frozenset[int], list[int]] = {}

    @property
    def text(self) -> str:
        return "".join(chunk.text for chunk in self.chunks)

    @cached_property
    def training_names(self) -> frozenset[str]:
        """Its functions and methods that train, directly or through each other."""
        return selection.training_names(self.chunks)

    @cached_property
    def that_train(self) -> list[int]:
        """The chunks that training depends on, in the order of the text."""
        return self.needed_for(frozenset(selection.roots(self.chunks, self.training_names)))

    def needed_for(self, start: frozenset[int]) -> list[int]:
        """Some chunks and those that they depend on, in the order of the text.

        A chunk depends on those that bind what it mentions, and what a statement binds (no `def`, no import) may
        be changed by every other statement that mentions it: `parser.add_argument`, `config["lr"] = …`.
        """
        needed = self._needed.get(start)
        if needed is None:
            needed = self._needed[start] = sorted(self._with_dependencies(start))
        return needed

    def _with_dependencies(self, start: frozenset[int]) -> set[int]:
        found: set[int] = set()
        mentioned: set[str] = set()
        waiting = [*start, *self.stars]
        while waiting:
            number = waiting.pop()
            if number in found:
                continue
            found.add(number)
            chunk = self.chunks[number]
            for name in chunk.names - mentioned:
                waiting += self._binders.get(name, ())
            mentioned |= chunk.names
            if not _only_defines(chunk):
                for name in chunk.binds:
                    waiting += self.users.get(name, ())
        return found

    @cached_property
    def users(self) -> dict[str, list[int]]:
        """For each name the statements, neither definition nor import, that mention it: they may change what it
        stands for."""
        users: dict[str, list[int]] = {}
        for number, chunk in enumerate(self.chunks):
            for name in chunk.names if not _only_defines(chunk) else ():
                users.setdefault(name, []).append(number)
        return users

    @cached_property
    def switches_modes(self) -> bool:
        """Whether some network may be switched to training or evaluation."""
        return any(chunk.words & {"eval", "train"} for chunk in self.chunks)

    @cached_property
    def words(self) -> frozenset[str]:
        """All names and attributes that it mentions or binds."""
        return frozenset[str]().union(
            *(chunk.words for chunk in self.chunks), *(chunk.binds for chunk in self.chunks)
        )

    def binders(self, name: str) -> frozenset[int]:
        """The chunks that may give a name its value."""
        return self._binders.get(name, self.stars)

    @cached_property
    def stars(self) -> frozenset[int]:
        """The chunks that may bind anything: `from x import *`."""
        return frozenset(number for number, chunk in enumerate(self.chunks) if "*" in chunk.binds)

    @cached_property
    def _binders(self) -> dict[str, frozenset[int]]:
        binders: dict[str, frozenset[int]] = {}
        for number, chunk in enumerate(self.chunks):
            for name in chunk.binds:
                binders[name] = binders.get(name, self.stars) | {number}
        return binders


def _only_defines(chunk: Chunk) -> bool:
    return chunk.definition is not None or chunk.is_import
