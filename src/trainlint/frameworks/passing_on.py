"""Meanings that many libraries share: giving back what was given, doing nothing that matters, plain objects."""

from __future__ import annotations

from collections.abc import Callable

from trainlint.frameworks.call import Call, Handler
from trainlint.frameworks.facts import Seeded
from trainlint.values.value import Instance, Items, Known, Reference, Unknown, Value


def nothing(call: Call) -> Value:
    """Logging, saving, waiting: what is trained stays the same."""
    return Known(None)


def seed(call: Call) -> Value:
    """Sets random generators to a state."""
    call.machine.note(Seeded(call.site))
    return Known(None)


def first(*names: str, position: int = 0) -> Handler:
    """Gives back one argument: a wrapper around it trains the same."""

    def handler(call: Call) -> Value:
        return call.argument(position, *names) or call.unknown(f"{call.title} of nothing")

    return handler


def in_order(call: Call) -> Value:
    """Gives back all arguments: one as it is, several as a tuple in their order."""
    given = call.arguments.positional
    if len(given) == 1 and call.arguments.complete:
        return given[0]
    if not call.arguments.complete:
        return Unknown("arguments hidden by * or **", call.origin)
    return Items(given, "tuple", origin=call.origin)


def an_object(call: Call) -> Instance:
    """An object of a library class with the arguments it was given."""
    positional = {f"*{index}": value for index, value in enumerate(call.arguments.positional)}
    return Instance(Reference(call.name), positional | call.arguments.keyword, call.origin)


def object_or_unknown(call: Call) -> Value:
    """A name that stands in no table: a class gives an object, a function something unknown."""
    return an_object(call) if call.title[:1].isupper() else call.unknown()


def manager(name: str) -> Handler:
    """A context manager that changes nothing that a plan tells of; its class is `name`."""

    def handler(call: Call) -> Value:
        return Instance(Reference(name), {}, call.origin)

    return handler


def _itself(call: Call) -> Value:
    return call.receiver or Known(None)


QUIET_MANAGER: dict[str, Handler] = {"__enter__": _itself, "__exit__": nothing}
"""The methods of such a manager."""

itself: Handler = _itself
"""A method that gives back its object."""


def unknown(reason: str) -> Callable[[Call], Value]:
    def handler(call: Call) -> Value:
        return Unknown(reason, call.origin)

    return handler
