"""The operations between two tensors: walked, and copied onto other inputs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from trainlint.frameworks.call import Call
from trainlint.frameworks.keras.activations import bounds_after
from trainlint.frameworks.keras.applied import Applied, Bounds
from trainlint.frameworks.keras.layers import MEANINGS
from trainlint.frameworks.kinds import ACTIVATIONS
from trainlint.values.tensor import Operation, Shape, Tensor
from trainlint.values.value import Instance


def operations_of(outputs: Iterable[Tensor], stop: Iterable[Tensor] = ()) -> list[Tensor]:
    """The tensors that `outputs` are made of, inputs before what is made of them; not beyond `stop`."""
    finished: dict[int, Tensor] = {}
    stopping = {id(tensor) for tensor in stop}
    waiting = [(tensor, False) for tensor in reversed(list(outputs))]
    entered: set[int] = set()
    while waiting:
        tensor, ready = waiting.pop()
        if ready:
            finished[id(tensor)] = tensor
        elif id(tensor) not in entered:
            entered.add(id(tensor))
            waiting.append((tensor, True))
            if tensor.operation is not None and id(tensor) not in stopping:
                waiting += [(source, False) for source in reversed(tensor.operation.inputs)]
    return list(finished.values())


def layers_of(outputs: Iterable[Tensor], stop: Iterable[Tensor] = ()) -> list[Instance]:
    """The layers between inputs and outputs, each once, in topological order."""
    found: dict[int, Instance] = {}
    for tensor in operations_of(outputs, stop):
        layer = tensor.operation.layer if tensor.operation else None
        if isinstance(layer, Instance):
            found.setdefault(id(layer), layer)
    return list(found.values())


def _same(shape: Shape | None) -> Shape | None:
    return shape


def copied(
    outputs: Iterable[Tensor],
    onto: Mapping[int, Tensor],
    call: Call,
    reshaped: Callable[[Shape | None], Shape | None] = _same,
) -> list[Tensor]:
    """The graph of `outputs` on other inputs; `onto` gives the new tensor by the identity of the old one.

    Shapes stay, as a functional model fixes them; bounds are worked out again.
    """
    outputs = list(outputs)
    made = dict(onto)
    for tensor in operations_of(outputs, ()):
        operation = tensor.operation
        if id(tensor) in made or operation is None:
            continue
        inputs = tuple(made.get(id(source), source) for source in operation.inputs)
        if all(new is old for new, old in zip(inputs, operation.inputs, strict=True)):
            continue
        bounds = _bounds(tensor, operation, inputs, call)
        made[id(tensor)] = tensor.changed(
            shape=reshaped(tensor.shape),
            operation=replace(operation, inputs=inputs),
            data=inputs[0].data if tensor.data is None else tensor.data,
            low=bounds.low,
            high=bounds.high,
            scale=bounds.scale,
        )
    return [made.get(id(tensor), tensor) for tensor in outputs]


def _bounds(tensor: Tensor, operation: Operation, inputs: tuple[Tensor, ...], call: Call) -> Bounds:
    if operation.kind in ACTIVATIONS:
        return bounds_after(operation.kind, inputs[0].low, inputs[0].high)
    layer = operation.layer
    if isinstance(layer, Instance) and layer.title in MEANINGS:
        return MEANINGS[layer.title].bounds(Applied(layer, inputs, call))
    return Bounds(tensor.low, tensor.high, tensor.scale)
