"""`eval` of a text that is known."""

from __future__ import annotations

import ast
from typing import Any

from trainlint.frameworks.call import Arguments, Call
from trainlint.values.value import (
    Items,
    Known,
    Mapped,
    Unknown,
    Value,
)  # fmt: skip


def evaluated(call: Call) -> Value:
    """`eval(name)` of a name or of a literal that is known."""
    text = call.argument(0)
    if not isinstance(text, Known) or not isinstance(text.value, str) or len(text.value) > 1000:
        return Unknown("code that is not known")
    first, *rest = text.value.strip().split(".")
    if all(part.isidentifier() for part in (first, *rest)) and first not in ("True", "False", "None"):
        found = call.machine.name(first)
        for part in rest:
            found = call.machine.attribute(found, part, call.site)
        return found
    try:
        return _literal(ast.literal_eval(text.value), text)
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        return _called(call, text)


def _called(call: Call, text: Known) -> Value:
    """`eval(f"{name}(num_classes=10)")`: a call of a name with constants."""
    try:
        node = ast.parse(text.value.strip(), mode="eval").body
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return Unknown("code in a text")
    if not isinstance(node, ast.Call):
        return Unknown("code in a text")
    function = evaluated(Call("eval", Arguments((Known(ast.unparse(node.func)),)), call.site, call.machine))
    try:
        positional = tuple(_literal(ast.literal_eval(argument), text) for argument in node.args)
        keyword = {
            k.arg: _literal(ast.literal_eval(k.value), text) for k in node.keywords if k.arg is not None
        }
    except (ValueError, TypeError, MemoryError, RecursionError):
        return call.machine.call(function, Arguments(complete=False), call.site)
    complete = all(k.arg is not None for k in node.keywords)
    return call.machine.call(function, Arguments(positional, keyword, complete), call.site)


def _literal(found: Any, text: Known) -> Value:
    if isinstance(found, list | tuple | set):
        kind: Any = {list: "list", tuple: "tuple", set: "set"}[type(found)]
        return Items([_literal(item, text) for item in found], kind, origin=text.origin)
    if isinstance(found, dict):
        return Mapped({key: _literal(entry, text) for key, entry in found.items()}, origin=text.origin)
    return Known(found, text.origin)
