"""Attention layers."""

from __future__ import annotations

from trainlint.frameworks.arrays.subject import dimensions_in
from trainlint.frameworks.keras.applied import Applied, LayerMeaning
from trainlint.frameworks.keras.windows import total, whole
from trainlint.values.tensor import Dimension, Shape, product


def _value_width(applied: Applied) -> int | None:
    given = applied.integer("value_dim")
    return applied.integer("key_dim") if given is None else given


def _last(applied: Applied, position: int) -> Dimension:
    inputs = applied.inputs
    shape = inputs[min(position, len(inputs) - 1)].shape
    return shape[-1] if shape else None


def _output_width(applied: Applied) -> Dimension:
    given = dimensions_in(applied.value("output_shape"))
    return _last(applied, 0) if given is None else product(given)


def _multi_head_shape(applied: Applied) -> Shape | None:
    if applied.shape is None:
        return None
    given = dimensions_in(applied.value("output_shape"))
    return applied.shape if given is None else (*applied.shape[:-1], *given)


def _multi_head_parameters(applied: Applied) -> int | None:
    """Projections of query, key and value, and of the result (keras/src/layers/attention)."""
    heads, key = applied.integer("num_heads"), applied.integer("key_dim")
    value, used, out = _value_width(applied), applied.flag("use_bias"), whole(_output_width(applied))
    widths = [whole(_last(applied, position)) for position in (0, 1, 2)]
    if heads is None or key is None or value is None or used is None or out is None or None in widths:
        return None
    query_width, value_width, key_width = (width or 0 for width in widths)
    weights = heads * (key * (query_width + key_width) + value * value_width + value * out)
    return weights + (heads * (2 * key + value) + out if used else 0)


def _attended_shape(applied: Applied) -> Shape | None:
    if applied.shape is None or len(applied.inputs) < 2:
        return None
    return (*applied.shape[:-1], _last(applied, 1))


def _attention_parameters(applied: Applied) -> int | None:
    return int(bool(applied.flag("use_scale"))) + int(applied.constant("score_mode") == "concat")


def _additive_parameters(applied: Applied) -> int | None:
    return total(_last(applied, 0)) if applied.flag("use_scale") else 0


LAYERS = {
    "MultiHeadAttention": LayerMeaning("attention", _multi_head_shape, _multi_head_parameters),
    "Attention": LayerMeaning("attention", _attended_shape, _attention_parameters),
    "AdditiveAttention": LayerMeaning("attention", _attended_shape, _additive_parameters),
}
