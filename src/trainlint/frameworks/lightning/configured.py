"""What `configure_optimizers` may return: optimizers and schedules in one of six forms."""

from __future__ import annotations

from dataclasses import dataclass, field

from trainlint.frameworks.gradient_descent import each
from trainlint.values.value import Instance, Items, Known, Mapped, OneOf, Value, constant


@dataclass
class Configured:
    """Optimizers in order, and the schedules that advance with every step or every epoch.

    Where a branch that is not decided chooses, each place holds the alternatives.
    """

    optimizers: list[list[Value]] = field(default_factory=list)
    each_step: list[Value] = field(default_factory=list)
    each_epoch: list[Value] = field(default_factory=list)


def configured(value: Value) -> Configured:
    """Reads a return value of `configure_optimizers`, as lightning/pytorch/core/optimizer.py does."""
    found = Configured()
    options = value.options if isinstance(value, OneOf) else (value,)
    for option in options:
        one = _one_form(option)
        for place, alternatives in enumerate(one.optimizers):
            if place < len(found.optimizers):
                found.optimizers[place] += alternatives
            else:
                found.optimizers.append(alternatives)
        found.each_step += one.each_step
        found.each_epoch += one.each_epoch
    return found


def _one_form(value: Value) -> Configured:
    found = Configured()
    if isinstance(value, Mapped):
        _add_dictionary(found, value)
    elif isinstance(value, Items) and _is_two_lists(value):
        optimizers, schedules = value.items
        assert isinstance(optimizers, Items)
        found.optimizers = [each(optimizer) for optimizer in optimizers.items]
        for schedule in schedules.items if isinstance(schedules, Items) else (schedules,):
            _add_schedule(found, schedule)
    elif isinstance(value, Items):
        for item in value.items:
            if isinstance(item, Mapped):
                _add_dictionary(found, item)
            else:
                found.optimizers.append(each(item))
    elif not isinstance(value, Known):
        found.optimizers = [each(value)]
    return found


def _is_two_lists(value: Items) -> bool:
    return len(value.items) == 2 and isinstance(value.items[0], Items)


def _add_dictionary(found: Configured, entries: Mapped) -> None:
    """{"optimizer": …, "lr_scheduler": a schedule or a dictionary about it}"""
    optimizer, schedule = entries.slots.get("optimizer"), entries.slots.get("lr_scheduler")
    if isinstance(optimizer, Value):
        found.optimizers.append(each(optimizer))
    if isinstance(schedule, Value):
        _add_schedule(found, schedule)


def _add_schedule(found: Configured, value: Value) -> None:
    """A schedule, or {"scheduler": …, "interval": "step"}; the interval is an epoch unless told."""
    each_step = False
    if isinstance(value, Mapped):
        each_step = constant(value.slots.get("interval")) == "step"
        value = value.slots.get("scheduler") or Known(None)
    schedules = [schedule for schedule in each(value) if isinstance(schedule, Instance)]
    (found.each_step if each_step else found.each_epoch).extend(schedules)
