"""Dense, Embedding, normalisation and dropout: layers that keep the axes they find."""

from __future__ import annotations

from trainlint.frameworks.keras.applied import (
    Applied,
    Bounds,
    LayerMeaning,
    same_bounds,
)
from trainlint.frameworks.keras.windows import total, whole
from trainlint.values.tensor import Dimension, Shape, product
from trainlint.values.value import Items, integer


def _dense_shape(applied: Applied) -> Shape | None:
    # Without a known input the number of units still is known.
    return (*applied.shape[:-1], applied.integer("units")) if applied.shape else None


def _dense_parameters(applied: Applied) -> int | None:
    units = applied.integer("units")
    used = applied.flag("use_bias")
    if not applied.shape or used is None:
        return None
    return total(product((applied.shape[-1], units)), units if used else 0)


def _einsum(applied: Applied) -> tuple[Shape | None, int | None]:
    """Shape and weights of `EinsumDense("ab,bc->ac", output_shape=…)`, for equations without an ellipsis."""
    equation, bias_axes = applied.constant("equation"), applied.constant("bias_axes")
    if not isinstance(equation, str) or applied.shape is None or "." in equation:
        return None, None
    inputs, _, output = equation.replace(" ", "").partition("->")
    data, _, kernel = inputs.partition(",")
    if len(data) != len(applied.shape):
        return None, None
    sizes: dict[str, Dimension] = dict(zip(data, applied.shape, strict=True))
    given = applied.value("output_shape")
    wanted: list[int | None]
    if isinstance(given, Items) and given.is_certain:
        wanted = [integer(item) for item in given.items]
    else:
        wanted = [integer(given)]
    named = zip(reversed(output[1:]), reversed(wanted), strict=False)
    sizes |= {letter: size for letter, size in named if size is not None}
    bias = product(sizes.get(letter) for letter in bias_axes) if isinstance(bias_axes, str) else 0
    weights = total(product(sizes.get(letter) for letter in kernel), bias)
    return tuple(sizes.get(letter) for letter in output), weights


def _embedding_shape(applied: Applied) -> Shape | None:
    return None if applied.shape is None else (*applied.shape, applied.integer("output_dim"))


def _embedding_parameters(applied: Applied) -> int | None:
    return whole(product((applied.integer("input_dim"), applied.integer("output_dim"))))


def _axes(applied: Applied) -> list[int] | None:
    """The normalised axes, counted from the front."""
    value = applied.value("axis")
    numbers = [integer(item) for item in value.items] if isinstance(value, Items) else [integer(value)]
    rank = len(applied.shape) if applied.shape is not None else 0
    if not rank or any(axis is None or not -rank <= axis < rank for axis in numbers):
        return None
    return [axis % rank for axis in numbers if axis is not None]


def _scaled(applied: Applied, *switches: str) -> int | None:
    """Weights of scale and shift over the normalised axes."""
    axes = _axes(applied)
    used = [applied.flag(switch) for switch in switches]
    if axes is None or applied.shape is None or None in used:
        return None
    shape = applied.shape
    return whole(product([sum(map(bool, used)), *(shape[axis] for axis in axes)]))


def _centre_and_scale(applied: Applied) -> int | None:
    return _scaled(applied, "center", "scale")


def _scale_only(applied: Applied) -> int | None:
    axes = _axes(applied)
    return None if axes is None or applied.shape is None else whole(product(applied.shape[a] for a in axes))


def _standardised(applied: Applied) -> Bounds:
    return Bounds(scale="standardised")


def _dropped(applied: Applied) -> Bounds:
    return applied.bounds  # in expectation


_DROPOUT = LayerMeaning("dropout", bounds=_dropped)

LAYERS: dict[str, LayerMeaning] = {
    "Dense": LayerMeaning("linear", _dense_shape, _dense_parameters),
    "EinsumDense": LayerMeaning(
        "linear", lambda applied: _einsum(applied)[0], lambda applied: _einsum(applied)[1]
    ),
    "Embedding": LayerMeaning("embedding", _embedding_shape, _embedding_parameters),
    "Dropout": _DROPOUT,
    "AlphaDropout": _DROPOUT,
    "GaussianDropout": _DROPOUT,
    "SpatialDropout1D": _DROPOUT,
    "SpatialDropout2D": _DROPOUT,
    "SpatialDropout3D": _DROPOUT,
    "GaussianNoise": LayerMeaning("noise"),
    "BatchNormalization": LayerMeaning("batch_norm", parameters=_centre_and_scale, bounds=_standardised),
    "LayerNormalization": LayerMeaning("layer_norm", parameters=_centre_and_scale, bounds=_standardised),
    "GroupNormalization": LayerMeaning("group_norm", parameters=_centre_and_scale, bounds=_standardised),
    "RMSNormalization": LayerMeaning("rms_norm", parameters=_scale_only),
    "UnitNormalization": LayerMeaning("unit_norm", bounds=lambda applied: Bounds(-1.0, 1.0)),
    "Masking": LayerMeaning("masking", bounds=same_bounds),
    "ActivityRegularization": LayerMeaning("identity", bounds=same_bounds),
    "Identity": LayerMeaning("identity", bounds=same_bounds),
}
