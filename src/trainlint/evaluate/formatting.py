"""Text that is put together: f-strings and `%`."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from trainlint.evaluate.grammar import expression
from trainlint.frameworks.call import Arguments
from trainlint.values.origin import Made
from trainlint.values.tensor import Symbol
from trainlint.values.value import Instance, Items, Known, Mapped, Reference, Unknown, Value

if TYPE_CHECKING:
    from trainlint.evaluate.machine import Machine

LONGEST = 2_000
"""Characters of a text that is worked out; `f"{x:999999999}"` would fill the memory."""

_CONVERSIONS: dict[str, Callable[[object], str]] = {"r": repr, "s": str, "a": ascii}
_FAILURES = (TypeError, ValueError, KeyError, IndexError, OverflowError, MemoryError)


@expression(ast.JoinedStr)
def formatted(machine: Machine, node: ast.JoinedStr) -> Value:
    text = _parts(machine, node)
    if text is None:
        return Unknown("text that is put together")
    return Known(text, machine.origin(Made.COMPUTED, node))


def _parts(machine: Machine, node: ast.JoinedStr) -> str | None:
    found: list[str] = []
    for part in node.values:
        text = str(part.value) if isinstance(part, ast.Constant) else None
        if isinstance(part, ast.FormattedValue):
            text = _shown(machine, part)
        if text is None:
            return None
        found.append(text)
    return "".join(found)


def _shown(machine: Machine, part: ast.FormattedValue) -> str | None:
    value = machine.evaluate(part.value)
    if isinstance(value, Instance):
        value = machine.call(Reference("builtins.str"), Arguments((value,)), machine.site(part.value))
    if not isinstance(value, Known) or isinstance(value.value, Symbol):
        return None
    shown: Any = value.value
    if part.conversion >= 0:
        shown = _CONVERSIONS[chr(part.conversion)](shown)
    form = _parts(machine, part.format_spec) if isinstance(part.format_spec, ast.JoinedStr) else ""
    if form is None or any(len(number) > 3 for number in _numbers(form)):
        return None
    try:
        return format(shown, form)
    except _FAILURES:
        return None


def _numbers(text: str) -> list[str]:
    return "".join(character if character.isdigit() else " " for character in text).split()


def percent(machine: Machine, left: Known, right: Value, node: ast.AST) -> Value:
    """`"%d layers" % count`."""
    unknown = Unknown("text that is put together")
    arguments: Any
    if isinstance(right, Items) and right.kind == "tuple" and right.is_certain:
        if not all(isinstance(item, Known) for item in right.items):
            return unknown
        arguments = tuple(item.value for item in right.items if isinstance(item, Known))
    elif isinstance(right, Mapped) and right.complete:
        arguments = {key: entry.value for key, entry in right.slots.items() if isinstance(entry, Known)}
    elif isinstance(right, Known):
        arguments = right.value
    else:
        return unknown
    if (
        len(left.value) > LONGEST
        or any(len(number) > 3 for number in _numbers(left.value))
        or "*" in left.value
    ):
        return unknown
    try:
        return Known(left.value % arguments, machine.origin(Made.COMPUTED, node))
    except _FAILURES:
        return unknown
