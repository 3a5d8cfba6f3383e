"""Making arrays: of zeros, of random numbers, of literals, from files."""

from __future__ import annotations

import math
from collections.abc import Callable

from trainlint.frameworks.arrays.subject import (
    TENSOR_NAMES,
    Subject,
    dimensions_in,
    dtype_name,
    size_in,
    tensor_of,
)
from trainlint.frameworks.call import Call
from trainlint.frameworks.facts import ShuffledAlone
from trainlint.values.tensor import DataFacts, Shape, Tensor
from trainlint.values.value import (
    Instance,
    Items,
    Known,
    Reference,
    Unknown,
    Value,
    constant,
    integer,
    number,
)

Bounds = tuple[float | None, float | None]


def made(
    call: Call,
    kind: str,
    shape: Shape | None,
    library: str,
    *,
    first: Value | None = None,
    random: bool = False,
    dtype: str | None = None,
    bounds: Bounds = (None, None),
    scale: str | None = None,
) -> Tensor:
    """A new array; `first` is the value that gave the size of its first axis."""
    samples = first if isinstance(first, Known) and integer(first) is not None else None
    facts = DataFacts(samples=samples, random=random, origin=call.origin) if shape else None
    return call.tensor(
        kind,
        (),
        shape,
        dtype=dtype,
        low=bounds[0],
        high=bounds[1],
        scale=scale,
        library=library,
        data=facts,
    )


def first_size(value: Value | None) -> Value | None:
    """The value that gives the first axis of a shape."""
    if isinstance(value, Items):
        return value.items[0] if value.items else None
    return value


def filled(kind: str, library: str, fill: float | None) -> Callable[[Call], Value]:
    """zeros, ones, empty, full: a shape and a number."""

    def handler(call: Call) -> Value:
        given = call.argument(0, "shape", "dims", "size")
        value = fill
        if kind == "full":
            value = number(call.argument(1, "fill_value", "value"))
        dtype = dtype_name(call.argument(2 if kind == "full" else 1, "dtype"))
        default = "float64" if library == "numpy" else "float32"
        shape = dimensions_in(given)
        return made(
            call, kind, shape, library, first=first_size(given), dtype=dtype or default, bounds=(value, value)
        )

    return handler


def like(kind: str, fill: float | None) -> Callable[[Call], Value]:
    """zeros_like and its relatives."""

    def handler(call: Call) -> Value:
        model = call.argument(0, *TENSOR_NAMES)
        if not isinstance(model, Tensor):
            return call.unknown()
        return made(call, kind, model.shape, model.library, dtype=model.dtype, bounds=(fill, fill))

    return handler


def arange(library: str) -> Callable[[Call], Value]:
    def handler(call: Call) -> Value:
        values = [call.argument(position, name) for position, name in enumerate(("start", "stop", "step"))]
        if values[1] is None:
            values[1] = call.argument(-1, "limit")
        start, stop, step = (number(value) if value is not None else None for value in values)
        if values[1] is None:
            start, stop = 0, start
        if values[2] is None:
            step = 1
        if start is None or stop is None or not step:
            return made(call, "arange", (None,), library)
        size = max(0, math.ceil((stop - start) / step))
        is_whole = all(isinstance(found, int) for found in (start, stop, step))
        ends = (start, start + step * (size - 1)) if size else (None, None)
        bounds: Bounds = (
            (min(e for e in ends if e is not None), max(e for e in ends if e is not None)) if size else ends
        )
        dtype = "int64" if is_whole else "float64"
        return made(
            call, "arange", (size,), library, first=Known(size, call.origin), dtype=dtype, bounds=bounds
        )

    return handler


def linspace(library: str) -> Callable[[Call], Value]:
    def handler(call: Call) -> Value:
        start, stop = number(call.argument(0, "start")), number(call.argument(1, "stop"))
        count = call.argument(2, "num") or Known(50)
        bounds = (
            (min(start, stop), max(start, stop)) if start is not None and stop is not None else (None, None)
        )
        return made(call, "linspace", (integer(count),), library, first=count, dtype="float64", bounds=bounds)

    return handler


def eye(library: str) -> Callable[[Call], Value]:
    def handler(call: Call) -> Value:
        rows = call.argument(0, "N", "num_rows", "n")
        columns = call.argument(1, "M", "num_columns") or rows
        shape = (size_in(rows), size_in(columns))
        return made(call, "eye", shape, library, first=rows, bounds=(0.0, 1.0))

    return handler


