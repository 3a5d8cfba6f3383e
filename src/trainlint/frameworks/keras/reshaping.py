"""Layers that move values without changing them."""

from __future__ import annotations

from trainlint.frameworks.keras.applied import Applied, LayerMeaning, same_bounds
from trainlint.values.tensor import Dimension, Shape, product, quotient
from trainlint.values.value import Items, Value, integer


def dimensions_in(value: Value | None) -> Shape | None:
    """A shape written as a tuple of numbers; None where a size is not known."""
    if isinstance(value, Items) and value.is_certain:
        return tuple(integer(item) for item in value.items)
    one = integer(value)
    return None if one is None else (one,)


def filled(shape: Shape, wanted: Shape) -> Shape:
    """`wanted` with its -1 worked out from the number of elements of `shape`."""
    if -1 not in wanted:
        return wanted
    rest = product(size for size in wanted if size != -1)
    missing: Dimension = quotient(product(shape), rest)
    return tuple(missing if size == -1 else size for size in wanted)


def _flat(applied: Applied) -> Shape | None:
    return None if not applied.shape else (applied.shape[0], product(applied.shape[1:]))


def _reshaped(applied: Applied) -> Shape | None:
    wanted = dimensions_in(applied.value("target_shape"))
    if wanted is None:
        return None
    if applied.shape is None:
        return None if -1 in wanted else (None, *wanted)
    return (applied.shape[0], *filled(applied.shape[1:], wanted))


def _permuted(applied: Applied) -> Shape | None:
    order = dimensions_in(applied.value("dims"))
    if (
        order is None
        or applied.shape is None
        or sorted(map(str, order)) != sorted(str(axis) for axis in range(1, len(applied.shape)))
    ):
        return None
    return (applied.shape[0], *(applied.shape[axis] for axis in order if isinstance(axis, int)))


def _repeated(applied: Applied) -> Shape | None:
    if applied.shape is None or len(applied.shape) != 2:
        return None
    return (applied.shape[0], applied.integer("n"), applied.shape[1])


LAYERS = {
    "Flatten": LayerMeaning("flatten", _flat, bounds=same_bounds),
    "Reshape": LayerMeaning("reshape", _reshaped, bounds=same_bounds),
    "Permute": LayerMeaning("permute", _permuted, bounds=same_bounds),
    "RepeatVector": LayerMeaning("repeat", _repeated, bounds=same_bounds),
}
