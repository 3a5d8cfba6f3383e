"""An operation on one array, called as a function (`np.reshape(x, …)`) or as a method (`x.reshape(…)`)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from trainlint.frameworks.call import Call, Handler
from trainlint.frameworks.facts import ShuffledAlone
from trainlint.values.tensor import DataFacts, Dimension, Shape, Symbol, Tensor
from trainlint.values.value import Items, Known, Unknown, Value, constant, integer, number

TENSOR_NAMES = tuple(
    "a x tensor input input_tensor array arr ary m values value features image images inputs object logits "
    "labels indices t v y x1 params arrays tensors".split()
)
"""What the libraries call their first argument."""


@dataclass
class Subject:
    """The array that an operation is about, and the call."""

    call: Call
    tensor: Tensor
    offset: int  # of the other arguments: 1 in a function, 0 in a method

    @property
    def shape(self) -> Shape | None:
        return self.tensor.shape

    @property
    def rank(self) -> int | None:
        return self.tensor.rank

    def argument(self, position: int, *names: str) -> Value | None:
        """An argument beside the array."""
        return self.call.argument(position + self.offset, *names)

    def constant(self, position: int, *names: str) -> Any:
        return constant(self.argument(position, *names))

    def axis(self, position: int, *names: str) -> int | None:
        """An axis counted from the front."""
        found = integer(self.argument(position, *names))
        if found is None or self.rank is None or not -self.rank <= found < self.rank:
            return None
        return found % self.rank

    def sizes(self, position: int, *names: str) -> Shape | None:
        """A shape given as one tuple, or in a method as several numbers."""
        value = self.argument(position, *names)
        if isinstance(value, Items):
            return dimensions_in(value)
        rest = self.call.arguments.positional[position + self.offset :]
        if self.offset == 0 and len(rest) > 1:
            return tuple(size_in(item) for item in rest)
        return None if value is None else dimensions_in(value)

    def made(self, kind: str, shape: Shape | None, *more: Tensor, **fields: Any) -> Tensor:
        """The result. Bounds and dtype are those of the array unless given."""
        for name in ("low", "high", "scale", "dtype", "library"):
            fields.setdefault(name, getattr(self.tensor, name))
        return self.call.tensor(kind, (self.tensor, *more), shape, **fields)


Operation = Callable[[Subject], Value]


def shuffled_alone(call: Call, tensor: Tensor) -> Tensor:
    """An array whose samples a call has put into random order, with no other array."""
    mixed = call.tensor(
        "shuffle", [tensor], tensor.shape, dtype=tensor.dtype, low=tensor.low, high=tensor.high, scale=tensor.scale
    )  # fmt: skip
    is_fixed = any(call.argument(-1, name) is not None for name in ("random_state", "seed"))
    call.machine.note(ShuffledAlone(mixed, None, call.site, is_fixed))
    return mixed


def as_function(operation: Operation, library: str) -> Handler:
    """The handler of `library.operation(array, …)`."""

    def handler(call: Call) -> Value:
        value = call.argument(0, *TENSOR_NAMES)
        tensor = tensor_of(value, library, call)
        return call.unknown() if tensor is None else operation(Subject(call, tensor, 1))

    return handler


def as_method(operation: Operation) -> Handler:
    """The handler of `array.operation(…)`."""

    def handler(call: Call) -> Value:
        assert isinstance(call.receiver, Tensor)
        return operation(Subject(call, call.receiver, 0))

    return handler


def size_in(value: Value | None) -> Dimension:
    """A size that a value gives: a number, or a symbol where the size of another array was read."""
    found = constant(value)
    return found if isinstance(found, Symbol) else integer(value)


def dimensions_in(value: Value | None) -> Shape | None:
    """A shape that was written as a tuple, a list, or one number."""
    if isinstance(value, Items) and value.is_certain:
        return tuple(size_in(item) for item in value.items)
    if isinstance(value, Known) and isinstance(value.value, tuple | list):
        return tuple(size if isinstance(size, int) else None for size in value.value)
    one = size_in(value)
    return None if one is None else (one,)


def tensor_of(value: Value | None, library: str, call: Call) -> Tensor | None:
    """A value as an array: literals become one, what is unknown is an array of unknown shape."""
    if isinstance(value, Tensor):
        return value
    if isinstance(value, Items):
        return array_of_items(value, library, call)
    found = number(value)
    if value is not None and found is not None:
        return Tensor((), _type_name([found], library), found, found, library=library, origin=value.origin)
    if isinstance(value, Unknown):
        made = call.tensor("input", (), None, library=library)
        assert made.operation is not None
        made.operation.reason = value.reason
        return made
    return None


def array_of_items(items: Items, library: str, call: Call) -> Tensor | None:
    """A list of numbers, of lists, or of arrays of one shape."""
    if not items.items:
        return Tensor((0,) if items.is_certain else None, library=library, origin=items.origin)
    inner = [tensor_of(item, library, call) for item in items.items]
    known = [tensor for tensor in inner if tensor is not None]
    if len(known) < len(inner):
        return None
    length = len(known) if items.is_certain else None
    first = known[0]
    shape: Shape | None = None
    if first.shape is not None and all(tensor.shape == first.shape for tensor in known):
        shape = (length, *first.shape)
    lows = [tensor.low for tensor in known]
    highs = [tensor.high for tensor in known]
    is_float = any((tensor.dtype or "").startswith("float") for tensor in known)
    dtype = (
        next((t.dtype for t in known if (t.dtype or "").startswith("float")), first.dtype)
        if is_float
        else None
    )
    return Tensor(
        shape=shape,
        dtype=dtype or (first.dtype if all(tensor.dtype == first.dtype for tensor in known) else None),
        low=None if None in lows else min(low for low in lows if low is not None),
        high=None if None in highs else max(high for high in highs if high is not None),
        library=library,
        data=_facts(items, length, known),
        origin=items.origin,
    )


def _facts(items: Items, length: int | None, inner: list[Tensor]) -> DataFacts | None:
    first = next((tensor.data for tensor in inner if tensor.data is not None), None)
    if length is None:
        return (
            replace(first, samples=Unknown("number of pictures"))
            if first is not None and first.image
            else None
        )
    samples = Known(length, items.origin)
    if first is not None and inner[0].shape:
        return replace(first, samples=samples)
    return DataFacts(samples=samples, origin=items.origin)


def _type_name(numbers: list[float], library: str) -> str:
    if all(isinstance(found, bool) for found in numbers):
        return "bool"
    if all(isinstance(found, int) for found in numbers):
        return "int64" if library == "numpy" else "int32"
    return "float64" if library == "numpy" else "float32"


def dtype_name(value: Value | None) -> str | None:
    """The name of a data type: 'float32', np.float32, tf.float32, float."""
    found = constant(value)
    if isinstance(found, str):
        return {"float": "float64", "int": "int64", "f4": "float32"}.get(found, found)
    name = getattr(value, "name", None)
    if not isinstance(name, str):
        return None
    last = name.rpartition(".")[2]
    if name.startswith("builtins."):
        return {"float": "float64", "int": "int64", "bool": "bool"}.get(last)
    return {
        "double": "float64",
        "single": "float32",
        "half": "float16",
        "float": "float64",
        "float_": "float64",
    }.get(last, last.rstrip("_"))
