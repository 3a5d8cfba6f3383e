"""Whether the gradients are cleared between one step of an optimizer and the next.

A small automaton runs over the tree of events. It knows four states: cleared, filled by a
backward pass, spent by a step, and mixed, when a backward pass has added to gradients that were spent.
A step on mixed gradients applies the old ones once more.

Branches are taken in every combination, the same test always the same way. Where a way that is not taken
would have cleared the gradients and the way that is taken makes no step, the combination proves nothing: that
is how gradients are accumulated over several batches.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, auto
from functools import cached_property

from trainlint.plan.loop import Branch, Event, Sequence
from trainlint.plan.walk import Choice, Walk, choices, with_fits_as_loops
from trainlint.values.origin import Certainty


class _Gradients(Enum):
    CLEARED = auto()
    FILLED = auto()
    SPENT = auto()
    MIXED = auto()


_CLEARING = frozenset({"zero_grad", "escape"})


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
    found = _uncleared(tree, _Touched(optimizer, trains))
    if found is None and _clears_networks(tree):
        # What is cleared through networks may leave one of them out.
        parts = (_Touched(optimizer, trains, part) for part in trains.get(optimizer, ()))
        found = next((step for part in parts if (step := _uncleared(tree, part))), None)
    return found


def _clears_networks(tree: Sequence) -> bool:
    return any(
        event.kind == "zero_grad" and event.optimizer is None and event.networks for event in tree.walk()
    )


def _uncleared(tree: Sequence, touched: _Touched) -> UnclearedStep | None:
    found: list[tuple[Event, Event]] = []
    harmless = False
    tree = with_fits_as_loops(tree)
    for choice in choices(tree, touched.by):
        walk = _Steps(touched, choice)
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
    certainty = Certainty.POSSIBLE if harmless else Certainty.EXACT
    return UnclearedStep(touched.optimizer, step, backward, certainty)


@dataclass
class _Touched:
    """Which events matter to the gradients of one optimizer, or of the `part` of them in one network."""

    optimizer: int
    trains: Mapping[int, tuple[int, ...]]
    part: int | None = None

    @cached_property
    def networks(self) -> set[int]:
        return set(self.trains.get(self.optimizer, ())) if self.part is None else {self.part}

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
        if event.kind == "backward" and not networks and self.part is not None:
            return False
        # What is not known could be ours: a clearing is believed, a backward pass as well.
        return not networks or not self.networks or bool(networks & self.networks)


class _Steps(Walk):
    """What one way through the branches does to the gradients. `mixed`: a step on mixed gradients, and the
    backward pass that mixed them. `in_doubt`: the way proves nothing."""

    def __init__(self, touched: _Touched, choice: Choice) -> None:
        super().__init__(choice)
        self.touched = touched
        self.state = _Gradients.CLEARED
        self.backward: Event | None = None
        self.stepped = False
        self.in_doubt = False
        self.mixed: tuple[Event, Event] | None = None

    def skip(self, branch: Branch, taken: Sequence) -> None:
        others = (path for path in branch.paths if path is not taken)
        clears = any(self._clears(event) for path in others for event in path.walk())
        if clears and not any(self._clears(event) or self._steps(event) for event in taken.walk()):
            self.in_doubt = True

    def meet(self, event: Event) -> None:
        if not self.touched.by(event):
            return
        if event.kind in _CLEARING:
            self.state = _Gradients.CLEARED
        elif event.kind == "step":
            self.stepped = True
            if self.state is _Gradients.MIXED and self.backward is not None and self.mixed is None:
                self.mixed = event, self.backward
            if self.state is not _Gradients.CLEARED:
                self.state = _Gradients.SPENT
        elif event.gradients != "added":
            self.state = _Gradients.FILLED
        elif self.state is _Gradients.SPENT:
            self.state, self.backward = _Gradients.MIXED, event
        elif self.state is _Gradients.CLEARED:
            self.state = _Gradients.FILLED

    def _clears(self, event: Event) -> bool:
        return event.kind in _CLEARING and self.touched.by(event)

    def _steps(self, event: Event) -> bool:
        return event.kind == "step" and self.touched.by(event)
