"""What was noted while a program ran, sorted by kind, each object once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TypeVar

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

    def of(self, kind: type[Fact]) -> Iterator[tuple[Fact, Certainty]]:
        return ((fact, certainty) for fact, certainty in self.facts if isinstance(fact, kind))

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
