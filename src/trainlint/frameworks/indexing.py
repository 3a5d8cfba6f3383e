"""Indexing tensors and arrays: `x[0]`, `x[:100]`, `x[:, None]`, `x[mask]`; the same in every library."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from trainlint.frameworks.call import Call
from trainlint.values.origin import Made
from trainlint.values.tensor import DataFacts, Dimension, Symbol, Tensor
from trainlint.values.value import Items, Known, Unknown, Value, constant, with_step

COUNTER = "a loop's counter"
"""Why a whole number is unknown when it counts the turns of a loop."""

UNKNOWN_SLICE = "slice with unknown bounds"
"""Why a slice is unknown whose bounds are."""

WHOLE = slice(None, None, None)


def index(tensor: Tensor, keys: Sequence[Value], call: Call) -> Tensor:
    """`tensor[keys]` by NumPy's rules: whole numbers remove an axis, slices shorten it, None adds one,
    an ellipsis stands for the axes that are not named, an array of numbers or booleans picks."""
    return call.tensor(
        "select",
        (tensor,),
        indexed_shape(tensor, list(keys)),
        settings=_one_place(keys) | _order(keys),
        title="[…]",
        dtype=tensor.dtype,
        low=tensor.low,
        high=tensor.high,
        scale=tensor.scale,
        data=_chosen(tensor.data, keys, call) if tensor.data is not None else None,
        library=tensor.library,
    )


def _one_place(keys: Sequence[Value]) -> dict[str, Value]:
    """`x[:, -1]`: the axis of which one place is taken, and that place; nothing for any other choice."""
    numbers = [axis for axis, key in enumerate(keys) if type(constant(key)) is int]
    if len(numbers) != 1 or any(
        constant(key) != WHOLE for axis, key in enumerate(keys) if axis != numbers[0]
    ):
        return {}
    return {"axis": Known(numbers[0]), "place": keys[numbers[0]]}


def _order(keys: Sequence[Value]) -> dict[str, Value]:
    """`x[order]`: the numbers or the mask that the samples are taken by, or what may be such."""
    first = keys[0] if keys else None
    is_place = isinstance(first, Unknown) and first.reason in (COUNTER, UNKNOWN_SLICE)
    return {"order": first} if isinstance(first, Tensor | Items | Unknown) and not is_place else {}


def indexed_shape(tensor: Tensor, keys: list[Value]) -> tuple[Dimension, ...] | None:
    """Shape of `tensor[keys]`; None when it is not known."""
    if tensor.shape is None:
        return None
    consumed = [_axes_consumed(key) for key in keys]
    if None in consumed:
        return None
    named = sum(count for count in consumed if count is not None)
    ellipses = [position for position, key in enumerate(keys) if constant(key) is Ellipsis]
    arrays = [key for key in keys if isinstance(key, Tensor | Items)]
    if named > len(tensor.shape) or len(ellipses) > 1 or len(arrays) > 1:
        return None  # broadcasting of several index arrays is not followed
    if arrays and any(isinstance(constant(key), int) for key in keys):
        return None  # a number beside an index array is one, too
    rest: list[Value] = [Known(WHOLE)] * (len(tensor.shape) - named)
    at = ellipses[0] if ellipses else len(keys)
    keys = [*keys[:at], *rest, *keys[at + 1 :]]
    sizes: list[Dimension] = []
    axis = 0
    for key in keys:
        found = constant(key)
        if isinstance(key, Known) and found is None:
            sizes.append(1)
            continue
        if isinstance(found, slice):
            sizes.append(sliced(tensor.shape[axis], found))
        elif _is_unknown_slice(key):
            sizes.append(None)
        elif isinstance(key, Tensor):
            sizes += [None] if key.dtype == "bool" else key.shape or ()
            axis += _mask_axes(key) - 1
        elif isinstance(key, Items):
            sizes.append(len(key.items) if key.is_certain else None)
        axis += 1
    return tuple(sizes)


def _axes_consumed(key: Value) -> int | None:
    """How many axes of the tensor a key speaks about; None when that is unknown."""
    if isinstance(key, Tensor):
        return None if key.shape is None or key.dtype is None else _mask_axes(key)
    if isinstance(key, Items):
        return 1 if all(type(constant(item)) is int for item in key.items) else None
    if isinstance(key, Known):
        if key.value is None or key.value is Ellipsis:
            return 0
        if isinstance(key.value, bool):
            return None
        return 1 if isinstance(key.value, int | Symbol | slice) else None
    if isinstance(key, Unknown) and key.reason in (COUNTER, UNKNOWN_SLICE):
        return 1
    return None  # a number most often, but it may be a slice or a mask


def _mask_axes(key: Tensor) -> int:
    return len(key.shape or ()) if key.dtype == "bool" else 1


def _is_unknown_slice(key: Value) -> bool:
    return isinstance(key, Unknown) and key.reason == UNKNOWN_SLICE


def sliced(size: Dimension, part: slice) -> Dimension:
    """Length of an axis after a slice."""
    if part == WHOLE:
        return size
    bounds = (part.start, part.stop, part.step)
    if (
        isinstance(size, int)
        and all(bound is None or type(bound) is int for bound in bounds)
        and part.step != 0
    ):
        return len(range(*part.indices(size)))
    return None


def _chosen(data: DataFacts, keys: Sequence[Value], call: Call) -> DataFacts:
    """Facts about data of which some samples are taken: the first axis counts samples."""
    key = keys[0] if keys else Known(WHOLE)
    if constant(key) is Ellipsis or constant(key) == WHOLE:
        return data
    before = constant(data.samples)
    known = before if isinstance(before, int) else None
    return replace(
        data,
        samples=with_step(_samples(key, known), Made.PASSED, call.site),
        full_samples=data.full_samples or known,
    )


def _samples(key: Value, before: int | None) -> Value:
    part = constant(key)
    if isinstance(part, slice):
        if before is not None:
            count = sliced(before, part)
            return Known(count, key.origin) if isinstance(count, int) else Unknown("length of a slice")
        start = part.start or 0
        if (
            type(part.stop) is int
            and type(start) is int
            and part.stop >= 0 <= start
            and part.step in (None, 1)
        ):
            return Known(max(part.stop - start, 0), key.origin)  # at most: the source may be shorter
        return Unknown("length of a slice")
    if isinstance(key, Items) and key.is_certain:
        return Known(len(key.items), key.origin)
    if isinstance(key, Tensor) and key.shape and key.dtype != "bool" and isinstance(key.shape[0], int):
        return Known(key.shape[0], key.origin)
    return Unknown("number of chosen samples")
