"""Gradients that a tape of TensorFlow cannot give: what they would go through ran while it recorded nothing."""

from __future__ import annotations

from collections.abc import Iterator

from trainlint.evaluate.assembly.gathered import events
from trainlint.evaluate.assembly.networks import tensors_in
from trainlint.evaluate.happenings import Forked, Happened, Happening, Repeated
from trainlint.values.origin import Made, Origin
from trainlint.values.tensor import Tensor
from trainlint.values.value import Value

TAPE_EVENTS = frozenset({"tape_enter", "tape_exit", "tape_stopped", "tape_resumed"})
"""They say what a tape records, and are no events of the plan."""

_RECORDS, _RECORDS_NOT = frozenset({"tape_enter", "tape_resumed"}), frozenset({"tape_exit", "tape_stopped"})


def off_the_tape(happened: list[Happened]) -> dict[int, Origin]:
    """By the identity of a `tape.gradient(…)`: the forward pass that the tape did not record.

    Only where the way from the loss to the weights is known in full, and all of it that a network made was
    made while the tape recorded nothing.
    """
    found: dict[int, Origin] = {}
    if not any(event.kind == "tape_enter" for event in events(happened)):
        return found
    made: dict[int, tuple[Happening, frozenset[int]]] = {}
    for event, recording in _recorded(happened, set()):
        if event.kind == "forward":
            output = event.objects.get("output")
            tensors = tensors_in(output) if isinstance(output, Value) else []
            made |= {id(tensor): (event, recording) for tensor in tensors}
        tape, loss = event.objects.get("tape"), event.objects.get("loss")
        if event.kind == "backward" and isinstance(tape, Value) and isinstance(loss, Tensor):
            missed = _missed(loss, id(tape), made)
            if missed is not None:
                found[id(event)] = Origin(Made.COMPUTED, missed.site, "forward")
    return found


def _missed(loss: Tensor, tape: int, made: dict[int, tuple[Happening, frozenset[int]]]) -> Happening | None:
    """A forward pass behind a loss that a tape did not record; None when some way may lead to weights."""
    missed: Happening | None = None
    waiting, seen = [loss], set[int]()
    while waiting:
        tensor = waiting.pop()
        if id(tensor) in seen:
            continue
        seen.add(id(tensor))
        forward, recording = made.get(id(tensor), (None, frozenset[int]()))
        operation = tensor.operation
        if forward is not None and tape not in recording:
            missed = missed or forward
        elif operation is None or tensor.is_parameter or operation.kind == "unknown":
            return None
        elif operation.kind == "input":
            if tensor.data is None and (tensor.origin is None or tensor.origin.made is not Made.WRITTEN):
                return None  # what a call gave may hold weights; what has a name only is data
        elif operation.parameters != 0 or operation.layer is not None:
            return None
        else:
            # The target of a loss has no gradient.
            waiting += operation.inputs[:1] if operation.kind == "loss" else operation.inputs
    return missed


def _recorded(happened: list[Happened], recording: set[int]) -> Iterator[tuple[Happening, frozenset[int]]]:
    """Every event with the tapes that record it, by their identities."""
    for item in happened:
        if isinstance(item, Repeated):
            yield from _recorded(item.body, recording)
        elif isinstance(item, Forked):
            for path in item.paths:
                yield from _recorded(path, set(recording))
        elif item.kind in _RECORDS:
            recording.add(id(item.objects["tape"]))
        elif item.kind in _RECORDS_NOT:
            recording.discard(id(item.objects["tape"]))
        else:
            yield item, frozenset(recording)
