"""What all command lines have in common: defaults that a user may override."""

from __future__ import annotations

from trainlint.frameworks.call import Arguments, Call
from trainlint.values.join import either
from trainlint.values.origin import Made, Origin
from trainlint.values.value import (
    Class,
    Function,
    Instance,
    Items,
    Known,
    Mapped,
    OneOf,
    Partial,
    Reference,
    Unknown,
    Value,
)  # fmt: skip

_UNCHANGED = ("builtins.str", "pathlib.Path", "os.fspath", "builtins.open", "argparse.FileType")
"""Conversions whose result is of no interest here: text stays text."""


def overridable(value: Value, label: str, call: Call) -> Value:
    """A value that a user may override, known as the default of `label`."""
    if isinstance(value, Known):
        parents = (value.origin,) if value.origin is not None else ()
        site = value.origin.site if value.origin is not None else call.site
        return Known(value.value, Origin(Made.OPTION, site, label, parents))
    if isinstance(value, Items):
        items = [overridable(item, label, call) for item in value.items]
        return Items(items, value.kind, complete=value.complete, origin=value.origin)
    if isinstance(value, OneOf):
        return OneOf(tuple(overridable(option, label, call) for option in value.options))
    return value


def fixed(value: Value) -> Value:
    """The default of an option that nobody can override any more: the command line is known."""
    origin = value.origin
    if isinstance(value, Known) and origin is not None and origin.made is Made.OPTION:
        return Known(value.value, Origin(Made.BOUND, origin.site, origin.label, origin.parents))
    if isinstance(value, Items):
        return Items([fixed(item) for item in value.items], value.kind, complete=value.complete)
    return value


def converted(value: Value, kind: Value | None, call: Call) -> Value:
    """Text as the conversion of an option makes it; everything else stays, as argparse documents it."""
    if not isinstance(value, Known) or not isinstance(value.value, str) or kind is None:
        return value
    if isinstance(kind, Reference) and kind.name in _UNCHANGED:
        return value
    if isinstance(kind, Reference | Function | Class | Partial):
        result = call.machine.call(kind, Arguments((value,)), call.site)
        if isinstance(result, Known) and value.origin is not None:
            return Known(result.value, value.origin)  # the text is what a user would edit
        return result
    return Unknown("an option whose conversion is not followed")


def destination(flags: list[str]) -> str:
    """The attribute that an option is stored under: its first long flag, as argparse documents it."""
    long = next((flag for flag in flags if flag.startswith("--")), flags[0])
    return long.lstrip("-").replace("-", "_")


def with_labels(value: Value, call: Call, prefix: str = "--") -> Value:
    """An object whose fields are options of the command line: each field knows its flag."""
    if isinstance(value, Instance):
        for name, field in list(value.slots.items()):
            if isinstance(field, Instance) and isinstance(field.cls, Class):
                with_labels(field, call, f"{prefix}{name}.")
            elif isinstance(field, Value) and isinstance(name, str):
                call.machine.write(value, name, overridable(field, f"{prefix}{name}", call))
    return value


def call_with_defaults(function: Value, call: Call, given: tuple[Value, ...] = ()) -> Value:
    """Calls what a command line is made from, as if the user gave no option."""
    if isinstance(function, Function):
        names = function.parameters[len(given) :]
        keyword = {
            name: overridable(function.defaults[name], f"--{name}", call)
            if name in function.defaults
            else Unknown(f"--{name} must be given on the command line")
            for name in names
        }
        return call.machine.call(function, Arguments(given, keyword), call.site)
    if isinstance(function, Class):
        return with_labels(call.machine.call(function, Arguments(given), call.site), call)
    if isinstance(function, Mapped):  # fire.Fire({"train": train, "test": test})
        return either(call_with_defaults(entry, call) for entry in function.slots.values())
    return call.machine.call(function, Arguments(given), call.site)
