"""Finds what an analysis said about a position, also when the text has changed a little since."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from trainlint.server.documents import Result
from trainlint.sources.lines import LINE_END

Mark = Mapping[str, Any]


@dataclass(frozen=True)
class Shift:
    """How lines moved from the text that was analysed to the present one: those before `first` stayed, those
    from `last` on moved by `by`, the others are new."""

    first: int
    last: int
    by: int

    @classmethod
    def between(cls, old: str, new: str) -> Shift:
        if old == new:
            return cls(1 << 60, 1 << 60, 0)
        before, after = LINE_END.split(old), LINE_END.split(new)
        same = min(len(before), len(after))
        first = next((n for n in range(same) if before[n] != after[n]), same)
        tail = 0
        while tail < same - first and before[-1 - tail] == after[-1 - tail]:
            tail += 1
        return cls(first, len(before) - tail, len(after) - len(before))

    def moved(self, numbers: Sequence[int]) -> list[int] | None:
        """Where a range is now; None when it was touched."""
        line, character, end_line, end_character = numbers
        if end_line < self.first:
            return list(numbers)
        if line >= self.last:
            return [line + self.by, character, end_line + self.by, end_character]
        return None


def marks(
    result: Result, kind: str, address: str, text: str, cell: int | None
) -> Iterator[tuple[list[int], Mark]]:
    """What the facts of a kind say about a document or a cell, at their present places."""
    if not result.facts or kind not in result.facts or address not in result.texts:
        return
    shift = Shift.between(result.texts[address], text)
    for mark in result.facts[kind]:
        if mark["cell"] == cell and (place := shift.moved(mark["range"])) is not None:
            yield place, mark


def smallest_around(
    found: Iterator[tuple[list[int], Mark]], line: int, character: int
) -> list[tuple[list[int], Mark]]:
    """The marks that hold a position, those with the smallest range first."""
    holding = [
        (place, mark)
        for place, mark in found
        if (place[0], place[1]) <= (line, character) <= (place[2], place[3])
    ]
    return sorted(holding, key=lambda pair: (pair[0][2] - pair[0][0], pair[0][3] - pair[0][1]))


def meet(place: Sequence[int], wanted: Sequence[int]) -> bool:
    """Whether two ranges touch."""
    return (place[0], place[1]) <= (wanted[2], wanted[3]) and (wanted[0], wanted[1]) <= (place[2], place[3])
