"""Between which values the output of an operation lies, given its input and arguments."""

from __future__ import annotations

import math
from collections.abc import Callable

from trainlint.frameworks.torch.sizes import Bound
from trainlint.values.tensor import Tensor
from trainlint.values.value import number

Bounds = tuple[float | None, float | None]
BoundsRule = Callable[[Bound, Tensor], Bounds]


def kept(arguments: Bound, tensor: Tensor) -> Bounds:
    """The values are those of the input, moved at most."""
    return tensor.low, tensor.high


def anything(arguments: Bound, tensor: Tensor) -> Bounds:
    return None, None


def between(low: float | None, high: float | None) -> BoundsRule:
    """Fixed bounds, whatever goes in."""

    def rule(arguments: Bound, tensor: Tensor) -> Bounds:
        return low, high

    return rule


def rectified(arguments: Bound, tensor: Tensor) -> Bounds:
    """max(0, x)."""
    low = 0.0 if tensor.low is None else max(0.0, tensor.low)
    return low, None if tensor.high is None else max(0.0, tensor.high)


def with_zero(arguments: Bound, tensor: Tensor) -> Bounds:
    """Zeros are mixed in: padding."""
    low = None if tensor.low is None else min(0.0, tensor.low)
    return low, None if tensor.high is None else max(0.0, tensor.high)


def limited(low_name: str, high_name: str) -> BoundsRule:
    """Cut off at two arguments: torch.clamp, torch.nn.Hardtanh."""

    def rule(arguments: Bound, tensor: Tensor) -> Bounds:
        floor, ceiling = number(arguments.get(low_name)), number(arguments.get(high_name))
        low = max((bound for bound in (floor, tensor.low) if bound is not None), default=None)
        high = min((bound for bound in (ceiling, tensor.high) if bound is not None), default=None)
        return low, high

    return rule


def increasing(function: Callable[[float], float], low: float | None = None) -> BoundsRule:
    """A function that grows with its argument; `low` is its least value."""

    def rule(arguments: Bound, tensor: Tensor) -> Bounds:
        found = _applied(function, tensor.low)
        return (low if found is None else found), _applied(function, tensor.high)

    return rule


def _applied(function: Callable[[float], float], bound: float | None) -> float | None:
    if bound is None:
        return None
    try:
        return function(bound)
    except (ValueError, OverflowError):
        return None


def absolute(arguments: Bound, tensor: Tensor) -> Bounds:
    """|x|."""
    if tensor.low is None or tensor.high is None:
        return 0.0, None
    low = 0.0 if tensor.low <= 0 <= tensor.high else min(abs(tensor.low), abs(tensor.high))
    return low, max(abs(tensor.low), abs(tensor.high))


def squared(arguments: Bound, tensor: Tensor) -> Bounds:
    """x²."""
    low, high = absolute(arguments, tensor)
    return (low or 0.0) ** 2, None if high is None else high**2


def negated(arguments: Bound, tensor: Tensor) -> Bounds:
    """-x."""
    return (
        None if tensor.high is None else -tensor.high,
        None if tensor.low is None else -tensor.low,
    )


exponential = increasing(math.exp, low=0.0)
logarithm = increasing(math.log)
square_root = increasing(math.sqrt, low=0.0)
