"""Functions of torch whose result has as many values as the content of a tensor says."""

from __future__ import annotations

from trainlint.frameworks.call import Call, Handler, as_tensor
from trainlint.frameworks.signatures import Signature
from trainlint.frameworks.torch.meaning import bound
from trainlint.frameworks.torch.sizes import dimension, whole
from trainlint.values.tensor import Shape, Tensor
from trainlint.values.value import Items, Value, constant


def _first(call: Call) -> Tensor | None:
    return as_tensor(call.argument(0, "input", "self"))


def _picked(call: Call, tensor: Tensor, shape: Shape | None, dtype: str | None = None) -> Tensor:
    return call.tensor("select", (tensor,), shape, dtype=dtype or tensor.dtype, library="torch", data=None)


def nonzero(call: Call) -> Value:
    """Where a tensor is not zero: a row of indices for each place, or with `as_tuple` a column for each axis."""
    tensor = _first(call)
    if tensor is None:
        return call.unknown()
    as_columns = call.title == "where" or constant(call.argument(1, "as_tuple")) is True
    if not as_columns:
        return _picked(call, tensor, (None, tensor.rank), "int64")
    columns = [_picked(call, tensor, (None,), "int64") for _ in range(tensor.rank or 1)]
    return Items(columns, "tuple", complete=tensor.rank is not None)


def _unique(call: Call) -> Value:
    """The values that occur, with their places and counts where asked for."""
    tensor = _first(call)
    if tensor is None:
        return call.unknown()
    asked = [
        name for name in ("return_inverse", "return_counts") if constant(call.argument(-1, name)) is True
    ]
    found: list[Value] = [_picked(call, tensor, None if call.argument(-1, "dim") else (None,))]
    for name in asked:
        shape = tensor.shape if name == "return_inverse" else (None,)
        found.append(_picked(call, tensor, shape, "int64"))
    return Items(found, "tuple") if asked else found[0]


def _flat(call: Call) -> Value:
    """torch.masked_select: those under the mask, in one row."""
    tensor = _first(call)
    return call.unknown() if tensor is None else _picked(call, tensor, (None,))


def _taken(call: Call) -> Value:
    """torch.take: the shape of the indices."""
    tensor, indices = _first(call), as_tensor(call.argument(1, "index"))
    if tensor is None or indices is None:
        return call.unknown()
    return _picked(call, tensor, indices.shape)


def _counts(call: Call) -> Value:
    """torch.bincount and torch.histc: one row of counts."""
    tensor = _first(call)
    if tensor is None:
        return call.unknown()
    bins = dimension(bound(call, Signature("input, bins=100, min=0, max=0")).get("bins"))
    return call.tensor(
        "count", (tensor,), (bins if call.title == "histc" else None,), low=0.0, library="torch", data=None
    )


def _places(call: Call) -> Value:
    """torch.bucketize(values, boundaries), torch.searchsorted(boundaries, values): the shape of the values."""
    position, name = (0, "input") if call.title == "bucketize" else (1, "input")
    values = as_tensor(call.argument(position, name))
    if values is None:
        return call.unknown()
    return call.tensor("compare", (values,), values.shape, dtype="int64", low=0.0, library="torch", data=None)


def _drawn(call: Call) -> Value:
    """torch.multinomial: so many indices for each row of weights."""
    arguments, tensor = bound(call, Signature("input, num_samples, replacement=False")), _first(call)
    if tensor is None:
        return call.unknown()
    rows = None if tensor.shape is None else tensor.shape[:-1]
    shape = None if rows is None else (*rows, dimension(arguments.get("num_samples")))
    return call.tensor("random", (tensor,), shape, dtype="int64", low=0.0, library="torch", data=None)


def _triangle(call: Call) -> Value:
    """torch.triu_indices(row, col, offset): the places of a triangle, a row of each kind of index."""
    arguments = bound(call, Signature("row, col, offset=0"))
    rows, columns, offset = (whole(arguments, name) for name in ("row", "col", "offset"))
    count = None
    if rows is not None and columns is not None and offset is not None:
        upper = sum(max(0, columns - max(0, row + offset)) for row in range(rows))
        lower = sum(max(0, min(columns, row + offset + 1)) for row in range(rows))
        count = upper if call.title == "triu_indices" else lower
    return call.tensor("constant", (), (2, count), dtype="int64", low=0.0, library="torch", data=None)


def _grid(call: Call) -> Value:
    """torch.meshgrid of N vectors: N tensors of N axes; `indexing="xy"` lets the first two change places."""
    given = call.arguments.positional
    if len(given) == 1 and isinstance(given[0], Items):
        given = given[0].items if given[0].complete else ()
    tensors = [tensor for value in given if (tensor := as_tensor(value)) is not None]
    if not tensors or len(tensors) < len(given):
        return call.unknown()
    sizes = [tensor.shape[0] if tensor.shape else 1 if tensor.shape == () else None for tensor in tensors]
    if constant(call.argument(-1, "indexing")) == "xy" and len(sizes) > 1:
        sizes[:2] = sizes[1::-1]
    grids = [
        call.tensor(
            "expand",
            (tensor,),
            tuple(sizes),
            dtype=tensor.dtype,
            low=tensor.low,
            high=tensor.high,
            library="torch",
        )
        for tensor in tensors
    ]
    return Items(grids, "tuple")


def _tuples(call: Call) -> Value:
    """torch.cartesian_prod and torch.combinations: one row for each choice."""
    tensors = [tensor for value in call.arguments.positional if (tensor := as_tensor(value)) is not None]
    if not tensors:
        return call.unknown()
    width = (
        len(tensors) if call.title == "cartesian_prod" else whole(bound(call, Signature("input, r=2")), "r")
    )
    shape = (None,) if width == 1 and call.title == "cartesian_prod" else (None, width)
    return call.tensor("stack", tensors, shape, dtype=tensors[0].dtype, library="torch", data=None)


COUNTING: dict[str, Handler] = {
    **dict.fromkeys(("nonzero", "argwhere"), nonzero),
    **dict.fromkeys(("unique", "unique_consecutive"), _unique),
    "masked_select": _flat,
    "take": _taken,
    **dict.fromkeys(("bincount", "histc"), _counts),
    "multinomial": _drawn,
}
"""By name in torch; the first argument is the tensor, so that all are methods, too."""

INDICES: dict[str, Handler] = {
    **dict.fromkeys(("bucketize", "searchsorted"), _places),
    **dict.fromkeys(("triu_indices", "tril_indices"), _triangle),
    "meshgrid": _grid,
    **dict.fromkeys(("cartesian_prod", "combinations"), _tuples),
}
"""By name in torch; no methods."""
