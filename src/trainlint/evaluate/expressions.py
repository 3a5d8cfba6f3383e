"""What expressions give: literals, names, attributes, containers, conditions."""

from __future__ import annotations

import ast
from functools import lru_cache
from typing import TYPE_CHECKING

import libcst as cst

from trainlint.evaluate.flow import Flow
from trainlint.evaluate.functions import make_lambda
from trainlint.evaluate.grammar import expression
from trainlint.evaluate.names import look_up
from trainlint.frameworks.settings.command_line import dictionary_of
from trainlint.frameworks.settings.namespaces import is_open
from trainlint.values.join import either
from trainlint.values.origin import Made
from trainlint.values.value import Instance, Items, Known, Mapped, OneOf, Unknown, Value

if TYPE_CHECKING:
    from trainlint.evaluate.machine import Machine


@expression(cst.Integer, cst.Float, cst.Imaginary, cst.SimpleString)
def literal(machine: Machine, node: cst.Integer | cst.Float | cst.Imaginary | cst.SimpleString) -> Value:
    return Known(_constant(node.value), machine.origin(Made.WRITTEN, node))


_constant = lru_cache(4096)(ast.literal_eval)


@expression(cst.Ellipsis)
def ellipsis(machine: Machine, node: cst.Ellipsis) -> Value:
    return Known(...)


@expression(cst.ConcatenatedString)
def concatenated(machine: Machine, node: cst.ConcatenatedString) -> Value:
    left, right = machine.evaluate(node.left), machine.evaluate(node.right)
    if isinstance(left, Known) and isinstance(right, Known):
        return Known(left.value + right.value, machine.origin(Made.WRITTEN, node))
    return Unknown("text that is put together")


@expression(cst.Name)
def name(machine: Machine, node: cst.Name) -> Value:
    if node.value in _CONSTANTS:
        return Known(_CONSTANTS[node.value], machine.origin(Made.WRITTEN, node))
    found = look_up(machine, node.value)
    if isinstance(found, Unknown) and found.origin is None:
        return Unknown(found.reason, machine.origin(Made.WRITTEN, node, node.value))
    return found


_CONSTANTS = {"True": True, "False": False, "None": None}


@expression(cst.Attribute)
def attribute(machine: Machine, node: cst.Attribute) -> Value:
    return machine.attribute(machine.evaluate(node.value), node.attr.value, machine.site(node))


@expression(cst.List, cst.Tuple, cst.Set)
def container(machine: Machine, node: cst.List | cst.Tuple | cst.Set) -> Value:
    values: list[Value] = []
    complete = True
    for element in node.elements:
        value = machine.evaluate(element.value)
        if isinstance(element, cst.StarredElement):
            spread = machine.items(value)
            complete = complete and spread is not None
            # What is not known item by item stands for its items: `[*encoder.parameters()]`.
            values += (value,) if spread is None else spread
        else:
            values.append(value)
    kind = {cst.List: "list", cst.Tuple: "tuple", cst.Set: "set"}[type(node)]
    return Items(values, kind, complete=complete, origin=machine.origin(Made.WRITTEN, node))  # type: ignore[arg-type]


@expression(cst.Dict)
def dictionary(machine: Machine, node: cst.Dict) -> Value:
    entries: dict[object, Value] = {}
    complete = True
    for element in node.elements:
        if isinstance(element, cst.StarredDictElement):
            spread = machine.evaluate(element.value)
            if isinstance(spread, Instance) and is_open(spread):
                spread = dictionary_of(spread)
            if isinstance(spread, Mapped):
                entries |= spread.slots
                complete = complete and spread.complete
            else:
                complete = False
            continue
        assert isinstance(element, cst.DictElement)
        key, value = machine.evaluate(element.key), machine.evaluate(element.value)
        found = hashable(key)
        if found is None:
            complete = False
        else:
            entries[found[0]] = machine.bound(value, element.value, str(found[0]))
    return Mapped(entries, complete=complete, origin=machine.origin(Made.WRITTEN, node))


def hashable(key: Value) -> tuple[object] | None:
    """A known key in a form that a dictionary takes; None when it is not known."""
    if isinstance(key, Known) and not isinstance(key.value, slice):
        return (key.value,)
    if isinstance(key, Items) and key.kind == "tuple" and key.is_certain:
        parts = [hashable(item) for item in key.items]
        return (tuple(part[0] for part in parts if part),) if all(parts) else None
    return None


@expression(cst.IfExp)
def conditional(machine: Machine, node: cst.IfExp) -> Value:
    test = machine.evaluate(node.test)
    decided = machine.truth(test)
    if decided is not None:
        with machine.decided_by(test):
            value = machine.evaluate(node.body if decided else node.orelse)
            return machine.bound(value, node, "") if machine.frame.conditions else value
    found: list[Value] = []

    def take(side: cst.BaseExpression) -> Flow:
        found.append(machine.evaluate(side))
        return Flow.NEXT

    machine.branch([lambda: take(node.body), lambda: take(node.orelse)], machine.site(node.test))
    return either(found)


@expression(cst.BooleanOperation)
def boolean(machine: Machine, node: cst.BooleanOperation) -> Value:
    left = machine.evaluate(node.left)
    decided = machine.truth(left)
    stops_at = isinstance(node.operator, cst.Or)
    if decided is stops_at:
        return left
    right = machine.evaluate(node.right)
    if decided is not None:
        return right
    if machine.truth(right) is stops_at and isinstance(right, Known) and isinstance(right.value, bool):
        return right  # `unknown and False` is false, `unknown or True` is true
    return either([left, right])


@expression(cst.Lambda)
def anonymous(machine: Machine, node: cst.Lambda) -> Value:
    return make_lambda(machine, node)


@expression(cst.NamedExpr)
def walrus(machine: Machine, node: cst.NamedExpr) -> Value:
    from trainlint.evaluate.assignment import assign

    value = machine.evaluate(node.value)
    assign(machine, node.target, value, node.value)
    return value


@expression(cst.Await)
def awaited(machine: Machine, node: cst.Await) -> Value:
    return machine.evaluate(node.expression)


@expression(cst.Yield)
def yielded(machine: Machine, node: cst.Yield) -> Value:
    frame = machine.frame
    if frame.loops or machine.trail.depth > frame.depth:
        frame.yields_known = False
    if isinstance(node.value, cst.From):
        found = machine.items(machine.evaluate(node.value.item))
        frame.yields_known = frame.yields_known and found is not None
        frame.yielded += (Unknown("yielded"),) if found is None else found
    elif node.value is not None:
        value = machine.evaluate(node.value)
        frame.yielded.append(OneOf((value,)) if frame.loops else value)
    if frame.around is not None:
        around, frame.around = frame.around, None
        around(frame.yielded[-1] if node.value is not None and frame.yielded else Known(None))
    return Unknown("sent to a generator")
