"""Layers that make one tensor of several."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce

from trainlint.frameworks.keras.applied import Applied, LayerMeaning
from trainlint.values.tensor import Dimension, Shape, Symbol
from trainlint.values.value import Items, integer


def broadcast(one: Shape | None, other: Shape | None) -> Shape | None:
    """The shape of an operation on each pair of elements."""
    if one is None or other is None:
        return None
    length = max(len(one), len(other))
    padded = [(1,) * (length - len(shape)) + tuple(shape) for shape in (one, other)]
    return tuple(_common(a, b) for a, b in zip(*padded, strict=True))


def _common(one: Dimension, other: Dimension) -> Dimension:
    if one == other or other == 1:
        return one
    return other if one == 1 else None


def joined(shapes: Sequence[Shape | None], axis: int | None) -> Shape | None:
    """The shape after a concatenation along an axis."""
    if axis is None or not shapes or any(shape is None for shape in shapes):
        return None
    known = [shape for shape in shapes if shape is not None]
    rank = len(known[0])
    if any(len(shape) != rank for shape in known) or not -rank <= axis < rank:
        return None
    axis %= rank
    result: list[Dimension] = []
    for position in range(rank):
        column = [shape[position] for shape in known]
        if position == axis:
            result.append(added(column))
        else:
            result.append(next((size for size in column if isinstance(size, int)), column[0]))
    return tuple(result)


def added(sizes: Sequence[Dimension]) -> Dimension:
    """The sum of sizes: of numbers, or of multiples of the same symbol."""
    if all(isinstance(size, int) for size in sizes):
        return sum(size for size in sizes if isinstance(size, int))
    names = {size.name if isinstance(size, Symbol) else None for size in sizes}
    name = names.pop()
    if names or name is None:
        return None
    return Symbol(name, sum(size.factor for size in sizes if isinstance(size, Symbol)))


def _elementwise(applied: Applied) -> Shape | None:
    shapes = [tensor.shape for tensor in applied.inputs]
    return reduce(broadcast, shapes) if shapes else None


def _concatenated(applied: Applied) -> Shape | None:
    return joined([tensor.shape for tensor in applied.inputs], applied.integer("axis"))


def _dotted(applied: Applied) -> Shape | None:
    if len(applied.inputs) != 2:
        return None
    one, other = applied.inputs[0].shape, applied.inputs[1].shape
    axes = applied.value("axes")
    pair = [integer(item) for item in axes.items] if isinstance(axes, Items) else [integer(axes)] * 2
    if one is None or other is None or len(pair) != 2 or pair[0] is None or pair[1] is None:
        return None
    first, second = pair[0] % len(one), pair[1] % len(other)
    kept = [size for axis, size in enumerate(one) if axis != first]
    kept += [size for axis, size in enumerate(other) if axis not in (0, second)]
    return (*kept, 1) if len(kept) == 1 else tuple(kept)


LAYERS = {
    "Add": LayerMeaning("add", _elementwise),
    "Subtract": LayerMeaning("subtract", _elementwise),
    "Multiply": LayerMeaning("multiply", _elementwise),
    "Average": LayerMeaning("average", _elementwise),
    "Maximum": LayerMeaning("maximum", _elementwise),
    "Minimum": LayerMeaning("minimum", _elementwise),
    "Concatenate": LayerMeaning("concatenate", _concatenated),
    "Dot": LayerMeaning("dot", _dotted),
}
