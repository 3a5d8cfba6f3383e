"""Whether the gradients are cleared between one step of an optimizer and the next.

A small automaton runs over the tree of events, every loop twice. It knows four states: cleared, filled by a
backward pass, spent by a step, and mixed, when a backward pass has added to gradients that were spent.
A step on mixed gradients applies the old ones once more.

Branches are taken in every combination, the same test always the same way. Where a way that is not taken
would have cleared the gradients and the way that is taken makes no step, the combination proves nothing: that
is how gradients are accumulated over several batches.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum, auto
from itertools import product
from math import prod

from trainlint.plan.loop import Branch, Event, Loop, Sequence
from trainlint.values.origin import Certainty

COMBINATIONS = 256
"""Ways through the branches that are tried; a program with more is not judged."""


class _Gradients(Enum):
    CLEARED = auto()
    FILLED = auto()
    SPENT = auto()
    MIXED = auto()


@dataclass(frozen=True)
class UnclearedStep:
    """`step` applies gradients that `backward` has added to those of an earlier step."""

    optimizer: int
    step: Event
    backward: Event
    certainty: Certainty


def uncleared_step(
    tree: Sequence, optimizer: int, trains: Mapping[int, tuple[int, ...]]
) -> UnclearedStep | None:
    """The first step of `optimizer` on gradients that were spent already, None when there is none for sure.

    `trains` gives for each optimizer the networks that it changes, empty when that is unknown.
    """
    touched = _Touched(optimizer, trains)
    branches = [branch for branch in _branches(tree) if any(touched.by(event) for event in branch.walk())]
    ways: dict[str, int] = {}
    for branch in branches:
        ways[_name(branch)] = max(ways.get(_name(branch), 1), len(branch.paths))
    if prod(ways.values()) > COMBINATIONS:
        return None
    found: list[tuple[Event, Event]] = []
    harmless = False
    for choice in product(*(range(count) for count in ways.values())):
        walk = _Walk(touched, dict(zip(ways, choice, strict=True)))
        walk.through(tree)
        if walk.in_doubt or not walk.stepped:
            continue
        if walk.mixed is None:
            harmless = True
        else:
            found.append(walk.mixed)
    if not found:
        return None
    step, backward = found[0]
    return UnclearedStep(optimizer, step, backward, Certainty.POSSIBLE if harmless else Certainty.EXACT)


@dataclass
class _Touched:
    """Which events matter to the gradients of one optimizer."""

    optimizer: int
    trains: Mapping[int, tuple[int, ...]]

    @property
    def networks(self) -> set[int]:
        return set(self.trains.get(self.optimizer, ()))

    def by(self, event: Event) -> bool:
        return event.kind in {"zero_grad", "backward", "step", "escape"} and self._meets(event)

    def _meets(self, event: Event) -> bool:
        if event.optimizer == self.optimizer:
            return True
        if event.kind == "step" or (event.kind == "escape" and not event.networks):
            return False
        networks = set(event.networks)
        if event.optimizer is not None:
            networks |= set(self.trains.get(event.optimizer, ()))
        # What is not known could be ours: a clearing is believed, a backward pass as well.
        return not networks or not self.networks or bool(networks & self.networks)


@dataclass
class _Walk:
    """One combination of branches."""

    touched: _Touched
    choice: Mapping[str, int]
    state: _Gradients = _Gradients.CLEARED
    backward: Event | None = None
    stepped: bool = False
    in_doubt: bool = False
    mixed: tuple[Event, Event] | None = field(default=None)

    def through(self, tree: Sequence) -> None:
        for item in tree.items:
            if isinstance(item, Event):
                self.meet(item)
            elif isinstance(item, Loop):
                for _ in range(min(2 if item.times is None else item.times, 2)):
                    self.through(item.body)
            else:
                self.fork(item)

    def fork(self, branch: Branch) -> None:
        if not branch.paths:
            return
        index = min(self.choice.get(_name(branch), 0), len(branch.paths) - 1)
        taken = branch.paths[index]
        others = (path for path in branch.paths if path is not taken)
        clears = any(self._clears(event) for path in others for event in path.walk())
        if clears and not any(self._clears(event) or self._steps(event) for event in taken.walk()):
            self.in_doubt = True
        self.through(taken)

    def meet(self, event: Event) -> None:
        if not self.touched.by(event):
            return
        if self._clears(event):
            self.state = _Gradients.CLEARED
        elif self._steps(event):
            self.stepped = True
            if self.state is _Gradients.MIXED and self.backward is not None and self.mixed is None:
                self.mixed = event, self.backward
            if self.state is not _Gradients.CLEARED:
                self.state = _Gradients.SPENT
        elif self.state is _Gradients.SPENT:
            self.state, self.backward = _Gradients.MIXED, event
        elif self.state is _Gradients.CLEARED:
            self.state = _Gradients.FILLED

    def _clears(self, event: Event) -> bool:
        return event.kind in {"zero_grad", "escape"} and self.touched.by(event)

    def _steps(self, event: Event) -> bool:
        return event.kind == "step" and self.touched.by(event)


def _branches(tree: Sequence) -> Iterator[Branch]:
    for item in tree.items:
        if isinstance(item, Loop):
            yield from _branches(item.body)
        elif isinstance(item, Branch):
            yield item
            for path in item.paths:
                yield from _branches(path)


def _name(branch: Branch) -> str:
    return branch.condition or f"branch {id(branch)}"
