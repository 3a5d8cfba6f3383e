"""torch.nn.functional: tables shared with the layers, and functions that are given their weights."""

from __future__ import annotations

from dataclasses import replace

from trainlint.frameworks.call import Call, Handler, as_tensor
from trainlint.frameworks.library import merged
from trainlint.frameworks.signatures import Signature
from trainlint.frameworks.torch import activations, normalisation, pooling, reshaping
from trainlint.frameworks.torch.meaning import Meaning, function_of
from trainlint.frameworks.torch.pairs import similarity
from trainlint.frameworks.torch.shapes import convolution, transposed_convolution
from trainlint.frameworks.torch.sizes import Bound, dimensions, size_value, whole
from trainlint.values.tensor import DataFacts, Dimension, Shape, Tensor
from trainlint.values.value import Items, Known, Value, integer

MEANINGS: dict[str, Meaning] = merged(
    activations.FUNCTIONS, normalisation.FUNCTIONS, pooling.FUNCTIONS, reshaping.FUNCTIONS
)
"""By name in torch.nn.functional, the tensor first."""


def _weight_shape(arguments: Bound) -> Shape | None:
    weight = as_tensor(arguments.get("weight"))
    return weight.shape if weight is not None else None


def _linear(call: Call) -> Value:
    arguments = call.bind(Signature("input, weight, bias=None"))
    value, weight = as_tensor(arguments.get("input")), arguments.get("weight")
    if value is None or weight is None:
        return call.unknown()
    units: Dimension = (_weight_shape(arguments) or (None,))[0]
    return call.tensor(
        "linear",
        (value, weight, *_given(arguments, "bias")),
        None if not value.shape else (*value.shape[:-1], units),
        settings={"units": size_value(units)},
        title="F.linear",
        dtype=value.dtype,
        library="torch",
        data=None,
    )


def _given(arguments: Bound, name: str) -> tuple[Tensor, ...]:
    """A tensor that may be left out."""
    value = arguments.get(name)
    return (value,) if isinstance(value, Tensor) else ()


def _convolution(axes: int, *, transposed: bool) -> Handler:
    text = (
        "input, weight, bias=None, stride=1, padding=0, output_padding=0, groups=1, dilation=1"
        if transposed
        else "input, weight, bias=None, stride=1, padding=0, dilation=1, groups=1"
    )
    rule = transposed_convolution(axes) if transposed else convolution(axes)

    def handler(call: Call) -> Value:
        arguments = call.bind(Signature(text))
        value, weight = as_tensor(arguments.get("input")), arguments.get("weight")
        if value is None or weight is None:
            return call.unknown()
        shape = _weight_shape(arguments)
        if shape is None or len(shape) != axes + 2:
            shape = (None,) * (axes + 2)
        groups = whole(arguments, "groups") or 1
        channels = shape[1] * groups if transposed and isinstance(shape[1], int) else shape[0]
        settings: dict[str, Value] = {
            "out_channels": size_value(channels),
            "kernel_size": Items([size_value(size) for size in shape[2:]], "tuple"),
        }
        return call.tensor(
            f"conv_transpose{axes}d" if transposed else f"conv{axes}d",
            (value, weight, *_given(arguments, "bias")),
            rule({**arguments, **settings}, value.shape),
            settings={"units": settings["out_channels"], "kernel_size": settings["kernel_size"]}
            | {name: arguments[name] for name in ("stride", "padding", "groups")},
            title=f"F.{call.title}",
            dtype=value.dtype,
            library="torch",
            data=None,
        )

    return handler


def _embedding(call: Call) -> Value:
    value, weight = as_tensor(call.argument(0, "input")), as_tensor(call.argument(1, "weight"))
    if value is None or weight is None:
        return call.unknown()
    width = weight.shape[-1] if weight.shape else None
    shape = None if value.shape is None else (*value.shape, width)
    return call.tensor(
        "embedding", (value, weight), shape, title="F.embedding", dtype="float32", library="torch", data=None
    )


def one_hot(call: Call) -> Value:
    """Labels as vectors of one 1 and zeros."""
    value, classes = as_tensor(call.argument(0, "tensor")), call.argument(1, "num_classes")
    if value is None:
        return call.unknown()
    count = integer(classes)
    known = count if count is not None and count >= 0 else None
    facts = value.data or DataFacts()
    return call.tensor(
        "one_hot",
        (value,),
        None if value.shape is None else (*value.shape, known),
        title="F.one_hot",
        dtype="int64",
        low=0.0,
        high=1.0,
        library="torch",
        data=_with_encoding(facts, known),
    )


