"""What a loop runs over: all items in order where they are known, one that stands for all where not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trainlint.evaluate import enums
from trainlint.frameworks import catalogue
from trainlint.frameworks.call import Arguments, Call
from trainlint.frameworks.indexing import index
from trainlint.syntax.positions import Site
from trainlint.values.join import either
from trainlint.values.origin import Made
from trainlint.values.tensor import Tensor
from trainlint.values.value import (
    Class,
    Function,
    Instance,
    Items,
    Known,
    Mapped,
    OneOf,
    Reference,
    Unknown,
    Value,
    has_absent,
    with_step,
)  # fmt: skip

if TYPE_CHECKING:
    from trainlint.evaluate.machine import Machine

MOST_ITEMS = 512
"""Longest list that is looked at item by item; deeper networks are not built by hand."""


def items(machine: Machine, value: Value) -> tuple[Value, ...] | None:
    """The items of an iterable in order; None when they are not all known. An optional item stays in."""
    if isinstance(value, Items):
        return value.items if value.complete and len(value.items) <= MOST_ITEMS else None
    if isinstance(value, Known):
        return _of_constant(value)
    if isinstance(value, Mapped):
        return tuple(Known(slot) for slot in value.slots) if value.complete else None
    if isinstance(value, Class):
        return tuple(member for _, member in enums.members(value)) if enums.is_enumeration(value) else None
    if isinstance(value, Instance):
        found = value.slots.get("items")
        if isinstance(value.cls, Reference) and isinstance(found, tuple):
            return found if value.slots.get("complete", True) else None
        if isinstance(found, Items):
            return items(machine, found)
        if isinstance(value.cls, Class) and (own := _own_items(machine, value)) is not None:
            return own
        handler = catalogue.method(value, "__iter__")
        if handler is not None:
            site = value.origin.site if value.origin else None
            if site is not None:
                return items(machine, handler(Call("__iter__", Arguments(), site, machine, value)))
    return None


def _of_constant(value: Known) -> tuple[Value, ...] | None:
    if isinstance(value.value, range | str | tuple | list | bytes) and len(value.value) <= MOST_ITEMS:
        return tuple(Known(item, value.origin) for item in value.value)
    return None


def element(machine: Machine, value: Value, site: Site) -> Value:
    """One value that stands for every item of an iterable."""
    if isinstance(value, Items):
        present = [item for item in value.items if not has_absent(item)]
        if not present:
            return Unknown("an item of a list that is not known")
        joined = either(present)
        return _searched(joined, site) if len(present) > 1 else joined
    if isinstance(value, Known):
        return Unknown("a loop's counter")
    if isinstance(value, OneOf):
        return either(element(machine, option, site) for option in value.options)
    if isinstance(value, Tensor):
        return index(value, (Unknown("a loop's counter"),), Call("[]", Arguments(), site, machine, value))
    if isinstance(value, Instance):
        handler = catalogue.element(value)
        if handler is not None and not _goes_its_own_way(machine, value):
            return handler(Call("__iter__", Arguments(), site, machine, value))
        if isinstance(value.cls, Class):
            return _own_element(machine, value, site)
        return Unknown(f"an item of {value.title}")
    return Unknown(
        value.reason if isinstance(value, Unknown) else "an item of something unknown", value.origin
    )


def _own_items(machine: Machine, value: Instance) -> tuple[Value, ...] | None:
    """The items that a class of the program gives out in its `__iter__`, where they are known."""
    from trainlint.evaluate.classes import find

    assert isinstance(value.cls, Class)
    site = value.origin.site if value.origin is not None else None
    if site is None or value.library_names or not isinstance(find(machine, value.cls, "__iter__"), Function):
        return None
    result = machine.call(machine.attribute(value, "__iter__", site), Arguments(), site)
    return items(machine, result) if result is not value else None


def _goes_its_own_way(machine: Machine, value: Instance) -> bool:
    """Whether a class of the program says itself what a loop over its objects gives."""
    from trainlint.evaluate.classes import find

    return isinstance(value.cls, Class) and find(machine, value.cls, "__iter__") is not None


def _own_element(machine: Machine, value: Instance, site: Site) -> Value:
    from trainlint.evaluate.classes import find

    assert isinstance(value.cls, Class)
    for name, arguments in (
        ("__iter__", Arguments()),
        ("__getitem__", Arguments((Unknown("a loop's counter"),))),
    ):
        if find(machine, value.cls, name) is None:
            continue
        result = machine.call(machine.attribute(value, name, site), arguments, site)
        if name == "__getitem__":
            return result
        return element(machine, result, site) if result is not value else Unknown("an item of an iterator")
    return Unknown("an item of something unknown")


def _searched(value: Value, site: Site) -> Value:
    """Several constants that a loop goes through are tried on purpose."""
    return with_step(value, Made.SEARCHED, site, "one of several that a loop goes through")
