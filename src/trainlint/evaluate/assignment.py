"""Giving values to names, attributes, items and patterns of them."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from trainlint.evaluate import names
from trainlint.evaluate.expressions import hashable
from trainlint.evaluate.subscripts import single_index
from trainlint.frameworks import catalogue
from trainlint.frameworks.call import Arguments, Call, as_tensor
from trainlint.syntax.positions import Site
from trainlint.values.origin import Made, Origin
from trainlint.values.tensor import Tensor
from trainlint.values.value import (
    Bound,
    Class,
    Function,
    Instance,
    Items,
    Mapped,
    Module,
    OneOf,
    Unknown,
    Value,
    integer,
    number,
    options_of,
)  # fmt: skip

if TYPE_CHECKING:
    from trainlint.evaluate.machine import Machine


def assign(machine: Machine, target: ast.expr, value: Value, node: ast.AST) -> None:
    """Assigns `value`, which the expression `node` gave, to whatever stands left of the `=`."""
    if isinstance(target, ast.Name):
        names.bind(machine, target.id, machine.bound(value, node, target.id))
    elif isinstance(target, ast.Attribute):
        label = f"{target.value.id}.{target.attr}" if isinstance(target.value, ast.Name) else target.attr
        for receiver in options_of(machine.evaluate(target.value)):
            bound = machine.bound(value, node, label)
            assign_attribute(machine, receiver, target.attr, bound, machine.site(target))
    elif isinstance(target, ast.Subscript):
        assign_item(machine, target, value, node)
    elif isinstance(target, ast.Tuple | ast.List):
        unpack(machine, target, value, node)


def assign_attribute(machine: Machine, receiver: Value, name: str, value: Value, site: Site) -> None:
    """`receiver.name = value`; what a library does more than keep the value is its tables' business."""
    handler = catalogue.assignment(receiver, name)
    if handler is not None:
        handler(Call(name, Arguments((value,)), site, machine, receiver))
    elif isinstance(receiver, Module):
        machine.write(receiver.scope, name, value)
    elif isinstance(receiver, Instance) and name == "__dict__":
        for key, entry in value.slots.items() if isinstance(value, Mapped) else ():
            machine.write(receiver, key, entry)
    elif isinstance(receiver, Instance) and (setter := _setter(machine, receiver, name)) is not None:
        machine.call(Bound(setter, receiver), Arguments((value,)), machine.site(setter.node))
    elif isinstance(receiver, Instance | Class):
        machine.write(receiver, name, value)


def _setter(machine: Machine, receiver: Instance, name: str) -> Function | None:
    """What sets a property of the program."""
    from trainlint.evaluate.classes import find

    found = find(machine, receiver.cls, f"{name}.setter")
    return found if isinstance(found, Function) else None


def assign_item(machine: Machine, target: ast.Subscript, value: Value, node: ast.AST) -> None:
    receiver = machine.evaluate(target.value)
    key = single_index(machine, target)
    found = hashable(key)
    if isinstance(receiver, Mapped):
        if found is not None:
            machine.write(receiver, found[0], machine.bound(value, node, str(found[0])))
        else:
            receiver.complete = False
    elif isinstance(receiver, Items) and (position := integer(key)) is not None:
        items = list(receiver.items)
        if -len(items) <= position < len(items):
            items[position] = value
            machine.write(receiver, "items", tuple(items))
    elif isinstance(receiver, Tensor):
        written_into(machine, target.value, receiver, value, machine.site(target))
    elif isinstance(receiver, Instance) and (setter := catalogue.method(receiver, "__setitem__")) is not None:
        setter(Call("__setitem__", Arguments((key, value)), machine.site(target), machine, receiver))
    elif isinstance(receiver, Instance) and found is not None:
        # A namespace or configuration object that is also read by key.
        machine.write(receiver, found[0], machine.bound(value, node, str(found[0])))


def written_into(machine: Machine, target: ast.expr, tensor: Tensor, value: Value, site: Site) -> None:
    """`tensor[…] = value`: from here on the name stands for the old values with the new ones among them."""
    if tensor.is_parameter or not isinstance(target, ast.Name):
        return
    written = as_tensor(value)
    bounds = (number(value),) * 2 if written is None else (written.low, written.high)
    low, high = (
        None if old is None or new is None else choose(float(old), float(new))
        for old, new, choose in ((tensor.low, bounds[0], min), (tensor.high, bounds[1], max))
    )
    inputs = [tensor] if written is None else [tensor, written]
    # Labels that are written over may be of fewer classes, or of others.
    facts = None if tensor.data is None else replace(tensor.data, classes=None)
    made = Call("[]=", Arguments(), site, machine).tensor(
        "scatter",
        inputs,
        tensor.shape,
        dtype=tensor.dtype,
        low=low,
        high=high,
        library=tensor.library,
        data=facts,
    )
    names.bind(machine, target.id, made)


def unpack(machine: Machine, target: ast.Tuple | ast.List, value: Value, node: ast.AST) -> None:
    targets = target.elts
    values = spread(machine, value, len(targets), any(isinstance(t, ast.Starred) for t in targets))
    if values is None:
        values = [Unknown("unpacked from something unknown", value.origin)] * len(targets)
    else:
        values = _around_star(targets, values)
    for element, part in zip(targets, values, strict=True):
        assign(machine, element.value if isinstance(element, ast.Starred) else element, part, node)


def spread(machine: Machine, value: Value, count: int, starred: bool) -> list[Value] | None:
    """The parts of a value that is unpacked into `count` targets, None when they are not known."""
    if isinstance(value, OneOf):
        parts = [spread(machine, option, count, starred) for option in value.options]
        known = [part for part in parts if part is not None]
        if not starred and known and all(len(part) == count for part in known):
            from trainlint.values.join import either

            return [either(column) for column in zip(*known, strict=True)]
        return None
    found = machine.items(value)
    if found is None:
        return None
    if len(found) == count or (starred and len(found) >= count - 1):
        return list(found)
    return None


def _around_star(elements: Sequence[ast.expr], values: list[Value]) -> list[Value]:
    star = next((i for i, element in enumerate(elements) if isinstance(element, ast.Starred)), None)
    if star is None:
        return values
    after = len(elements) - star - 1
    middle = values[star : len(values) - after]
    return [*values[:star], Items(middle, origin=Origin(Made.COMPUTED)), *values[len(values) - after :]]
