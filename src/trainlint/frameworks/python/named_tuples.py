"""namedtuple(), and what records are asked: their fields, their form as dictionaries."""

from __future__ import annotations

from trainlint.frameworks.call import Call, Handler
from trainlint.frameworks.settings.namespaces import closed, entries
from trainlint.values.value import (
    Class,
    Instance,
    Items,
    Known,
    Mapped,
    Reference,
    Unknown,
    Value,
    constant,
)  # fmt: skip

KIND = "collections.namedtuple"


def _kind(call: Call) -> Value:
    """The class that `namedtuple("Point", "x y")` makes."""
    listed = call.argument(1, "field_names")
    if isinstance(listed, Known) and isinstance(listed.value, str):
        names: list[object] = list(listed.value.replace(",", " ").split())
    else:
        names = [constant(name) for name in (call.machine.items(listed) or () if listed is not None else ())]
    if not names or not all(isinstance(name, str) for name in names):
        return Unknown("a class made by namedtuple()")
    made = Instance(
        Reference(KIND), {"defaults": call.argument(-1, "defaults") or Items((), "tuple")}, call.origin
    )
    made.arguments["fields"] = Items([Known(name) for name in names], "tuple")
    return made


def _make(call: Call) -> Value:
    assert isinstance(call.receiver, Instance)
    fields = [str(constant(name)) for name in call.machine.items(call.receiver.arguments["fields"]) or ()]
    defaults = call.machine.items(call.receiver.arguments["defaults"]) or ()
    given = dict(zip(fields[len(fields) - len(defaults) :], defaults, strict=False))
    given |= dict(zip(fields, call.arguments.positional, strict=False)) | call.arguments.keyword
    record = Items(
        [given.get(name, Unknown("a field that nobody sets here")) for name in fields],
        "tuple",
        origin=call.origin,
    )
    record.fields = tuple(fields)
    return record


def _fields(call: Call) -> Value:
    """`dataclasses.fields(C)`: objects with a name."""
    cls = call.argument(0)
    cls = cls.cls if isinstance(cls, Instance) else cls
    if not isinstance(cls, Class):
        return Unknown("the fields of something unknown")
    names = [n for a in reversed(list(cls.ancestors)) if isinstance(a, Class) for n in a.annotations]
    made = []
    for name in dict.fromkeys(names):
        field = Instance(Reference("dataclasses.Field"), {}, call.origin)
        field.slots["name"] = Known(name)
        made.append(field)
    return Items(made, "tuple")


def _dump(call: Call) -> Value:
    """`model.model_dump()`."""
    return closed(call.receiver) if call.receiver is not None else Unknown("a model")


def _validate(call: Call) -> Value:
    """`Model.model_validate({…})`, called on the class."""
    cls, source = call.receiver, call.argument(0)
    if not isinstance(cls, Class) or not isinstance(source, Mapped):
        return Unknown("a model of something unknown")
    from trainlint.frameworks.call import Arguments

    named = {str(key): entry for key, entry in entries(source).items()}
    return call.machine.call(cls, Arguments((), named, source.complete), call.site)


FUNCTIONS: dict[str, Handler] = {KIND: _kind, "dataclasses.fields": _fields}

CALLS: dict[str, Handler] = {KIND: _make}

_MODEL: dict[str, Handler] = {
    "model_dump": _dump,
    "dict": _dump,
    "copy": lambda call: call.receiver or Unknown(),
}

METHODS: dict[str, dict[str, Handler]] = {
    "pydantic.BaseModel": _MODEL,
    "pydantic_settings.BaseSettings": _MODEL,
}

CLASS_METHODS: dict[str, Handler] = {
    "model_validate": _validate,
    "parse_obj": _validate,
    "model_construct": _validate,
}
