"""Backward passes that find no gradients to compute, since everything ran without them."""

from __future__ import annotations

from collections.abc import Iterator

from trainlint.evaluate.assembly.networks import tensors_in
from trainlint.evaluate.happenings import Forked, Happened, Happening, Repeated
from trainlint.frameworks.losses import LOSSES
from trainlint.values.origin import Made, Origin
from trainlint.values.tensor import Tensor
from trainlint.values.value import Value


def cut_off(happened: list[Happened]) -> dict[int, Origin]:
    """By the identity of a backward pass: the context without gradients that leaves nothing to it.

    Only where the way from the loss to the weights is known in full, and every tensor that holds gradients
    was computed in such a context.
    """
    without = without_gradients(happened)
    found: dict[int, Origin] = {}
    for event, _ in _in_context(happened, []):
        loss = event.objects.get("loss")
        if event.kind == "backward" and isinstance(loss, Tensor):
            cutting = _cutting(loss, without)
            if cutting is not None:
                found[id(event)] = Origin(Made.COMPUTED, cutting.site, "without gradients")
    return found


def without_gradients(happened: list[Happened]) -> dict[int, Happening]:
    """By the identity of a tensor that a network or a loss made without gradients: the context it was made in."""
    without: dict[int, Happening] = {}
    for event, context in _in_context(happened, []):
        made = event.objects.get("output" if event.kind == "forward" else "loss")
        if context is not None and event.kind in ("forward", "loss") and isinstance(made, Value):
            without |= {id(tensor): context for tensor in tensors_in(made)}
    return without


def _cutting(loss: Tensor, without: dict[int, Happening]) -> Happening | None:
    """The context that cuts a loss off, None when some way from it may lead to weights."""
    cut: Happening | None = None
    waiting, seen = [loss], set[int]()
    while waiting:
        tensor = waiting.pop()
        if id(tensor) in seen:
            continue
        seen.add(id(tensor))
        if id(tensor) in without:
            cut = cut or without[id(tensor)]
        elif _may_hold_weights(tensor):
            return None
        else:
            waiting += _sources(tensor)
    return cut


def _sources(tensor: Tensor) -> tuple[Tensor, ...]:
    """What a tensor gets gradients from: of a loss, its prediction; the target has none."""
    if tensor.operation is None:
        return ()
    sources = tensor.operation.inputs
    return sources[:1] if tensor.operation.kind in LOSSES else sources


def _may_hold_weights(tensor: Tensor) -> bool:
    operation = tensor.operation
    if tensor.data is not None and not tensor.is_parameter and (not operation or not operation.inputs):
        return False
    if operation is None or operation.kind == "unknown" or tensor.is_parameter:
        return True
    return operation.parameters != 0 or (operation.kind == "input" and bool(operation.reason))


def _in_context(
    happened: list[Happened], contexts: list[Happening | None]
) -> Iterator[tuple[Happening, Happening | None]]:
    """Every event with the innermost context without gradients that it happens in."""
    for item in happened:
        if isinstance(item, Repeated):
            yield from _in_context(item.body, contexts)
        elif isinstance(item, Forked):
            for path in item.paths:
                yield from _in_context(path, list(contexts))
        elif item.kind == "no_grad_enter":
            contexts.append(item)
        elif item.kind == "grad_enter":
            contexts.append(None)  # gradients are on again within, or may be
        elif item.kind in ("no_grad_exit", "grad_exit"):
            del contexts[-1:]
        else:
            yield item, contexts[-1] if contexts else None
