"""Functions of the program: made at their `def`, followed into their body when called."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import libcst as cst

from trainlint.evaluate.flow import Flow, Frame
from trainlint.frameworks.call import Arguments
from trainlint.syntax.positions import NodeSite, Site
from trainlint.values.join import either
from trainlint.values.origin import Made, Origin
from trainlint.values.value import (
    Class,
    Function,
    Instance,
    Items,
    Known,
    Mapped,
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


def make_function(machine: Machine, node: cst.FunctionDef, owner: Class | None = None) -> Function:
    """The function that a `def` makes; its defaults are evaluated here, as Python does."""
    return Function(
        node, machine.frame.chunk, machine.frame.scope, _defaults(machine, node.params), owner,
        tuple(machine.evaluate(decorator.decorator) for decorator in node.decorators),
        origin=machine.origin(Made.WRITTEN, node.name, node.name.value),
    )  # fmt: skip


def make_lambda(machine: Machine, node: cst.Lambda) -> Function:
    defaults = _defaults(machine, node.params)
    return Function(
        node, machine.frame.chunk, machine.frame.scope, defaults, origin=machine.origin(Made.WRITTEN, node)
    )


def _defaults(machine: Machine, parameters: cst.Parameters) -> dict[str, Value]:
    found: dict[str, Value] = {}
    for parameter in (*parameters.posonly_params, *parameters.params, *parameters.kwonly_params):
        if parameter.default is not None:
            value = machine.evaluate(parameter.default)
            found[parameter.name.value] = machine.bound(value, parameter.default, parameter.name.value)
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
    most = MOST_RECURSIONS if _gets_on(running, given) else RECURSIONS
    if len(machine.frames) > DEEPEST_CALL or len(running) >= most:
        return Unknown("calls nested too deeply to follow")
    machine.called.add(id(function.node))
    scope = Scope("function", function.scope, function.name)
    for name, value in given.items():
        machine.write(scope, name, value)
    program = machine.frame.program.project.program_of(function.scope.module)
    receiver = arguments.positional[0] if arguments.positional and function.owner is not None else None
    frame = Frame(
        scope, function.chunk, program, function, function.owner, receiver, given, depth=machine.trail.depth,
        around=around,
    )  # fmt: skip
    with machine.within(frame):
        if isinstance(function.node, cst.Lambda):
            return machine.evaluate(function.node.body)
        switched = next((i for i, d in enumerate(function.decorators) if _switches_gradients(d)), None)
        if switched is not None:
            decorator = function.node.decorators[switched].decorator
            machine.happen("no_grad_enter", NodeSite(function.chunk, decorator))
        flow = machine.execute(function.node.body.body)
        if switched is not None:
            machine.happen("no_grad_exit", site)
    if frame.yielded:
        if is_context(function):
            return Instance(Reference("contextlib.contextmanager"), {"value": frame.yielded[0]})
        made = Items(frame.yielded, "list", complete=frame.yields_known)
        made.slots["given"] = given  # what a generator was called with may say how large its batches are
        return made
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
    parameters = function.node.params
    positional = [p.name.value for p in (*parameters.posonly_params, *parameters.params)]
    keyword_only = [p.name.value for p in parameters.kwonly_params]
    given = list(arguments.positional)
    named = dict(arguments.keyword)
    bound: dict[str, Value] = {}
    for name in positional:
        if given:
            bound[name] = given.pop(0)
    if isinstance(parameters.star_arg, cst.Param):
        bound[parameters.star_arg.name.value] = Items(given, "tuple", complete=arguments.complete)
    for name in positional + keyword_only:
        if name in named:
            bound[name] = named.pop(name)
        elif name not in bound:
            bound[name] = _missing(function, name, arguments)
    if parameters.star_kwarg is not None:
        bound[parameters.star_kwarg.name.value] = Mapped(named, complete=arguments.complete)
    return bound


def _missing(function: Function, name: str, arguments: Arguments) -> Value:
    if not arguments.complete:
        return Unknown(HIDDEN_ARGUMENT)
    return function.defaults.get(name) or Unknown("a parameter that nobody passes")


def parameter_names(function: Function) -> tuple[str, ...]:
    """The parameters of a function that have a name of their own: no `*args`, no `**kwargs`."""
    parameters = function.node.params
    named = (*parameters.posonly_params, *parameters.params, *parameters.kwonly_params)
    return tuple(parameter.name.value for parameter in named)


def _written(function: Function, name: str) -> Origin:
    """Where a parameter stands in the head of its function."""
    parameters = function.node.params
    named = (*parameters.posonly_params, *parameters.params, *parameters.kwonly_params)
    node = next(parameter.name for parameter in named if parameter.name.value == name)
    return Origin(Made.PARAMETER, NodeSite(function.chunk, node), name)


def uncalled_arguments(function: Function, receiver: Value | None = None) -> Arguments:
    """Arguments for a function that nobody calls here: its defaults, which a caller may override."""
    parameters = function.node.params
    keyword: dict[str, Value] = {}
    names = parameter_names(function)
    for name in names[1:] if receiver is not None else names:
        default = function.defaults.get(name)
        # None as a default mostly means "somebody passes it": which is not known.
        if default is None or (isinstance(default, Known) and default.value is None):
            # With its origin it stays one object however often it is read.
            keyword[name] = Unknown("a parameter that nobody passes", _written(function, name))
        else:
            site = default.origin.site if default.origin else None
            keyword[name] = with_step(default, Made.PARAMETER, site, name)
    if isinstance(parameters.star_arg, cst.Param):
        pass  # nothing more is passed by position
    return Arguments((receiver,) if receiver is not None else (), keyword)
