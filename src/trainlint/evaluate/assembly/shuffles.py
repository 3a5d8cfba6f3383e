"""Inputs and labels whose samples were put into random orders that have nothing to do with each other."""

from __future__ import annotations

from collections.abc import Iterator

from trainlint.evaluate.assembly.data import first_tensor
from trainlint.evaluate.assembly.gathered import (
    CompileCalled,
    FitCalled,
    Gathered,
    LossApplied,
    NetworkApplied,
)
from trainlint.frameworks.facts import Seeded, ShuffledAlone
from trainlint.frameworks.keras.models import own_method
from trainlint.plan.preparation import ShuffledApart
from trainlint.values.origin import Certainty, Made, Origin, weakest
from trainlint.values.tensor import Tensor, first_sources
from trainlint.values.value import Instance, Known, Value

Shuffle = tuple[int, ShuffledAlone, Certainty]
"""A shuffle, when it happened, and how certain that is."""

KEEPS_ROWS = frozenset("select identity cast encode normalization reshape rescale batch pad".split())
"""Operations after which a sample stands where it stood, unless an order is given."""


def shuffled_apart(gathered: Gathered) -> Iterator[ShuffledApart]:
    """Pairs of inputs and labels whose arrays were shuffled one after the other, without a seed between, or of
    which only one was shuffled since they were taken from one table."""
    order = [
        (fact, certainty) for fact, certainty in gathered.facts if isinstance(fact, ShuffledAlone | Seeded)
    ]
    shuffles = [(n, fact, c) for n, (fact, c) in enumerate(order) if isinstance(fact, ShuffledAlone)]
    seeds = [number for number, (fact, _) in enumerate(order) if isinstance(fact, Seeded)]
    for inputs, labels in _pairs(gathered) if shuffles else ():
        given, wanted = _orders(inputs), _orders(labels)
        first = [shuffle for shuffle in shuffles if shuffle[1].given in given]
        second = [shuffle for shuffle in shuffles if shuffle[1].given in wanted]
        if any(fact.given in wanted for _, fact, _ in first):
            continue  # one order for both
        if first and second:
            found = _both(first, second, seeds)
        else:
            found = _one(inputs, labels, first) or _one(labels, inputs, second)
        if found is not None:
            yield found


def _both(inputs: list[Shuffle], labels: list[Shuffle], seeds: list[int]) -> ShuffledApart | None:
    """Both are shuffled, each on its own."""
    for one, first, certainty in inputs:
        for other, second, also in labels:
            seeded = any(min(one, other) < number < max(one, other) for number in seeds)
            if seeded or (first.is_fixed and second.is_fixed) or first.generator is not second.generator:
                continue
            early, late = (first, second) if one < other else (second, first)
            return ShuffledApart(
                certainty=weakest(certainty, also, Certainty.EXACT),
                first=Origin(Made.COMPUTED, early.site, "shuffle"),
                origin=Origin(Made.COMPUTED, late.site, "shuffle"),
            )
    return None


def _one(shuffled: Tensor, other: Tensor, shuffles: list[Shuffle]) -> ShuffledApart | None:
    """One is shuffled, the other stands as it was in the table that both come from."""
    line = list(_in_place(other))
    for _, fact, certainty in shuffles:
        before = (
            fact.given.operation.inputs[:1] if isinstance(fact.given, Tensor) and fact.given.operation else ()
        )
        if not before or not any(step is fact.given for step in _in_place(shuffled, fact.given)):
            continue
        common = next((step for step in first_sources(before[0]) if step in line), None)
        if common is not None:
            return ShuffledApart(
                certainty=certainty,
                first=common.origin,
                origin=Origin(Made.COMPUTED, fact.site, "shuffle"),
            )
    return None


def _in_place(tensor: Tensor, shuffle: Value | None = None) -> Iterator[Tensor]:
    """A tensor and what it was made from, as long as its samples keep their places, or up to a `shuffle`."""
    for step in first_sources(tensor):
        yield step
        operation = step.operation
        if (
            step is shuffle
            or operation is None
            or operation.kind not in KEEPS_ROWS
            or "order" in operation.settings
        ):
            return


def _pairs(gathered: Gathered) -> Iterator[tuple[Tensor, Tensor]]:
    """What networks get, and what they are to say."""
    for fact, _ in gathered.of(FitCalled):
        inputs, labels = first_tensor(fact.inputs), first_tensor(fact.targets)
        if inputs is not None and labels is not None and _has_labels(fact, gathered):
            yield inputs, labels
    entering = {
        id(tensor) for fact, _ in gathered.of(NetworkApplied) for tensor in fact.inputs if fact.depth == 0
    }
    for loss, _ in gathered.of(LossApplied):
        labels = first_tensor(loss.target)
        if loss.prediction is not None and labels is not None:
            line = first_sources(loss.prediction)
            yield next((step for step in line if id(step) in entering), loss.prediction), labels


def _has_labels(fact: FitCalled, gathered: Gathered) -> bool:
    """Whether what comes second in the data is what the model is to say: its own step may use it otherwise."""
    model = fact.model
    if not isinstance(model, Instance) or own_method(model, "train_step") is not None:
        return False
    losses = [found.arguments.get("loss") for found, _ in gathered.of(CompileCalled) if found.model is model]
    return not losses or any(not isinstance(loss, Known) or loss.value is not None for loss in losses)


def _orders(tensor: Tensor) -> list[Value]:
    """An array, what it was made from, and the orders that samples were taken in on the way."""
    found: list[Value] = []
    for step in first_sources(tensor):
        found.append(step)
        order = step.operation.settings.get("order") if step.operation is not None else None
        if order is not None:
            found.append(order)
    return found
