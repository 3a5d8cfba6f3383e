"""Looking up attributes."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from trainlint.evaluate import classes, records
from trainlint.frameworks import catalogue
from trainlint.frameworks.call import Arguments, Call
from trainlint.frameworks.settings.command_line import dictionary_of
from trainlint.frameworks.stored_models import CLASS_METHODS
from trainlint.syntax.positions import Site
from trainlint.values.join import either
from trainlint.values.origin import Made, Origin
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
    Module,
    OneOf,
    Partial,
    Reference,
    Super,
    Unknown,
    Value,
    without_none,
)  # fmt: skip

if TYPE_CHECKING:
    from trainlint.evaluate.machine import Machine


def attribute(machine: Machine, value: Value, name: str, site: Site) -> Value:
    """`value.name`."""
    if isinstance(value, Reference):
        found = library_attribute(value, name)
        if isinstance(found, Reference) and catalogue.is_shared(found.name):
            return machine.shared(found.name)
        return found
    if isinstance(value, Instance):
        return _of_instance(machine, value, name, site)
    if isinstance(value, Module):
        return _of_module(machine, value, name)
    if isinstance(value, Tensor):
        handler = catalogue.attribute(value, name)
        return handler(Call(name, Arguments(), site, machine, value)) if handler else Method(value, name)
    if isinstance(value, Class):
        return _of_class(machine, value, name)
    if isinstance(value, Super):
        return _of_super(machine, value, name)
    if isinstance(value, OneOf):
        return either(attribute(machine, option, name, site) for option in without_none(value))
    if isinstance(value, Items) and name in value.fields and value.complete:
        return value.items[value.fields.index(name)]
    if isinstance(value, Known) and name == "value":
        return value  # a member of an enumeration of texts or numbers
    if isinstance(value, Items | Mapped | Known | Unknown | Bound | Function | Partial | Method):
        if isinstance(value, Function | Bound) and name == "__name__":
            function = value.function if isinstance(value, Bound) else value
            return Known(function.name) if isinstance(function, Function) else Unknown("name of a function")
        return Method(value, name, value.origin)
    return Unknown("attribute of something unknown")


def library_attribute(value: Reference, name: str) -> Value:
    """Something within a library module or class."""
    return _within_library(value.name, name)


@cache
def _within_library(module: str, name: str) -> Value:
    full = catalogue.canonical(f"{module}.{name}")
    library = catalogue.library_of(full)
    if library is not None and full in library.constants:
        constant = library.constants[full]
        return constant if isinstance(constant, Value) else Known(constant, Origin(Made.LIBRARY, None, full))
    return Reference(full)


def _of_instance(machine: Machine, instance: Instance, name: str, site: Site) -> Value:
    found = instance.slots.get(name)
    if isinstance(found, Value):
        return found
    if isinstance(instance.cls, Class):
        inherited = classes.find(machine, instance.cls, name)
        if isinstance(inherited, Function):
            return _method(machine, inherited, instance, site)
        if inherited is not None:
            return inherited
        if name == "__class__":
            return instance.cls
    handler = catalogue.attribute(instance, name)
    if handler is not None:
        return handler(Call(name, Arguments(), site, machine, instance))
    if name == "__dict__":
        found = dictionary_of(instance)
        found.complete = found.complete and not instance.library_names
        return found
    if (
        name in instance.arguments
        and catalogue.method(instance, name) is None
        and isinstance(instance.cls, Reference)
    ):
        return instance.arguments[name]  # libraries keep most constructor arguments under their own name
    if isinstance(instance.cls, Class) and not instance.library_names:
        getter = classes.find(machine, instance.cls, "__getattr__")
        if isinstance(getter, Function) and not name.startswith("__"):
            return machine.call(Bound(getter, instance), Arguments((Known(name),)), site)
        return Unknown(f"the attribute {name} is not set here")
    return Method(instance, name)


def _method(machine: Machine, function: Function, receiver: Value, site: Site) -> Value:
    kinds = {_decorator_name(decorator) for decorator in function.decorators}
    if kinds & {"property", "cached_property", "functools.cached_property", "abc.abstractproperty"}:
        return machine.call(Bound(function, receiver), Arguments(), site)
    if "staticmethod" in kinds:
        return function
    if "classmethod" in kinds:
        return Bound(function, receiver.cls if isinstance(receiver, Instance) else receiver)
    return Bound(function, receiver)


def _decorator_name(decorator: Value) -> str:
    return decorator.name.removeprefix("builtins.") if isinstance(decorator, Reference) else ""


def _of_class(machine: Machine, cls: Class, name: str) -> Value:
    found = classes.find(machine, cls, name)
    if isinstance(found, Function):
        if "classmethod" in {_decorator_name(decorator) for decorator in found.decorators}:
            return Bound(found, cls)
        return found
    if found is not None:
        return found
    if name in ("__name__", "__qualname__"):
        return Known(cls.name)
    handler = records.class_method(cls, name)
    if handler is not None:
        return handler
    for ancestor in cls.ancestors:
        if isinstance(ancestor, Reference):
            return Method(cls, name) if name in CLASS_METHODS else library_attribute(ancestor, name)
    return Unknown(f"the attribute {name} is not set here")


def _of_super(machine: Machine, value: Super, name: str) -> Value:
    receiver = value.receiver
    start = receiver.cls if isinstance(receiver, Instance) else receiver
    if isinstance(start, Class):
        found = classes.find(machine, start, name, after=value.cls)
        if isinstance(found, Function):
            return Bound(found, receiver)
        if found is not None:
            return found
    return Method(value, name)


def _of_module(machine: Machine, module: Module, name: str) -> Value:
    from trainlint.evaluate.names import own

    found = own(machine, module.scope, name)
    if found is not None:
        return found
    if name == "__dict__":
        return Method(module, name)
    submodule = machine.frame.program.project.program_of(module.scope).submodule(machine, name)
    return submodule if submodule is not None else Unknown(f"{name} is not defined in {module.filename}")
