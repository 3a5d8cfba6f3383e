"""Where a model begins: `Input`, and the shape that a first layer is given."""

from __future__ import annotations

from weakref import WeakKeyDictionary

from trainlint.frameworks.arrays.subject import dimensions_in
from trainlint.frameworks.call import Call
from trainlint.frameworks.keras.layer_signatures import LAYERS as SIGNATURES
from trainlint.values.origin import Origin
from trainlint.values.tensor import BATCH, Dimension, Operation, Shape, Tensor
from trainlint.values.value import Instance, Items, Reference, Value, constant, integer


def input_tensor(
    shape: Shape | None, origin: Origin | None, *, like: Tensor | None = None, layer: Value | None = None
) -> Tensor:
    """A tensor that a model starts from; bounds and data facts as those of `like`."""
    operation = Operation("input", "Input", layer=layer, origin=origin)
    tensor = Tensor(shape=shape, library="keras", operation=operation, origin=origin)
    if like is not None:
        tensor = tensor.changed(
            low=like.low, high=like.high, scale=like.scale, dtype=like.dtype, data=like.data
        )
    return tensor


_SYMBOLIC: WeakKeyDictionary[Operation, bool] = WeakKeyDictionary()
"""What `is_symbolic` found before: graphs grow at their end, and every layer asks."""


def is_symbolic(tensor: Tensor) -> bool:
    """Whether a tensor comes from an `Input(…)`: a functional model is being put together."""
    if tensor.operation is None:
        return False
    known = _SYMBOLIC.get(tensor.operation)
    if known is None:
        known = _SYMBOLIC[tensor.operation] = _comes_from_input(tensor)
    return known


def _comes_from_input(tensor: Tensor) -> bool:
    seen: set[int] = set()
    waiting = [tensor]
    while waiting:
        operation = waiting.pop().operation
        if operation is None or id(operation) in seen:
            continue
        seen.add(id(operation))
        known = _SYMBOLIC.get(operation)
        if known or (operation.kind == "input" and isinstance(operation.layer, Instance)):
            return True
        if known is None:
            waiting += operation.inputs
    return False


def batched(value: Value | None) -> Shape | None:
    """A shape written without its batch axis."""
    shape = dimensions_in(value)
    return None if shape is None else (BATCH, *shape)


def with_batch(value: Value | None) -> Shape | None:
    """A shape written with its batch axis: None there stands for any size."""
    shape = dimensions_in(value)
    return None if not shape else (BATCH if shape[0] is None else shape[0], *shape[1:])


def declared_shape(layer: Instance) -> Shape | None:
    """The input shape that a layer's own arguments give."""
    arguments = layer.arguments
    for name, reader in (
        ("batch_shape", with_batch),
        ("batch_input_shape", with_batch),
        ("input_shape", batched),
    ):
        if name in arguments and (shape := reader(arguments[name])) is not None:
            return shape
    if layer.title == "InputLayer":
        shape = batched(arguments.get("shape"))
        size = integer(arguments.get("batch_size"))
        return (size, *shape[1:]) if shape is not None and size is not None else shape
    length = integer(arguments.get("input_length"))
    if layer.title == "Embedding":
        return (BATCH, length)
    width = integer(arguments.get("input_dim"))
    if width is not None:
        return (BATCH, length, width) if "input_length" in arguments else (BATCH, width)
    return None


def make_input(call: Call) -> Value:
    """`Input(shape=…)`."""
    bound = call.bind(SIGNATURES["InputLayer"])
    tensor = bound.get("tensor")
    if isinstance(tensor, Tensor):
        return tensor
    layer = Instance(Reference("keras.layers.InputLayer"), bound, call.origin)
    dtype = constant(bound.get("dtype"))
    made = input_tensor(declared_shape(layer), call.origin, layer=layer)
    return made.changed(dtype=dtype if isinstance(dtype, str) else None)


def make_input_layer(call: Call) -> Value:
    """`InputLayer(…)`: the first positional argument is the shape."""
    return Instance(Reference("keras.layers.InputLayer"), call.bind(SIGNATURES["InputLayer"]), call.origin)


def first_size(shape: Shape | None) -> Dimension:
    return shape[0] if shape else None


def as_batch(value: Value | None, declared: Shape | None = None) -> Tensor | None:
    """Training data as the model sees it: any number of samples, with what is known of the values."""
    if isinstance(value, Items) and value.items and all(isinstance(item, Tensor) for item in value.items):
        return None
    if not isinstance(value, Tensor):
        return None
    shape = declared
    if shape is None and value.shape:
        shape = (BATCH, *value.shape[1:])
    return input_tensor(shape, value.origin, like=value)


FUNCTIONS = {
    "keras.Input": make_input,
    "keras.layers.Input": make_input,
    "keras.layers.InputLayer": make_input_layer,
}
