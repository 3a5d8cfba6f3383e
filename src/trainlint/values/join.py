"""What a value is after a branch: one of several, or what they have in common."""

from __future__ import annotations

from collections.abc import Iterable

from trainlint.values.tensor import Tensor, join_tensors
from trainlint.values.value import Known, OneOf, Reference, Unknown, Value, options_of

MOST_OPTIONS = 8
"""Alternatives above which a value counts as unknown: rules have nothing to say about so many."""


def either(values: Iterable[Value]) -> Value:
    """One of several values: the value itself when they agree."""
    distinct: list[Value] = []
    for value in values:
        for option in options_of(value):
            if any(_same(option, other) for other in distinct):
                continue
            distinct.append(option)
            if len(distinct) > MOST_OPTIONS and not all(isinstance(option, Tensor) for option in distinct):
                return Unknown("too many alternatives")
    if len(distinct) > 1 and all(isinstance(option, Tensor) for option in distinct):
        return join_tensors([option for option in distinct if isinstance(option, Tensor)])
    if len(distinct) == 1:
        return distinct[0]
    return OneOf(tuple(distinct)) if distinct else Unknown("too many alternatives")


def _same(one: Value, other: Value) -> bool:
    if one is other:
        return True
    if isinstance(one, Known) and isinstance(other, Known):
        return type(one.value) is type(other.value) and bool(one.value == other.value)
    if isinstance(one, Unknown) and isinstance(other, Unknown):
        return True
    return isinstance(one, Reference) and isinstance(other, Reference) and one.name == other.name
