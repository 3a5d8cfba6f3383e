"""Functions and classes that nobody calls in this file: others will, so their defaults stand for a call."""

from __future__ import annotations

import ast
from functools import partial

from trainlint.evaluate import classes, functions, selection
from trainlint.evaluate.flow import Frame
from trainlint.evaluate.happenings import ENTRY_POINT
from trainlint.evaluate.machine import Machine
from trainlint.evaluate.names import look_up
from trainlint.evaluate.program import Program
from trainlint.evaluate.standalone import Shelf
from trainlint.frameworks import catalogue
from trainlint.frameworks.call import Arguments, Call
from trainlint.frameworks.facts import CompileCalled
from trainlint.frameworks.keras.models import outputs_of
from trainlint.syntax.chunks import Chunk
from trainlint.values.tensor import Operation, Tensor
from trainlint.values.value import Bound, Class, Function, Instance, Partial, Value

_FORWARD = ("forward", "call")
_STEPS = ("training_step",)
_OF_TRAINERS = ("training_step", "configure_optimizers")
"""What a trainer has called when it trained an object."""


def run_uncalled(machine: Machine, program: Program, shelf: Shelf | None = None) -> None:
    """Runs what trains and was not called, then applies networks that were never applied. A shelf keeps those that
    stand alone."""
    _apply_compiled(machine)
    words = selection.TRAINING_WORDS | program.training_names
    definitions = [
        chunk
        for chunk in program.chunks
        if chunk.definition is not None
        and chunk.readable
        and (not chunk.words.isdisjoint(words) or selection.defines_network(chunk))
    ]
    for chunk in definitions:
        assert chunk.definition is not None
        if isinstance(chunk.definition, ast.ClassDef) and not chunk.definition.decorator_list:
            continue
        with machine.within(Frame(program.scope, chunk, program)):
            found = look_up(machine, chunk.definition.name)
            if isinstance(found, Function):
                _run_function(machine, found)
            elif isinstance(found, Partial):
                _run_command(machine, found)
    # What stands last uses what stands before it: a block that its network has applied needs no turn of its own.
    for chunk in reversed(definitions):
        assert chunk.definition is not None
        if shelf is not None and shelf.has(chunk):
            continue
        with machine.within(Frame(program.scope, chunk, program)):
            if shelf is not None and isinstance(chunk.definition, ast.ClassDef):
                shelf.run(chunk, partial(_run_class, machine, program, chunk))
            else:
                _run_class(machine, program, chunk)


def _apply_compiled(machine: Machine) -> None:
    """Applies the models that `fit` of Keras applies: what their `call` calls has been called, too."""
    compiled = [fact for fact, _ in machine.facts if isinstance(fact, CompileCalled)]
    for fact in compiled:
        outputs_of(fact.model, machine, fact.site)


def _run_function(machine: Machine, function: Function) -> None:
    if (
        id(function.node) not in machine.called
        and function.origin is not None
        and function.origin.site is not None
    ):
        machine.happen(ENTRY_POINT, function.origin.site)
        machine.call(function, functions.uncalled_arguments(function), function.origin.site)


def _run_command(machine: Machine, command: Partial) -> None:
    """A function that its decorator made a command runs with the defaults of its options."""
    function = command.function
    if isinstance(function, Function) and id(function.node) not in machine.called:
        site = function.origin.site if function.origin is not None else None
        if site is not None:
            machine.call(command, Arguments(), site)


def _run_class(machine: Machine, program: Program, chunk: Chunk) -> None:
    assert chunk.definition is not None
    cls = look_up(machine, chunk.definition.name)
    if not isinstance(cls, Class):
        return
    site = cls.origin.site if cls.origin else None
    if site is None:
        return
    methods = {name: value for name, value in cls.slots.items() if isinstance(value, Function)}
    waiting = [
        method
        for name, method in methods.items()
        if id(method.node) not in machine.called
        and (
            name in _FORWARD
            or name in _STEPS
            or (name in program.training_names and not name.startswith("__"))
        )
    ]
    if not waiting:
        return
    machine.happen(ENTRY_POINT, site)
    receiver = classes.instantiate_uncalled(machine, cls, site)
    if not isinstance(receiver, Instance):
        return
    trained = catalogue.unused(receiver)
    called = {name for name, method in methods.items() if id(method.node) in machine.called}
    if trained is not None and called.isdisjoint(_OF_TRAINERS):
        trained(Call("fit", Arguments(), site, machine, receiver))
    for method in sorted(waiting, key=lambda method: method.name not in _FORWARD):
        if id(method.node) in machine.called:
            continue
        machine.happen(ENTRY_POINT, site)
        if method.name in _FORWARD and catalogue.calling(receiver) is not None:
            machine.call(receiver, Arguments(tuple(_placeholders(method))), site)
        else:
            machine.call(Bound(method, receiver), _unknown_arguments(method, receiver), site)


def _placeholders(method: Function) -> list[Value]:
    """A tensor of unknown shape for each input that a network must be given."""
    needed = [name.arg for name in method.positional[1:] if name.arg not in method.defaults]
    return [Tensor(operation=Operation("input", name)) for name in needed]


def _unknown_arguments(method: Function, receiver: Instance) -> Arguments:
    given = functions.uncalled_arguments(method, receiver)
    return Arguments((), given.keyword)
