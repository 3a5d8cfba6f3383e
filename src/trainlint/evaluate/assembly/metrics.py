"""Metrics that a program works out itself: where predictions of a trained network meet what they should be."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from typing import Literal

from trainlint.evaluate.assembly.gathered import Gathered, LossApplied
from trainlint.evaluate.assembly.networks import network_of, ordered
from trainlint.evaluate.assembly.settings import settings
from trainlint.frameworks.facts import Compared
from trainlint.plan.kinds import UNKNOWN, WEIGHTED
from trainlint.plan.network import Layer
from trainlint.plan.objective import Metric
from trainlint.values.origin import Certainty, Made
from trainlint.values.tensor import Tensor
from trainlint.values.value import Instance, Items, Value

Losses = Collection[tuple[LossApplied, Certainty]]

_FURTHEST = 40
"""Operations between a prediction and the layer that made it; a longer way is not gone."""


def metrics_of(losses: Losses, gathered: Gathered) -> Mapping[int, tuple[Metric, ...]]:
    """By the identity of the loss that trains the network whose predictions are measured."""
    comparisons = list(gathered.of(Compared))
    trained = _Trained(losses) if comparisons else None
    found: defaultdict[int, list[Metric]] = defaultdict(list)
    for fact, certainty in comparisons:
        for side, other in (fact.sides, fact.sides[::-1]):
            ways = trained.ways_to(_tensor(side)) if trained is not None else ()
            if not ways or _is_predicted(_tensor(other)):
                continue
            for loss, steps in ways:
                found[id(loss)].append(
                    Metric(
                        name=fact.measure,
                        framework=fact.framework,
                        settings=settings(fact.settings, certainty),
                        steps=steps,
                        labels=_labels(other, loss.target, fact.measure),
                        certainty=certainty,
                        origin=fact.origin,
                    )
                )
    return {loss: tuple(metrics) for loss, metrics in found.items()}


def _is_predicted(tensor: Tensor | None) -> bool:
    """Whether some network stands behind what predictions are compared with."""
    behind = ordered([tensor]) if tensor is not None else ()
    return any(t.operation is not None and t.operation.layer is not None for t in behind)


def _labels(value: Value, target: Value | None, measure: str) -> Literal["of the loss", "others", "unknown"]:
    """Whose labels something is: the loss's own; what a function takes as such; for `==` data, or a name of the
    program that no call stands behind."""
    if value is target or _same_tensor(value, target):
        return "of the loss"
    if measure != "==" or (isinstance(value, Tensor) and value.data is not None):
        return "others"
    return "others" if value.origin is not None and value.origin.made is Made.WRITTEN else "unknown"


def _same_tensor(value: Value, target: Value | None) -> bool:
    """Whether two tensors stand for one unknown value."""
    return value.origin is not None and target is not None and value.origin is target.origin


def _tensor(side: Value) -> Tensor | None:
    """What is compared; of a list that a loop has filled, one of its items."""
    if isinstance(side, Items):
        return next((item for item in side.items if isinstance(item, Tensor)), None)
    return side if isinstance(side, Tensor) else None


class _Trained:
    """The losses, by the layer that makes their scores, and by the model that was compiled with them."""

    def __init__(self, losses: Losses) -> None:
        self.by_layer: defaultdict[int, list[LossApplied]] = defaultdict(list)
        self.by_model: defaultdict[int, list[LossApplied]] = defaultdict(list)
        for loss, _ in losses:
            head = next((t for t in _back(loss.prediction) if _has_weights(t)), None)
            if head is not None and head.operation is not None:
                self.by_layer[id(head.operation.layer)].append(loss)
                if isinstance(loss.model, Instance):
                    self.by_model[id(loss.model)].append(loss)

    def ways_to(self, compared: Tensor | None) -> list[tuple[LossApplied, tuple[Layer, ...]]]:
        """The losses that train what made a tensor, each with what was done to its scores on the way."""
        for tensor in _back(compared):
            operation = tensor.operation
            if operation is None or operation.layer is None:
                continue
            if operation.kind == "predict":
                losses = self.by_model.get(id(operation.layer), ())
                after = _steps(compared, tensor)
                return [(loss, (*_steps(loss.prediction, None), *after)) for loss in losses]
            if _has_weights(tensor):
                losses = self.by_layer.get(id(operation.layer), ())
                steps = _steps(compared, tensor)
                return [(loss, steps) for loss in losses]
        return []


def _back(tensor: Tensor | None) -> Iterator[Tensor]:
    """A tensor and what it was made from, as long as that is known to be one."""
    for _ in range(_FURTHEST):
        if tensor is None:
            return
        yield tensor
        operation = tensor.operation
        goes_on = operation is not None and len(operation.inputs) == 1 and operation.kind != UNKNOWN
        tensor = operation.inputs[0] if operation is not None and goes_on else None


def _has_weights(tensor: Tensor) -> bool:
    operation = tensor.operation
    return operation is not None and operation.layer is not None and operation.kind in WEIGHTED


def _steps(end: Tensor | None, begin: Tensor | None) -> tuple[Layer, ...]:
    """The operations from one tensor to another; from the layer with weights where no beginning is given."""
    way = list(_back(end))
    start = next((t for t in way if t is begin or (begin is None and _has_weights(t))), None)
    if end is None or start is None:
        return ()
    network, index = network_of([end], "", "", None, {id(start)})
    return tuple(_named(network.layers[index[id(t)]], t) for t in reversed(way[: way.index(start)]))


def _named(layer: Layer, tensor: Tensor) -> Layer:
    """A cast to whole numbers cuts off what stands behind the point."""
    if layer.kind != "cast" or (tensor.dtype or "").startswith(("float", "bfloat")):
        return layer
    whole = (tensor.dtype or "").startswith(("int", "uint"))
    return layer.model_copy(update={"kind": "truncate" if whole else UNKNOWN})
