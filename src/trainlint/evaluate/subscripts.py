"""Indexing and slicing."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from trainlint.evaluate import enums
from trainlint.evaluate.grammar import expression
from trainlint.evaluate.registrations import register
from trainlint.frameworks import catalogue
from trainlint.frameworks.call import Arguments, Call
from trainlint.frameworks.indexing import index
from trainlint.values.join import either
from trainlint.values.origin import Made, Origin
from trainlint.values.tensor import Tensor
from trainlint.values.value import (
    Class,
    Instance,
    Items,
    Known,
    Mapped,
    Method,
    OneOf,
    Reference,
    Unknown,
    Value,
    constant,
)

if TYPE_CHECKING:
    from trainlint.evaluate.machine import Machine


def single_index(machine: Machine, node: ast.Subscript) -> Value:
    """The index between the brackets as one value: several become a tuple."""
    if isinstance(node.slice, ast.Tuple):
        return Items([_key(machine, element) for element in node.slice.elts], "tuple")
    return _key(machine, node.slice)


def _key(machine: Machine, node: ast.expr) -> Value:
    if not isinstance(node, ast.Slice):
        return machine.evaluate(node)
    parts = [
        machine.evaluate(part) if part is not None else Known(None)
        for part in (node.lower, node.upper, node.step)
    ]
    if all(isinstance(part, Known) for part in parts):
        origins = tuple(part.origin for part in parts if part.origin is not None)
        return Known(
            slice(*(constant(part) for part in parts)), machine.origin(Made.WRITTEN, node, "", origins)
        )
    return Unknown("slice with unknown bounds")


@expression(ast.Subscript)
def subscript(machine: Machine, node: ast.Subscript) -> Value:
    receiver = machine.evaluate(node.value)
    key = single_index(machine, node)
    return item(machine, receiver, key, node)


def item(machine: Machine, receiver: Value, key: Value, node: ast.AST) -> Value:
    """`receiver[key]`."""
    if isinstance(receiver, OneOf):
        return either(item(machine, option, key, node) for option in receiver.options)
    if isinstance(receiver, Mapped):
        if isinstance(key, Known) and isinstance(key.value, str) and key.value not in receiver.slots:
            register(machine, key.value)
        return _entry(receiver, key)
    if isinstance(receiver, Class) and enums.is_enumeration(receiver):
        return dict(enums.members(receiver)).get(str(constant(key))) or Unknown("a member of an enumeration")
    if isinstance(receiver, Items):
        return _element(receiver, key, machine.origin(Made.COMPUTED, node))
    call = Call("[]", Arguments((key,)), machine.site(node), machine, receiver)
    if isinstance(receiver, Tensor):
        keys = key.items if isinstance(key, Items) and key.kind == "tuple" else (key,)
        return index(receiver, keys, call)
    if isinstance(receiver, Instance):
        handler = catalogue.method(receiver, "__getitem__")
        if handler is not None:
            return handler(call)
        own = machine.attribute(receiver, "__getitem__", machine.site(node))
        if not isinstance(own, Unknown) and not isinstance(receiver.cls, Reference):
            return machine.call(own, Arguments((key,)), machine.site(node))
        found = (
            receiver.slots.get(constant(key))
            if isinstance(key, Known) and isinstance(key.value, str)
            else None
        )
        return found if isinstance(found, Value) else Unknown(f"item of {receiver.title}")
    if isinstance(receiver, Known) and isinstance(key, Known):
        return _of_constant(receiver.value, key.value, machine.origin(Made.COMPUTED, node))
    if isinstance(receiver, Method) and receiver.name == "__dict__":
        return _of_namespace(machine, receiver.receiver, key, node)
    if isinstance(receiver, Reference):
        prefix, _, last = receiver.name.rpartition(".")
        if last == "__dict__":
            return _of_namespace(machine, Reference(prefix), key, node)
        return receiver  # list[int], nn.Module[...]: a type
    return Unknown(
        receiver.reason if isinstance(receiver, Unknown) else "item of something unknown", receiver.origin
    )


def _of_namespace(machine: Machine, module: Value, key: Value, node: ast.AST) -> Value:
    """`models.__dict__[name]`: what a module calls so."""
    if isinstance(key, OneOf):
        return either(_of_namespace(machine, module, option, node) for option in key.options)
    if not isinstance(key, Known) or not isinstance(key.value, str):
        return Unknown("a name of a module that is not known")
    return machine.attribute(module, key.value, machine.site(node))


def _entry(receiver: Mapped, key: Value) -> Value:
    from trainlint.evaluate.expressions import hashable

    if isinstance(key, OneOf):
        return either(_entry(receiver, option) for option in key.options)
    found = hashable(key)
    if found is not None:
        entry = receiver.slots.get(found[0])
        return entry if isinstance(entry, Value) else Unknown("a key that is not in the dictionary here")
    entries = [entry for entry in receiver.slots.values() if isinstance(entry, Value)]
    # Which entry is not known: `OPTIMIZERS[name]` may be any of them.
    return either(entries) if receiver.complete and entries else Unknown("an entry under an unknown key")


def _element(receiver: Items, key: Value, origin: Origin) -> Value:
    if isinstance(key, Known):
        if key.value in receiver.fields:
            return receiver.items[receiver.fields.index(key.value)]  # model outputs have names as keys, too
        try:
            if isinstance(key.value, slice):
                return Items(
                    receiver.items[key.value], receiver.kind, complete=receiver.complete, origin=origin
                )
            if isinstance(key.value, int) and receiver.is_certain:
                return receiver.items[key.value]
        except (IndexError, TypeError, ValueError):
            return Unknown("an index outside of the list")
    if receiver.is_certain and receiver.items and not isinstance(key, Known):
        return either(receiver.items)
    return Unknown("an item of a list that is not known in full")


def _of_constant(value: object, key: object, origin: Origin) -> Value:
    try:
        found = value[key]  # type: ignore[index]
    except (TypeError, IndexError, KeyError, ValueError):
        return Unknown("an item of a constant")
    return Known(found, origin)
