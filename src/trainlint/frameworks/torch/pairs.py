"""Functions of torch that take two tensors value by value, or pick values out of one by another."""

from __future__ import annotations

from trainlint.frameworks.arithmetic import binary, broadcast
from trainlint.frameworks.call import Call, Handler, as_tensor
from trainlint.frameworks.torch.combining import first_tensor, piece
from trainlint.frameworks.torch.counting import nonzero
from trainlint.frameworks.torch.sizes import axis_of, dimension
from trainlint.values.tensor import Shape
from trainlint.values.value import Items, Known, Unknown, Value

OPERATORS = {
    "add": "+", "sub": "-", "subtract": "-", "mul": "*", "multiply": "*", "div": "/", "divide": "/",
    "true_divide": "/", "floor_divide": "//", "remainder": "%", "pow": "**", "eq": "==", "ne": "!=",
    "lt": "<", "less": "<", "le": "<=", "gt": ">", "greater": ">", "ge": ">=", "logical_and": "&",
    "bitwise_and": "&", "logical_or": "|", "bitwise_or": "|", "bitwise_xor": "^", "logical_xor": "^",
    "greater_equal": ">=", "less_equal": "<=", "not_equal": "!=", "fmod": "%", "float_power": "**",
    "bitwise_left_shift": "<<", "bitwise_right_shift": ">>",
}  # fmt: skip

_PAIRED = {
    "maximum": "maximum",
    "minimum": "minimum",
    "fmax": "maximum",
    "fmin": "minimum",
    "where": "where",
    "lerp": "lerp",
    "atan2": "arctangent",
    "arctan2": "arctangent",
    "hypot": "norm",
    "isclose": "compare",
    "isin": "compare",
    "logaddexp": "logsumexp",
    "logaddexp2": "logsumexp",
    "xlogy": "multiply",
    "copysign": "multiply",
    "ldexp": "multiply",
    "heaviside": "compare",
    "polar": "multiply",
    "complex": "stack",
    "nextafter": "identity",
}
"""Functions of two tensors of a common shape, and the word for each."""


def operator(op: str) -> Handler:
    def handler(call: Call) -> Value:
        left, right = call.argument(0, "input", "self"), call.argument(1, "other", "exponent")
        if left is None or right is None:
            return call.unknown()
        return binary(op, left, right, call)

    return handler


def _elementwise_pair(kind: str) -> Handler:
    """torch.maximum, torch.where and others on tensors of a common shape; their values are not followed."""

    def handler(call: Call) -> Value:
        tensors = [tensor for value in call.arguments.positional if (tensor := as_tensor(value)) is not None]
        if not tensors:
            return call.unknown()
        if kind == "where" and len(call.arguments.positional) == 1 and not call.arguments.keyword:
            return nonzero(call)
        shape: Shape | None = ()
        for value in call.arguments.positional:
            tensor = as_tensor(value)
            shape = broadcast(shape, tensor.shape if tensor is not None else ())
        dtype = tensors[-1].dtype
        return call.tensor(kind, tensors, shape, dtype=dtype, library="torch")

    return handler


def _gather(call: Call) -> Value:
    tensor, indices = first_tensor(call), as_tensor(call.argument(2, "index"))
    if tensor is None or indices is None:
        return call.unknown()
    return call.tensor(
        "select", (tensor, indices), indices.shape, dtype=tensor.dtype, library="torch", data=None
    )


def _index_select(call: Call) -> Value:
    tensor, indices = first_tensor(call), as_tensor(call.argument(2, "index"))
    axis = call.argument(1, "dim")
    if tensor is None or indices is None:
        return call.unknown()
    at = None if tensor.shape is None or axis is None else axis_of(len(tensor.shape), dimension(axis))
    count = indices.shape[0] if indices.shape else None
    shape = (
        None if tensor.shape is None or at is None else (*tensor.shape[:at], count, *tensor.shape[at + 1 :])
    )
    return piece(call, tensor, shape)


def _beside_axis(call: Call) -> Value:
    """torch.take_along_dim: the shape of the indices."""
    tensor, indices = first_tensor(call), as_tensor(call.argument(1, "indices"))
    if tensor is None or indices is None:
        return call.unknown()
    return call.tensor(
        "select", (tensor, indices), indices.shape, dtype=tensor.dtype, library="torch", data=None
    )


