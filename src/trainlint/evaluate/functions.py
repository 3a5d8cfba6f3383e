"""Functions of the program: made at their `def`, followed into their body when called."""

from __future__ import annotations

import ast
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from trainlint.evaluate.flow import Flow, Frame
from trainlint.frameworks.call import Arguments
from trainlint.frameworks.torch.alike import Alike, kind_of
from trainlint.frameworks.torch.parameters import children, is_module
from trainlint.syntax.positions import NameSite, NodeSite, Site
from trainlint.values.join import either
from trainlint.values.origin import Made, Origin
from trainlint.values.value import (
    Bound,
    Class,
    Function,
    Instance,
    Items,
    Known,
    Mapped,
    Partial,
    Reference,
    Scope,
    Unknown,
    Value,
    with_step,
)  # fmt: skip

if TYPE_CHECKING:
    from trainlint.evaluate.machine import Machine

HIDDEN_ARGUMENT = "an argument hidden by * or **"
"""Why a parameter is unknown that may be among arguments that could not be followed."""

DEEPEST_CALL = 30
"""Calls inside calls that are followed; 355 public training files nest nine at most."""

RECURSIONS = 2
"""How often a function may be inside itself before the rest counts as unknown."""

MOST_RECURSIONS = 12
"""The same for one that counts; a network that builds itself is seldom deeper."""


def make_function(
    machine: Machine, node: ast.FunctionDef | ast.AsyncFunctionDef, owner: Class | None = None
) -> Function:
    """The function that a `def` makes; its defaults are evaluated here, as Python does."""
    return Function(
        node, machine.frame.chunk, machine.frame.scope, _defaults(machine, node.args), owner,
        tuple(machine.evaluate(decorator) for decorator in node.decorator_list),
        origin=Origin(Made.WRITTEN, NameSite(machine.frame.chunk, node), node.name),
    )  # fmt: skip


def make_lambda(machine: Machine, node: ast.Lambda) -> Function:
    defaults = _defaults(machine, node.args)
    return Function(
        node, machine.frame.chunk, machine.frame.scope, defaults, origin=machine.origin(Made.WRITTEN, node)
    )


def _defaults(machine: Machine, parameters: ast.arguments) -> dict[str, Value]:
    found: dict[str, Value] = {}
    positional = (*parameters.posonlyargs, *parameters.args)
    last = zip(reversed(positional), reversed(parameters.defaults), strict=False)
    for parameter, default in (
        *reversed(list(last)),
        *zip(parameters.kwonlyargs, parameters.kw_defaults, strict=True),
    ):
        if default is not None:
            found[parameter.arg] = machine.bound(machine.evaluate(default), default, parameter.arg)
    return found


def run(
    machine: Machine,
    function: Function,
    arguments: Arguments,
    site: Site,
    around: Callable[[Value], None] | None = None,
) -> Value:
    """Calls a function of the program: binds the arguments and runs the body. `around` runs at its first
    `yield`: what stands in a `with` statement of which the function is the context manager."""
    given = bind(function, arguments)
    running = [frame for frame in machine.frames if frame.function is function]
    most = MOST_RECURSIONS if running and _gets_on(running, given) else RECURSIONS
    if len(machine.frames) > DEEPEST_CALL or len(running) >= most:
        return Unknown("calls nested too deeply to follow")
    follow = partial(_followed, machine, function, arguments, given, site, around)
    if running and (about := _about_one_module(given)) is not None:
        module, key = about
        running[0].alike = running[0].alike or Alike()
        return running[0].alike.call(machine, module, key, follow)
    return follow()


def _about_one_module(given: dict[str, Value]) -> tuple[Instance, object] | None:
    """The module that a function is called with which goes through all modules by calling itself, and what the call
    has in common with others; its name is not looked at. None for a call with more than that, or with a module that
    holds others."""
    module: Instance | None = None
    key: list[object] = []
    for value in given.values():
        if isinstance(value, Known) and isinstance(value.value, int | float | str | None):
            key.append(None if isinstance(value.value, str) else value.value)
        elif isinstance(value, Function | Bound | Partial):
            key.append(id(value))
        elif isinstance(value, Instance) and module is None and is_module(value) and not any(children(value)):
            module = value
        else:
            return None
    return (module, (kind_of(module), *key)) if module is not None else None


