"""Where a schedule is stepped: before or after the optimizer, once an epoch or once a batch."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from collections.abc import Sequence as Listed
from dataclasses import dataclass
from typing import Literal

from trainlint.plan import walk
from trainlint.plan.loop import Event, Loop, Sequence
from trainlint.plan.optimizer import Optimizer
from trainlint.plan.schedule import Schedule

Fault = Literal["before the optimizer", "counts batches", "counts epochs"]


@dataclass(frozen=True)
class MisplacedStep:
    """A step of the schedule of `optimizer`: before the first step of the optimizer itself; once an epoch
    though the schedule counts batches; once a batch though it counts epochs."""

    optimizer: Optimizer
    schedule: Schedule
    fault: Fault
    event: Event


def misplaced_steps(
    trees: Collection[Sequence], optimizers: Listed[Optimizer], epochs: dict[int, int]
) -> Iterator[MisplacedStep]:
    """`epochs` are those of each optimizer, as far as they are known."""
    events = [event for tree in trees for event in tree.walk() if event.kind == "scheduler_step"]
    for index, optimizer in enumerate(optimizers):
        ours = [event for event in events if event.optimizer == index]
        if optimizer.schedule is None or len({event.schedule for event in ours}) != 1:
            continue
        for tree in trees:
            found = _level(tree, index, optimizer.schedule, epochs.get(index)) or _before(tree, index)
            if found is not None:
                yield MisplacedStep(optimizer, optimizer.schedule, *found)
                break


Found = tuple[Fault, Event] | None


def _level(tree: Sequence, optimizer: int, schedule: Schedule, epochs: int | None) -> Found:
    """Whether the schedule is stepped in another loop than the one that it counts."""
    batches = _innermost(tree, "step", optimizer)
    stepped = _innermost(tree, "scheduler_step", optimizer)
    if batches is None or stepped is None:
        return None
    event = next(event for event in walk.directly_in(stepped) if _is(event, "scheduler_step", optimizer))
    if stepped is batches:
        wrong = batches.over == "batches" and schedule.counts(epochs) == "epochs"
        return ("counts epochs", event) if wrong else None
    outside = any(loop is batches for loop in walk.loops(stepped.body))
    return ("counts batches", event) if outside and schedule.counts(epochs) == "batches" else None


def _innermost(tree: Sequence, kind: str, optimizer: int) -> Loop | None:
    """The only loop that holds events of a kind directly; None when there are several."""
    found = [
        loop
        for loop in walk.loops(tree)
        if any(_is(event, kind, optimizer) for event in walk.directly_in(loop))
    ]
    return found[0] if len(found) == 1 else None


def _is(event: Event, kind: str, optimizer: int) -> bool:
    return event.kind == kind and event.optimizer == optimizer


def _before(tree: Sequence, optimizer: int) -> Found:
    """A turn of a loop steps the schedule first, whichever way the program takes."""
    first: list[Event | None] = []
    choices = walk.choices(tree, lambda event: event.optimizer == optimizer and event.kind in _STEPS)
    for choice in choices:
        order = _Order(choice, optimizer)
        order.through(tree)
        if order.stepped:
            first.append(order.early)
    early = first[0] if first else None
    return ("before the optimizer", early) if early is not None and all(first) else None


_STEPS = ("step", "scheduler_step", "escape")


class _Order(walk.Walk):
    """Whether the schedule steps within a loop before the optimizer does."""

    def __init__(self, choice: walk.Choice, optimizer: int) -> None:
        super().__init__(choice)
        self.optimizer = optimizer
        self.stepped = False
        self.early: Event | None = None

    def meet(self, event: Event) -> None:
        if event.optimizer != self.optimizer:
            return
        if event.kind in ("step", "escape"):
            self.stepped = True
        elif event.kind == "scheduler_step" and not self.stepped and self.early is None:
            shared = any(_is(other, "step", self.optimizer) for loop in self.loops for other in loop.walk())
            self.early = event if shared else None
