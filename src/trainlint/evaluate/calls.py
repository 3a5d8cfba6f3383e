"""Calling a value: a function or class of the program, something of a library, an object."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from trainlint.evaluate import classes, functions
from trainlint.evaluate.container_methods import container_method
from trainlint.evaluate.duck_typing import call_of_unknown
from trainlint.evaluate.grammar import expression
from trainlint.frameworks import catalogue, stored_models
from trainlint.frameworks.call import Arguments, Call
from trainlint.frameworks.python.named_tuples import CLASS_METHODS
from trainlint.frameworks.settings.command_line import dictionary_of
from trainlint.frameworks.settings.namespaces import is_open
from trainlint.syntax.positions import NodeSite, Site
from trainlint.values.join import either
from trainlint.values.origin import Made
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
    Super,
    Unknown,
    Value,
    with_step,
    without_none,
)  # fmt: skip

if TYPE_CHECKING:
    from trainlint.evaluate.machine import Machine


@expression(ast.Call)
def call_expression(machine: Machine, node: ast.Call) -> Value:
    function = machine.evaluate(node.func)
    if (
        isinstance(function, Reference)
        and function.name == "builtins.super"
        and not node.args
        and not node.keywords
    ):
        return _super(machine)
    return call(machine, function, arguments_of(machine, node), machine.site(node))


def arguments_of(machine: Machine, node: ast.Call) -> Arguments:
    """The arguments of a call, each knowing the place where it is passed."""
    positional: list[Value] = []
    keyword: dict[str, Value] = {}
    complete, hidden = True, False
    for argument in node.args:
        if isinstance(argument, ast.Starred):
            value = machine.evaluate(argument.value)
            spread = machine.items(value)
            complete = complete and spread is not None
            hidden = hidden or spread is None  # what comes behind stands at a place that is not known
            positional += (spread or ()) if not hidden else ()
        else:
            value = machine.evaluate(argument)
            if not hidden:
                positional.append(passed(machine, value, argument, ""))
    for named in node.keywords:
        value = machine.evaluate(named.value)
        if named.arg is None:
            if isinstance(value, Instance) and is_open(value):
                value = dictionary_of(value)
            if isinstance(value, Mapped):
                keyword |= {
                    key: passed(machine, entry, named.value, key)
                    for key, entry in value.slots.items()
                    if isinstance(key, str)
                }
                complete = complete and value.complete
            else:
                complete = False
        else:
            keyword[named.arg] = passed(machine, value, named.value, named.arg)
    return Arguments(tuple(positional), keyword, complete)


_HANDED_ON = (Known, OneOf)
"""Values whose history tells where they were passed."""


def passed(machine: Machine, value: Value, node: ast.AST, label: str) -> Value:
    """A value on its way into a call: what was not written right there gets one more step."""
    if not isinstance(value, _HANDED_ON):
        return value
    origin = value.origin
    here = origin is not None and isinstance(origin.site, NodeSite) and origin.site.node is node
    return value if here else with_step(value, Made.PASSED, machine.site(node), label)


def call(machine: Machine, function: Value, arguments: Arguments, site: Site) -> Value:
    """What calling `function` gives."""
    return _CALLS.get(function.__class__, call_of_unknown)(machine, function, arguments, site)


def _bound(machine: Machine, bound: Bound, arguments: Arguments, site: Site) -> Value:
    more = Arguments((bound.receiver, *arguments.positional), arguments.keyword, arguments.complete)
    return call(machine, bound.function, more, site)


def _partial(machine: Machine, partial: Partial, arguments: Arguments, site: Site) -> Value:
    positional, keyword = partial.positional + arguments.positional, partial.keyword | arguments.keyword
    return call(machine, partial.function, Arguments(positional, keyword, arguments.complete), site)


def _library_function(machine: Machine, function: Reference, arguments: Arguments, site: Site) -> Value:
    made = Call(function.name, arguments, site, machine)
    handler = catalogue.function(function.name)
    if handler is not None:
        return handler(made)
    return call_of_unknown(machine, function, arguments, site)


def _method(machine: Machine, method: Method, arguments: Arguments, site: Site) -> Value:
    receiver = method.receiver
    if isinstance(receiver, Super):
        return classes.call_super(machine, receiver, method.name, arguments, site)
    made = Call(method.name, arguments, site, machine, receiver)
    handler = catalogue.method(receiver, method.name)
    if handler is None and isinstance(receiver, Class):
        handler = CLASS_METHODS.get(method.name) or stored_models.CLASS_METHODS.get(method.name)
    if handler is not None:
        return handler(made)
    if isinstance(receiver, Tensor):
        return made.unknown(f"the method {method.name} is not followed")
    if isinstance(receiver, Items | Mapped | Known):
        return container_method(machine, receiver, method.name, made)
    return call_of_unknown(machine, method, arguments, site)


def _object(machine: Machine, instance: Instance, arguments: Arguments, site: Site) -> Value:
    if isinstance(instance.cls, Class):
        own = classes.find(machine, instance.cls, "__call__")
        if isinstance(own, Function):
            return call(machine, Bound(own, instance), arguments, site)
    handler = catalogue.calling(instance)
    if handler is not None:
        return handler(Call(instance.title, arguments, site, machine, instance))
    return call_of_unknown(machine, instance, arguments, site)


def _any_of(machine: Machine, function: OneOf, arguments: Arguments, site: Site) -> Value:
    from trainlint.evaluate.flow import Flow

    found: list[Value] = []

    def take(option: Value) -> Flow:
        found.append(call(machine, option, arguments, site))
        return Flow.NEXT

    paths = [lambda option=option: take(option) for option in without_none(function)]
    machine.branch(paths, site, lambda: _choice(function))
    return either(found)


def _choice(function: OneOf) -> str:
    """The text of a choice between objects: the same wherever the same objects are asked, so that a network
    of two that is switched to training is the one that trains."""
    objects = [
        option.receiver if isinstance(option, Method | Bound) else option for option in function.options
    ]
    return f"which of {', '.join(_which(option) for option in objects)}"


def _which(option: Value) -> str:
    site = option.origin.site if isinstance(option, Instance) and option.origin else None
    return str(site.place) if site is not None else f"object {id(option)}"


_CALLS: dict[type[Value], Callable[[Machine, Any, Arguments, Site], Value]] = {
    Function: functions.run,
    Bound: _bound,
    Partial: _partial,
    Class: classes.instantiate,
    Reference: _library_function,
    Method: _method,
    Instance: _object,
    OneOf: _any_of,
}


def _super(machine: Machine) -> Value:
    for frame in reversed(machine.frames):
        if frame.owner is not None and frame.receiver is not None:
            return Super(frame.owner, frame.receiver)
    return Unknown("super() outside of a method")
