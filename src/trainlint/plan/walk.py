"""Ways through a tree of events: every loop twice, branches in every combination.

The same test is always decided the same way. What holds between one turn and the next shows on the second
turn of a loop, so two turns are enough for automata that remember one state.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import product
from math import prod

from trainlint.plan.loop import Branch, Event, Loop, Sequence

COMBINATIONS = 256
"""Ways through the branches that are tried; a program with more is not judged."""

Choice = Mapping[str, int]
"""Which path is taken, by the name of the branch."""


class Walk:
    """One way through a tree. A subclass says what an event does to its state."""

    def __init__(self, choice: Choice) -> None:
        self.choice = choice
        self.loops: list[Loop] = []  # that the walk is in, outermost first

    def meet(self, event: Event) -> None:
        raise NotImplementedError

    def skip(self, branch: Branch, taken: Sequence) -> None:
        """Called before a path is taken and the others are not."""

    def through(self, tree: Sequence) -> bool:
        """Goes through a sequence; whether it was left early."""
        for item in tree.items:
            if isinstance(item, Event):
                self.meet(item)
            elif isinstance(item, Loop):
                self._turns(item)
            elif item.paths:
                taken = item.paths[min(self.choice.get(_name(item), 0), len(item.paths) - 1)]
                self.skip(item, taken)
                if self.through(taken):
                    return True
        return tree.leaves

    def _turns(self, loop: Loop) -> None:
        self.loops.append(loop)
        for _ in range(min(2 if loop.times is None else loop.times, 2)):
            self.through(loop.body)
        self.loops.pop()


def choices(tree: Sequence, matters: Callable[[Event], bool]) -> list[Choice]:
    """Every combination of paths through branches that hold an event that matters; none when there are
    too many."""
    ways: dict[str, int] = {}
    for branch in branches(tree):
        if any(matters(event) for event in branch.walk()):
            ways[_name(branch)] = max(ways.get(_name(branch), 1), len(branch.paths))
    if prod(ways.values()) > COMBINATIONS:
        return []
    return [
        dict(zip(ways, paths, strict=True)) for paths in product(*(range(count) for count in ways.values()))
    ]


def branches(tree: Sequence) -> Iterator[Branch]:
    for item in tree.items:
        if isinstance(item, Loop):
            yield from branches(item.body)
        elif isinstance(item, Branch):
            yield item
            for path in item.paths:
                yield from branches(path)


def loops(tree: Sequence) -> Iterator[Loop]:
    """All loops, an outer one before those within it."""
    for item in tree.items:
        if isinstance(item, Loop):
            yield item
            yield from loops(item.body)
        elif isinstance(item, Branch):
            for path in item.paths:
                yield from loops(path)


def with_fits_as_loops(tree: Sequence) -> Sequence:
    """The same tree, where what a trainer does for each batch is a loop of its own."""
    items: list[Event | Loop | Branch] = []
    begin: int | None = None
    for item in tree.items:
        if isinstance(item, Loop):
            item = item.model_copy(update={"body": with_fits_as_loops(item.body)})
        elif isinstance(item, Event) and item.kind == "fit":
            begin = len(items) + 1
        elif isinstance(item, Event) and item.kind == "fit_step_done" and begin is not None:
            turn = Sequence(items=tuple(items[begin:]))
            items[begin:] = [Loop(body=turn, over="batches", origin=item.origin)]
            begin = None
        items.append(item)
    return tree.model_copy(update={"items": tuple(items)})


def stepped_together(tree: Sequence) -> Iterator[set[int]]:
    """The optimizers that step in one turn of a loop, or in one step of a trainer."""
    for loop in loops(tree):
        steps = (event for event in loop.walk() if event.kind == "step")
        yield {event.optimizer for event in steps if event.optimizer is not None}
    inside: set[int] | None = None
    for event in tree.walk():
        if event.kind in ("fit", "fit_step_done"):
            if event.kind == "fit_step_done" and inside is not None:
                yield inside
            inside = set() if event.kind == "fit" else None
        elif event.kind == "step" and event.optimizer is not None and inside is not None:
            inside.add(event.optimizer)


def directly_in(loop: Loop) -> Iterator[Event]:
    """The events of a turn, without those of loops within it."""
    waiting: list[Event | Loop | Branch] = list(loop.body.items)
    while waiting:
        item = waiting.pop(0)
        if isinstance(item, Event):
            yield item
        elif isinstance(item, Branch):
            waiting[0:0] = [inner for path in item.paths for inner in path.items]


def _name(branch: Branch) -> str:
    return branch.condition or f"branch {id(branch)}"
