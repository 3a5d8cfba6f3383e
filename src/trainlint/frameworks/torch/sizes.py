"""Reading sizes, axes and flags from arguments, and giving shapes back as values."""

from __future__ import annotations

from collections.abc import Mapping

from trainlint.values.origin import Origin
from trainlint.values.tensor import Dimension, Shape, Symbol
from trainlint.values.value import Items, Known, Unknown, Value, constant

Bound = Mapping[str, Value]
"""Arguments by parameter name, as `Call.bind` gives them."""

HIDDEN = "*"
"""The name under which `*args` that could not be followed stand in bound arguments."""


def dimension(value: Value | None) -> Dimension:
    """A value as the size of an axis: a number, a symbol, or None."""
    found = constant(value)
    if isinstance(found, bool) or not isinstance(found, int | Symbol):
        return None
    return found


def dimensions(value: Value | None) -> Shape | None:
    """A tuple or list of sizes; None when their number is unknown. One number is a shape of one axis."""
    if isinstance(value, Items):
        return tuple(dimension(item) for item in value.items) if value.is_certain else None
    found = constant(value)
    if isinstance(found, tuple | list):
        return tuple(size if isinstance(size, int | Symbol) else None for size in found)
    size = dimension(value)
    return None if size is None else (size,)


def whole(arguments: Bound, name: str) -> int | None:
    """A whole number among the arguments."""
    found = constant(arguments.get(name))
    return found if isinstance(found, int) and not isinstance(found, bool) else None


def flag(arguments: Bound, name: str) -> bool | None:
    """A truth value among the arguments; None when it is not known."""
    found = constant(arguments.get(name))
    return bool(found) if isinstance(found, bool | int) else None


def is_none(arguments: Bound, name: str) -> bool:
    """Whether an argument is absent or a known None."""
    value = arguments.get(name)
    return value is None or (isinstance(value, Known) and value.value is None)


def each(value: Value | None, count: int) -> tuple[int | None, ...]:
    """An argument that may be one number for all axes or one for each (`kernel_size=3`, `(3, 5)`)."""
    found = dimensions(value)
    if found is None:
        return (None,) * count
    numbers = tuple(size if isinstance(size, int) else None for size in found)
    if len(numbers) == 1:
        return numbers * count
    return numbers if len(numbers) == count else (None,) * count


def variadic(arguments: Bound, name: str) -> tuple[Value, ...] | None:
    """Arguments that may be given one by one or as a tuple: `x.view(2, 3)`, `x.view((2, 3))`."""
    first = arguments.get(name)
    if HIDDEN in arguments or first is None:
        return None
    if isinstance(first, Items):
        return first.items if first.is_certain else None
    if isinstance(constant(first), tuple | list):
        return tuple(Known(item, first.origin) for item in constant(first))
    numbered = sorted(
        (key for key in arguments if key[0] == "*" and key[1:].isdigit()), key=lambda k: int(k[1:])
    )
    return (first, *(arguments[key] for key in numbered))


def variadic_sizes(arguments: Bound, name: str) -> Shape | None:
    """The sizes among arguments that may be given one by one or as a tuple."""
    values = variadic(arguments, name)
    return None if values is None else tuple(dimension(value) for value in values)


def axis_of(rank: int, axis: Dimension) -> int | None:
    """An axis counted from the front; None when it is unknown or out of range."""
    if not isinstance(axis, int):
        return None
    counted = axis + rank if axis < 0 else axis
    return counted if 0 <= counted < rank else None


def size_value(size: Dimension, origin: Origin | None = None) -> Value:
    """A size as a value: a symbolic size is a known symbol, so that arithmetic can go on with it."""
    return Unknown("size of an axis", origin) if size is None else Known(size, origin)


def shape_value(shape: Shape | None, origin: Origin | None = None) -> Value:
    """A shape as the tuple that `x.shape` gives."""
    if shape is None:
        return Unknown("shape of a tensor", origin)
    return Items([size_value(size, origin) for size in shape], "tuple", origin=origin)
