"""The learning rate after a number of updates: formulas of keras/src/optimizers/schedules."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Callable

from trainlint.values.value import Instance, Items, constant, number

Rate = Callable[[Instance, int], float | None]


def _numbers(schedule: Instance, *names: str) -> tuple[float, ...] | None:
    found = [number(schedule.arguments.get(name)) for name in names]
    known = tuple(value for value in found if value is not None)
    return known if len(known) == len(names) else None


def _progress(schedule: Instance, step: int, length: float) -> float:
    part = step / length
    return math.floor(part) if constant(schedule.arguments.get("staircase")) else part


def _exponential(schedule: Instance, step: int) -> float | None:
    found = _numbers(schedule, "initial_learning_rate", "decay_steps", "decay_rate")
    if found is None or not found[1]:
        return None
    initial, length, factor = found
    return initial * math.pow(factor, _progress(schedule, step, length))


def _inverse_time(schedule: Instance, step: int) -> float | None:
    found = _numbers(schedule, "initial_learning_rate", "decay_steps", "decay_rate")
    if found is None or not found[1]:
        return None
    initial, length, factor = found
    return initial / (1 + factor * _progress(schedule, step, length))


def _polynomial(schedule: Instance, step: int) -> float | None:
    found = _numbers(schedule, "initial_learning_rate", "decay_steps", "end_learning_rate", "power")
    if found is None or not found[1]:
        return None
    initial, length, end, power = found
    if constant(schedule.arguments.get("cycle")):
        length *= max(1, math.ceil(step / length))
    part = min(step, length) / length
    return (initial - end) * math.pow(1 - part, power) + end


def _cosine(schedule: Instance, step: int) -> float | None:
    found = _numbers(schedule, "initial_learning_rate", "decay_steps", "alpha", "warmup_steps")
    if found is None or not found[1]:
        return None
    start, length, alpha, warm = found
    target = number(schedule.arguments.get("warmup_target"))
    if target is not None:
        if step < warm:
            return start + (target - start) * step / warm
        start, step = target, step - int(warm)
    height = 0.5 * (1 + math.cos(math.pi * min(step, length) / length))
    return start * ((1 - alpha) * height + alpha)


def _restarts(schedule: Instance, step: int) -> float | None:
    found = _numbers(schedule, "initial_learning_rate", "first_decay_steps", "t_mul", "m_mul", "alpha")
    if found is None or found[1] <= 0 or found[2] < 1:
        return None
    initial, length, longer, lower, alpha = found
    position, restarts = float(step), 0
    if longer == 1:
        restarts, position = int(position // length), position % length
    while position >= length:
        position -= length
        length *= longer
        restarts += 1
    height = 0.5 * lower**restarts * (1 + math.cos(math.pi * position / length))
    return initial * ((1 - alpha) * height + alpha)


def _piecewise(schedule: Instance, step: int) -> float | None:
    boundaries, values = schedule.arguments.get("boundaries"), schedule.arguments.get("values")
    if not isinstance(boundaries, Items) or not isinstance(values, Items):
        return None
    ends = [number(item) for item in boundaries.items]
    known = [end for end in ends if end is not None]
    if len(known) != len(ends) or len(values.items) != len(ends) + 1:
        return None
    return number(values.items[bisect_left(known, step)])


RATES: dict[str, Rate] = {
    "ExponentialDecay": _exponential,
    "InverseTimeDecay": _inverse_time,
    "PolynomialDecay": _polynomial,
    "CosineDecay": _cosine,
    "CosineDecayRestarts": _restarts,
    "PiecewiseConstantDecay": _piecewise,
}
"""By the name of the class."""


def rate_at(schedule: Instance, step: int) -> float | None:
    """The learning rate of the update after `step` others; None for a schedule that cannot be worked out."""
    rate = RATES.get(schedule.title)
    return rate(schedule, step) if rate is not None else None
