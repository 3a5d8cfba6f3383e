"""Backward passes that find no gradients to compute, since everything ran without them."""

from __future__ import annotations

from collections.abc import Iterator

from trainlint.evaluate.assembly.networks import ordered, tensors_in
from trainlint.evaluate.happenings import Forked, Happened, Happening, Repeated
from trainlint.values.origin import Made, Origin
from trainlint.values.tensor import Tensor
from trainlint.values.value import Value


def cut_off(happened: list[Happened]) -> dict[int, Origin]:
    """By the identity of a backward pass: the context without gradients that leaves nothing to it.

    Only where the way from the loss to the weights is known in full, and every tensor that holds gradients
    was computed in such a context.
    """
    without: dict[int, Happening] = {}  # the context, by the identity of a tensor made in it
    for event, context in _in_context(happened, []):
        made = event.objects.get("output" if event.kind == "forward" else "loss")
        if context is not None and event.kind in ("forward", "loss") and isinstance(made, Value):
            without |= {id(tensor): context for tensor in tensors_in(made)}
    found: dict[int, Origin] = {}
    for event, _ in _in_context(happened, []):
        loss = event.objects.get("loss")
        if event.kind == "backward" and isinstance(loss, Tensor):
            cutting = _cutting(loss, without)
            if cutting is not None:
                found[id(event)] = Origin(Made.COMPUTED, cutting.site, "without gradients")
    return found


def _cutting(loss: Tensor, without: dict[int, Happening]) -> Happening | None:
    behind = ordered([loss], without.keys())
    cut = [without[id(tensor)] for tensor in behind if id(tensor) in without]
    rest = [tensor for tensor in behind if id(tensor) not in without]
    keeps = any(
        tensor.operation is None
        or tensor.operation.kind == "unknown"
        or (tensor.operation.kind == "input" and tensor.operation.reason)
        or tensor.operation.parameters != 0
        or any(source.is_parameter for source in tensor.operation.inputs)
        for tensor in rest
        if not tensor.data
    )
    return cut[0] if cut and not keeps else None


def _in_context(
    happened: list[Happened], contexts: list[Happening]
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
        elif item.kind == "no_grad_exit":
            contexts and contexts.pop()
        else:
            yield item, contexts[-1] if contexts else None
