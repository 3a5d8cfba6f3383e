"""Built-in functions that compute with constants: int, float, round, pow, str."""

from __future__ import annotations

from typing import Any

from trainlint.frameworks import catalogue
from trainlint.frameworks.call import Arguments, Call, Handler, contains_tensor
from trainlint.values.join import either
from trainlint.values.origin import Made, Origin
from trainlint.values.tensor import Symbol
from trainlint.values.value import (
    Bound,
    Instance,
    Known,
    OneOf,
    Unknown,
    Value,
)  # fmt: skip

ATTEMPT = (TypeError, ValueError, OverflowError, ZeroDivisionError)


def values_of(call: Call) -> list[Value]:
    return list(call.arguments.positional)


def computed(call: Call, *values: Value | None) -> Origin:
    parents = tuple(value.origin for value in values if value is not None and value.origin is not None)
    return Origin(Made.COMPUTED, call.site, call.title, parents)


def pure(function: Any) -> Handler:
    """A function that is worked out when all its arguments are constants."""

    def handler(call: Call) -> Value:
        values = values_of(call)
        if len(values) == 1 and not isinstance(values[0], Known):
            inner = call.machine.items(values[0])
            if inner is not None and all(isinstance(item, Known) for item in inner):
                return _attempt(
                    call, function, [[item.value for item in inner if isinstance(item, Known)]], inner
                )
        if any(contains_tensor(value) for value in values):
            return call.unknown()
        if not all(isinstance(value, Known) and not isinstance(value.value, Symbol) for value in values):
            return _several(call, function, values)
        return _attempt(call, function, [value.value for value in values if isinstance(value, Known)], values)

    return handler


def _several(call: Call, function: Any, values: list[Value]) -> Value:
    if len(values) == 1 and isinstance(values[0], OneOf):
        found = [
            _attempt(call, function, [option.value], [option]) if isinstance(option, Known) else option
            for option in values[0].options
        ]
        return either(found)
    reasons = [value.reason for value in values if isinstance(value, Unknown) and value.reason]
    return Unknown(reasons[0] if reasons else f"{call.title} of something unknown")


def _attempt(call: Call, function: Any, arguments: list[Any], values: Any) -> Value:
    try:
        result = function(*arguments)
    except ATTEMPT:
        return Unknown(f"{call.title} fails")
    return Known(result, computed(call, *values))


def converted(function: Any) -> Handler:
    """int, float, str, bool: a number stays the number it was, so its place can still be edited."""
    of_constants = pure(function)

    def handler(call: Call) -> Value:
        values = values_of(call)
        if len(values) == 1 and isinstance(values[0], Known) and type(values[0].value) is function:
            return values[0]
        if not values:
            return Known(function(), call.origin)
        return of_constants(call)

    return handler


def text(call: Call) -> Value:
    """`str(x)`, of objects as they say it."""
    value = call.argument(0)
    if isinstance(value, Instance):
        handler = catalogue.method(value, "__str__")
        if handler is not None:
            return handler(Call("__str__", Arguments(), call.site, call.machine, value))
        own = call.machine.attribute(value, "__str__", call.site)
        return call.machine.call(own, Arguments(), call.site) if isinstance(own, Bound) else Unknown("a text")
    return converted(str)(call)
