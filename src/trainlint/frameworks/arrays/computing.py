"""Operations that compute new values: element by element, along axes, products of matrices."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from trainlint.frameworks import arithmetic
from trainlint.frameworks.arrays.subject import Operation, Subject, dimensions_in, tensor_of
from trainlint.frameworks.call import Call
from trainlint.values.tensor import DataFacts, Dimension, Shape, Tensor
from trainlint.values.value import Known, Unknown, Value, constant, integer, number

Bounds = tuple[float | None, float | None]


def elementwise(kind: str, bounds: Callable[[float | None, float | None], Bounds] | None = None) -> Operation:
    """A function of each element."""

    def operation(subject: Subject) -> Value:
        tensor = subject.tensor
        low, high = bounds(tensor.low, tensor.high) if bounds is not None else (None, None)
        return subject.made(kind, tensor.shape, low=low, high=high, scale=None)

    return operation


def fixed(low: float | None, high: float | None) -> Callable[[float | None, float | None], Bounds]:
    return lambda _low, _high: (low, high)


def absolute(low: float | None, high: float | None) -> Bounds:
    if low is None or high is None:
        return (low if low is not None and low >= 0 else 0.0), None
    ends = sorted((abs(low), abs(high)))
    return (0.0 if low <= 0 <= high else ends[0]), ends[1]


def monotone(function: Callable[[float], float]) -> Callable[[float | None, float | None], Bounds]:
    """Bounds through a function that never falls."""

    def bounds(low: float | None, high: float | None) -> Bounds:
        return _through(function, low), _through(function, high)

    return bounds


def _through(function: Callable[[float], float], value: float | None) -> float | None:
    if value is None:
        return None
    try:
        return function(value)
    except (ValueError, OverflowError):
        return None


def square(low: float | None, high: float | None) -> Bounds:
    smallest, largest = absolute(low, high)
    return (None if smallest is None else smallest**2), (None if largest is None else largest**2)


def clip(subject: Subject) -> Value:
    """Between two numbers."""
    smallest = number(subject.argument(0, "a_min", "min", "x_min", "clip_value_min"))
    largest = number(subject.argument(1, "a_max", "max", "x_max", "clip_value_max"))
    tensor = subject.tensor
    low = smallest if tensor.low is None or smallest is None else max(tensor.low, smallest)
    high = largest if tensor.high is None or largest is None else min(tensor.high, largest)
    return subject.made("clip", tensor.shape, low=low, high=high)


# -- along axes -------------------------------------------------------------------------------------------


def reduced_shape(subject: Subject) -> Shape | None:
    """What is left of a shape when axes are summed up."""
    value = subject.argument(0, "axis", "reduction_indices")
    keeps = constant(subject.argument(-99, "keepdims", "keep_dims")) is True
    if subject.shape is None:
        return None
    rank = len(subject.shape)
    if value is None or (isinstance(value, Known) and value.value is None):
        return (1,) * rank if keeps else ()
    axes = dimensions_in(value)
    if axes is None or any(not isinstance(axis, int) or not -rank <= axis < rank for axis in axes):
        return None
    gone = {axis % rank for axis in axes if isinstance(axis, int)}
    return tuple(
        1 if axis in gone else size for axis, size in enumerate(subject.shape) if keeps or axis not in gone
    )


def reduction(kind: str, *, keeps_bounds: bool = False) -> Operation:
    """A sum, mean, maximum, … over all or some axes."""

    def operation(subject: Subject) -> Value:
        low, high = (subject.tensor.low, subject.tensor.high) if keeps_bounds else (None, None)
        if kind in ("std", "var", "norm"):
            low = 0.0
        over_samples = _touches_first_axis(subject)
        fields: dict[str, Any] = {"data": None} if over_samples else {}
        dtype = subject.tensor.dtype
        if kind in ("argmax", "argmin"):
            dtype = "int64"
            fields["settings"] = {"axis": subject.argument(0, "axis") or Known(None)}
        return subject.made(
            kind, reduced_shape(subject), low=low, high=high, scale=None, dtype=dtype, **fields
        )

    return operation


def _touches_first_axis(subject: Subject) -> bool:
    value = subject.argument(0, "axis", "reduction_indices")
    axes = dimensions_in(value) if value is not None else None
    return axes is None or 0 in axes


def last_axis_reduction(kind: str) -> Operation:
    """argmax of tf: axis 0 unless given."""

    def operation(subject: Subject) -> Value:
        value = subject.argument(0, "axis")
        if value is None:
            shape = None if subject.shape is None else tuple(subject.shape[1:])
        else:
            shape = reduced_shape(subject)
        axis = value or (Known(0) if subject.call.name.startswith("tensorflow.") else Unknown("axis"))
        settings: dict[str, Value] = {"axis": axis}
        return subject.made(kind, shape, low=0, high=None, scale=None, dtype="int64", settings=settings)

    return operation


# -- two arrays -------------------------------------------------------------------------------------------


def binary(sign: str, library: str) -> Callable[[Call], Value]:
    """`np.add(a, b)` as `a + b`."""

    def handler(call: Call) -> Value:
        left = call.argument(0, "x1", "x", "a")
        right = call.argument(1, "x2", "y", "b")
        if (
            left is None
            or right is None
            or (not isinstance(left, Tensor | Known) and not isinstance(right, Tensor))
        ):
            return call.unknown()
        if not isinstance(left, Tensor) and not isinstance(right, Tensor):
            return call.unknown()
        return arithmetic.binary(sign, left, right, call)

    return handler


def extremum(kind: str, pick: Callable[[float, float], float], library: str) -> Callable[[Call], Value]:
    """`maximum(a, b)` element by element."""

    def handler(call: Call) -> Value:
        values = [call.argument(0, "x1", "x"), call.argument(1, "x2", "y")]
        tensors = [tensor_of(value, library, call) for value in values]
        one, other = tensors
        if one is None or other is None:
            return call.unknown()
        low = None if one.low is None or other.low is None else pick(one.low, other.low)
        high = None if one.high is None or other.high is None else pick(one.high, other.high)
        operands = [tensor for tensor in tensors if tensor is not None and tensor.operation is not None]
        shape = arithmetic.broadcast(one.shape, other.shape)
        return call.tensor(kind, operands, shape, low=low, high=high, library=one.library or library)

    return handler


def matmul(library: str) -> Callable[[Call], Value]:
    """`matmul`, with tf's `transpose_a` and `transpose_b`; `dot` of up to two axes is the same."""

    def handler(call: Call) -> Value:
        one = tensor_of(call.argument(0, "x1", "a", "x"), library, call)
        other = tensor_of(call.argument(1, "x2", "b", "y"), library, call)
        if one is None or other is None:
            return call.unknown()
        shapes = [one.shape, other.shape]
        for index, name in enumerate(("transpose_a", "transpose_b")):
            shape = shapes[index]
            if constant(call.argument(-99, name)) is True and shape is not None and len(shape) >= 2:
                shapes[index] = (*shape[:-2], shape[-1], shape[-2])
        shape = arithmetic.matmul_shape(shapes[0], shapes[1])
        return call.tensor("matmul", [one, other], shape, library=one.library or library, data=one.data)

    return handler


