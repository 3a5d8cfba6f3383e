"""In which mode a network runs: training or evaluation, with gradients or without.

Dropout and batch normalisation do something else in either mode. An automaton over the tree of events knows
for one network the mode that its last `train()` or `eval()` has left, and whether gradients are on.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from trainlint.plan import walk
from trainlint.plan.loop import Event, Sequence
from trainlint.plan.network import Layer, Network


@dataclass(frozen=True)
class WrongMode:
    """`forward` runs in the mode that `left_by` has left; None: in the mode it was born with. `always`: in
    every turn of the loop, not only after the first. `network` may be none of the plan's: one whose layers
    are not known."""

    network: int
    forward: Event
    left_by: Event | None
    always: bool = False


def depends_on_mode(layer: Layer) -> bool:
    """Whether a layer does one thing while training and another when evaluated."""
    if layer.kind == "batch_norm":
        return True
    return (layer.number("rate") or 0) > 0 if layer.kind != "backbone" else True


def mode_dependent(network: Network) -> Layer | None:
    """The first layer of a network that depends on the mode."""
    return next((layer for layer in network.layers if depends_on_mode(layer)), None)


def trained_in_evaluation(trees: Collection[Sequence], network: int) -> WrongMode | None:
    """A forward pass of training after `eval()`, with no `train()` since."""
    for tree in trees:
        for choice in walk.choices(tree, lambda event: _switches(event, network)):
            modes = _Modes(choice, network)
            modes.through(tree)
            learns = [run for run in modes.runs if run.learns]
            wrong = [run for run in learns if run.mode is not None and run.mode.kind == "eval_mode"]
            if not wrong:
                continue
            first = wrong[0]
            again = [run for run in learns if run.event is first.event]
            return WrongMode(network, first.event, first.mode, always=all(run in wrong for run in again))
    return None


def evaluated_in_training(trees: Collection[Sequence], network: int) -> WrongMode | None:
    """A forward pass that only measures or predicts, in training mode, of a network that is trained."""
    if not any(_trains(event, network) for tree in trees for event in tree.walk()):
        return None
    for tree in trees:
        evaluates = _evaluations(tree, network)
        if not evaluates:
            continue
        found: dict[int, _Run] = {}
        fine: set[int] = set()
        for choice in walk.choices(tree, lambda event: _switches(event, network)):
            modes = _Modes(choice, network)
            modes.through(tree)
            for run in modes.runs:
                if id(run.event) not in evaluates:
                    continue
                if run.trained and (run.mode is None or run.mode.kind == "train_mode"):
                    found.setdefault(id(run.event), run)
                elif run.mode is not None:
                    fine.add(id(run.event))
        for key, run in found.items():
            if key not in fine:
                return WrongMode(network, run.event, run.mode)
    return None


def recorded_for_nothing(trees: Collection[Sequence], network: int) -> Event | None:
    """A forward pass that only measures or predicts, of a network that is trained, with gradients on."""
    if not any(_trains(event, network) for tree in trees for event in tree.walk()):
        return None
    for tree in trees:
        evaluates = _evaluations(tree, network)
        recording = [
            _Recording(choice, evaluates)
            for choice in (walk.choices(tree, lambda event: event.kind in _CONTEXTS) if evaluates else ())
        ]
        for one in recording:
            one.through(tree)
        off = {key for one in recording for key in one.off}
        for one in recording:
            for key, event in one.on.items():
                if key not in off:
                    return event
    return None


def told_to_train(trees: Collection[Sequence], network: int) -> WrongMode | None:
    """A forward pass of Keras that only measures or predicts and is told `training=True`; not where others are
    told nothing, for then both are compared."""
    if not any(_trains(event, network) or _fits(event, network) for tree in trees for event in tree.walk()):
        return None
    measuring = [
        event
        for tree in trees
        for evaluates in (_evaluations(tree, network),)
        for event in tree.walk()
        if id(event) in evaluates
    ]
    told = all(event.told_to_train for event in measuring)
    return WrongMode(network, measuring[0], None) if measuring and told else None


def _fits(event: Event, network: int) -> bool:
    return event.kind == "fit" and network in event.networks


def switched_off(trees: Collection[Sequence]) -> Iterator[tuple[Event, Event]]:
    """`set_grad_enabled(False)` that is still in force in a forward pass of training, with that pass."""
    for tree in trees:
        for choice in walk.choices(tree, lambda event: event.kind in ("grad_off", "grad_on")):
            gradients = _Gradients(choice)
            gradients.through(tree)
            if gradients.found is not None:
                yield gradients.found
                break


def _switches(event: Event, network: int) -> bool:
    if event.kind == "backward":
        return True
    return event.kind in ("train_mode", "eval_mode", "escape", "forward") and network in event.networks


def _trains(event: Event, network: int) -> bool:
    return event.kind == "forward" and event.trains and event.networks[:1] == (network,)


def _evaluations(tree: Sequence, network: int) -> set[int]:
    """Forward passes of the network in a loop, or without gradients, where nothing is trained."""
    found: set[int] = set()
    for loop in walk.loops(tree):
        inside = list(loop.walk())
        if loop.times is not None and loop.over != "batches":
            continue
        if any(event.kind in _NO_TEST for event in inside):
            continue
        found |= {
            id(event)
            for event in inside
            if event.kind == "forward" and not event.trains and event.networks[:1] == (network,)
        }
    return found


@dataclass
class _Run:
    """A forward pass, the event that left the mode it runs in, and whether a pass of training came before it
    since that. `learns`: a backward pass comes after it in the same turn."""

    event: Event
    mode: Event | None
    trained: bool
    learns: bool = False


class _Modes(walk.Walk):
    """The mode of one network at each of its forward passes."""

    def __init__(self, choice: walk.Choice, network: int) -> None:
        super().__init__(choice)
        self.network = network
        self.mode: Event | None = None
        self.trained = False
        self.in_doubt = False
        self.runs: list[_Run] = []
        self.waiting: dict[int, _Run] = {}  # for a backward pass, by the identity of the forward pass

    def meet(self, event: Event) -> None:
        if not _switches(event, self.network):
            return
        if event.kind in ("train_mode", "eval_mode"):
            self.mode, self.trained, self.in_doubt = event, False, False
        elif event.kind == "escape":
            self.in_doubt = True
        elif event.kind == "backward":
            for run in self.waiting.values():
                reached = (
                    run.event.networks == (self.network,)  # nothing within it is known
                    or not event.networks
                    or bool(set(event.networks) & set(run.event.networks))
                )
                run.learns = run.learns or (run.event.trains and reached)
        elif event.networks[:1] == (self.network,) and not self.in_doubt:
            self.waiting[id(event)] = run = _Run(event, self.mode, self.trained)
            self.runs.append(run)
            self.trained = self.trained or event.trains


class _Gradients(walk.Walk):
    """The first forward pass of training while gradients are switched off."""

    def __init__(self, choice: walk.Choice) -> None:
        super().__init__(choice)
        self.off: Event | None = None
        self.found: tuple[Event, Event] | None = None

    def meet(self, event: Event) -> None:
        if event.kind in ("grad_off", "grad_on"):
            self.off = event if event.kind == "grad_off" else None
        elif event.kind in ("forward", "loss") and event.trains and self.off and not self.found:
            self.found = self.off, event


_NO_TEST = frozenset("backward step zero_grad escape train_mode differentiate".split())
"""What a loop that only measures does not do."""

_CONTEXTS = frozenset("no_grad_enter no_grad_exit grad_enter grad_exit grad_off grad_on volatile".split())


class _Recording(walk.Walk):
    """Which of some forward passes run with gradients `on`, and which within a context that says something else,
    or may."""

    def __init__(self, choice: walk.Choice, passes: Collection[int]) -> None:
        super().__init__(choice)
        self.passes = passes
        self.within = 0
        self.is_off = False
        self.on: dict[int, Event] = {}
        self.off: set[int] = set()

    def meet(self, event: Event) -> None:
        if event.kind in ("no_grad_enter", "grad_enter"):
            self.within += 1
        elif event.kind in ("no_grad_exit", "grad_exit"):
            self.within -= 1
        elif event.kind in ("grad_off", "grad_on", "volatile"):
            self.is_off = event.kind != "grad_on"
        elif id(event) in self.passes and (self.within or self.is_off):
            self.off.add(id(event))
        elif id(event) in self.passes:
            self.on.setdefault(id(event), event)
