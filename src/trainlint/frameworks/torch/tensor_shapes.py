"""Shapes after torch functions and tensor methods: view, permute, reductions and the like."""

from __future__ import annotations

from trainlint.frameworks.torch.shapes import ShapeRule, inferred
from trainlint.frameworks.torch.sizes import (
    HIDDEN,
    Bound,
    axis_of,
    dimension,
    dimensions,
    flag,
    is_none,
    variadic_sizes,
    whole,
)
from trainlint.values.tensor import Shape, element_count, product
from trainlint.values.value import Items, Known, constant


def viewed(name: str) -> ShapeRule:
    """x.view(…), x.reshape(…): one size may be -1."""

    def rule(arguments: Bound, shape: Shape | None) -> Shape | None:
        sizes = variadic_sizes(arguments, name)
        if isinstance(constant(arguments.get(name)), str):
            return None
        return None if sizes is None else inferred(sizes, element_count(shape))

    return rule


def permuted(name: str) -> ShapeRule:
    """x.permute(0, 2, 1)."""

    def rule(arguments: Bound, shape: Shape | None) -> Shape | None:
        axes = variadic_sizes(arguments, name)
        if shape is None or axes is None or len(axes) != len(shape):
            return None
        order = [axis_of(len(shape), axis) for axis in axes]
        if None in order or len(set(order)) < len(order):
            return None
        return tuple(shape[axis] for axis in order if axis is not None)

    return rule


def transposed(arguments: Bound, shape: Shape | None) -> Shape | None:
    """x.transpose(0, 1): two axes change places."""
    if shape is None:
        return None
    first, second = (axis_of(len(shape), whole(arguments, name)) for name in ("dim0", "dim1"))
    if first is None or second is None:
        return (None,) * len(shape)
    sizes = list(shape)
    sizes[first], sizes[second] = sizes[second], sizes[first]
    return tuple(sizes)


def reversed_axes(arguments: Bound, shape: Shape | None) -> Shape | None:
    """x.t() and x.T."""
    return None if shape is None else shape[::-1]


def last_two_swapped(arguments: Bound, shape: Shape | None) -> Shape | None:
    """x.mT."""
    return None if shape is None or len(shape) < 2 else (*shape[:-2], shape[-1], shape[-2])


def squeezed(arguments: Bound, shape: Shape | None) -> Shape | None:
    """Axes of size 1 go: all, or those named. An axis of unknown size may be one of them."""
    if shape is None:
        return None
    if is_none(arguments, "dim"):
        # A batch of one would lose its axis, too; the ordinary case is a larger batch.
        return None if None in shape else tuple(size for size in shape if size != 1)
    axes = dimensions(arguments.get("dim"))
    if axes is None:
        return None
    counted = {axis_of(len(shape), axis) for axis in axes}
    if None in counted or any(shape[axis] is None for axis in counted if axis is not None):
        return None
    return tuple(size for axis, size in enumerate(shape) if not (axis in counted and size == 1))


def unsqueezed(arguments: Bound, shape: Shape | None) -> Shape | None:
    """One more axis of size 1."""
    axis = None if shape is None else axis_of(len(shape) + 1, whole(arguments, "dim"))
    return None if shape is None or axis is None else (*shape[:axis], 1, *shape[axis:])


def expanded(arguments: Bound, shape: Shape | None) -> Shape | None:
    """x.expand(…): -1 keeps an axis."""
    sizes = variadic_sizes(arguments, "size")
    if shape is None or sizes is None or len(sizes) < len(shape):
        return None if sizes is None else tuple(None if size == -1 else size for size in sizes)
    padded = (1,) * (len(sizes) - len(shape)) + tuple(shape)
    return tuple(old if new == -1 else new for old, new in zip(padded, sizes, strict=True))


def repeated(name: str) -> ShapeRule:
    """x.repeat(2, 1), x.tile(…): sizes are multiplied, new axes come first."""

    def rule(arguments: Bound, shape: Shape | None) -> Shape | None:
        times = variadic_sizes(arguments, name)
        if shape is None or times is None:
            return None
        length = max(len(times), len(shape))
        sizes = (1,) * (length - len(shape)) + tuple(shape)
        factors = (1,) * (length - len(times)) + tuple(times)
        return tuple(product(pair) for pair in zip(sizes, factors, strict=True))

    return rule


def interleaved(arguments: Bound, shape: Shape | None) -> Shape | None:
    """torch.repeat_interleave along an axis."""
    axis = None if shape is None else axis_of(len(shape), whole(arguments, "dim"))
    if shape is None or axis is None:
        return None
    return (*shape[:axis], product((shape[axis], dimension(arguments.get("repeats")))), *shape[axis + 1 :])


def reduced(arguments: Bound, shape: Shape | None) -> Shape | None:
    """sum, mean and the like: all axes go, or those named; `keepdim` leaves them at size 1."""
    if HIDDEN in arguments:
        return None
    if is_none(arguments, "dim"):
        return ()
    axes = dimensions(arguments.get("dim"))
    keep = flag(arguments, "keepdim") if "keepdim" in arguments else False
    if shape is None or axes is None or keep is None:
        return None
    if not axes:
        return ()
    counted = {axis_of(len(shape), axis) for axis in axes}
    if None in counted:
        return None
    if keep:
        return tuple(1 if axis in counted else size for axis, size in enumerate(shape))
    return tuple(size for axis, size in enumerate(shape) if axis not in counted)