def where(library: str) -> Callable[[Call], Value]:
    def handler(call: Call) -> Value:
        values = [call.argument(1, "x", "x1"), call.argument(2, "y", "x2")]
        tensors = [tensor_of(value, library, call) for value in values]
        one, other = tensors
        if one is None or other is None:
            return call.unknown()
        condition = call.argument(0, "condition")
        shape = arithmetic.broadcast(one.shape, other.shape)
        if isinstance(condition, Tensor):
            shape = arithmetic.broadcast(condition.shape, shape)
        lows, highs = (one.low, other.low), (one.high, other.high)
        return call.tensor(
            "where",
            [tensor for tensor in (condition, one, other) if isinstance(tensor, Tensor) and tensor.operation],
            shape,
            low=None if None in lows else min(low for low in lows if low is not None),
            high=None if None in highs else max(high for high in highs if high is not None),
            library=library,
        )

    return handler


def one_hot(subject: Subject) -> Value:
    """`tf.one_hot(labels, depth)`, `keras.ops.one_hot`."""
    classes = integer(subject.argument(0, "depth", "num_classes"))
    return encoded(subject, classes)


def encoded(subject: Subject, classes: int | None) -> Tensor:
    """Labels as rows with a single 1."""
    from dataclasses import replace

    data = subject.tensor.data or DataFacts()
    # A depth below the number of classes does not make them fewer: some rows have no place for their 1.
    known = max(classes or 0, data.classes or 0) or None
    data = replace(data, encoding="one_hot", labels=True, classes=known)
    shape: tuple[Dimension, ...] | None = None
    if subject.shape is not None:
        kept = subject.shape[:-1] if len(subject.shape) > 1 and subject.shape[-1] == 1 else subject.shape
        shape = (*kept, classes)
    return subject.made("one_hot", shape, low=0.0, high=1.0, scale=None, dtype="float32", data=data)


SQUARE_ROOT = monotone(math.sqrt)
EXPONENTIAL = monotone(math.exp)
LOGARITHM = monotone(math.log)
