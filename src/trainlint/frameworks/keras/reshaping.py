"""Layers that move values without changing them."""

from __future__ import annotations

from trainlint.frameworks.arrays.moving import filled
from trainlint.frameworks.arrays.subject import dimensions_in
from trainlint.frameworks.keras.applied import Applied, LayerMeaning, same_bounds
from trainlint.values.tensor import Shape, product


def _flat(applied: Applied) -> Shape | None:
    return None if not applied.shape else (applied.shape[0], product(applied.shape[1:]))


def _reshaped(applied: Applied) -> Shape | None:
    wanted = dimensions_in(applied.value("target_shape"))
    if wanted is None:
        return None
    if not applied.shape:
        return None if -1 in wanted else (None, *wanted)
    rest = filled(applied.shape[1:], wanted)
    return None if rest is None else (applied.shape[0], *rest)


def _permuted(applied: Applied) -> Shape | None:
    order = dimensions_in(applied.value("dims"))
    if (
        order is None
        or not applied.shape
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
