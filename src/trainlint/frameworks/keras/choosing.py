"""Functions of TensorFlow and Keras that pick values out of tensors, write into them, or sum them by groups."""

from __future__ import annotations

from trainlint.frameworks.arrays.subject import (
    Operation,
    Subject,
    as_function,
    dimensions_in,
    size_in,
    tensor_of,
)
from trainlint.frameworks.call import Call, Handler, as_tensor
from trainlint.values.tensor import Shape, Tensor
from trainlint.values.value import Items, Known, Value, constant, integer


def gather(call: Call) -> Value:
    """`tf.gather(params, indices, axis)`, `keras.ops.take`: the indices take the place of the axis."""
    tensor = tensor_of(call.argument(0, "params", "x", "reference"), "keras", call)
    indices = tensor_of(call.argument(1, "indices", "ids"), "keras", call)
    if tensor is None or indices is None:
        return call.unknown()
    axis = integer(
        call.argument(-1, "axis") or (call.argument(2) if call.title == "take" else None) or Known(0)
    )
    batch = integer(call.argument(-1, "batch_dims") or Known(0))
    shape: Shape | None = None
    if tensor.shape is not None and indices.shape is not None and axis is not None and batch == 0:
        at = axis % len(tensor.shape) if tensor.shape else 0
        shape = (*tensor.shape[:at], *indices.shape, *tensor.shape[at + 1 :])
    return _taken(call, tensor, indices, shape)


def _taken(call: Call, tensor: Tensor, indices: Tensor, shape: Shape | None) -> Tensor:
    inputs = [tensor] if indices.operation is None else [tensor, indices]
    return call.tensor(
        "select",
        inputs,
        shape,
        low=tensor.low,
        high=tensor.high,
        dtype=tensor.dtype,
        library="keras",
        data=None,
    )


def gather_places(call: Call) -> Value:
    """`tf.gather_nd`: the last axis of the indices says where."""
    tensor = tensor_of(call.argument(0, "params"), "keras", call)
    indices = tensor_of(call.argument(1, "indices"), "keras", call)
    if tensor is None or indices is None:
        return call.unknown()
    shape: Shape | None = None
    if tensor.shape is not None and indices.shape and isinstance(depth := indices.shape[-1], int):
        shape = (*indices.shape[:-1], *tensor.shape[depth:])
    return _taken(call, tensor, indices, shape)


def along_axis(call: Call) -> Value:
    """`keras.ops.take_along_axis`: the shape of the indices."""
    tensor = tensor_of(call.argument(0, "x"), "keras", call)
    indices = tensor_of(call.argument(1, "indices"), "keras", call)
    if tensor is None or indices is None:
        return call.unknown()
    return _taken(call, tensor, indices, indices.shape)


def cut(subject: Subject) -> Value:
    """`tf.slice(x, begin, size)`, `keras.ops.slice(x, start, shape)`: -1 means up to the end."""
    sizes = dimensions_in(subject.argument(1, "size", "shape"))
    begin = dimensions_in(subject.argument(0, "begin", "start_indices"))
    shape: Shape | None = None
    if sizes is not None:
        shape = sizes
        if -1 in sizes:
            known = begin is not None and subject.shape is not None and len(subject.shape) == len(sizes)
            ends = zip(sizes, begin or (), subject.shape or (), strict=False) if known else ()
            shape = tuple(
                (whole - start if isinstance(whole, int) and isinstance(start, int) else whole if start == 0 else None)
                if size == -1
                else size
                for size, start, whole in ends
            ) or tuple(None if size == -1 else size for size in sizes)  # fmt: skip
    return subject.made("select", shape)


def strided(subject: Subject) -> Value:
    return subject.made("select", None)


def under_mask(subject: Subject) -> Value:
    """`tf.boolean_mask(x, mask)`: the axes of the mask become one of unknown size."""
    mask = as_tensor(subject.argument(0, "mask"))
    rank = mask.rank if mask is not None else None
    shape = (None, *subject.shape[rank:]) if subject.shape is not None and rank is not None else None
    return subject.made("select", shape, data=None)


def places(call: Call) -> Value:
    """`tf.where(condition)`, `keras.ops.nonzero`: a row of indices for each place."""
    tensor = tensor_of(call.argument(0, "condition", "x"), "keras", call)
    if tensor is None:
        return call.unknown()
    return call.tensor("select", (tensor,), (None, tensor.rank), dtype="int64", library="keras", data=None)


def scattered(call: Call) -> Value:
    """`tf.scatter_nd(indices, updates, shape)`, `keras.ops.scatter`: zeros with values among them."""
    updates = tensor_of(call.argument(1, "updates", "values"), "keras", call)
    if updates is None:
        return call.unknown()
    shape = dimensions_in(call.argument(2, "shape"))
    return call.tensor("scatter", (updates,), shape, dtype=updates.dtype, library="keras", data=None)


def updated(call: Call) -> Value:
    """`tf.tensor_scatter_nd_update(tensor, indices, updates)`: the shape stays."""
    tensor = tensor_of(call.argument(0, "tensor", "inputs"), "keras", call)
    updates = tensor_of(call.argument(2, "updates"), "keras", call)
    if tensor is None or updates is None:
        return call.unknown()
    return call.tensor("scatter", (tensor, updates), tensor.shape, dtype=tensor.dtype, library="keras")