def _with_encoding(facts: DataFacts, classes: int | None) -> DataFacts:
    return replace(facts, labels=True, encoding="one_hot", classes=classes or facts.classes)


def _attention(call: Call) -> Value:
    query, value = as_tensor(call.argument(0, "query")), as_tensor(call.argument(2, "value"))
    inputs = [
        tensor for position in range(3) if (tensor := as_tensor(call.argument(position, *_QKV[position])))
    ]
    if query is None or not inputs:
        return call.unknown()
    width = value.shape[-1] if value is not None and value.shape else None
    dropout = call.argument(4, "dropout_p") or Known(0.0)
    return call.tensor(
        "attention",
        inputs,
        None if not query.shape else (*query.shape[:-1], width),
        settings={"rate": dropout},
        title="F.scaled_dot_product_attention",
        dtype=query.dtype,
        library="torch",
        data=None,
    )


_QKV = (("query",), ("key",), ("value",))


def _bilinear(call: Call) -> Value:
    arguments = call.bind(Signature("input1, input2, weight, bias=None"))
    inputs = [
        tensor for name in ("input1", "input2", "weight", "bias") if (tensor := as_tensor(arguments[name]))
    ]
    if len(inputs) < 3:
        return call.unknown()
    units = inputs[2].shape[0] if inputs[2].shape else None
    shape = (*inputs[0].shape[:-1], units) if inputs[0].shape else None
    return call.tensor("bilinear", inputs, shape, title="F.bilinear", library="torch", data=None)


def _sampling_grid(call: Call) -> Value:
    """F.affine_grid(theta, size): a place in the image for each place of the result."""
    theta, size = as_tensor(call.argument(0, "theta")), dimensions(call.argument(1, "size"))
    if theta is None:
        return call.unknown()
    shape = None if size is None or len(size) < 3 else (size[0], *size[2:], len(size) - 2)
    return call.tensor("affine_grid", (theta,), shape, title="F.affine_grid", library="torch", data=None)


def _bag(call: Call) -> Value:
    value, weight = as_tensor(call.argument(0, "input")), as_tensor(call.argument(1, "weight"))
    if value is None or weight is None:
        return call.unknown()
    width = weight.shape[-1] if weight.shape else None
    rows = value.shape[0] if value.shape is not None and len(value.shape) == 2 else None
    return call.tensor(
        "embedding_bag", (value, weight), (rows, width), title="F.embedding_bag", dtype="float32",
        library="torch", data=None,
    )  # fmt: skip


def _with_indices(name: str) -> Handler:
    """F.max_pool2d_with_indices and its like: what is taken, and from where."""
    pooled = function_of(MEANINGS[name], "F.")

    def handler(call: Call) -> Value:
        values = pooled(call)
        indices = values.changed(dtype="int64") if isinstance(values, Tensor) else values
        return Items([values, indices], "tuple")

    return handler


BY_HAND: dict[str, Handler] = {
    "linear": _linear,
    "embedding": _embedding,
    "one_hot": one_hot,
    "scaled_dot_product_attention": _attention,
    "bilinear": _bilinear,
    "affine_grid": _sampling_grid,
    "embedding_bag": _bag,
    **dict.fromkeys(("cosine_similarity", "pairwise_distance"), similarity),
    **{f"{name}_with_indices": _with_indices(name)
       for kind in ("max_pool", "adaptive_max_pool") for axes in (1, 2, 3) if (name := f"{kind}{axes}d")},
    **{f"conv{axes}d": _convolution(axes, transposed=False) for axes in (1, 2, 3)},
    **{f"conv_transpose{axes}d": _convolution(axes, transposed=True) for axes in (1, 2, 3)},
}  # fmt: skip

_IN_PLACE = ("relu", "leaky_relu", "elu", "celu", "selu", "rrelu", "hardtanh", "threshold")

FUNCTIONS: dict[str, Handler] = {
    f"torch.nn.functional.{name}": handler
    for name, handler in (
        *((name, function_of(meaning, "F.")) for name, meaning in MEANINGS.items()),
        *((f"{name}_", function_of(MEANINGS[name], "F.")) for name in _IN_PLACE),
        *BY_HAND.items(),
    )
}
"""By canonical name."""
