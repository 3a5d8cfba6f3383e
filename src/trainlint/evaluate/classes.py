"""Classes of the program: made at their `class`, instantiated, looked up along their bases."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from trainlint.evaluate import enums, functions, records
from trainlint.evaluate.flow import Frame
from trainlint.frameworks import catalogue
from trainlint.frameworks.call import Arguments, Call
from trainlint.syntax.positions import NameSite, Site
from trainlint.values.origin import Made, Origin
from trainlint.values.value import (
    Bound,
    Class,
    Function,
    Instance,
    Known,
    Reference,
    Scope,
    Super,
    Unknown,
    Value,
)

if TYPE_CHECKING:
    from trainlint.evaluate.machine import Machine


def make_class(machine: Machine, node: ast.ClassDef) -> Class:
    """The class that a `class` statement makes: its body runs in a scope of its own."""
    bases = tuple(machine.evaluate(base) for base in node.bases if not isinstance(base, ast.Starred))
    scope = Scope("class", machine.frame.scope, node.name)
    origin = Origin(Made.WRITTEN, NameSite(machine.frame.chunk, node), node.name)
    cls = Class(node.name, bases, machine.frame.scope, origin)
    cls.keywords = {k.arg: machine.evaluate(k.value) for k in node.keywords if k.arg is not None}
    cls.decorators = tuple(machine.evaluate(decorator) for decorator in node.decorator_list)
    frame = Frame(scope, machine.frame.chunk, machine.frame.program, owner=cls)
    with machine.within(frame):
        machine.execute(node.body)
    for name, value in scope.slots.items():
        if isinstance(value, Function) and value.scope is scope:
            value.owner = cls
        cls.slots[name] = value
    cls.annotations = records.fields_of(node)
    if enums.is_enumeration(cls):
        enums.make_members(cls)
    return cls


def find(machine: Machine, cls: Class | Reference, name: str, after: Class | None = None) -> Value | None:
    """An attribute of a class or of its bases; with `after`, of what comes after that class."""
    if isinstance(cls, Reference):
        return None
    passed = after is None
    for ancestor in cls.ancestors:
        if passed and isinstance(ancestor, Class):
            found = ancestor.slots.get(name)
            if isinstance(found, Value):
                return found
        passed = passed or ancestor is after
    return None


def instantiate(machine: Machine, cls: Class, arguments: Arguments, site: Site) -> Value:
    """An object of a class of the program."""
    origin = Origin(Made.COMPUTED, site, cls.name)
    special = records.construct(machine, cls, arguments, site)
    if special is not None:
        return special
    instance = Instance(cls, origin=origin)
    constructor = find(machine, cls, "__init__")
    if isinstance(constructor, Function):
        machine.call(Bound(constructor, instance), arguments, site)
    else:
        _library_constructor(machine, instance, arguments, site)
    return instance


def instantiate_uncalled(machine: Machine, cls: Class, site: Site) -> Value:
    """An object of a class that is made elsewhere: the defaults of its constructor stand for the call."""
    constructor = find(machine, cls, "__init__")
    if isinstance(constructor, Function):
        given = functions.uncalled_arguments(constructor, Unknown("self"))
        return instantiate(machine, cls, Arguments((), given.keyword), site)
    return instantiate(machine, cls, Arguments(complete=False), site)


def _library_constructor(machine: Machine, instance: Instance, arguments: Arguments, site: Site) -> Value:
    """Runs the constructor of the library class that an object's class inherits from."""
    for base in instance.library_names:
        handler = catalogue.method(instance, "__init__")
        if handler is not None:
            return handler(Call(base, arguments, site, machine, instance))
        made = catalogue.function(base)
        if made is not None:
            # The library's own constructor makes an object: its arguments and state become this one's.
            library_object = made(Call(base, arguments, site, machine))
            if isinstance(library_object, Instance):
                instance.arguments.update(library_object.arguments)
                for slot, content in library_object.slots.items():
                    machine.write(instance, slot, content)
            break
    return Known(None)


def call_super(machine: Machine, receiver: Super, name: str, arguments: Arguments, site: Site) -> Value:
    """`super().name(…)`, where only a library class has the method."""
    if not isinstance(receiver.receiver, Instance):
        return Unknown("super() of something unknown")
    if name == "__init__":
        return _library_constructor(machine, receiver.receiver, arguments, site)
    handler = catalogue.method(receiver.receiver, name)
    if handler is not None:
        return handler(Call(name, arguments, site, machine, receiver.receiver))
    if (
        name in ("__call__", "forward", "call")
        and (calling := catalogue.calling(receiver.receiver)) is not None
    ):
        return calling(Call(name, arguments, site, machine, receiver.receiver))
    return Call(name, arguments, site, machine).unknown(f"{name} of a library's class is not followed")
