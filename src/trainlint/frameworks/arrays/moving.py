"""Operations that move, join and pick values without changing them, in NumPy, TensorFlow and Keras."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from trainlint.frameworks.arrays.subject import Operation, Subject, dimensions_in, dtype_name, tensor_of
from trainlint.frameworks.call import Call
from trainlint.values.tensor import DataFacts, Dimension, Shape, Symbol, Tensor, product, quotient
from trainlint.values.value import Items, Known, Unknown, Value, integer


def reshape(subject: Subject) -> Value:
    wanted = subject.sizes(0, "shape", "newshape", "new_shape")
    shape = None
    if wanted is not None:
        shape = filled(subject.shape, wanted)
    return subject.made("reshape", shape)


def filled(shape: Shape | None, wanted: Shape) -> Shape | None:
    """`wanted` with its -1 worked out."""
    if -1 not in wanted:
        return wanted
    rest = product(size for size in wanted if size != -1)
    missing = quotient(product(shape), rest) if shape is not None else None
    return tuple(missing if size == -1 else size for size in wanted)


def flatten(subject: Subject) -> Value:
    shape = None if subject.shape is None else (product(subject.shape),)
    return subject.made("reshape", shape)


def transpose(subject: Subject) -> Value:
    order = subject.sizes(0, "axes", "perm")
    if subject.shape is None:
        return subject.made("permute", None)
    if order is None:
        given = subject.argument(0, "axes", "perm")
        reversed_shape = tuple(reversed(subject.shape))
        return subject.made("permute", reversed_shape if given is None or _is_none(given) else None)
    rank = len(subject.shape)
    axes = [axis % rank for axis in order if isinstance(axis, int) and -rank <= axis < rank]
    shape = tuple(subject.shape[axis] for axis in axes) if sorted(axes) == list(range(rank)) else None
    return subject.made("permute", shape)


def _is_none(value: Value) -> bool:
    return isinstance(value, Known) and value.value is None


def swapaxes(subject: Subject) -> Value:
    one, other = subject.axis(0, "axis1"), subject.axis(1, "axis2")
    if subject.shape is None or one is None or other is None:
        return subject.made("permute", None)
    sizes = list(subject.shape)
    sizes[one], sizes[other] = sizes[other], sizes[one]
    return subject.made("permute", tuple(sizes))


def moveaxis(subject: Subject) -> Value:
    source, target = subject.axis(0, "source"), subject.axis(1, "destination")
    if subject.shape is None or source is None or target is None:
        return subject.made("permute", None)
    sizes = list(subject.shape)
    sizes.insert(target, sizes.pop(source))
    return subject.made("permute", tuple(sizes))


def expand_dims(subject: Subject) -> Value:
    axis = integer(subject.argument(0, "axis", "dim"))
    if subject.shape is None or axis is None or not -len(subject.shape) - 1 <= axis <= len(subject.shape):
        return subject.made("unsqueeze", None)
    position = axis % (len(subject.shape) + 1)
    return subject.made("unsqueeze", (*subject.shape[:position], 1, *subject.shape[position:]))


def squeeze(subject: Subject) -> Value:
    value = subject.argument(0, "axis")
    if subject.shape is None:
        return subject.made("squeeze", None)
    if value is None or _is_none(value):
        if None in subject.shape:
            return subject.made("squeeze", None)
        return subject.made("squeeze", tuple(size for size in subject.shape if size != 1))
    axes = dimensions_in(value)
    if axes is None or any(not isinstance(axis, int) for axis in axes):
        return subject.made("squeeze", None)
    rank = len(subject.shape)
    dropped = {axis % rank for axis in axes if isinstance(axis, int) and rank}
    return subject.made("squeeze", tuple(s for axis, s in enumerate(subject.shape) if axis not in dropped))


def cast(subject: Subject) -> Value:
    dtype = dtype_name(subject.argument(0, "dtype"))
    return subject.made("cast", subject.shape, dtype=dtype)


def unchanged(kind: str) -> Operation:
    """An operation that keeps shape and values: a copy, a flip, a sort."""
    return lambda subject: subject.made(kind, subject.shape)


def repeat(subject: Subject) -> Value:
    times, axis = integer(subject.argument(0, "repeats")), subject.axis(1, "axis")
    if subject.shape is None or times is None:
        return subject.made("repeat", None)
    if subject.argument(1, "axis") is None:
        return subject.made("repeat", (product((*subject.shape, times)),))
    if axis is None:
        return subject.made("repeat", None)
    sizes = list(subject.shape)
    sizes[axis] = product((sizes[axis], times))
    return subject.made("repeat", tuple(sizes))


def tile(subject: Subject) -> Value:
    times = subject.sizes(0, "reps", "multiples", "repeats")
    if subject.shape is None or times is None:
        return subject.made("repeat", None)
    length = max(len(times), len(subject.shape))
    sizes = (1,) * (length - len(subject.shape)) + subject.shape
    factors = (1,) * (length - len(times)) + times
    return subject.made("repeat", tuple(product(pair) for pair in zip(sizes, factors, strict=True)))


def pad(subject: Subject) -> Value:
    widths = subject.argument(0, "pad_width", "paddings")
    low = None if subject.tensor.low is None else min(subject.tensor.low, 0.0)
    high = None if subject.tensor.high is None else max(subject.tensor.high, 0.0)
    if subject.shape is None or not isinstance(widths, Items) or len(widths.items) != len(subject.shape):
        return subject.made("pad", None, low=low, high=high)
    sizes: list[Dimension] = []
    for size, item in zip(subject.shape, widths.items, strict=True):
        ends = dimensions_in(item)
        ends = ends * 2 if ends is not None and len(ends) == 1 else ends
        sizes.append(added([size, *ends]) if ends is not None else None)
    return subject.made("pad", tuple(sizes), low=low, high=high)


def added(sizes: Sequence[Dimension]) -> Dimension:
    """The sum of sizes: of numbers, or of multiples of one symbol."""
    if all(isinstance(size, int) for size in sizes):
        return sum(size for size in sizes if isinstance(size, int))
    sizes = [size for size in sizes if size != 0]
    names = {size.name if isinstance(size, Symbol) else None for size in sizes}
    name = names.pop()
    if names or name is None:
        return None
    return Symbol(name, sum(size.factor for size in sizes if isinstance(size, Symbol)))


# -- several arrays ---------------------------------------------------------------------------------------


def several(call: Call, library: str) -> tuple[list[Tensor], bool] | None:
    """The arrays of a list argument, and whether these are all."""
    value = call.argument(0, "arrays", "values", "tup", "xs", "inputs", "tensors")
    if not isinstance(value, Items):
        return None
    found = [tensor_of(item, library, call) for item in value.items]
    tensors = [tensor for tensor in found if tensor is not None]
    return (tensors, value.is_certain) if tensors and len(tensors) == len(found) else None


def concatenate(library: str, axis: int | None = None) -> Callable[[Call], Value]:
    """Joining along an axis: 0 unless given; `hstack` and `vstack` give it here."""

    def handler(call: Call) -> Value:
        found = several(call, library)
        if found is None:
            return call.unknown()
        tensors, certain = found
        along = axis
        if along is None:
            given = call.argument(1, "axis")
            along = 0 if given is None else integer(given)
        shape = joined([tensor.shape for tensor in tensors], along) if certain else None
        return _joined(call, "concatenate", tensors, shape, along == 0, library)

    return handler


def horizontal(library: str) -> Callable[[Call], Value]:
    """hstack: along the second axis, or the first of vectors."""

    def handler(call: Call) -> Value:
        found = several(call, library)
        if found is None:
            return call.unknown()
        tensors, certain = found
        axis = 0 if all(tensor.rank == 1 for tensor in tensors) else 1
        shape = joined([tensor.shape for tensor in tensors], axis) if certain else None
        return _joined(call, "concatenate", tensors, shape, axis == 0, library)

    return handler


def vertical(library: str) -> Callable[[Call], Value]:
    """vstack: vectors become rows."""

    def handler(call: Call) -> Value:
        found = several(call, library)
        if found is None:
            return call.unknown()
        tensors, certain = found
        shapes = [(1, *t.shape) if t.shape is not None and len(t.shape) == 1 else t.shape for t in tensors]
        return _joined(call, "concatenate", tensors, joined(shapes, 0) if certain else None, True, library)

    return handler


def stack(library: str) -> Callable[[Call], Value]:
    def handler(call: Call) -> Value:
        found = several(call, library)
        if found is None:
            return call.unknown()
        tensors, certain = found
        axis = integer(call.argument(1, "axis") or Known(0))
        first = tensors[0].shape
        same = certain and all(tensor.shape == first for tensor in tensors)
        shape: Shape | None = None
        if same and first is not None and axis is not None and -len(first) - 1 <= axis <= len(first):
            position = axis % (len(first) + 1)
            shape = (*first[:position], len(tensors), *first[position:])
        return _joined(call, "stack", tensors, shape, False, library)

    return handler


def joined(shapes: Sequence[Shape | None], axis: int | None) -> Shape | None:
    """The shape after joining along an axis."""
    known = [shape for shape in shapes if shape is not None]
    if axis is None or not known or len(known) < len(shapes):
        return None
    rank = len(known[0])
    if any(len(shape) != rank for shape in known) or not -rank <= axis < rank:
        return None
    result: list[Dimension] = []
    for position in range(rank):
        column = [shape[position] for shape in known]
        if position == axis % rank:
            result.append(added(column))
        else:
            result.append(next((size for size in column if isinstance(size, int)), column[0]))
    return tuple(result)


def _joined(
    call: Call, kind: str, tensors: list[Tensor], shape: Shape | None, samples_add: bool, library: str
) -> Tensor:
    lows, highs = [tensor.low for tensor in tensors], [tensor.high for tensor in tensors]
    types = {tensor.dtype for tensor in tensors}
    scales = {tensor.scale for tensor in tensors}
    return call.tensor(
        kind,
        tensors,
        shape,
        dtype=types.pop() if len(types) == 1 else None,
        low=None if None in lows else min(low for low in lows if low is not None),
        high=None if None in highs else max(high for high in highs if high is not None),
        scale=scales.pop() if len(scales) == 1 else None,
        library=next((tensor.library for tensor in tensors if tensor.library), library),
        data=_joined_facts(tensors, samples_add, call),
    )


def _joined_facts(tensors: list[Tensor], samples_add: bool, call: Call) -> DataFacts | None:
    facts = [tensor.data for tensor in tensors]
    first = facts[0]
    if first is None:
        return None
    if not samples_add:
        return first
    counts = [integer(data.samples) if data is not None else None for data in facts]
    if None in counts:
        return replace(first, samples=Unknown("samples of joined arrays"))
    total = sum(count for count in counts if count is not None)
    full = None if first.full_samples is None else max(first.full_samples, total)
    return replace(first, samples=Known(total, call.origin), full_samples=full)


def split(library: str) -> Callable[[Call], Value]:
    """`np.split(x, 2)`, `tf.split(x, 2, axis=-1)`: equal parts."""

    def handler(call: Call) -> Value:
        tensor = tensor_of(call.argument(0, "ary", "value", "x"), library, call)
        parts = integer(call.argument(1, "indices_or_sections", "num_or_size_splits"))
        axis = integer(call.argument(2, "axis") or Known(0))
        if tensor is None or parts is None or not 1 <= parts <= 64:
            return call.unknown()
        shape: Shape | None = None
        if tensor.shape is not None and axis is not None and -len(tensor.shape) <= axis < len(tensor.shape):
            sizes = list(tensor.shape)
            sizes[axis] = quotient(sizes[axis], parts)
            shape = tuple(sizes)
        return Items(
            [
                call.tensor(
                    "split",
                    (tensor,),
                    shape,
                    low=tensor.low,
                    high=tensor.high,
                    dtype=tensor.dtype,
                    library=library,
                )
                for _ in range(parts)
            ]
        )

    return handler


def shape_of(call: Call) -> Value:
    """`x.shape`: sizes as numbers with an origin."""
    tensor = call.receiver if call.receiver is not None else call.argument(0, "x", "a", "input")
    if not isinstance(tensor, Tensor) or tensor.shape is None:
        return Unknown("the shape of an array")
    return Items(
        [size_value(tensor, axis) for axis in range(len(tensor.shape))], "tuple", origin=tensor.origin
    )


def size_value(tensor: Tensor, axis: int) -> Value:
    """The size of an axis; the number of samples where the axis counts them."""
    assert tensor.shape is not None
    size = tensor.shape[axis]
    samples = tensor.data.samples if tensor.data is not None else None
    if axis == 0 and isinstance(size, int) and integer(samples) == size and samples is not None:
        return samples
    return Unknown("the size of an axis") if size is None else Known(size, tensor.origin)


def length(call: Call) -> Value:
    """`len(x)`."""
    tensor = call.receiver
    if isinstance(tensor, Tensor):
        if tensor.shape:
            return size_value(tensor, 0)
        if tensor.data is not None and isinstance(tensor.data.samples, Known):
            return tensor.data.samples
    return Unknown("the length of an array")


def rank_of(call: Call) -> Value:
    tensor = call.receiver
    rank = tensor.rank if isinstance(tensor, Tensor) else None
    return Unknown("the number of axes") if rank is None else Known(rank, call.origin)


def size_of(call: Call) -> Value:
    tensor = call.receiver
    size = product(tensor.shape) if isinstance(tensor, Tensor) and tensor.shape is not None else None
    return Unknown("the number of elements") if size is None else Known(size, call.origin)


def type_of(call: Call) -> Value:
    tensor = call.receiver
    dtype = tensor.dtype if isinstance(tensor, Tensor) else None
    return Unknown("the data type of an array") if dtype is None else Known(dtype, call.origin)


def transposed(call: Call) -> Value:
    """`x.T`."""
    assert isinstance(call.receiver, Tensor)
    shape = call.receiver.shape
    return Subject(call, call.receiver, 0).made("permute", None if shape is None else tuple(reversed(shape)))


def to_constant(call: Call) -> Value:
    return Unknown("a number read out of an array")