def _followed(
    machine: Machine,
    function: Function,
    arguments: Arguments,
    given: dict[str, Value],
    site: Site,
    around: Callable[[Value], None] | None,
) -> Value:
    machine.called.add(id(function.node))
    scope = Scope("function", function.scope, function.name)
    scope.slots.update(given)
    program = machine.frame.program.project.program_of(function.scope.module)
    receiver = arguments.positional[0] if arguments.positional and function.owner is not None else None
    frame = Frame(
        scope, function.chunk, program, function, function.owner, receiver, given, depth=machine.trail.depth,
        around=around,
    )  # fmt: skip
    with machine.within(frame):
        if isinstance(function.node, ast.Lambda):
            return machine.evaluate(function.node.body)
        switched = next((i for i, d in enumerate(function.decorators) if _switches_gradients(d)), None)
        if switched is not None:
            decorator = function.node.decorator_list[switched]
            machine.happen("no_grad_enter", NodeSite(function.chunk, decorator))
        flow = machine.execute(function.node.body)
        if switched is not None:
            machine.happen("no_grad_exit", site)
    if frame.yielded:
        if is_context(function):
            return Instance(Reference("contextlib.contextmanager"), {"value": frame.yielded[0]})
        made = Items(frame.yielded, "list", complete=frame.yields_known)
        made.slots["given"] = given  # what a generator was called with may say how large its batches are
        return made
    if flow is Flow.RETURN and len(frame.returned) == 1:
        return frame.returned[0]
    if flow is Flow.NEXT or not frame.returned:
        frame.returned.append(Known(None)) if flow is not Flow.RAISE else None
    return either(frame.returned) if frame.returned else Unknown("a function that only raises")


def _gets_on(running: list[Frame], given: dict[str, Value]) -> bool:
    """Whether a function that calls itself counts: a number that it is given differs from call to call."""
    for name, value in given.items():
        if isinstance(value, Known) and isinstance(value.value, int | float | str):
            earlier = [frame.given.get(name) for frame in running]
            if all(isinstance(before, Known) and before.value != value.value for before in earlier):
                return True
    return False


_CONTEXTS = ("contextlib.contextmanager", "contextlib.asynccontextmanager")


def is_context(function: Function) -> bool:
    """Whether a generator is decorated as a context manager."""
    return any(isinstance(d, Reference) and d.name in _CONTEXTS for d in function.decorators)


_NO_GRAD = ("torch.no_grad", "torch.inference_mode", "torch.autograd.no_grad")


def _switches_gradients(decorator: Value) -> bool:
    if isinstance(decorator, Instance):
        return any(name in _NO_GRAD for name in decorator.library_names)
    return isinstance(decorator, Reference) and decorator.name in _NO_GRAD


def bind(function: Function, arguments: Arguments) -> dict[str, Value]:
    """The values of a function's parameters in one call."""
    parameters = function.node.args
    positional = len(function.positional)
    given = arguments.positional
    named = dict(arguments.keyword)
    bound: dict[str, Value] = {}
    bound.update(zip(function.parameters[:positional], given, strict=False))
    if parameters.vararg is not None:
        bound[parameters.vararg.arg] = Items(given[positional:], "tuple", complete=arguments.complete)
    for name in function.parameters:
        if name in named:
            bound[name] = named.pop(name)
        elif name not in bound:
            bound[name] = _missing(function, name, arguments)
    if parameters.kwarg is not None:
        bound[parameters.kwarg.arg] = Mapped(named, complete=arguments.complete)
    return bound


def _missing(function: Function, name: str, arguments: Arguments) -> Value:
    if not arguments.complete:
        return Unknown(HIDDEN_ARGUMENT)
    return function.defaults.get(name) or Unknown("a parameter that nobody passes")


def _written(function: Function, name: str) -> Origin:
    """Where a parameter stands in the head of its function."""
    named = (*function.positional, *function.node.args.kwonlyargs)
    node = next(parameter for parameter in named if parameter.arg == name)
    return Origin(Made.PARAMETER, NameSite(function.chunk, node), name)


def uncalled_arguments(function: Function, receiver: Value | None = None) -> Arguments:
    """Arguments for a function that nobody calls here: its defaults, which a caller may override."""
    keyword: dict[str, Value] = {}
    names = function.parameters
    for name in names[1:] if receiver is not None else names:
        default = function.defaults.get(name)
        # None as a default mostly means "somebody passes it": which is not known.
        if default is None or (isinstance(default, Known) and default.value is None):
            # With its origin it stays one object however often it is read.
            keyword[name] = Unknown("a parameter that nobody passes", _written(function, name))
        else:
            site = default.origin.site if default.origin else None
            keyword[name] = with_step(default, Made.PARAMETER, site, name)
    return Arguments((receiver,) if receiver is not None else (), keyword)
