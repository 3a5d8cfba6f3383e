"""Functions of torch that join tensors, cut them, multiply them, or take two value by value."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from trainlint.frameworks.arithmetic import binary, broadcast, matmul_shape
from trainlint.frameworks.call import Call, Handler, as_tensor
from trainlint.frameworks.signatures import Signature
from trainlint.frameworks.torch import tensor_shapes
from trainlint.frameworks.torch.meaning import bound
from trainlint.frameworks.torch.sizes import (
    axis_of,
    dimension,
    is_none,
    whole,
)
from trainlint.values.tensor import Dimension, Shape, Symbol, Tensor
from trainlint.values.value import Items, Known, Value, constant


def first_tensor(call: Call) -> Tensor | None:
    return as_tensor(call.argument(0, "input", "tensor", "self"))


# -- several tensors into one -----------------------------------------------------------------------------


def _given_tensors(call: Call) -> tuple[Value, ...] | None:
    given = call.argument(0, "tensors")
    found = given.items if isinstance(given, Items) and given.complete else None
    if found is None and given is not None:
        found = call.machine.items(given)
    return found if found and all(as_tensor(value) is not None for value in found) else None


def _concatenate(call: Call) -> Value:
    given = call.argument(0, "tensors")
    values = _given_tensors(call)
    axis = call.argument(1, "dim", "axis") or Known(0)
    if values is None:
        known = (
            [item for item in given.items if as_tensor(item) is not None] if isinstance(given, Items) else []
        )
        return (
            call.tensor("concatenate", known, None, library="torch", data=None) if known else call.unknown()
        )
    tensors = [tensor for value in values if (tensor := as_tensor(value)) is not None]
    return call.tensor(
        "concatenate",
        tensors,
        _joined_shape([tensor.shape for tensor in tensors], constant(axis)),
        settings={"axis": axis},
        **_common(tensors),
    )


def _joined_shape(shapes: Sequence[Shape | None], axis: object) -> Shape | None:
    if not isinstance(axis, int) or any(shape is None for shape in shapes):
        return None
    known = [shape for shape in shapes if shape is not None and shape != (0,)]
    if not known or len({len(shape) for shape in known}) > 1:
        return None
    at = axis_of(len(known[0]), axis)
    if at is None:
        return None
    sizes: list[Dimension] = []
    for position, column in enumerate(zip(*known, strict=True)):
        if position == at:
            sizes.append(_sum(column))
        else:
            sizes.append(next((size for size in column if size is not None), None))
    return tuple(sizes)


def _sum(sizes: Sequence[Dimension]) -> Dimension:
    if all(isinstance(size, int) for size in sizes):
        return sum(size for size in sizes if isinstance(size, int))
    names = {size.name for size in sizes if isinstance(size, Symbol)}
    if len(names) == 1 and all(isinstance(size, Symbol) for size in sizes):
        return Symbol(names.pop(), sum(size.factor for size in sizes if isinstance(size, Symbol)))
    return None


def _common(tensors: Sequence[Tensor]) -> dict[str, Any]:
    lows, highs = [tensor.low for tensor in tensors], [tensor.high for tensor in tensors]
    dtypes = {tensor.dtype for tensor in tensors}
    data = tensors[0].data if tensors else None
    return {
        "low": None if None in lows else min(low for low in lows if low is not None),
        "high": None if None in highs else max(high for high in highs if high is not None),
        "dtype": dtypes.pop() if len(dtypes) == 1 else None,
        "library": "torch",
        "data": replace(data, samples=None) if data is not None and len(tensors) > 1 else data,
    }


def _stack(call: Call) -> Value:
    values = _given_tensors(call)
    axis = call.argument(1, "dim") or Known(0)
    if values is None:
        return call.unknown()
    tensors = [tensor for value in values if (tensor := as_tensor(value)) is not None]
    shape = tensors[0].shape
    at = None if shape is None else axis_of(len(shape) + 1, dimension(axis))
    stacked = None if shape is None or at is None else (*shape[:at], len(tensors), *shape[at:])
    return call.tensor("stack", tensors, stacked, settings={"axis": axis}, **_common(tensors))


# -- one tensor into several ------------------------------------------------------------------------------


def _cut(
    call: Call, tensor: Tensor, axis: Value, lengths: Sequence[Dimension] | None, *, drop: bool = False
) -> Value:
    """The pieces of a tensor along an axis as a tuple."""
    at = None if tensor.shape is None else axis_of(len(tensor.shape), dimension(axis))
    if lengths is None:
        return Items([piece(call, tensor, None)], "tuple", complete=False)
    pieces: list[Value] = []
    for length in lengths:
        shape: Shape | None = None
        if tensor.shape is not None and at is not None:
            middle: Shape = () if drop else (length,)
            shape = (*tensor.shape[:at], *middle, *tensor.shape[at + 1 :])
        pieces.append(piece(call, tensor, shape))
    return Items(pieces, "tuple")


def piece(call: Call, tensor: Tensor, shape: Shape | None) -> Tensor:
    return call.tensor(
        "select",
        (tensor,),
        shape,
        dtype=tensor.dtype,
        low=tensor.low,
        high=tensor.high,
        scale=tensor.scale,
        library="torch",
    )


def _axis_size(tensor: Tensor, axis: Value) -> Dimension:
    at = None if tensor.shape is None else axis_of(len(tensor.shape), dimension(axis))
    return None if tensor.shape is None or at is None else tensor.shape[at]


def _chunk(call: Call) -> Value:
    arguments = call.bind(Signature("input, chunks, dim=0"))
    tensor = first_tensor(call)
    if tensor is None:
        return call.unknown()
    size = _axis_size(tensor, arguments["dim"])
    return _cut(call, tensor, arguments["dim"], tensor_shapes.pieces(size, arguments, count_name="chunks"))


def _split(call: Call) -> Value:
    arguments = call.bind(Signature("input, split_size_or_sections, dim=0"))
    tensor = first_tensor(call)
    if tensor is None:
        return call.unknown()
    if "split_size" in arguments:
        arguments["split_size_or_sections"] = arguments["split_size"]
    lengths = tensor_shapes.split_lengths(_axis_size(tensor, arguments["dim"]), arguments)
    return _cut(call, tensor, arguments["dim"], lengths)


def _unbind(call: Call) -> Value:
    axis, tensor = call.argument(1, "dim") or Known(0), first_tensor(call)
    if tensor is None:
        return call.unknown()
    size = _axis_size(tensor, axis)
    return _cut(call, tensor, axis, [1] * size if isinstance(size, int) and size <= 64 else None, drop=True)


def _extreme(kind: str) -> Handler:
    """torch.max and torch.min: of all, along an axis (values and indices), or of two tensors."""

    def handler(call: Call) -> Value:
        tensor, second = first_tensor(call), call.argument(1, "dim", "other")
        if tensor is None:
            return call.unknown()
        if second is None:
            return _values_of(call, kind, tensor, ())
        if isinstance(second, Tensor):
            shape = broadcast(tensor.shape, second.shape)
            return call.tensor(kind, (tensor, second), shape, dtype=tensor.dtype, library="torch")
        return _values_and_indices(call, kind, tensor, tensor_shapes.reduced(_keepdim(call), tensor.shape))

    return handler


def _keepdim(call: Call) -> dict[str, Value]:
    return call.bind(Signature("input, dim=-1, keepdim=False"))


def _values_of(call: Call, kind: str, tensor: Tensor, shape: Shape | None) -> Tensor:
    return call.tensor(
        kind,
        (tensor,),
        shape,
        dtype=tensor.dtype,
        low=tensor.low,
        high=tensor.high,
        library="torch",
        data=None,
    )


def _values_and_indices(call: Call, kind: str, tensor: Tensor, shape: Shape | None) -> Items:
    indices = call.tensor(
        f"arg{kind[:3]}", (tensor,), shape, dtype="int64", low=0.0, library="torch", data=None
    )
    pair = Items([_values_of(call, kind, tensor, shape), indices], "tuple", origin=call.origin)
    pair.fields = ("values", "indices")
    return pair


def _along(kind: str, text: str) -> Handler:
    """Functions that always give values and indices: median, mode, sort, topk."""
    signature = Signature(text)

    def handler(call: Call) -> Value:
        tensor = first_tensor(call)
        if tensor is None:
            return call.unknown()
        arguments = bound(call, signature)
        shape = tensor.shape
        if kind == "top":
            axis = None if shape is None else axis_of(len(shape), whole(arguments, "dim"))
            count = dimension(arguments.get("k"))
            shape = None if shape is None or axis is None else (*shape[:axis], count, *shape[axis + 1 :])
        elif kind == "median":
            shape = tensor_shapes.reduced(arguments, shape)
            if is_none(arguments, "dim"):
                return _values_of(call, kind, tensor, ())
        return _values_and_indices(call, kind, tensor, shape)

    return handler


# -- products ---------------------------------------------------------------------------------------------


def matmul(call: Call) -> Value:
    left, right = call.argument(0, "input"), call.argument(1, "other", "mat2", "tensor", "vec")
    if as_tensor(left) is None or as_tensor(right) is None or left is None or right is None:
        return call.unknown()
    return binary("@", left, right, call)


def _added_product(call: Call) -> Value:
    """torch.addmm, torch.baddbmm."""
    values = [call.argument(position) for position in range(3)]
    tensors = [tensor for value in values if (tensor := as_tensor(value)) is not None]
    if len(tensors) < 3:
        return call.unknown()
    shape = matmul_shape(tensors[1].shape, tensors[2].shape)
    return call.tensor("matmul", tensors, shape, dtype=tensors[0].dtype, library="torch", data=None)


def _einsum(call: Call) -> Value:
    text = constant(call.argument(0, "equation"))
    operands = list(call.arguments.positional[1:])
    if len(operands) == 1 and isinstance(operands[0], Items):
        operands = list(operands[0].items)
    tensors = [tensor for value in operands if (tensor := as_tensor(value)) is not None]
    if not tensors:
        return call.unknown()
    shape = _einsum_shape(text, [tensor.shape for tensor in tensors]) if isinstance(text, str) else None
    return call.tensor("einsum", tensors, shape, dtype=tensors[0].dtype, library="torch", data=None)


def _einsum_shape(text: str, shapes: Sequence[Shape | None]) -> Shape | None:
    left, arrow, right = text.replace(" ", "").partition("->")
    terms = left.split(",")
    if "." in text or not arrow or len(terms) != len(shapes):
        return None
    sizes: dict[str, Dimension] = {}
    for term, shape in zip(terms, shapes, strict=True):
        if shape is None or len(term) != len(shape):
            continue
        for letter, size in zip(term, shape, strict=True):
            sizes[letter] = sizes.get(letter) if sizes.get(letter) is not None else size
    return tuple(sizes.get(letter) for letter in right)


# -- two tensors, value by value --------------------------------------------------------------------------

OPERATORS = {
    "add": "+", "sub": "-", "subtract": "-", "mul": "*", "multiply": "*", "div": "/", "divide": "/",
    "true_divide": "/", "floor_divide": "//", "remainder": "%", "pow": "**", "eq": "==", "ne": "!=",
    "lt": "<", "less": "<", "le": "<=", "gt": ">", "greater": ">", "ge": ">=", "logical_and": "&",
    "bitwise_and": "&", "logical_or": "|",
}  # fmt: skip


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
        if not tensors or (kind == "where" and len(call.arguments.positional) == 1):
            return call.unknown()
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


def _move_axis(call: Call) -> Value:
    arguments = call.bind(Signature("input, source, destination"))
    tensor, source, target = first_tensor(call), whole(arguments, "source"), whole(arguments, "destination")
    if tensor is None:
        return call.unknown()
    shape: Shape | None = None
    if tensor.shape is not None:
        start, end = axis_of(len(tensor.shape), source), axis_of(len(tensor.shape), target)
        if start is not None and end is not None:
            rest = [size for axis, size in enumerate(tensor.shape) if axis != start]
            rest.insert(end, tensor.shape[start])
            shape = tuple(rest)
    return call.tensor(
        "permute", (tensor,), shape, dtype=tensor.dtype, low=tensor.low, high=tensor.high, library="torch"
    )


def _pair_distance(call: Call) -> Value:
    """torch.cdist: (…, P, M) and (…, R, M) give (…, P, R)."""
    one, other = first_tensor(call), as_tensor(call.argument(1, "x2"))
    if one is None or other is None:
        return call.unknown()
    known = one.shape is not None and other.shape is not None and len(one.shape) > 1 and len(other.shape) > 1
    shape = (*one.shape[:-1], other.shape[-2]) if known and one.shape and other.shape else None
    return call.tensor("distance", (one, other), shape, low=0.0, library="torch", data=None)


SEVERAL: dict[str, Handler] = {
    "cat": _concatenate,
    "concat": _concatenate,
    "concatenate": _concatenate,
    "stack": _stack,
    "chunk": _chunk,
    "split": _split,
    "unbind": _unbind,
    "max": _extreme("maximum"),
    "min": _extreme("minimum"),
    "median": _along("median", "input, dim=None, keepdim=False"),
    "sort": _along("sort", "input, dim=-1, descending=False, stable=False"),
    "topk": _along("top", "input, k, dim=-1, largest=True, sorted=True"),
    **dict.fromkeys(("matmul", "mm", "bmm", "mv", "dot", "inner"), matmul),
    "addmm": _added_product,
    "baddbmm": _added_product,
    "einsum": _einsum,
    **{name: operator(op) for name, op in OPERATORS.items()},
    "maximum": _elementwise_pair("maximum"),
    "minimum": _elementwise_pair("minimum"),
    "where": _elementwise_pair("where"),
    "lerp": _elementwise_pair("lerp"),
    "gather": _gather,
    "index_select": _index_select,
    "movedim": _move_axis,
    "moveaxis": _move_axis,
    "cdist": _pair_distance,
}
"""By name in torch; the first argument is the tensor, so that all but those of lists are methods, too."""

LISTS_ONLY = {"cat", "concat", "concatenate", "stack", "einsum", "cdist"}
