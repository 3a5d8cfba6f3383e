"""Functions of torch that join tensors and cut them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from trainlint.frameworks.arithmetic import broadcast
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
        arguments = _keepdim(call)
        shape = tensor_shapes.reduced(arguments, tensor.shape)
        return _values_and_indices(call, kind, tensor, shape, arguments["dim"])

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


def _values_and_indices(
    call: Call, kind: str, tensor: Tensor, shape: Shape | None, axis: Value | None = None
) -> Items:
    indices = call.tensor(
        f"arg{kind[:3]}", (tensor,), shape, settings={"axis": axis} if axis is not None else {}, dtype="int64",
        low=0.0, library="torch", data=None,
    )  # fmt: skip
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


def _both_extremes(call: Call) -> Value:
    """torch.aminmax."""
    tensor = first_tensor(call)
    if tensor is None:
        return call.unknown()
    shape = tensor_shapes.reduced(bound(call, Signature("input, *, dim=None, keepdim=False")), tensor.shape)
    pair = Items([_values_of(call, kind, tensor, shape) for kind in ("minimum", "maximum")], "tuple")
    pair.fields = ("min", "max")
    return pair


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


# -- by the names of NumPy --------------------------------------------------------------------------------


def _joined(along: Callable[[int], int], rank: int) -> Handler:
    """torch.hstack and its like: tensors of at least some rank, joined along an axis."""

    def handler(call: Call) -> Value:
        values = _given_tensors(call)
        if values is None:
            return _concatenate(call)
        tensors = [tensor for value in values if (tensor := as_tensor(value)) is not None]
        shapes = [None if tensor.shape is None else _raised(tensor.shape, rank) for tensor in tensors]
        first = shapes[0]
        axis = along(len(tensors[0].shape)) if first is not None and tensors[0].shape is not None else None
        shape = _joined_shape(shapes, axis)
        return call.tensor("concatenate", tensors, shape, settings={"axis": Known(axis)}, **_common(tensors))

    return handler


def _raised(shape: Shape, rank: int) -> Shape:
    """A shape with axes of size 1 added as numpy.atleast_2d and numpy.atleast_3d do."""
    if len(shape) >= rank:
        return shape
    if rank == 3 and len(shape) == 2:
        return (*shape, 1)
    return (1, *shape, 1)[: 3 if rank == 3 else 2] if shape else (1,) * rank


def _columns(call: Call) -> Value:
    """torch.column_stack: vectors become columns."""
    values = _given_tensors(call)
    if values is None:
        return _concatenate(call)
    tensors = [tensor for value in values if (tensor := as_tensor(value)) is not None]
    shapes = [(*s, 1) if (s := tensor.shape) is not None and len(s) == 1 else s for tensor in tensors]
    return call.tensor("concatenate", tensors, _joined_shape(shapes, 1), **_common(tensors))


def _split_evenly(call: Call) -> Value:
    """torch.tensor_split into so many parts, the first ones longer by one; at indices it is not followed."""
    arguments = call.bind(Signature("input, indices_or_sections, dim=0"))
    tensor, count = first_tensor(call), whole(arguments, "indices_or_sections")
    if tensor is None:
        return call.unknown()
    size = _axis_size(tensor, arguments["dim"])
    lengths: list[Dimension] | None = None
    if count is not None and 0 < count <= 64:
        known = isinstance(size, int)
        lengths = [
            size // count + (part < size % count) if isinstance(size, int) else None for part in range(count)
        ]
        lengths = lengths if known else [None] * count
    return _cut(call, tensor, arguments["dim"], lengths)


def _mean_and(kind: str) -> Handler:
    """torch.std_mean, torch.var_mean."""
    signature = Signature("input, dim=None, keepdim=False")

    def handler(call: Call) -> Value:
        tensor = first_tensor(call)
        if tensor is None:
            return call.unknown()
        shape = tensor_shapes.reduced(bound(call, signature), tensor.shape)
        return Items([_values_of(call, word, tensor, shape) for word in (kind, "mean")], "tuple")

    return handler


SEVERAL: dict[str, Handler] = {
    "chunk": _chunk,
    "split": _split,
    "split_with_sizes": _split,
    "tensor_split": _split_evenly,
    "unbind": _unbind,
    "max": _extreme("maximum"),
    "min": _extreme("minimum"),
    "aminmax": _both_extremes,
    "median": _along("median", "input, dim=None, keepdim=False"),
    "mode": _along("median", "input, dim=-1, keepdim=False"),
    "kthvalue": _along("median", "input, k, dim=-1, keepdim=False"),
    "sort": _along("sort", "input, dim=-1, descending=False, stable=False"),
    "cummax": _along("sort", "input, dim"),
    "cummin": _along("sort", "input, dim"),
    "topk": _along("top", "input, k, dim=-1, largest=True, sorted=True"),
    "movedim": _move_axis,
    "moveaxis": _move_axis,
}
"""By name in torch; the first argument is the tensor, so that all are methods, too."""

JOINING: dict[str, Handler] = {
    **dict.fromkeys(("cat", "concat", "concatenate"), _concatenate),
    "stack": _stack,
    "hstack": _joined(lambda rank: 0 if rank < 2 else 1, 1),
    **dict.fromkeys(("vstack", "row_stack"), _joined(lambda rank: 0, 2)),
    "dstack": _joined(lambda rank: 2, 3),
    "column_stack": _columns,
    "std_mean": _mean_and("std"),
    "var_mean": _mean_and("variance"),
}
"""By name in torch; no methods."""
