"""Linear maps and embeddings of torch.nn, with their weights counted."""

from __future__ import annotations

from trainlint.frameworks.signatures import Signature
from trainlint.frameworks.torch.bounds import kept
from trainlint.frameworks.torch.meaning import Meaning
from trainlint.frameworks.torch.shapes import appended_axis, embedding_bag, last_axis
from trainlint.frameworks.torch.sizes import Bound, flag, whole
from trainlint.values.tensor import Shape


def _with_bias(weights: int, units: int, arguments: Bound) -> int | None:
    bias = flag(arguments, "bias")
    return None if bias is None else weights + units * bias


def _linear(arguments: Bound, shape: Shape | None) -> int | None:
    units = whole(arguments, "out_features")
    if "in_features" in arguments:
        inputs = whole(arguments, "in_features")
    else:  # LazyLinear learns it from the first input
        last = shape[-1] if shape else None
        inputs = last if isinstance(last, int) else None
    if units is None or inputs is None:
        return None
    return _with_bias(inputs * units, units, arguments)


def _bilinear(arguments: Bound, shape: Shape | None) -> int | None:
    first, second, units = (
        whole(arguments, name) for name in ("in1_features", "in2_features", "out_features")
    )
    if first is None or second is None or units is None:
        return None
    return _with_bias(first * second * units, units, arguments)


def _table(arguments: Bound, shape: Shape | None) -> int | None:
    rows, columns = whole(arguments, "num_embeddings"), whole(arguments, "embedding_dim")
    return None if rows is None or columns is None else rows * columns


_UNITS = {"units": "out_features", "bias": "bias"}
_EMBEDDING = {"input_units": "num_embeddings", "units": "embedding_dim", "padding_index": "padding_idx"}

LAYERS: dict[str, Meaning] = {
    "Linear": Meaning(
        Signature("in_features, out_features, bias=True, device=None, dtype=None"),
        "linear",
        last_axis("out_features"),
        settings=_UNITS | {"input_units": "in_features"},
        parameters=_linear,
        carries_data=False,
    ),
    "LazyLinear": Meaning(
        Signature("out_features, bias=True, device=None, dtype=None"),
        "linear",
        last_axis("out_features"),
        settings=_UNITS,
        parameters=_linear,
        carries_data=False,
    ),
    "Bilinear": Meaning(
        Signature("in1_features, in2_features, out_features, bias=True, device=None, dtype=None"),
        "bilinear",
        last_axis("out_features"),
        settings=_UNITS | {"input_units": "in1_features"},
        parameters=_bilinear,
        carries_data=False,
    ),
    "Embedding": Meaning(
        Signature(
            "num_embeddings, embedding_dim, padding_idx=None, max_norm=None, norm_type=2.0, "
            "scale_grad_by_freq=False, sparse=False, _weight=None, _freeze=False, device=None, dtype=None"
        ),
        "embedding",
        appended_axis("embedding_dim"),
        settings=_EMBEDDING,
        parameters=_table,
        dtype="float32",
        carries_data=False,
    ),
    "EmbeddingBag": Meaning(
        Signature(
            "num_embeddings, embedding_dim, max_norm=None, norm_type=2.0, scale_grad_by_freq=False, "
            "mode='mean', sparse=False, _weight=None, include_last_offset=False, padding_idx=None, "
            "device=None, dtype=None"
        ),
        "embedding_bag",
        embedding_bag,
        settings=_EMBEDDING,
        parameters=_table,
        dtype="float32",
        carries_data=False,
    ),
    "Identity": Meaning(Signature(""), "identity", bounds=kept),
}
"""By class name in torch.nn."""