def written_into(call: Call) -> Value:
    """torch.scatter, torch.index_add and their like: what is written joins what was there."""
    tensor = first_tensor(call)
    if tensor is None:
        return call.unknown()
    given = (*call.arguments.positional[1:], *call.arguments.keyword.values())
    written = [value for value in given if as_tensor(value) is not None]
    return call.tensor("scatter", (tensor, *written), tensor.shape, dtype=tensor.dtype, library="torch")


def _fused(call: Call) -> Value:
    """torch.addcmul, torch.addcdiv: input + value * tensor1 * tensor2."""
    names = ("input", "tensor1", "tensor2")
    tensors = [
        tensor for i, name in enumerate(names) if (tensor := as_tensor(call.argument(i, name))) is not None
    ]
    if len(tensors) < 3:
        return call.unknown()
    shape = broadcast(broadcast(tensors[0].shape, tensors[1].shape), tensors[2].shape)
    return call.tensor("add", tensors, shape, dtype=tensors[0].dtype, library="torch")


def _distance(call: Call) -> Value:
    """torch.cdist: (…, P, M) and (…, R, M) give (…, P, R)."""
    one, other = first_tensor(call), as_tensor(call.argument(1, "x2"))
    if one is None or other is None:
        return call.unknown()
    known = one.shape is not None and other.shape is not None and len(one.shape) > 1 and len(other.shape) > 1
    shape = (*one.shape[:-1], other.shape[-2]) if known and one.shape and other.shape else None
    return call.tensor("distance", (one, other), shape, low=0.0, library="torch", data=None)


def _one_distance(call: Call) -> Value:
    """torch.dist: one number for two tensors."""
    one, other = first_tensor(call), as_tensor(call.argument(1, "other"))
    if one is None or other is None:
        return call.unknown()
    return call.tensor("distance", (one, other), (), low=0.0, library="torch", data=None)


def similarity(call: Call) -> Value:
    """Cosine similarity and the distance of pairs: the axis of the features goes."""
    one, other = as_tensor(call.argument(0, "x1")), as_tensor(call.argument(1, "x2"))
    if one is None or other is None:
        return call.unknown()
    default = Known(1) if call.title == "cosine_similarity" else Known(-1)
    axis = (call.argument(2, "dim") or default) if call.title == "cosine_similarity" else default
    shape = broadcast(one.shape, other.shape)
    at = None if shape is None else axis_of(len(shape), dimension(axis))
    rest = None if shape is None or at is None else (*shape[:at], *shape[at + 1 :])
    kind = "cosine_similarity" if call.title == "cosine_similarity" else "distance"
    return call.tensor(
        kind, (one, other), rest, settings={"axis": axis}, title=f"F.{call.title}", library="torch", data=None
    )


def _broadcast_all(call: Call) -> Value:
    """torch.broadcast_tensors."""
    tensors = [tensor for value in call.arguments.positional if (tensor := as_tensor(value)) is not None]
    shape: Shape | None = ()
    for tensor in tensors:
        shape = broadcast(shape, tensor.shape)
    return Items([call.tensor("expand", (tensor,), shape, library="torch") for tensor in tensors], "tuple")


def _true_or_false(call: Call) -> Value:
    return Unknown("a comparison of tensors", call.origin)


PAIRS: dict[str, Handler] = {
    **{name: operator(op) for name, op in OPERATORS.items()},
    **{name: _elementwise_pair(kind) for name, kind in _PAIRED.items()},
    "gather": _gather,
    "index_select": _index_select,
    "take_along_dim": _beside_axis,
    **dict.fromkeys(
        ("scatter", "scatter_add", "scatter_reduce", "index_add", "index_copy", "index_fill", "index_put",
         "masked_scatter", "put", "slice_scatter", "select_scatter", "diagonal_scatter"),
        written_into,
    ),
    **dict.fromkeys(("addcmul", "addcdiv"), _fused),
    "dist": _one_distance,
    **dict.fromkeys(("equal", "allclose"), _true_or_false),
}  # fmt: skip
"""By name in torch; the first argument is the tensor, so that all are methods, too."""

OF_TWO: dict[str, Handler] = {
    "cdist": _distance,
    "broadcast_tensors": _broadcast_all,
}
"""By name in torch; no methods."""