def summed_by_group(call: Call) -> Value:
    """`tf.math.unsorted_segment_sum(data, segment_ids, num_segments)`."""
    tensor = tensor_of(call.argument(0, "data"), "keras", call)
    if tensor is None:
        return call.unknown()
    count = size_in(call.argument(2, "num_segments"))
    shape = (count, *tensor.shape[1:]) if tensor.shape else None
    return call.tensor("sum", (tensor,), shape, dtype=tensor.dtype, library="keras", data=None)


def largest(call: Call) -> Value:
    """`tf.math.top_k(x, k)`: values and indices."""
    tensor = tensor_of(call.argument(0, "input", "x"), "keras", call)
    if tensor is None:
        return call.unknown()
    count = size_in(call.argument(1, "k") or Known(1))
    shape = (*tensor.shape[:-1], count) if tensor.shape else None
    values = call.tensor("top", (tensor,), shape, dtype=tensor.dtype, library="keras", data=None)
    indices = call.tensor("argtop", (tensor,), shape, dtype="int32", low=0.0, library="keras", data=None)
    pair = Items([values, indices], "tuple", origin=call.origin)
    pair.fields = ("values", "indices")
    return pair


def unique(call: Call) -> Value:
    """`tf.unique(x)`: the values, and for each place which of them."""
    tensor = tensor_of(call.argument(0, "x"), "keras", call)
    if tensor is None:
        return call.unknown()
    values = call.tensor("select", (tensor,), (None,), dtype=tensor.dtype, library="keras", data=None)
    indices = call.tensor("select", (tensor,), tensor.shape, dtype="int32", library="keras", data=None)
    pair = Items([values, indices], "tuple")
    pair.fields = ("y", "idx")
    return pair


def lengths_mask(call: Call) -> Value:
    """`tf.sequence_mask(lengths, maxlen)`: a row of ones and zeros for each length."""
    lengths = tensor_of(call.argument(0, "lengths"), "keras", call)
    if lengths is None:
        return call.unknown()
    longest = size_in(call.argument(1, "maxlen"))
    shape = None if lengths.shape is None else (*lengths.shape, longest)
    return call.tensor("compare", (lengths,), shape, low=0.0, high=1.0, library="keras", data=None)


def grid(call: Call) -> Value:
    """`tf.meshgrid(a, b)`: by default the first two axes change places."""
    tensors = [tensor for value in call.arguments.positional if (tensor := tensor_of(value, "keras", call))]
    if not tensors or len(tensors) < len(call.arguments.positional):
        return call.unknown()
    sizes = [tensor.shape[0] if tensor.shape and len(tensor.shape) == 1 else None for tensor in tensors]
    if constant(call.argument(-1, "indexing")) != "ij" and len(sizes) > 1:
        sizes[:2] = sizes[1::-1]
    return Items(
        [
            call.tensor("expand", (tensor,), tuple(sizes), dtype=tensor.dtype, library="keras")
            for tensor in tensors
        ]
    )


def broadcast_to(subject: Subject) -> Value:
    return subject.made("expand", subject.sizes(0, "shape"))


def sorted_places(subject: Subject) -> Value:
    return subject.made("argsort", subject.shape, low=0.0, high=None, scale=None, dtype="int32", data=None)


_ONE: dict[str, Operation] = {
    "slice": cut,
    "strided_slice": strided,
    "boolean_mask": under_mask,
    "broadcast_to": broadcast_to,
    "argsort": sorted_places,
}

_HANDLERS: dict[str, Handler] = {
    "gather": gather,
    "gather_nd": gather_places,
    **dict.fromkeys(("scatter_nd", "scatter"), scattered),
    **dict.fromkeys(
        ("tensor_scatter_nd_update", "tensor_scatter_nd_add", "tensor_scatter_nd_max", "scatter_update",
         "slice_update"),
        updated,
    ),
    **dict.fromkeys(
        [f"{kind}segment_{word}" for kind in ("", "unsorted_") for word in ("sum", "mean", "max", "min", "prod")],
        summed_by_group,
    ),
    "top_k": largest,
    "unique": unique,
    "sequence_mask": lengths_mask,
    "meshgrid": grid,
    **{name: as_function(operation, "keras") for name, operation in _ONE.items()},
}  # fmt: skip

_PREFIXES = (
    "tensorflow.",
    "tensorflow.math.",
    "tensorflow.nn.",
    "tensorflow.compat.v1.",
    "keras.ops.",
    "keras.backend.",
)

FUNCTIONS: dict[str, Handler] = {
    **{f"{prefix}{name}": handler for prefix in _PREFIXES for name, handler in _HANDLERS.items()},
    **{
        f"{prefix}.take": gather
        for prefix in ("keras.ops", "keras.ops.numpy", "tensorflow.experimental.numpy")
    },
    "keras.ops.take_along_axis": along_axis,
    **dict.fromkeys(("keras.ops.nonzero", "keras.ops.argwhere"), places),
}
"""By canonical name."""
