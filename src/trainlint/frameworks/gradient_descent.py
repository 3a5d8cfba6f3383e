"""What trainers of libraries do with a batch: forward, loss, backward, step, as events of the plan."""

from __future__ import annotations

from collections.abc import Sequence

from trainlint.frameworks.call import Arguments, Call
from trainlint.frameworks.torch.parameters import owners_of
from trainlint.values.value import Instance, Known, Mapped, OneOf, Unknown, Value, number, options_of


def each(value: Value | None) -> list[Value]:
    """The alternatives of an optimizer, a schedule, a model; none for None."""
    options = options_of(value) if value is not None else ()
    return [option for option in options if not (isinstance(option, Known) and option.value is None)]


def descend(
    call: Call, optimizers: Sequence[Value], loss: Value, *, limit: Value | None = None, by: str = "norm"
) -> None:
    """Clears the gradients, goes backward from the loss, clips, and steps."""
    clear(call, optimizers)
    call.machine.happen("backward", call.site, loss=loss)
    clip(call, optimizers, limit, by)
    for optimizer in optimizers:
        call.machine.happen("step", call.site, optimizer=optimizer)


def clear(call: Call, optimizers: Sequence[Value]) -> None:
    for optimizer in optimizers:
        call.machine.happen("zero_grad", call.site, optimizer=optimizer)


def clip(call: Call, optimizers: Sequence[Value], limit: Value | None, by: str = "norm") -> None:
    """Gradient clipping where a limit is set: None and 0 switch it off."""
    if not number(limit):
        return
    for optimizer in optimizers:
        held = optimizer.arguments.get("params") if isinstance(optimizer, Instance) else None
        call.machine.happen("clip", call.site, networks=owners_of(held) or (), limit=limit, by=by)


def advance(call: Call, schedules: Sequence[Value]) -> None:
    """One step of each schedule."""
    for schedule in schedules:
        objects: dict[str, Value] = {"schedule": schedule}
        if isinstance(schedule, Instance) and "optimizer" in schedule.arguments:
            objects["optimizer"] = schedule.arguments["optimizer"]
        call.machine.happen("scheduler_step", call.site, **objects)


def supervised_loss(call: Call, model: Value, criterion: Value, batch: Value) -> Value:
    """`criterion(model(inputs), targets)` for a batch of inputs and targets."""
    parts = call.machine.items(batch)
    known = parts is not None and len(parts) == 2
    inputs, targets = parts if parts is not None and known else (Unknown("inputs"), Unknown("targets"))
    prediction = call.machine.call(model, Arguments((inputs,)), call.site)
    return call.machine.call(criterion, Arguments((prediction, targets)), call.site)


def loss_in(result: Value) -> Value | None:
    """The loss in what a training step returned: itself, or under the key `loss`; None when there is none."""
    if isinstance(result, OneOf):
        found = [loss for option in result.options if (loss := loss_in(option)) is not None]
        return found[0] if found else None
    if isinstance(result, Known):
        return None
    if isinstance(result, Mapped):
        entry = result.slots.get("loss")
        return entry if isinstance(entry, Value) else Unknown("the loss of a training step")
    return result
