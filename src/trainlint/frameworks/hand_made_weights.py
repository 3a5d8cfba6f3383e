"""Weights that a program makes itself, as `nn.Parameter(torch.randn(784, 256))`: what they start as.

The operation that made such a weight holds it in the setting `INITIAL`, as an object of the initializer that would
have done the same.
"""

from __future__ import annotations

from trainlint.values.origin import Origin
from trainlint.values.tensor import Operation, Tensor
from trainlint.values.value import Instance, Known, Reference, Value

INITIAL = "initial"
ROWS = "rows"
"""The setting of a product that says how many values each unit reads: the rows of its weight."""

_TORCH: dict[str, tuple[str, dict[str, float]]] = {
    # torch/__init__.pyi: what the numbers are drawn from
    "randn": ("torch.nn.init.normal_", {"mean": 0.0, "std": 1.0}),
    "rand": ("torch.nn.init.uniform_", {"a": 0.0, "b": 1.0}),
    "zeros": ("torch.nn.init.zeros_", {}),
    "ones": ("torch.nn.init.ones_", {}),
}
_KERAS = {"zeros": "keras.initializers.Zeros", "ones": "keras.initializers.Ones"}


def of_torch(given: Tensor | None) -> dict[str, Value]:
    """The setting of a parameter that a tensor was made for: nothing where the tensor was computed."""
    operation = given.operation if given is not None else None
    if operation is None or operation.inputs or operation.title not in _TORCH:
        return {}
    name, numbers = _TORCH[operation.title]
    told: dict[str, Value] = {key: Known(number, operation.origin) for key, number in numbers.items()}
    return {INITIAL: Instance(Reference(name), told, operation.origin)}


def of_keras(operation: Operation | None) -> None:
    """Notes what a variable of TensorFlow starts as, where it is filled with one number."""
    if operation is not None and not operation.inputs and operation.title in _KERAS:
        operation.settings[INITIAL] = Instance(Reference(_KERAS[operation.title]), {}, operation.origin)


def drawn(tensor: Value, deviation: Value | None, origin: Origin | None) -> Value:
    """A tensor of normally distributed numbers, with their standard deviation noted."""
    if isinstance(tensor, Tensor) and tensor.operation is not None:
        told = {"stddev": deviation or Known(1.0, origin)}
        tensor.operation.settings[INITIAL] = Instance(Reference("keras.initializers.RandomNormal"), told, origin)
    return tensor


def filled(weight: object, made: Instance) -> None:
    """Notes that a weight was filled again."""
    if isinstance(weight, Tensor) and weight.is_parameter and weight.operation is not None:
        weight.operation.settings[INITIAL] = made


def of_product(operation: Operation) -> dict[str, Value]:
    """The settings of `x @ weight`, under the names that layers have for them."""
    weights = [tensor for tensor in operation.inputs if tensor.is_parameter and tensor.operation is not None]
    if operation.kind != "matmul" or len(weights) != 1:
        return {}
    initial = weights[0].operation.settings.get(INITIAL) if weights[0].operation is not None else None
    shape = weights[0].shape
    if initial is None or not shape or len(shape) != 2 or not isinstance(shape[0], int):
        return {}
    return {"kernel_initializer": initial, ROWS: Known(shape[0])}
