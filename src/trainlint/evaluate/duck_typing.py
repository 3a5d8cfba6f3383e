"""Calls of what is not known: objects that go in may come out changed.

A function that gets its optimizer from a caller in another file still shows what it does with it, by the
names of the methods: nobody else has `zero_grad`.
"""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from trainlint.evaluate.happenings import APPLIED
from trainlint.frameworks import catalogue
from trainlint.frameworks.call import Arguments, Call
from trainlint.frameworks.losses import LOSSES
from trainlint.syntax.positions import NodeSite, Site
from trainlint.values.tensor import Tensor
from trainlint.values.value import Instance, Items, Mapped, Method, OneOf, Reference, Unknown, Value, constant

if TYPE_CHECKING:
    from trainlint.evaluate.machine import Machine

_ONLY_KEEPS = frozenset("state_dict load_state_dict add_param_group param_groups get to keys items".split())
"""What is asked of optimizers that changes no weights."""

_OPTIMIZER_NAME = re.compile(r"opt", re.IGNORECASE)


def call_of_unknown(machine: Machine, function: Value, arguments: Arguments, site: Site) -> Value:
    """The result of calling something that is not known."""
    call = Call(_name(function), arguments, site, machine)
    if isinstance(function, Method):
        call.receiver = function.receiver
        if isinstance(function.receiver, Unknown | Instance) and _event(
            machine, function.receiver, function.name, arguments, site
        ):
            return Unknown(f"result of {function.name}")
        if isinstance(function.receiver, Unknown) and function.name in _SAME_OBJECT:
            return function.receiver
    escaped = [value for value in _objects(list(arguments)) if catalogue.is_a(value, *_TRAINED)]
    if escaped:
        escape(machine, escaped, site)
    for optimizer in _unknown_optimizers(site, arguments):
        machine.happen("escape", site, optimizer=optimizer)
    loss = next((value for value in arguments if _is_loss(value)), None)
    if loss is not None and call.title.lower() not in _ONLY_LOOKS:
        machine.happen("escape", site, loss=loss)
    result = call.unknown(_reason(function))
    modes = machine.frame.program.contents.switches_modes
    if modes and isinstance(function, Unknown) and function.origin is not None:
        machine.happen(APPLIED, site, networks=(function,), output=result)
    return result


_SAME_OBJECT = frozenset("to cuda cpu xpu float half double bfloat16".split())
"""Methods of a network or tensor after which it is still the same, somewhere else."""


_ONLY_LOOKS = frozenset(
    "log print info debug warning add_scalar add_scalars set_postfix set_description update append write "
    "format scalar item float isnan isfinite is_nan".split()
)
"""Names of functions that look at a loss and do not train with it."""


def _is_loss(value: Value) -> bool:
    """Whether a function that is not followed could start a backward pass from a value."""
    return isinstance(value, Tensor) and value.operation is not None and value.operation.kind in LOSSES


_OPTIMIZERS = ("torch.optim.Optimizer", "keras.optimizers.Optimizer")
_TRAINED = ("torch.nn.Module", "keras.Model", *_OPTIMIZERS)


def _event(machine: Machine, receiver: Value, name: str, arguments: Arguments, site: Site) -> bool:
    if name == "zero_grad" and _OPTIMIZER_NAME.search(receiver_text(site)):
        machine.happen("zero_grad", site, optimizer=receiver, networks=(receiver,))
        if "grad" in machine.frame.chunk.words:  # what reads `.grad` may do the step itself
            machine.happen("escape", site, optimizer=receiver)
    elif name == "zero_grad":
        machine.happen("zero_grad", site, networks=(receiver,))
    elif name == "backward":
        # Of an engine (DeepSpeed, Accelerate) rather than of a loss when the loss is the argument.
        if arguments.positional:
            machine.happen("escape", site, networks=(receiver,))
        machine.happen("backward", site, loss=arguments.positional[0] if arguments.positional else receiver)
    elif name == "step" and _OPTIMIZER_NAME.search(receiver_text(site)):
        machine.happen("step", site, optimizer=receiver)
    elif _OPTIMIZER_NAME.search(receiver_text(site)) and name not in _ONLY_KEEPS:
        machine.happen("escape", site, optimizer=receiver)  # `step_and_update_lr`
        return False
    elif name in ("train", "eval") and (switched := _mode(name, arguments)) is not None:
        machine.happen("train_mode" if switched else "eval_mode", site, networks=(receiver,))
    else:
        return False
    return True


def _mode(name: str, arguments: Arguments) -> bool | None:
    """Which mode `train()`, `train(False)` or `eval()` leaves; None for methods that only have these names."""
    given = (*arguments.positional, *arguments.keyword.values())
    if name == "eval" or not given:
        return (name == "train") if not given else None
    mode = constant(given[0]) if len(given) == 1 else None
    return mode if isinstance(mode, bool) else None


def escape(machine: Machine, values: list[Value], site: Site) -> None:
    """Notes that optimizers and networks went where anything may happen to them."""
    optimizers = [value for value in values if catalogue.is_a(value, *_OPTIMIZERS)]
    networks = tuple(value for value in values if not any(value is optimizer for optimizer in optimizers))
    for optimizer in optimizers:
        machine.happen("escape", site, optimizer=optimizer)
    if networks:
        machine.happen("escape", site, networks=networks)


def receiver_text(site: Site) -> str:
    """The text of the object in a method call."""
    return site.text.partition("(")[0].rpartition(".")[0]


def _unknown_optimizers(site: Site, arguments: Arguments) -> list[Unknown]:
    """Arguments of a call that are optimizers by their names only."""
    node = site.node if isinstance(site, NodeSite) else None
    if not isinstance(node, ast.Call) or any(isinstance(argument, ast.Starred) for argument in node.args):
        return []
    given = [
        *zip(node.args, arguments.positional, strict=False),
        *((word.value, arguments.keyword.get(word.arg)) for word in node.keywords if word.arg is not None),
    ]
    found: list[Unknown] = []
    for argument, value in given:
        name = argument.attr if isinstance(argument, ast.Attribute) else getattr(argument, "id", "")
        if isinstance(value, Unknown) and _OPTIMIZER_NAME.search(name):
            found.append(value)
    return found


def _objects(values: list[Value]) -> list[Value]:
    found: list[Value] = []
    for value in values:
        if isinstance(value, Items):
            found += _objects(list(value.items))
        elif isinstance(value, Mapped):
            found += _objects([entry for entry in value.slots.values() if isinstance(entry, Value)])
        elif isinstance(value, Instance):
            found.append(value)
        elif isinstance(value, OneOf):
            found += _objects(list(value.options))
    return found


def _name(function: Value) -> str:
    if isinstance(function, Reference | Method):
        return function.name
    return function.title if isinstance(function, Instance) else "call"


def _reason(function: Value) -> str:
    if isinstance(function, Reference):
        return f"{function.name} is not followed"
    if isinstance(function, Method):
        receiver = function.receiver
        if isinstance(receiver, Instance):
            return f"{receiver.title}.{function.name} is not followed"
        return (
            receiver.reason
            if isinstance(receiver, Unknown) and receiver.reason
            else f"{function.name} of something unknown"
        )
    return function.reason if isinstance(function, Unknown) else "a call that is not followed"
