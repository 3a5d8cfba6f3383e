"""Gradients of several batches that a loop adds up before it takes a step."""

from __future__ import annotations

from trainlint.evaluate.assembly.gathered import events
from trainlint.evaluate.happenings import Forked, Happened, Happening
from trainlint.values.tensor import Tensor
from trainlint.values.value import Value, constant


def accumulated(turn: list[Happened]) -> tuple[Value | None, bool]:
    """Of the turns of a loop, how many make a step, and whether the loss is divided by that number; None where
    each makes one, or nobody can say."""
    backward = [item for item in turn if isinstance(item, Happening) and item.kind == "backward"]
    told = next((event.objects["accumulated"] for event in backward if "accumulated" in event.objects), None)
    if told is not None:  # by a library, which divides
        return told, True
    clears = any(isinstance(item, Happening) and item.kind == "zero_grad" for item in turn)
    if not backward or clears:
        return None, False
    behind = turn[turn.index(backward[0]) :]
    times = next(
        (item.every for item in behind if isinstance(item, Forked) and _steps_on_one_path(item)), None
    )
    if times is None:
        return None, False
    return times, any(_is_divided(event.objects.get("loss"), times) for event in backward)


def _steps_on_one_path(fork: Forked) -> bool:
    steps = [any(event.kind == "step" for event in events(path)) for path in fork.paths]
    return any(steps) and not all(steps)


def _is_divided(loss: object, times: Value) -> bool:
    """Whether a division by that number stands between a loss and what a backward pass starts from."""
    tensor = loss if isinstance(loss, Tensor) else None
    while tensor is not None and tensor.operation is not None and tensor.operation.layer is None:
        operation = tensor.operation
        divisor = constant(operation.settings.get("value")) if operation.kind == "divide" else None
        if divisor is not None and divisor == constant(times):
            return True
        tensor = operation.inputs[0] if operation.inputs else None
    return False