def array(library: str) -> Callable[[Call], Value]:
    """np.array, np.asarray, tf.constant: of literals, of lists of arrays, of an array."""

    def handler(call: Call) -> Value:
        tensor = tensor_of(call.argument(0, *TENSOR_NAMES), library, call)
        if tensor is None:
            return Tensor(library=library, origin=call.origin)
        dtype = dtype_name(call.argument(1, "dtype"))
        changed = tensor.changed(library=library)
        if tensor.library == "PIL":  # channels come last, and there is no axis for a single one
            changed = changed.changed(shape=None)
        return changed.changed(dtype=dtype) if dtype is not None else changed

    return handler


def from_file(library: str) -> Callable[[Call], Value]:
    """Files are not opened: nothing is known but that it is an array."""

    def handler(call: Call) -> Value:
        result = call.tensor("input", (), None, library=library)
        assert result.operation is not None
        result.operation.reason = f"{call.title} reads a file"
        return result

    return handler


# -- random numbers ---------------------------------------------------------------------------------------


def random_sizes(library: str, bounds: Bounds, scale: str | None = None) -> Callable[[Call], Value]:
    """`rand(100, 10)`, `randn(100, 10)`: sizes one by one."""

    def handler(call: Call) -> Value:
        sizes = call.arguments.positional
        if not call.arguments.complete:
            return made(call, "random", None, library, random=True, bounds=bounds, scale=scale)
        if not sizes:
            return Unknown("a random number", call.origin)
        shape = tuple(size_in(size) for size in sizes)
        return made(
            call,
            "random",
            shape,
            library,
            first=sizes[0],
            random=True,
            dtype="float64",
            bounds=bounds,
            scale=scale,
        )

    return handler


def random_shape(
    library: str,
    position: int,
    bounds: Bounds | Callable[[Call], Bounds],
    dtype: str,
    scale: str | None = None,
) -> Callable[[Call], Value]:
    """`normal(size=(100, 10))` and its relatives: the shape is one argument."""

    def handler(call: Call) -> Value:
        given = call.argument(position, "size", "shape")
        found = bounds(call) if callable(bounds) else bounds
        if given is None or (isinstance(given, Known) and given.value is None):
            return Unknown("a random number", call.origin)
        shape = dimensions_in(given)
        return made(
            call,
            "random",
            shape,
            library,
            first=first_size(given),
            random=True,
            dtype=dtype,
            bounds=found,
            scale=scale,
        )

    return handler


def uniform_bounds(low_at: int) -> Callable[[Call], Bounds]:
    def bounds(call: Call) -> Bounds:
        low = call.argument(low_at, "low", "minval")
        high = call.argument(low_at + 1, "high", "maxval")
        return (0.0 if low is None else number(low)), (1.0 if high is None else number(high))

    return bounds


def integer_bounds(call: Call) -> Bounds:
    """`randint(low, high)`: from low up to high - 1; with one number from 0."""
    low, high = number(call.argument(0, "low", "minval")), call.argument(1, "high", "maxval")
    if high is None or (constant(high) is None and isinstance(high, Known)):
        return 0, None if low is None else low - 1
    largest = number(high)
    return low, None if largest is None else largest - 1


def tensorflow_integer_bounds(call: Call) -> Bounds:
    low, high = uniform_bounds(1)(call)
    return low, None if high is None else high - 1


def choice(call: Call) -> Value:
    """Random picks of an array or of a range."""
    source, size = call.argument(0, "a"), call.argument(1, "size")
    shape = dimensions_in(size) if size is not None else None
    high = integer(source)
    bounds: Bounds = (0, high - 1) if high is not None else (None, None)
    if isinstance(source, Tensor):
        bounds = (source.low, source.high)
    if isinstance(source, Items) and (picked := tensor_of(source, "numpy", call)) is not None:
        bounds = (picked.low, picked.high)
    if size is None:
        return Unknown("a random pick", call.origin)
    return made(
        call, "random", shape, "numpy", first=first_size(size), random=True, dtype="int64", bounds=bounds
    )


def permutation(call: Call) -> Value:
    """An array in random order; of a number, the order itself."""
    source = call.argument(0, "x")
    if isinstance(source, Tensor):
        drawn = Subject(call, source, 1).made("shuffle", source.shape)
    else:
        size = integer(source)
        bounds: Bounds = (0, size - 1) if size else (None, None)
        drawn = made(call, "random", (size,), "numpy", first=source, dtype="int64", bounds=bounds)
    call.machine.note(ShuffledAlone(drawn, call.receiver, call.site))
    return drawn


def generator(call: Call) -> Value:
    """np.random.default_rng, np.random.RandomState."""
    return Instance(
        Reference("numpy.random.Generator"), {"seed": call.argument(0, "seed") or Known(None)}, call.origin
    )
