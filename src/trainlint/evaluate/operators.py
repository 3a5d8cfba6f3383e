"""Arithmetic, comparison and logic."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from trainlint.evaluate.formatting import LONGEST, percent
from trainlint.evaluate.grammar import expression
from trainlint.evaluate.registrations import register
from trainlint.evaluate.truth import truth
from trainlint.frameworks.arithmetic import binary as tensor_binary
from trainlint.frameworks.arithmetic import inverted
from trainlint.frameworks.call import Arguments, Call, contains_tensor
from trainlint.frameworks.settings.command_line import dictionary_of
from trainlint.frameworks.settings.namespaces import is_open
from trainlint.frameworks.torch.parameters import owners_of
from trainlint.values.join import either
from trainlint.values.origin import Made, Origin
from trainlint.values.tensor import Symbol, Tensor, product, quotient
from trainlint.values.value import (
    Bound,
    Class,
    Function,
    Instance,
    Items,
    Known,
    Mapped,
    Module,
    OneOf,
    Reference,
    Unknown,
    Value,
    constant,
    integer,
)  # fmt: skip

if TYPE_CHECKING:
    from trainlint.evaluate.machine import Machine

_BINARY: dict[type[ast.AST], tuple[str, Callable[[Any, Any], Any]]] = {
    ast.Add: ("+", operator.add), ast.Sub: ("-", operator.sub), ast.Mult: ("*", operator.mul),
    ast.Div: ("/", operator.truediv), ast.FloorDiv: ("//", operator.floordiv),
    ast.Mod: ("%", operator.mod), ast.Pow: ("**", operator.pow),
    ast.MatMult: ("@", operator.matmul),
    ast.BitAnd: ("&", operator.and_), ast.BitOr: ("|", operator.or_), ast.BitXor: ("^", operator.xor),
    ast.LShift: ("<<", operator.lshift), ast.RShift: (">>", operator.rshift),
}  # fmt: skip

BINARY_BY_SIGN = dict(_BINARY.values())

_COMPARISON: dict[type[ast.AST], Callable[[Any, Any], Any]] = {
    ast.Eq: operator.eq, ast.NotEq: operator.ne, ast.Lt: operator.lt,
    ast.LtE: operator.le, ast.Gt: operator.gt, ast.GtE: operator.ge,
}  # fmt: skip

_SIGNS: dict[type[ast.AST], str] = {
    ast.Eq: "==", ast.NotEq: "!=", ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">",
    ast.GtE: ">=",
}  # fmt: skip

LARGEST = 10**30
"""Results above this are not worked out: nobody trains with them, and `10 ** 10 ** 10` never ends."""

_ATTEMPT = (TypeError, ValueError, ZeroDivisionError, OverflowError, AttributeError, KeyError, IndexError)


@expression(ast.BinOp)
def binary(machine: Machine, node: ast.BinOp) -> Value:
    sign = _BINARY[type(node.op)][0]
    return combine(machine, sign, machine.evaluate(node.left), machine.evaluate(node.right), node)


def combine(machine: Machine, sign: str, left: Value, right: Value, node: ast.AST) -> Value:
    """`left sign right`."""
    if sign == "%" and isinstance(left, Known) and isinstance(left.value, str):
        return percent(machine, left, right, node)
    if isinstance(left, Known) and isinstance(right, Known):
        return _constants(machine, sign, left, right, node)
    if isinstance(left, Tensor) or isinstance(right, Tensor):
        call = Call(sign, Arguments((left, right)), machine.site(node), machine)
        return tensor_binary(sign, left, right, call)
    if isinstance(left, OneOf) or isinstance(right, OneOf):
        lefts = left.options if isinstance(left, OneOf) else (left,)
        rights = right.options if isinstance(right, OneOf) else (right,)
        if len(lefts) * len(rights) > 16:
            return Unknown("too many alternatives")
        return either(combine(machine, sign, a, b, node) for a in lefts for b in rights)
    if isinstance(left, Items) and left.kind == "set" and isinstance(right, Items):
        return _sets(sign, left, right)
    if isinstance(left, Items):
        return _lists(sign, left, right)
    if sign == "+" and owners_of(left) and owners_of(right):
        return Items((left, right))  # list(a.parameters()) + list(b.parameters())
    if isinstance(left, Mapped) and isinstance(right, Mapped) and sign == "|":
        return Mapped(left.slots | right.slots, complete=left.complete and right.complete)
    if contains_tensor(left) or contains_tensor(right):
        return Call(sign, Arguments((left, right)), machine.site(node), machine).unknown()
    for receiver, other, method in ((left, right, _DUNDER.get(sign)), (right, left, _REFLECTED.get(sign))):
        if method and isinstance(receiver, Instance):
            own = machine.attribute(receiver, method, machine.site(node))
            if not isinstance(own, Unknown):
                return machine.call(own, Arguments((other,)), machine.site(node))
    reasons = [value.reason for value in (left, right) if isinstance(value, Unknown)]
    return Unknown(reasons[0] if reasons else "arithmetic with something unknown")


_DUNDER = {"+": "__add__", "-": "__sub__", "*": "__mul__", "/": "__truediv__", "@": "__matmul__"}
_REFLECTED = {"+": "__radd__", "-": "__rsub__", "*": "__rmul__", "/": "__rtruediv__"}


def _constants(machine: Machine, sign: str, left: Known, right: Known, node: ast.AST) -> Value:
    one, other = left.value, right.value
    parents = tuple(value.origin for value in (left, right) if value.origin is not None)
    origin = machine.origin(Made.COMPUTED, node, "", parents)
    if isinstance(one, Symbol) or isinstance(other, Symbol):
        size = {"*": product([one, other]), "//": quotient(one, other), "/": quotient(one, other)}.get(sign)
        return Known(size, origin) if size is not None else Unknown("arithmetic with an unknown size")
    if sign == "**" and (abs(_size(one)) > 1e6 or abs(_size(other)) > 1000):
        return Unknown("a power too large to work out")
    if sign == "<<" or (sign == "*" and _size(one) * _size(other) > LONGEST and _repeats(one, other)):
        return Unknown("a repetition too long to work out")
    try:
        result = BINARY_BY_SIGN[sign](one, other)
    except _ATTEMPT:
        return Unknown("arithmetic that fails")
    if isinstance(result, int) and abs(result) > LARGEST:
        return Unknown("a number too large to work out")
    return Known(result, origin)


def _repeats(one: object, other: object) -> bool:
    return isinstance(one, str | bytes) or isinstance(other, str | bytes)


def _size(value: object) -> float:
    if isinstance(value, str | bytes):
        return float(len(value))
    return float(value) if isinstance(value, int | float) else 1.0


def _sets(sign: str, left: Items, right: Items) -> Value:
    """Sets of constants; in the order in which the items were written."""
    if not all(isinstance(item, Known) for item in (*left.items, *right.items)):
        return Unknown("an operation on sets")
    one, other = ({item.value: item for item in s.items if isinstance(item, Known)} for s in (left, right))
    kept = {
        "|": {**one, **other},
        "&": {key: item for key, item in one.items() if key in other},
        "-": {key: item for key, item in one.items() if key not in other},
        "^": {key: item for key, item in {**one, **other}.items() if (key in one) != (key in other)},
    }.get(sign)
    if kept is None:
        return Unknown("an operation on sets")
    return Items(kept.values(), "set", complete=left.complete and right.complete, origin=left.origin)


def _lists(sign: str, left: Items, right: Value) -> Value:
    if sign == "+" and isinstance(right, Items):
        return Items(
            left.items + right.items, left.kind, complete=left.complete and right.complete, origin=left.origin
        )
    times = integer(right)
    if sign == "*" and times is not None and 0 <= times * len(left.items) <= 1000:
        return Items(left.items * times, left.kind, complete=left.complete, origin=left.origin)
    if sign == "*":
        return Items(left.items, left.kind, complete=False, origin=left.origin)
    return Unknown("an operation on lists")


@expression(ast.UnaryOp)
def unary(machine: Machine, node: ast.UnaryOp) -> Value:
    value = machine.evaluate(node.operand)
    if isinstance(node.op, ast.Not):
        decided = truth(value)
        return (
            Unknown("a condition") if decided is None else Known(not decided, _computed(machine, node, value))
        )
    if isinstance(value, Tensor):
        if isinstance(node.op, ast.Invert):
            return inverted(value, Call("~", Arguments((value,)), machine.site(node), machine))
        return combine(machine, "*", value, Known(-1), node) if isinstance(node.op, ast.USub) else value
    if isinstance(value, OneOf):
        return either(_unary(machine, node, option) for option in value.options)
    return _unary(machine, node, value)


_UNARY: dict[type[ast.AST], Callable[[Any], Any]] = {
    ast.USub: operator.neg, ast.UAdd: operator.pos, ast.Invert: operator.invert,
}  # fmt: skip


def _unary(machine: Machine, node: ast.UnaryOp, value: Value) -> Value:
    if not isinstance(value, Known):
        return Unknown(value.reason if isinstance(value, Unknown) else "a sign on something unknown")
    try:
        result = _UNARY[type(node.op)](value.value)
    except _ATTEMPT:
        return Unknown("arithmetic that fails")
    if value.origin is not None and value.origin.made is Made.WRITTEN and not value.origin.label:
        return Known(result, machine.origin(Made.WRITTEN, node))  # -1 is a literal to its reader
    return Known(result, _computed(machine, node, value))


def _computed(machine: Machine, node: ast.AST, *values: Value) -> Origin:
    return machine.origin(Made.COMPUTED, node, "", tuple(v.origin for v in values if v.origin is not None))


@expression(ast.Compare)
def comparison(machine: Machine, node: ast.Compare) -> Value:
    left = machine.evaluate(node.left)
    values = [left]
    results: list[bool | None] = []
    for sign, comparator in zip(node.ops, node.comparators, strict=True):
        right = machine.evaluate(comparator)
        if isinstance(sign, ast.In | ast.NotIn):
            left, right = _asked(machine, left, right, node)
        results.append(compare(left, sign, right))
        values.append(right)
        left = right
    if any(isinstance(value, Tensor) for value in values):
        text = _SIGNS.get(type(node.ops[0]))
        call = Call(text or "compare", Arguments(tuple(values)), machine.site(node), machine)
        if text is None or len(values) != 2:
            return call.unknown("a comparison of tensors")
        return tensor_binary(text, values[0], values[1], call)
    if None in results and False not in results:
        return Unknown("a comparison with something unknown")
    return Known(False not in results, _computed(machine, node, *values))


def _asked(machine: Machine, value: Value, container: Value, node: ast.AST) -> tuple[Value, Value]:
    """What is compared for `in`: a container of the program may say itself what it contains."""
    if (
        isinstance(container, Mapped)
        and isinstance(key := constant(value), str)
        and key not in container.slots
    ):
        register(machine, key)
    if isinstance(container, Instance) and isinstance(container.cls, Class) and not is_open(container):
        own = machine.attribute(container, "__contains__", machine.site(node))
        if isinstance(own, Bound):
            verdict = machine.truth(machine.call(own, Arguments((value,)), machine.site(node)))
            if verdict is not None:
                return Known(True), Items([Known(verdict)])
    return value, container


def compare(left: Value, sign: ast.AST, right: Value) -> bool | None:
    """The outcome of one comparison, None when it is not known."""
    if isinstance(left, OneOf) or isinstance(right, OneOf):
        lefts = left.options if isinstance(left, OneOf) else (left,)
        rights = right.options if isinstance(right, OneOf) else (right,)
        found = {compare(a, sign, b) for a in lefts for b in rights}
        return found.pop() if len(found) == 1 else None
    if isinstance(sign, ast.Is | ast.IsNot):
        same = _identical(left, right)
        return None if same is None else same is isinstance(sign, ast.Is)
    if isinstance(sign, ast.In | ast.NotIn):
        inside = _contains(right, left)
        return None if inside is None else inside is isinstance(sign, ast.In)
    if isinstance(left, Known) and isinstance(right, Known):
        if isinstance(left.value, Symbol) or isinstance(right.value, Symbol):
            return None
        try:
            return bool(_COMPARISON[type(sign)](left.value, right.value))
        except _ATTEMPT:
            return None
    if isinstance(sign, ast.Eq | ast.NotEq):
        same = _identical(left, right)
        return None if same is None else same is isinstance(sign, ast.Eq)
    return None


_OBJECTS = Function | Class | Instance | Module | Items | Mapped | Reference


def _identical(left: Value, right: Value) -> bool | None:
    if isinstance(left, Known) and isinstance(right, Known):
        return left.value is right.value or (
            type(left.value) is type(right.value) and left.value == right.value
        )
    if isinstance(left, Reference) and isinstance(right, Reference):
        return left.name == right.name
    for one, other in ((left, right), (right, left)):
        if isinstance(one, Known) and one.value is None and isinstance(other, _OBJECTS | Tensor):
            return False
    if isinstance(left, Class | Function | Instance) and isinstance(right, Class | Function | Instance):
        return left is right
    return None


def _contains(container: Value, value: Value) -> bool | None:
    if isinstance(container, Known) and isinstance(value, Known):
        try:
            return value.value in container.value
        except _ATTEMPT:
            return None
    if isinstance(container, Instance) and is_open(container):
        container = dictionary_of(container)
    if isinstance(container, Mapped) and isinstance(value, Known):
        try:
            inside = value.value in container.slots
        except TypeError:
            return None
        return True if inside else (False if container.complete else None)
    if isinstance(container, Items):
        found = [_identical(item, value) for item in container.items]
        if True in found:
            return True
        return False if container.is_certain and None not in found else None
    return None
