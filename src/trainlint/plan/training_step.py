"""Steps of a training loop that change nothing: a backward pass or a step is missing, or out of place.

Per optimizer, over the tree of events: it is never stepped though its gradients are computed and cleared;
its step never finds gradients; it steps once after a loop that computes and clears them for each batch.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from collections.abc import Sequence as Listed
from dataclasses import dataclass
from enum import Enum, auto
from typing import Literal

from trainlint.plan import walk
from trainlint.plan.loop import Event, Loop, Sequence
from trainlint.plan.optimizer import Optimizer
from trainlint.values.origin import Certainty

Fault = Literal["never stepped", "nothing to apply", "steps after the loop"]


@dataclass(frozen=True)
class IncompleteStep:
    """What is in vain, and where: a backward pass that nothing follows, or a step."""

    optimizer: Optimizer | None
    fault: Fault
    event: Event
    certainty: Certainty = Certainty.EXACT


def incomplete_steps(trees: tuple[Sequence, ...], optimizers: Listed[Optimizer]) -> Iterator[IncompleteStep]:
    everything = [event for tree in trees for event in tree.walk()]
    stepped = frozenset(optimizer for tree in trees for optimizer in tree.stepped)
    for index, optimizer in enumerate(optimizers):
        if optimizer.optimises_inputs:
            continue
        ours = _Ours(index, frozenset(optimizer.networks))
        never = index not in stepped and not any(map(ours.escapes, everything))
        for tree in trees:
            if optimizer.framework == "keras":
                found = _never_applied(tree) if never and not optimizer.trains else None
            elif index in tree.stepped:
                found = _steps_after_loop(tree, ours) or (
                    _nothing_to_apply(tree, ours) if optimizer.name else None
                )
            else:
                found = _never_stepped(tree, ours) if never and None not in stepped else None
            if found is not None:
                fault, event = found
                yield IncompleteStep(optimizer, fault, event)
                break
    for tree in trees:
        for event in (*_fitted_without_step(tree), *_dropped(tree)):
            yield IncompleteStep(None, "never stepped", event)


@dataclass(frozen=True)
class _Ours:
    """Which events belong to one optimizer."""

    optimizer: int
    networks: frozenset[int]

    def steps(self, event: Event) -> bool:
        return event.kind == "step" and event.optimizer == self.optimizer

    def escapes(self, event: Event) -> bool:
        """Whether something that could not be followed may have stepped or computed gradients."""
        if event.kind != "escape":
            return False
        return (
            event.optimizer == self.optimizer
            or event.loss is not None
            or not self.networks
            or bool(self.networks & set(event.networks))
        )

    def clears(self, event: Event) -> bool:
        return event.kind == "zero_grad" and (
            event.optimizer == self.optimizer or bool(self.networks & set(event.networks))
        )

    def fills(self, event: Event) -> bool:
        """Whether a backward pass may reach its weights."""
        if event.kind != "backward":
            return False
        return not event.networks or not self.networks or bool(self.networks & set(event.networks))

    def computes(self, event: Event) -> bool:
        """Whether there is something to train: a loss, or the network is applied."""
        if event.kind == "loss":
            return True
        return event.kind == "forward" and bool(self.networks & set(event.networks))


Found = tuple[Fault, Event] | None


def _never_stepped(tree: Sequence, ours: _Ours) -> Found:
    """A loop that clears and computes gradients of an optimizer that nothing steps."""
    for loop in walk.loops(tree):
        events = list(walk.directly_in(loop))
        cleared = any(event.kind == "zero_grad" and event.optimizer == ours.optimizer for event in events)
        filled = next((event for event in events if ours.fills(event)), None)
        if cleared and filled is not None:
            return "never stepped", filled
    return None


def _never_applied(tree: Sequence) -> Found:
    """A loop that computes gradients of a loss and no optimizer that applies them."""
    for loop in walk.loops(tree):
        events = list(walk.directly_in(loop))
        trains = any(event.kind == "forward" and event.trains for event in events)
        filled = next((event for event in events if event.kind == "backward"), None)
        if (
            trains
            and filled is not None
            and not any(event.kind in ("step", "escape") for event in loop.walk())
        ):
            return "never stepped", filled
    return None


def _steps_after_loop(tree: Sequence, ours: _Ours) -> Found:
    """A loop over batches clears the gradients of each batch, and only the last are applied, outside of it."""
    steps = [event for event in tree.walk() if ours.steps(event)]
    for loop in walk.loops(tree):
        inside = list(loop.walk())
        if loop.over != "batches" or any(ours.steps(event) or ours.escapes(event) for event in inside):
            continue
        direct = list(walk.directly_in(loop))
        cleared = any(event.kind == "zero_grad" and event.optimizer == ours.optimizer for event in direct)
        if cleared and any(ours.fills(event) for event in direct) and steps:
            return "steps after the loop", steps[0]
    return None


class _State(Enum):
    CLEARED = auto()
    FILLED = auto()


def _nothing_to_apply(tree: Sequence, ours: _Ours) -> Found:
    """A step that finds no gradients, whichever way the program takes."""
    empty: dict[int, Event] = {}
    filled: Counter[int] = Counter()
    for choice in walk.choices(tree, lambda event: ours.fills(event) or ours.clears(event)):
        steps = _Steps(choice, ours)
        steps.through(tree)
        empty |= steps.empty
        filled.update(steps.filled)
    return next((("nothing to apply", event) for key, event in empty.items() if not filled[key]), None)


class _Steps(walk.Walk):
    """Which steps of an optimizer find gradients and which do not."""

    def __init__(self, choice: walk.Choice, ours: _Ours) -> None:
        super().__init__(choice)
        self.ours = ours
        self.state = _State.CLEARED
        self.computed: list[Loop] = []
        self.empty: dict[int, Event] = {}
        self.filled: list[int] = []

    def meet(self, event: Event) -> None:
        if self.ours.fills(event) or self.ours.escapes(event):
            self.state = _State.FILLED
        elif self.ours.clears(event):
            self.state = _State.CLEARED
        elif self.ours.computes(event):
            self.computed += self.loops[-1:]
        elif self.ours.steps(event):
            trains = any(loop is self.loops[-1] for loop in self.computed) if self.loops else False
            if self.state is _State.CLEARED and trains:
                self.empty[id(event)] = event
            else:
                self.filled.append(id(event))


def _fitted_without_step(tree: Sequence) -> Iterator[Event]:
    """Gradients that a `train_step` of the program computes for `fit` and never applies."""
    pending: Event | None = None
    for event in tree.walk():
        if event.kind in ("fit", "step", "escape"):
            pending = None
        elif event.kind == "backward":
            pending = event
        elif event.kind == "fit_step_done" and pending is not None:
            yield pending
            pending = None


def _dropped(tree: Sequence) -> Iterator[Event]:
    """Gradients of a loop that get a name which nothing reads."""
    for loop in walk.loops(tree):
        events = list(walk.directly_in(loop))
        if any(event.kind == "forward" and event.trains for event in events):
            yield from (event for event in events if event.gradients == "dropped")
