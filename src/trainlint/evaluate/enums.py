"""Enumerations: members are objects with a name and a value; those that are text or numbers stay constants."""

from __future__ import annotations

from collections.abc import Iterator

from trainlint.frameworks.call import Arguments
from trainlint.values.value import Class, Function, Instance, Known, Reference, Unknown, Value

_BASES = ("enum.Enum", "enum.IntEnum", "enum.StrEnum", "enum.Flag", "enum.IntFlag")
_CONSTANT_BASES = (
    "enum.IntEnum",
    "enum.StrEnum",
    "enum.IntFlag",
    "builtins.str",
    "builtins.int",
    "builtins.float",
)


def is_enumeration(cls: Class) -> bool:
    return any(isinstance(base, Reference) and base.name in _BASES for base in cls.ancestors)


def make_members(cls: Class) -> None:
    """Turns what stands in the body of an enumeration into its members."""
    if any(isinstance(base, Reference) and base.name in _CONSTANT_BASES for base in cls.ancestors):
        return  # a member equals its value
    for name, value in list(cls.slots.items()):
        if name.startswith("_") or isinstance(value, Function | Class) or not isinstance(value, Value):
            continue
        member = Instance(cls, origin=value.origin)
        member.slots.update(name=Known(name), value=_value(value, name))
        cls.slots[name] = member


def _value(value: Value, name: str) -> Value:
    if isinstance(value, Instance) and "enum.auto" in value.library_names:
        return Unknown(f"the number of {name}")
    return value


def members(cls: Class) -> Iterator[tuple[str, Value]]:
    """The members of an enumeration by name, in order."""
    for name, value in cls.slots.items():
        is_member = isinstance(value, Known) or (isinstance(value, Instance) and value.cls is cls)
        if is_member and not name.startswith("_"):
            yield name, value


def member(cls: Class, arguments: Arguments) -> Value:
    """`Colour("red")`: the member with that value."""
    wanted = arguments.positional[0] if arguments.positional else None
    if isinstance(wanted, Instance) and wanted.cls is cls:
        return wanted
    for _, found in members(cls):
        value = found.slots.get("value") if isinstance(found, Instance) else found
        if isinstance(wanted, Known) and isinstance(value, Known) and value.value == wanted.value:
            return found
    return Unknown("a member of an enumeration")
