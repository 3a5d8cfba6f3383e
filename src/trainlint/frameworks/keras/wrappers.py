"""Layers that hold another layer, a function, or nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from trainlint.frameworks.call import Arguments, Call
from trainlint.frameworks.keras.applied import not_followed
from trainlint.values.tensor import Dimension, Operation, Tensor, product
from trainlint.values.value import Instance, Items, Known, Mapped, Value, constant

Wrapper = Callable[[Call, Instance, tuple[Tensor, ...]], Value]


def _inner(call: Call, layer: Value | None, inputs: tuple[Tensor, ...]) -> Value:
    if layer is None:
        return not_followed(call, "the wrapped layer is not known", *inputs)
    given: Value = inputs[0] if len(inputs) == 1 else Items(inputs)
    return call.machine.call(layer, Arguments((given,)), call.site)


def _bidirectional(call: Call, layer: Instance, inputs: tuple[Tensor, ...]) -> Value:
    """Two copies of a recurrent layer: twice the weights, and units joined as `merge_mode` says."""
    output = _inner(call, layer.arguments.get("layer"), inputs)
    if not isinstance(output, Tensor) or output.operation is None:
        return not_followed(call, "states of a Bidirectional are not followed", *inputs, layer=layer)
    mode = constant(layer.arguments.get("merge_mode"))
    shape = output.shape
    if mode == "concat" and shape:
        shape = (*shape[:-1], product((shape[-1], 2)))
    elif mode not in ("sum", "mul", "ave"):
        shape = None
    inner = output.operation
    settings = inner.settings | {"bidirectional": Known(True)}
    parameters = None if inner.parameters is None else 2 * inner.parameters
    operation = replace(
        inner, settings=settings, parameters=parameters, title=f"Bidirectional({inner.title})"
    )
    return output.changed(shape=shape, operation=operation)


def _time_distributed(call: Call, layer: Instance, inputs: tuple[Tensor, ...]) -> Value:
    """The layer on each time step: the time axis is set aside and put back."""
    first = inputs[0]
    if first.shape is None or len(first.shape) < 3:
        return _inner(call, layer.arguments.get("layer"), inputs)
    batch, time, *rest = first.shape
    single = first.changed(shape=(batch, *rest))
    output = _inner(call, layer.arguments.get("layer"), (single,))
    return _over_time(output, single, first, time) if isinstance(output, Tensor) else output


def _over_time(output: Tensor, single: Tensor, first: Tensor, time: Dimension) -> Tensor:
    """The operations from a single step to `output`, on the whole sequence."""
    chain: list[tuple[Tensor, Operation]] = []
    tensor = output
    while tensor is not single:
        if tensor.operation is None or len(tensor.operation.inputs) != 1:
            return output.changed(shape=None)  # it branches: a whole model in the wrapper
        chain.append((tensor, tensor.operation))
        tensor = tensor.operation.inputs[0]
    made = first
    for tensor, operation in reversed(chain):
        shape = None if not tensor.shape else (tensor.shape[0], time, *tensor.shape[1:])
        settings = operation.settings | {"over_time": Known(True)}
        made = tensor.changed(shape=shape, operation=replace(operation, inputs=(made,), settings=settings))
    return made


def _spectral(call: Call, layer: Instance, inputs: tuple[Tensor, ...]) -> Value:
    return _inner(call, layer.arguments.get("layer"), inputs)


def _lambda(call: Call, layer: Instance, inputs: tuple[Tensor, ...]) -> Value:
    function = layer.arguments.get("function")
    extra = layer.arguments.get("arguments")
    keyword = {str(key): value for key, value in extra.slots.items()} if isinstance(extra, Mapped) else {}
    given: Value = inputs[0] if len(inputs) == 1 else Items(inputs)
    if function is not None:
        output = call.machine.call(function, Arguments((given,), keyword), call.site)
        if isinstance(output, Tensor | Items):
            return output
    return not_followed(call, "the function of a Lambda layer is not followed", *inputs, layer=layer)


def _recurrent_cell(call: Call, layer: Instance, inputs: tuple[Tensor, ...]) -> Value:
    return not_followed(call, "cells of RNN are not followed", *inputs, layer=layer)


def _pipeline(call: Call, layer: Instance, inputs: tuple[Tensor, ...]) -> Value:
    layers = layer.arguments.get("layers")
    output: Value = inputs[0]
    for item in layers.items if isinstance(layers, Items) else ():
        output = call.machine.call(item, Arguments((output,)), call.site)
    return output


WRAPPERS: dict[str, Wrapper] = {
    "Bidirectional": _bidirectional,
    "TimeDistributed": _time_distributed,
    "SpectralNormalization": _spectral,
    "Lambda": _lambda,
    "RNN": _recurrent_cell,
    "Pipeline": _pipeline,
}
