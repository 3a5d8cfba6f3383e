"""Losses that are written out: `((prediction - target) ** 2).mean()`."""

from __future__ import annotations

from collections.abc import Iterator

from trainlint.evaluate.assembly.gathered import Gathered, NetworkApplied
from trainlint.evaluate.assembly.networks import ordered, tensors_in
from trainlint.frameworks.facts import LossApplied
from trainlint.values.origin import Origin
from trainlint.values.tensor import Operation, Tensor
from trainlint.values.value import Known, Unknown, number

_AVERAGES = {"mean", "sum"}
_WITHOUT_VALUE = {"squeeze", "reshape", "flatten", "cast", "identity"}


def hand_written(gathered: Gathered, known: set[int]) -> Iterator[LossApplied]:
    """The losses that a backward pass starts from and that no loss function made.

    `known` are identities of the results of loss functions.
    """
    seen: set[int] = set()
    made = {
        id(tensor)
        for fact, _ in gathered.of(NetworkApplied)
        if not fact.depth
        for tensor in tensors_in(fact.output)
    }
    for event in gathered.walk():
        start = event.objects.get("loss") if event.kind == "backward" else None
        if not isinstance(start, Tensor) or id(start) in seen:
            continue
        seen.add(id(start))
        behind = ordered([start])
        if any(id(tensor) in known for tensor in behind):
            continue
        if not (_is_computed(behind) or _is_computed_from(start, made)):
            continue
        framework = "keras" if start.library == "keras" else "torch"
        yield _recognised(start, framework) or _loss("custom", start, framework, None, None)


def _is_computed(behind: list[Tensor]) -> bool:
    """Whether a network was used, and nothing on the way stays unknown."""
    kinds = {tensor.operation.kind for tensor in behind if tensor.operation is not None}
    layers = any(tensor.operation is not None and tensor.operation.layer is not None for tensor in behind)
    return layers and "unknown" not in kinds


def _is_computed_from(start: Tensor, made: set[int]) -> bool:
    """Whether a loss is worked out from what networks gave, whatever is unknown within these."""
    ways = ordered([start], made - {id(start)})
    after = [tensor for tensor in ways if id(tensor) not in made]
    kinds = {tensor.operation.kind for tensor in after if tensor.operation is not None}
    return len(after) < len(ways) and "unknown" not in kinds


def _recognised(start: Tensor, framework: str) -> LossApplied | None:
    """Mean squared and mean absolute error, whichever way they are spelt."""
    average = start.operation
    if average is None or average.kind not in _AVERAGES or not average.inputs:
        return None
    inner = average.inputs[0].operation
    difference = _squared(inner)
    word = "mse"
    if difference is None and inner is not None and inner.kind == "abs":
        difference, word = inner.inputs[0], "mae"
    operation = difference.operation if difference is not None else None
    if operation is None or operation.kind != "subtract" or len(operation.inputs) != 2:
        return None
    prediction, target = sorted(operation.inputs, key=lambda tensor: not _has_weights(tensor))
    if _has_weights(target):
        return None  # two networks are compared: which one learns is not said
    return _loss(word, start, framework, prediction, target)


def _squared(operation: Operation | None) -> Tensor | None:
    """What is squared: `x ** 2`, `square(x)`, `x * x`."""
    if operation is None or not operation.inputs:
        return None
    first = operation.inputs[0]
    if operation.kind == "square":
        return first
    if operation.kind == "power" and number(operation.settings.get("value")) == 2:
        return first
    if operation.kind == "multiply" and len(operation.inputs) == 2 and operation.inputs[1] is first:
        return first
    return None


def _has_weights(tensor: Tensor) -> bool:
    return any(
        found.operation is not None and (found.operation.layer is not None or found.operation.parameters)
        for found in ordered([tensor])
    )


def _loss(
    word: str, start: Tensor, framework: str, prediction: Tensor | None, target: Tensor | None
) -> LossApplied:
    origin: Origin | None = start.origin
    takes = Known(False) if word != "custom" else Unknown("a loss that is written out")
    title = {"mse": "the squared error", "mae": "the absolute error"}.get(word, "the loss")
    return LossApplied(
        word, title, framework, prediction, target, takes, result=start, origin=origin, loss_origin=origin
    )
