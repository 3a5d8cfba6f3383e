"""Arithmetic on tensors and arrays: broadcasting, and bounds of the values; the same in every library."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from trainlint.frameworks.call import Call, as_tensor
from trainlint.frameworks.facts import Compared
from trainlint.values.tensor import DataFacts, Dimension, Shape, Symbol, Tensor
from trainlint.values.value import Known, Value, constant

Bounds = tuple[float | None, float | None]

KINDS = {
    "+": "add", "-": "subtract", "*": "multiply", "/": "divide", "//": "floor_divide", "%": "remainder",
    "**": "power", "@": "matmul", "==": "compare", "!=": "compare", "<": "compare", "<=": "compare",
    ">": "compare", ">=": "compare", "&": "logical", "|": "logical", "^": "logical", "<<": "shift",
    ">>": "shift",
}  # fmt: skip
"""The word of the operation that an operator makes."""


def binary(op: str, left: Value, right: Value, call: Call) -> Value:
    """`left op right`, at least one of which is a tensor. A number stands in the settings as `value`, with
    `reflected` when it is on the left."""
    kind = KINDS.get(op, "unknown")
    tensors = [found for value in (left, right) if (found := _operand(value)) is not None]
    if not tensors:
        return call.unknown()
    library = next((tensor.library for tensor in tensors if tensor.library), "")
    if op == "==" and len(tensors) == 2:
        call.machine.note(Compared(op, library, (tensors[0], tensors[1]), call.origin))
    settings: dict[str, Value] = {}
    for value, reflected in ((left, True), (right, False)):
        if isinstance(value, Known):
            settings["value"] = value
            if reflected:
                settings["reflected"] = Known(True)
    shape = matmul_shape(_shape(left), _shape(right)) if op == "@" else broadcast(_shape(left), _shape(right))
    low, high = bounds(op, left, right)
    return call.tensor(
        kind,
        tensors,
        shape,
        settings=settings,
        title=op,
        dtype=_dtype(op, kind, left, right),
        low=low,
        high=high,
        scale=_scale(op, left, right),
        library=library,
        data=None if op == "@" else _data(tensors),
    )


def inverted(tensor: Tensor, call: Call) -> Tensor:
    """`~tensor`."""
    return call.tensor(
        "logical", (tensor,), tensor.shape, title="~", dtype=tensor.dtype, library=tensor.library
    )


def _operand(value: Value) -> Tensor | None:
    return None if isinstance(value, Known) else as_tensor(value)


def _shape(value: Value) -> Shape | None:
    if isinstance(value, Known):
        return ()
    tensor = as_tensor(value)
    return tensor.shape if tensor is not None else None


def broadcast(one: Shape | None, other: Shape | None) -> Shape | None:
    """The common shape of two by NumPy's rules; None when it cannot be known, or there is none."""
    if one is None or other is None:
        return None
    length = max(len(one), len(other))
    padded = [(1,) * (length - len(shape)) + tuple(shape) for shape in (one, other)]
    sizes: list[Dimension] = []
    for a, b in zip(*padded, strict=True):
        if a == b or b == 1:
            sizes.append(a)
        elif a == 1:
            sizes.append(b)
        elif a is None or b is None or isinstance(a, Symbol) or isinstance(b, Symbol):
            # They must agree, or one is 1: what is known and not 1 holds.
            sizes.append(next((size for size in (a, b) if isinstance(size, int)), None))
        else:
            return None
    return tuple(sizes)


def matmul_shape(one: Shape | None, other: Shape | None) -> Shape | None:
    """Shape of `one @ other`: vectors, matrices and stacks of matrices."""
    if one is None or other is None or not one or not other:
        return None
    if len(one) == 1 and len(other) == 1:
        return ()
    if len(one) == 1:
        return (*other[:-2], other[-1])
    if len(other) == 1:
        return one[:-1]
    stack = broadcast(one[:-2], other[:-2])
    return None if stack is None else (*stack, one[-2], other[-1])


def einsum_shape(text: str, shapes: Sequence[Shape | None]) -> Shape | None:
    """Shape of `einsum(text, …)`; an ellipsis stands for the axes that are not named, broadcast together."""
    left, arrow, right = text.replace(" ", "").partition("->")
    terms = left.split(",")
    if len(terms) != len(shapes):
        return None
    sizes: dict[str, Dimension] = {}
    rest: Shape | None = ()
    for term, shape in zip(terms, shapes, strict=True):
        before, dots, after = term.partition("...")
        if shape is None or len(shape) < len(before + after) or (not dots and len(shape) > len(term)):
            rest = None if dots else rest
            continue
        middle = len(shape) - len(after)
        rest = broadcast(rest, shape[len(before) : middle]) if dots else rest
        named = zip(before + after, (*shape[: len(before)], *shape[middle:]), strict=True)
        sizes |= {letter: size for letter, size in named if sizes.get(letter) is None}
    if not arrow:  # those that occur once, in the order of the alphabet
        letters = left.replace(",", "").replace("...", "")
        right = "..." * ("..." in left) + "".join(sorted(c for c in letters if letters.count(c) == 1))
    before, dots, after = right.partition("...")
    if dots and rest is None:
        return None
    named_sizes = [tuple(sizes.get(letter) for letter in part) for part in (before, after)]
    return (*named_sizes[0], *(rest or () if dots else ()), *named_sizes[1])


