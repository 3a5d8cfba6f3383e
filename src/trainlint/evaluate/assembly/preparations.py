"""Leaks and separate shuffles: what happened to the arrays that training and measuring begin with."""

from __future__ import annotations

from collections.abc import Iterator

from trainlint.evaluate.assembly.data import first_tensor
from trainlint.evaluate.assembly.gathered import FitCalled, Gathered, LossApplied
from trainlint.frameworks.arrays.oversampling import OVERSAMPLERS
from trainlint.frameworks.facts import Measured, ScalerFitted, Seeded, ShuffledAlone
from trainlint.plan.preparation import Leak, ShuffledApart
from trainlint.values.origin import Certainty, Made, Origin, weakest
from trainlint.values.tensor import Tensor
from trainlint.values.value import Value

SPLIT = "train_test_split"
LEARNED = frozenset({"StandardScaler", "MinMaxScaler", "MaxAbsScaler", "RobustScaler", "PowerTransformer",
                     "QuantileTransformer", "PCA", *OVERSAMPLERS})  # fmt: skip
"""What takes numbers from the data, or makes samples of others; a Normalizer looks at each sample alone."""

ADAPTED = "Normalization"
"""The layer of Keras that takes its numbers from data beforehand; it is part of the network."""


def leaks_of(gathered: Gathered) -> Iterator[Leak]:
    """The scalers that have seen the data they are measured on, each place once."""
    fitted = [(fact, certainty) for fact, certainty in gathered.of(ScalerFitted)]
    seen: set[int] = set()
    for tensor in _used(gathered):
        line = list(_line(tensor))
        used = {id(found.operation.settings.get("scaler")) for found in line if found.operation is not None}
        for number, (fact, certainty) in enumerate(fitted):
            counts = id(fact.scaler) in used if fact.scaler.title in LEARNED else fact.scaler.title == ADAPTED
            leak = _leak(fact, line) if counts else None
            if leak is None or id(fact) in seen:
                continue
            seen.add(id(fact))
            earlier = any(other.scaler is fact.scaler for other, _ in fitted[:number])
            yield leak.model_copy(update={"again": earlier, "certainty": certainty})


def _leak(fact: ScalerFitted, line: list[Tensor]) -> Leak | None:
    role = fact.given.data.role if fact.given.data is not None else None
    origin = Origin(Made.COMPUTED, fact.site, "fit")
    if role in ("test", "validation"):
        return Leak(kind="test part", scaler=fact.scaler.title, origin=origin)
    split = next((number for number, found in enumerate(line) if _is_split(found)), None)
    if split is None or not any(found is fact.given for found in line[split + 1 :]):
        return None
    return Leak(kind="before split", scaler=fact.scaler.title, split=line[split].origin, origin=origin)


def _is_split(tensor: Tensor) -> bool:
    return tensor.operation is not None and tensor.operation.title == SPLIT


def _used(gathered: Gathered) -> Iterator[Tensor]:
    """The arrays that networks are trained and measured on."""
    given: list[Value | None] = []
    for fitted, _ in gathered.of(FitCalled):
        given += [fitted.inputs, fitted.settings.get("validation_data")]
    given += [measured.inputs for measured, _ in gathered.of(Measured)]
    given += [loss.prediction for loss, _ in gathered.of(LossApplied)]
    yield from (tensor for value in given if (tensor := first_tensor(value)) is not None)


def _line(tensor: Tensor) -> Iterator[Tensor]:
    """A tensor and what it was made from, along the first inputs."""
    current: Tensor | None = tensor
    while current is not None:
        yield current
        sources = current.operation.inputs if current.operation is not None else ()
        current = sources[0] if sources else None


def shuffled_apart(gathered: Gathered) -> Iterator[ShuffledApart]:
    """Pairs of inputs and labels whose arrays were shuffled one after the other, without a seed between."""
    order = [
        (fact, certainty) for fact, certainty in gathered.facts if isinstance(fact, ShuffledAlone | Seeded)
    ]
    shuffles = [(n, fact, c) for n, (fact, c) in enumerate(order) if isinstance(fact, ShuffledAlone)]
    for inputs, labels in _pairs(gathered):
        if any(fact.given in inputs and fact.given in labels for _, fact, _ in shuffles):
            continue  # one order for both
        for one, first, certainty in shuffles:
            for other, second, also in shuffles:
                seeded = any(isinstance(fact, Seeded) for fact, _ in order[min(one, other) : max(one, other)])
                apart = first.given in inputs and second.given in labels and first.given is not second.given
                if not apart or seeded or first.generator is not second.generator:
                    continue
                early, late = (first, second) if one < other else (second, first)
                yield ShuffledApart(
                    certainty=weakest(certainty, also, Certainty.EXACT),
                    first=Origin(Made.COMPUTED, early.site, "shuffle"),
                    origin=Origin(Made.COMPUTED, late.site, "shuffle"),
                )
                return


def _pairs(gathered: Gathered) -> Iterator[tuple[list[Value], list[Value]]]:
    given = [(fact.inputs, fact.targets) for fact, _ in gathered.of(FitCalled)]
    losses: list[tuple[Value | None, Value | None]] = [
        (fact.prediction, fact.target) for fact, _ in gathered.of(LossApplied)
    ]
    for one, other in [*given, *losses]:
        inputs, labels = first_tensor(one), first_tensor(other)
        if inputs is not None and labels is not None:
            yield _orders(inputs), _orders(labels)


def _orders(tensor: Tensor) -> list[Value]:
    """An array, what it was made from, and the orders that samples were taken in on the way."""
    found: list[Value] = []
    for step in _line(tensor):
        found.append(step)
        order = step.operation.settings.get("order") if step.operation is not None else None
        if order is not None:
            found.append(order)
    return found
