"""What was noted while a program ran, sorted by kind, each object once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, TypeVar

from trainlint.evaluate.assembly.numbering import Numbering
from trainlint.evaluate.happenings import Forked, Happened, Happening, Repeated
from trainlint.frameworks.facts import (
    CompileCalled,
    DemoRun,
    FitCalled,
    LossApplied,
    NetworkApplied,
    OptimizerMade,
    ScheduleMade,
)  # fmt: skip
from trainlint.values.origin import Certainty

Fact = TypeVar("Fact")


@dataclass
class Gathered:
    """Facts with their certainty, what happened, and the numbers of objects."""

    facts: list[tuple[object, Certainty]]
    happened: list[Happened]
    networks: Numbering = field(default_factory=Numbering)
    optimizers: Numbering = field(default_factory=Numbering)
    losses: Numbering = field(default_factory=Numbering)
    scalers: Numbering = field(default_factory=Numbering)
    schedules: Numbering = field(default_factory=Numbering)

    def __post_init__(self) -> None:
        self._by_kind: defaultdict[type, list[tuple[Any, Certainty]]] = defaultdict(list)
        self._sorted = 0

    def of(self, kind: type[Fact]) -> Iterator[tuple[Fact, Certainty]]:
        for fact, certainty in self.facts[self._sorted :]:  # some come while the plan is put together
            self._by_kind[type(fact)].append((fact, certainty))
        self._sorted = len(self.facts)
        return iter(self._by_kind[kind])

    def walk(self) -> Iterator[Happening]:
        """All events, whatever loops and branches they stand in."""
        return events(self.happened)


def events(happened: list[Happened]) -> Iterator[Happening]:
    for item in happened:
        if isinstance(item, Happening):
            yield item
        elif isinstance(item, Repeated):
            yield from events(item.body)
        elif isinstance(item, Forked):
            for path in item.paths:
                yield from events(path)


__all__ = [
    "CompileCalled", "DemoRun", "FitCalled", "Gathered", "LossApplied", "NetworkApplied", "OptimizerMade",
    "ScheduleMade", "events",
]  # fmt: skip