def differences(arguments: Bound, shape: Shape | None) -> Shape | None:
    """torch.diff: an axis is shorter by the number of times."""
    axis = None if shape is None else axis_of(len(shape), whole(arguments, "dim"))
    times = whole(arguments, "n")
    if shape is None or axis is None or times is None:
        return None
    size = shape[axis]
    return (*shape[:axis], max(0, size - times) if isinstance(size, int) else None, *shape[axis + 1 :])


def quantiles(arguments: Bound, shape: Shape | None) -> Shape | None:
    """torch.quantile: several quantiles stand along a new first axis."""
    return reduced(arguments, shape) if isinstance(constant(arguments.get("q")), int | float) else None


def scalar(arguments: Bound, shape: Shape | None) -> Shape | None:
    return ()


def narrowed(arguments: Bound, shape: Shape | None) -> Shape | None:
    """x.narrow(dim, start, length)."""
    axis = None if shape is None else axis_of(len(shape), whole(arguments, "dim"))
    if shape is None or axis is None:
        return None
    return (*shape[:axis], dimension(arguments.get("length")), *shape[axis + 1 :])


def selected(arguments: Bound, shape: Shape | None) -> Shape | None:
    """x.select(dim, index): an axis goes."""
    axis = None if shape is None else axis_of(len(shape), whole(arguments, "dim"))
    return None if shape is None or axis is None else (*shape[:axis], *shape[axis + 1 :])


def diagonal(arguments: Bound, shape: Shape | None) -> Shape | None:
    """torch.diag of a vector or a matrix."""
    if shape is None or len(shape) not in (1, 2) or whole(arguments, "diagonal") != 0:
        return None
    if len(shape) == 1:
        return (shape[0], shape[0])
    rows, columns = shape
    return (min(rows, columns),) if isinstance(rows, int) and isinstance(columns, int) else (None,)


def inner_diagonal(arguments: Bound, shape: Shape | None) -> Shape | None:
    """torch.diagonal: two axes become one at the end."""
    if shape is None:
        return None
    axes = [axis_of(len(shape), whole(arguments, name)) for name in ("dim1", "dim2")]
    if None in axes:
        return None
    rest = tuple(size for axis, size in enumerate(shape) if axis not in axes)
    rows, columns = (shape[axis] for axis in axes if axis is not None)
    known = isinstance(rows, int) and isinstance(columns, int) and whole(arguments, "offset") == 0
    return (*rest, min(rows, columns) if known else None)  # type: ignore[type-var]


def embedded_diagonal(arguments: Bound, shape: Shape | None) -> Shape | None:
    """torch.diag_embed: the last axis becomes a square."""
    ends = (whole(arguments, "offset"), whole(arguments, "dim1"), whole(arguments, "dim2"))
    return (*shape, shape[-1]) if shape and ends == (0, -2, -1) else None


def rotated(arguments: Bound, shape: Shape | None) -> Shape | None:
    """torch.rot90: an odd number of quarter turns lets two axes change places."""
    turns, axes = whole(arguments, "k"), dimensions(arguments.get("dims"))
    if shape is None or turns is None or axes is None or len(axes) != 2:
        return None
    first, second = (axis_of(len(shape), axis) for axis in axes)
    if first is None or second is None:
        return None
    sizes = list(shape)
    if turns % 2:
        sizes[first], sizes[second] = sizes[second], sizes[first]
    return tuple(sizes)


def at_least(rank: int) -> ShapeRule:
    """torch.atleast_1d and its like, as far as one tensor goes."""

    def rule(arguments: Bound, shape: Shape | None) -> Shape | None:
        return (1,) * (rank - len(shape)) + tuple(shape) if shape is not None and len(shape) <= 1 else shape

    return rule


def appended(size: int) -> ShapeRule:
    """One more axis of a fixed size at the end."""

    def rule(arguments: Bound, shape: Shape | None) -> Shape | None:
        return None if shape is None else (*shape, size)

    return rule


def without_last(arguments: Bound, shape: Shape | None) -> Shape | None:
    """The last axis goes."""
    return shape[:-1] if shape else None


def windows(arguments: Bound, shape: Shape | None) -> Shape | None:
    """x.unfold(dimension, size, step): windows along an axis, their contents last."""
    axis = None if shape is None else axis_of(len(shape), whole(arguments, "dimension"))
    size, step = whole(arguments, "size"), whole(arguments, "step")
    if shape is None or axis is None or size is None or not step:
        return None
    length = shape[axis]
    count = (length - size) // step + 1 if isinstance(length, int) else None
    return (*shape[:axis], count, *shape[axis + 1 :], size)


def pieces(size: object, arguments: Bound, *, count_name: str) -> tuple[int | None, ...] | None:
    """Lengths of the pieces that torch.chunk cuts an axis into."""
    count = whole(arguments, count_name)
    if count is None or count <= 0:
        return None
    if not isinstance(size, int):
        return (None,) * count
    length = -(-size // count)
    return tuple(min(length, size - start) for start in range(0, size, length)) if length else None


def split_lengths(size: object, arguments: Bound) -> tuple[int | None, ...] | None:
    """Lengths of the pieces that torch.split cuts an axis into: of one size, or of several."""
    value = arguments.get("split_size_or_sections")
    if isinstance(value, Items):
        found = dimensions(value)
        return (
            None if found is None else tuple(length if isinstance(length, int) else None for length in found)
        )
    length = value.value if isinstance(value, Known) else None
    if not isinstance(length, int) or length <= 0 or not isinstance(size, int):
        return None
    return tuple(min(length, size - start) for start in range(0, size, length))
