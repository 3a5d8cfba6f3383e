"""Built-in functions that look at objects: getattr, isinstance, type, vars."""

from __future__ import annotations

from trainlint.frameworks import catalogue
from trainlint.frameworks.call import Call
from trainlint.frameworks.python.numbers_and_text import values_of
from trainlint.frameworks.settings.command_line import dictionary_of
from trainlint.frameworks.settings.namespaces import closed, is_open
from trainlint.values.join import either
from trainlint.values.tensor import Tensor
from trainlint.values.value import (
    Bound,
    Class,
    Function,
    Instance,
    Items,
    Known,
    Mapped,
    Method,
    OneOf,
    Partial,
    Reference,
    Unknown,
    Value,
)  # fmt: skip


def get_attribute(call: Call) -> Value:
    values = values_of(call)
    if len(values) >= 2 and isinstance(values[1], Known) and isinstance(values[1].value, str):
        if len(values) == 3 and isinstance(values[0], Instance) and values[1].value not in values[0].slots:
            found = call.machine.attribute(values[0], values[1].value, call.site)
            return values[2] if isinstance(found, Unknown | Method) else found
        return call.machine.attribute(values[0], values[1].value, call.site)
    if len(values) >= 2 and isinstance(values[1], OneOf):
        options = [option for option in values[1].options if isinstance(option, Known)]
        if len(options) == len(values[1].options):
            return either(
                call.machine.attribute(values[0], str(option.value), call.site) for option in options
            )
    return Unknown("an attribute whose name is not known")


def set_attribute(call: Call) -> Value:
    values = values_of(call)
    if len(values) == 3 and isinstance(values[0], Instance | Class):
        name = values[1].value if isinstance(values[1], Known) else unnamed(values[2])
        call.machine.write(values[0], name, values[2])
    return Known(None)


def unnamed(value: Value) -> str:
    """A slot for an attribute whose name is not known; no attribute can have this name."""
    return f"unnamed {id(value)}"


def has_attribute(call: Call) -> Value:
    values = values_of(call)
    if len(values) == 2 and isinstance(values[1], Known) and isinstance(values[0], Instance):
        if values[1].value in values[0].slots:
            return Known(True)
        if not values[0].library_names:
            found = call.machine.attribute(values[0], str(values[1].value), call.site)
            return Known(not isinstance(found, Unknown))
    return Unknown("whether there is an attribute")


_TYPES = {"int": int, "float": float, "str": str, "bool": bool, "bytes": bytes, "complex": complex}


def instance_of(call: Call) -> Value:
    values = values_of(call)
    if len(values) != 2:
        return Unknown("isinstance()")
    kinds = values[1].items if isinstance(values[1], Items) else (values[1],)
    verdicts = [_is_instance(values[0], kind) for kind in kinds]
    if True in verdicts:
        return Known(True, call.origin)
    return Unknown("the type of something") if None in verdicts else Known(False, call.origin)


def _is_instance(value: Value, kind: Value) -> bool | None:
    if isinstance(kind, Class):
        if isinstance(value, Instance):
            return isinstance(value.cls, Class) and kind in list(value.cls.ancestors)
        return None if isinstance(value, Unknown | OneOf) else False
    if not isinstance(kind, Reference):
        return None
    name = kind.name.removeprefix("builtins.")
    if isinstance(value, Known) and name in _TYPES:
        return isinstance(value.value, _TYPES[name])
    if isinstance(value, Items):
        return {"list": "list", "tuple": "tuple", "set": "set"}[value.kind] == name or name in (
            "Iterable",
            "Sequence",
        )
    if isinstance(value, Mapped):
        return name in ("dict", "collections.OrderedDict", "collections.abc.Mapping", "typing.Mapping")
    if isinstance(value, Instance):
        if catalogue.is_a(value, kind.name):
            return True
        return False if not value.library_names or catalogue.library_of(kind.name) is not None else None
    if isinstance(value, Tensor):
        return True if name in ("torch.Tensor", "tensorflow.Tensor") and value.library != "numpy" else None
    if isinstance(value, Known):
        return False
    return None


def subclass_of(call: Call) -> Value:
    values = values_of(call)
    kinds = values[1].items if len(values) > 1 and isinstance(values[1], Items) else values[1:]
    if values and isinstance(values[0], Class) and all(isinstance(kind, Class | Reference) for kind in kinds):
        ancestors = list(values[0].ancestors)
        names = [ancestor.name for ancestor in ancestors if isinstance(ancestor, Reference)]
        if any(kind in ancestors or (isinstance(kind, Reference) and kind.name in names) for kind in kinds):
            return Known(True, call.origin)
        return Unknown("whether a class inherits") if names else Known(False, call.origin)
    return Unknown("whether a class inherits")


def super_of(call: Call) -> Value:
    from trainlint.values.value import Super

    values = values_of(call)
    if len(values) == 2 and isinstance(values[0], Class):
        return Super(values[0], values[1])
    return Unknown("super() of something unknown")


def type_of(call: Call) -> Value:
    value = call.argument(0)
    if isinstance(value, Instance):
        return value.cls
    return Unknown("the type of something")


def is_callable(call: Call) -> Value:
    value = call.argument(0)
    if isinstance(value, Function | Class | Bound | Partial | Reference):
        return Known(True)
    return (
        Known(False)
        if isinstance(value, Known | Items | Mapped)
        else Unknown("whether something is callable")
    )


def plain_object(call: Call) -> Value:
    return Instance(Reference("builtins.object"), {}, call.origin)


def variables_of(call: Call) -> Value:
    value = call.argument(0)
    if isinstance(value, Instance):
        found = dictionary_of(value)
        # A library's object has more attributes than are kept here.
        found.complete = found.complete and (is_open(value) or not value.library_names)
        return found
    return Instance(Reference("builtins.globals"), {}, call.origin) if value is None else Unknown("vars()")


def record_as_dictionary(call: Call) -> Value:
    value = call.argument(0)
    if isinstance(value, Instance) and not value.library_names:
        return closed(value)
    return variables_of(call)
