"""Built-in functions that compare: min, max, sorted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from trainlint.frameworks.call import Arguments, Call, Handler
from trainlint.frameworks.python.numbers_and_text import pure
from trainlint.values.tensor import Symbol
from trainlint.values.value import (
    Items,
    Known,
    Unknown,
    Value,
)  # fmt: skip


def extreme(function: Any) -> Handler:
    """min and max, with a key or without."""
    of_constants = pure(function)

    def handler(call: Call) -> Value:
        key, values = call.arguments.keyword.get("key"), call.arguments.positional
        known = call.machine.items(values[0]) if len(values) == 1 else values
        if known == () and "default" in call.arguments.keyword:
            return call.arguments.keyword["default"]
        if key is None or (isinstance(key, Known) and key.value is None):
            return of_constants(call)
        ranks = _ranks(call, known, key)
        if not ranks or known is None:
            return Unknown(f"{call.title} of something unknown")
        return known[ranks.index(function(ranks))]

    return handler


def _ranks(call: Call, values: Sequence[Value] | None, key: Value | None) -> list[Any] | None:
    """What values are ordered by; None when that is not known or has no order."""
    ranks = []
    for value in values or ():
        rank = value
        if key is not None and not (isinstance(key, Known) and key.value is None):
            rank = call.machine.call(key, Arguments((value,)), call.site)
        plain = _plain(rank)
        if plain is None:
            return None
        ranks.append(plain[0])
    try:
        sorted(ranks)
    except TypeError:
        return None
    return ranks


def _plain(value: Value) -> tuple[Any] | None:
    if isinstance(value, Known) and not isinstance(value.value, Symbol):
        return (value.value,)
    if isinstance(value, Items) and value.is_certain:
        parts = [_plain(item) for item in value.items]
        return None if None in parts else (tuple(part[0] for part in parts if part is not None),)
    return None


def in_order(call: Call) -> Value:
    source = call.argument(0)
    known = call.machine.items(source) if source is not None else None
    if known is None:
        return Unknown("sorted() of something unknown")
    ranks = _ranks(call, known, call.arguments.keyword.get("key"))
    if ranks is None:
        return Items(known, complete=False)
    reverse = call.arguments.keyword.get("reverse")
    order = sorted(range(len(ranks)), key=ranks.__getitem__)
    if isinstance(reverse, Known) and reverse.value:
        order = sorted(range(len(ranks)), key=ranks.__getitem__, reverse=True)
    return Items([known[index] for index in order])