def _interval(value: Value) -> Bounds:
    found = constant(value)
    if isinstance(found, int | float):
        return float(found), float(found)
    tensor = as_tensor(value)
    return (tensor.low, tensor.high) if tensor is not None else (None, None)


def bounds(op: str, left: Value, right: Value) -> Bounds:
    """Interval arithmetic: between which values the result lies."""
    rule = _RULES.get(op)
    if rule is None:
        return (0.0, 1.0) if KINDS.get(op) == "compare" else (None, None)
    try:
        low, high = rule(_interval(left), _interval(right))
    except (OverflowError, ZeroDivisionError, ValueError):
        return None, None
    return _finite(low), _finite(high)


def _finite(bound: float | None) -> float | None:
    return bound if bound is not None and math.isfinite(bound) else None


def _add(a: Bounds, b: Bounds) -> Bounds:
    return (
        None if a[0] is None or b[0] is None else a[0] + b[0],
        None if a[1] is None or b[1] is None else a[1] + b[1],
    )


def _subtract(a: Bounds, b: Bounds) -> Bounds:
    return (
        None if a[0] is None or b[1] is None else a[0] - b[1],
        None if a[1] is None or b[0] is None else a[1] - b[0],
    )


def _multiply(a: Bounds, b: Bounds) -> Bounds:
    known = [bound for bound in (*a, *b) if bound is not None]
    if len(known) == 4:
        products = [x * y for x in a if x is not None for y in b if y is not None]
        return min(products), max(products)
    if (a[0] or -1.0) >= 0 and (b[0] or -1.0) >= 0:
        return 0.0, None
    if a[0] == 0 and b[0] is not None and b[0] >= 0:
        return 0.0, None
    if b[0] == 0 and a[0] is not None and a[0] >= 0:
        return 0.0, None
    return None, None


def _divide(a: Bounds, b: Bounds) -> Bounds:
    if b[0] is None or b[1] is None or b[0] <= 0 <= b[1]:
        return (
            (0.0, None) if a[0] is not None and a[0] >= 0 and b[0] is not None and b[0] >= 0 else (None, None)
        )
    return _multiply(a, (1 / b[1], 1 / b[0]))


def _floor_divide(a: Bounds, b: Bounds) -> Bounds:
    low, high = _divide(a, b)
    return None if low is None else math.floor(low), None if high is None else math.floor(high)


def _remainder(a: Bounds, b: Bounds) -> Bounds:
    return (0.0, b[1]) if b[0] is not None and b[0] > 0 else (None, None)


def _power(a: Bounds, b: Bounds) -> Bounds:
    exponent = b[0] if b[0] is not None and b[0] == b[1] else None
    if exponent is None:
        return None, None
    if exponent == int(exponent) and int(exponent) % 2 == 0 and exponent > 0:
        if a[0] is None or a[1] is None:
            return 0.0, None
        ends = sorted((abs(a[0]), abs(a[1])))
        return (0.0 if a[0] <= 0 <= a[1] else ends[0] ** exponent), ends[1] ** exponent
    if exponent > 0 and a[0] is not None and a[0] >= 0:
        return a[0] ** exponent, None if a[1] is None else a[1] ** exponent
    return None, None


_RULES: dict[str, Callable[[Bounds, Bounds], Bounds]] = {
    "+": _add,
    "-": _subtract,
    "*": _multiply,
    "/": _divide,
    "//": _floor_divide,
    "%": _remainder,
    "**": _power,
}


def _dtype(op: str, kind: str, left: Value, right: Value) -> str | None:
    if kind == "compare":
        return "bool"
    kinds = [tensor.dtype for value in (left, right) if (tensor := _operand(value)) is not None]
    if None in kinds:
        return None
    floats = [name for name in kinds if name is not None and name.startswith(("float", "bfloat"))]
    if floats:
        return floats[0] if all(name == floats[0] for name in floats) else max(floats)
    if op == "/":
        return "float32" if any(_library(value) == "torch" for value in (left, right)) else "float64"
    numbers = [constant(value) for value in (left, right) if isinstance(value, Known)]
    if any(isinstance(found, float) for found in numbers):
        return "float32" if any(_library(value) == "torch" for value in (left, right)) else "float64"
    return kinds[0] if all(name == kinds[0] for name in kinds) else None


def _library(value: Value) -> str:
    return value.library if isinstance(value, Tensor) else ""


def _data(tensors: list[Tensor]) -> DataFacts | None:
    return next((tensor.data for tensor in tensors if tensor.data is not None), None)


def _scale(op: str, left: Value, right: Value) -> str | None:
    """`(x - mean) / deviation` makes data standardised; small changes of such data leave it so."""
    divisor = as_tensor(right) if not isinstance(right, Known) else None
    if op == "/" and isinstance(left, Tensor):
        centred = left.operation is not None and left.operation.kind == "subtract"
        made_by = divisor.operation.kind if divisor is not None and divisor.operation is not None else ""
        if centred and (made_by == "std" or _adds_to_std(divisor)):
            return "standardised"
    return None


def _adds_to_std(tensor: Tensor | None) -> bool:
    """`std + eps`"""
    operation = tensor.operation if tensor is not None else None
    if operation is None or operation.kind != "add":
        return False
    return any(item.operation is not None and item.operation.kind == "std" for item in operation.inputs)
