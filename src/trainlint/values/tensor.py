"""Tensors and arrays: shape, range, where the data comes from, and the operation that made them.

The operations form the graph from data to loss that the layer table and the architecture rules read.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from trainlint.values.origin import Origin
from trainlint.values.value import Value


@dataclass(frozen=True, slots=True)
class Symbol:
    """A size that is not known but has a name, times a whole number: `batch`, `2 * batch`."""

    name: str
    factor: int = 1

    def __str__(self) -> str:
        return self.name if self.factor == 1 else f"{self.factor}*{self.name}"


Dimension = int | Symbol | None
Shape = tuple[Dimension, ...]
BATCH = Symbol("batch")


def product(sizes: Iterable[Dimension]) -> Dimension:
    """The product of sizes: a number, a multiple of one symbol, or None."""
    factor, symbol = 1, None
    for size in sizes:
        if size is None:
            return None
        if isinstance(size, Symbol):
            if symbol is not None:
                return None
            symbol, factor = size.name, factor * size.factor
        else:
            factor *= size
    return Symbol(symbol, factor) if symbol is not None else factor


def quotient(size: Dimension, divisor: Dimension) -> Dimension:
    """`size / divisor` when it is a whole number that can be worked out, else None."""
    if size is None or divisor is None:
        return None
    if isinstance(divisor, Symbol):
        if not isinstance(size, Symbol) or size.name != divisor.name or size.factor % divisor.factor:
            return None
        return size.factor // divisor.factor
    if divisor == 0:
        return None
    if isinstance(size, Symbol):
        return None if size.factor % divisor else Symbol(size.name, size.factor // divisor)
    return None if size % divisor else size // divisor


@dataclass(frozen=True)
class DataFacts:
    """Where data comes from: carried along while arrays are sliced, scaled and batched."""

    name: str = ""
    dataset: str | None = None
    samples: Value | None = None  # Known number of samples, with its origin
    full_samples: int | None = None  # size of the known larger source
    classes: int | None = None
    role: str | None = None  # train, validation, test
    labels: bool = False
    encoding: str | None = None  # of labels: index, one_hot, number
    random: bool = False
    hinted_small: bool = False
    image: bool | None = None
    augmented: bool = False
    origin: Origin | None = None


@dataclass(eq=False, slots=True, weakref_slot=True)
class Operation:
    """What made a tensor. `kind` is a word of plan/kinds.py; `layer` the object that holds the weights."""

    kind: str
    title: str
    inputs: tuple[Tensor, ...] = ()
    layer: Value | None = None
    settings: dict[str, Value] = field(default_factory=dict)
    parameters: int | None = 0
    origin: Origin | None = None
    reason: str = ""  # for kind `unknown`: what could not be followed


@dataclass(eq=False, slots=True)
class Tensor(Value):
    """A tensor or array. `low` and `high` bound its values as far as they are known.

    `scale` names a state that bounds cannot express: `standardised`. `library` is torch, keras or numpy.
    """

    shape: Shape | None = None
    dtype: str | None = None
    low: float | None = None
    high: float | None = None
    scale: str | None = None
    library: str = ""
    data: DataFacts | None = None
    operation: Operation | None = None
    is_parameter: bool = False
    origin: Origin | None = None

    @property
    def rank(self) -> int | None:
        return None if self.shape is None else len(self.shape)

    def changed(self, **changes: object) -> Tensor:
        """A copy with some fields replaced."""
        return replace(self, **changes)  # type: ignore[arg-type]


def sources_of(*tensors: Tensor) -> Iterator[Tensor]:
    """Tensors and all that they were made from, each once, what is near before what is far."""
    queue, seen = list(tensors), {id(tensor) for tensor in tensors}
    for tensor in queue:
        yield tensor
        for source in tensor.operation.inputs if tensor.operation is not None else ():
            if id(source) not in seen:
                seen.add(id(source))
                queue.append(source)


def first_sources(tensor: Tensor) -> Iterator[Tensor]:
    """A tensor and what it was made from, along the first inputs."""
    current: Tensor | None = tensor
    while current is not None:
        yield current
        sources = current.operation.inputs if current.operation is not None else ()
        current = sources[0] if sources else None


def join_tensors(tensors: list[Tensor]) -> Tensor:
    """One of several tensors, as one: what they agree on stays, and the graph shows all of them."""
    first = tensors[0]
    shape: Shape | None = first.shape
    for tensor in tensors[1:]:
        if shape is None or tensor.shape is None or len(shape) != len(tensor.shape):
            shape = None
            break
        shape = tuple(a if a == b else None for a, b in zip(shape, tensor.shape, strict=True))
    lows, highs = [tensor.low for tensor in tensors], [tensor.high for tensor in tensors]

    def common(name: str) -> object:
        found = getattr(first, name)
        return found if all(getattr(tensor, name) == found for tensor in tensors) else None

    return Tensor(
        shape=shape,
        dtype=common("dtype"),  # type: ignore[arg-type]
        low=None if None in lows else min(low for low in lows if low is not None),
        high=None if None in highs else max(high for high in highs if high is not None),
        scale=common("scale"),  # type: ignore[arg-type]
        library=first.library,
        data=common("data"),  # type: ignore[arg-type]
        operation=Operation("either", "either", tuple(tensors), origin=first.origin),
        origin=first.origin,
    )


def element_count(shape: Shape | None) -> Dimension:
    """Number of elements, None when it is unknown."""
    return None if shape is None else product(shape)


def window_output(
    size: Dimension,
    kernel: int | None,
    stride: int | None,
    padding: int | None,
    dilation: int | None = 1,
    *,
    ceil: bool = False,
) -> Dimension:
    """Size of an axis after a convolution or pooling window.

    floor((size + 2 * padding - dilation * (kernel - 1) - 1) / stride) + 1, as torch.nn.Conv2d documents it.
    """
    if not isinstance(size, int) or None in (kernel, stride, padding, dilation):
        return None
    assert kernel is not None
    assert stride is not None
    assert padding is not None
    assert dilation is not None
    if stride <= 0:
        return None
    span = size + 2 * padding - dilation * (kernel - 1) - 1
    steps = math.ceil(span / stride) if ceil else span // stride
    if ceil and steps * stride >= size + padding:
        steps -= 1  # the last window would start in the padding
    return steps + 1
