"""What expressions give: literals, names, attributes, containers, conditions."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

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


@expression(ast.Constant)
def literal(machine: Machine, node: ast.Constant) -> Value:
    derived = machine.frames[-1].chunk.derived
    found = derived.get(node)
    if found is None:  # it is the same each time: a layer is made in many turns
        found = derived[node] = Known(node.value, machine.origin(Made.WRITTEN, node))
    return found


@expression(ast.Name)
def name(machine: Machine, node: ast.Name) -> Value:
    found = look_up(machine, node.id)
    if found.__class__ is Unknown and found.origin is None:
        return Unknown(found.reason, machine.origin(Made.WRITTEN, node, node.id))
    return found


@expression(ast.Attribute)
def attribute(machine: Machine, node: ast.Attribute) -> Value:
    receiver = machine.evaluate(node.value)
    if isinstance(receiver, Instance):  # `self.layers`, mostly
        found = receiver.slots.get(node.attr)
        if isinstance(found, Value):
            return found
    return machine.attribute(receiver, node.attr, machine.site(node))


@expression(ast.List, ast.Tuple, ast.Set)
def container(machine: Machine, node: ast.List | ast.Tuple | ast.Set) -> Value:
    values: list[Value] = []
    complete = True
    for element in node.elts:
        if isinstance(element, ast.Starred):
            value = machine.evaluate(element.value)
            spread = machine.items(value)
            complete = complete and spread is not None
            # What is not known item by item stands for its items: `[*encoder.parameters()]`.
            values += (value,) if spread is None else spread
        else:
            values.append(machine.evaluate(element))
    kind = {ast.List: "list", ast.Tuple: "tuple", ast.Set: "set"}[type(node)]
    return Items(values, kind, complete=complete, origin=machine.origin(Made.WRITTEN, node))  # type: ignore[arg-type]


@expression(ast.Dict)
def dictionary(machine: Machine, node: ast.Dict) -> Value:
    entries: dict[object, Value] = {}
    complete = True
    for written_key, written in zip(node.keys, node.values, strict=True):
        if written_key is None:  # **written
            spread = machine.evaluate(written)
            if isinstance(spread, Instance) and is_open(spread):
                spread = dictionary_of(spread)
            if isinstance(spread, Mapped):
                entries |= spread.slots
                complete = complete and spread.complete
            else:
                complete = False
            continue
        key, value = machine.evaluate(written_key), machine.evaluate(written)
        found = hashable(key)
        if found is None:
            complete = False
        else:
            entries[found[0]] = machine.bound(value, written, str(found[0]))
    return Mapped(entries, complete=complete, origin=machine.origin(Made.WRITTEN, node))


def hashable(key: Value) -> tuple[object] | None:
    """A known key in a form that a dictionary takes; None when it is not known."""
    if isinstance(key, Known) and not isinstance(key.value, slice):
        return (key.value,)
    if isinstance(key, Items) and key.kind == "tuple" and key.is_certain:
        parts = [hashable(item) for item in key.items]
        return (tuple(part[0] for part in parts if part),) if all(parts) else None
    return None


@expression(ast.IfExp)
def conditional(machine: Machine, node: ast.IfExp) -> Value:
    test = machine.evaluate(node.test)
    decided = machine.truth(test)
    if decided is not None:
        with machine.decided_by(test):
            value = machine.evaluate(node.body if decided else node.orelse)
            return machine.bound(value, node, "") if machine.frame.conditions else value
    found: list[Value] = []

    def take(side: ast.expr) -> Flow:
        found.append(machine.evaluate(side))
        return Flow.NEXT

    machine.branch([lambda: take(node.body), lambda: take(node.orelse)], machine.site(node.test))
    return either(found)


@expression(ast.BoolOp)
def boolean(machine: Machine, node: ast.BoolOp) -> Value:
    stops_at = isinstance(node.op, ast.Or)
    value = machine.evaluate(node.values[0])
    for part in node.values[1:]:
        decided = machine.truth(value)
        if decided is stops_at:
            return value
        right = machine.evaluate(part)
        certain = isinstance(right, Known) and isinstance(right.value, bool)
        if decided is not None or (certain and machine.truth(right) is stops_at):
            value = right  # `unknown and False` is false, `unknown or True` is true
        else:
            value = either([value, right])
    return value


@expression(ast.Lambda)
def anonymous(machine: Machine, node: ast.Lambda) -> Value:
    return make_lambda(machine, node)


@expression(ast.NamedExpr)
def walrus(machine: Machine, node: ast.NamedExpr) -> Value:
    from trainlint.evaluate.assignment import assign

    value = machine.evaluate(node.value)
    assign(machine, node.target, value, node.value)
    return value


@expression(ast.Await)
def awaited(machine: Machine, node: ast.Await) -> Value:
    return machine.evaluate(node.value)


@expression(ast.Yield, ast.YieldFrom)
def yielded(machine: Machine, node: ast.Yield | ast.YieldFrom) -> Value:
    frame = machine.frame
    if frame.loops or machine.trail.depth > frame.depth:
        frame.yields_known = False
    if isinstance(node, ast.YieldFrom):
        found = machine.items(machine.evaluate(node.value))
        frame.yields_known = frame.yields_known and found is not None
        frame.yielded += (Unknown("yielded"),) if found is None else found
    elif node.value is not None:
        value = machine.evaluate(node.value)
        frame.yielded.append(OneOf((value,)) if frame.loops else value)
    if frame.around is not None:
        around, frame.around = frame.around, None
        around(frame.yielded[-1] if node.value is not None and frame.yielded else Known(None))
    return Unknown("sent to a generator")
