"""Layers that make one tensor of several."""

from __future__ import annotations

from functools import reduce

from trainlint.frameworks.arithmetic import broadcast
from trainlint.frameworks.arrays.moving import joined
from trainlint.frameworks.keras.applied import Applied, LayerMeaning
from trainlint.values.tensor import Shape
from trainlint.values.value import Items, integer


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
