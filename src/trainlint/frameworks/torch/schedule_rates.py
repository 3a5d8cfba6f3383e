"""The learning rate after a number of scheduler steps: closed forms of literal schedules.

Formulas are those of the closed forms in torch/optim/lr_scheduler.py and transformers/optimization.py.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Callable

from trainlint.values.value import Instance, Items, constant, integer, number

Rate = Callable[[Instance, int, float], float | None]
"""The rate after `step` scheduler steps when the optimizer was constructed with rate `base`."""


def _number(schedule: Instance, name: str) -> float | None:
    return number(schedule.arguments.get(name))


def _whole(schedule: Instance, name: str) -> int | None:
    found = _number(schedule, name)
    return int(found) if found is not None else None


def _step(schedule: Instance, step: int, base: float) -> float | None:
    size, gamma = _whole(schedule, "step_size"), _number(schedule, "gamma")
    return base * gamma ** (step // size) if size and gamma is not None else None


def _milestones(schedule: Instance) -> list[int] | None:
    value = schedule.arguments.get("milestones")
    if isinstance(value, Items) and value.is_certain:
        found = [integer(item) for item in value.items]
        return None if None in found else sorted(item for item in found if item is not None)
    literal = constant(value)
    return sorted(literal) if isinstance(literal, list | tuple | range) else None


def _multi_step(schedule: Instance, step: int, base: float) -> float | None:
    milestones, gamma = _milestones(schedule), _number(schedule, "gamma")
    return None if milestones is None or gamma is None else base * gamma ** bisect_right(milestones, step)


def _constant(schedule: Instance, step: int, base: float) -> float | None:
    factor, total = _number(schedule, "factor"), _whole(schedule, "total_iters")
    return None if factor is None or total is None else base * (factor if step < total else 1)


def _linear(schedule: Instance, step: int, base: float) -> float | None:
    start, end, total = (_number(schedule, name) for name in ("start_factor", "end_factor", "total_iters"))
    if start is None or end is None or not total:
        return None
    return base * (start + (end - start) * min(total, step) / total)


def _exponential(schedule: Instance, step: int, base: float) -> float | None:
    gamma = _number(schedule, "gamma")
    return None if gamma is None else base * gamma**step


def _polynomial(schedule: Instance, step: int, base: float) -> float | None:
    total, power = _number(schedule, "total_iters"), _number(schedule, "power")
    return base * (1 - min(total, step) / total) ** power if total and power is not None else None


def _cosine(schedule: Instance, step: int, base: float) -> float | None:
    half, floor = _number(schedule, "T_max"), _number(schedule, "eta_min")
    if not half or floor is None:
        return None
    return floor + (base - floor) * (1 + math.cos(math.pi * step / half)) / 2


def _restarts(schedule: Instance, step: int, base: float) -> float | None:
    first, factor, floor = _whole(schedule, "T_0"), _whole(schedule, "T_mult"), _number(schedule, "eta_min")
    if not first or first < 0 or not factor or factor < 1 or floor is None:
        return None
    length, position = first, step % first if factor == 1 else step
    while position >= length:
        position -= length
        length *= factor
    return floor + (base - floor) * (1 + math.cos(math.pi * position / length)) / 2


def total_steps(schedule: Instance) -> int | None:
    """Length of a OneCycleLR: given, or epochs x steps_per_epoch."""
    total = _whole(schedule, "total_steps")
    if total is not None:
        return total
    epochs, per_epoch = _whole(schedule, "epochs"), _whole(schedule, "steps_per_epoch")
    return None if epochs is None or per_epoch is None else epochs * per_epoch


def _one_cycle(schedule: Instance, step: int, base: float) -> float | None:
    total, highest, share = total_steps(schedule), _number(schedule, "max_lr"), _number(schedule, "pct_start")
    divisor, final = _number(schedule, "div_factor"), _number(schedule, "final_div_factor")
    way = constant(schedule.arguments.get("anneal_strategy"))
    if total is None or highest is None or share is None or not divisor or not final:
        return None
    start = highest / divisor
    lowest = start / final
    if constant(schedule.arguments.get("three_phase")):
        phases = [
            (share * total - 1, start, highest),
            (2 * share * total - 2, highest, start),
            (total - 1, start, lowest),
        ]
    else:
        phases = [(share * total - 1, start, highest), (total - 1, highest, lowest)]
    begin = 0.0
    for position, (end, from_rate, to_rate) in enumerate(phases):
        if step <= end or position == len(phases) - 1:
            part = (step - begin) / (end - begin) if end != begin else 1.0
            if way == "linear":
                return (to_rate - from_rate) * part + from_rate
            return to_rate + (from_rate - to_rate) / 2.0 * (math.cos(math.pi * part) + 1)
        begin = end
    return None


def _cyclic(schedule: Instance, step: int, base: float) -> float | None:
    lowest, highest = _number(schedule, "base_lr"), _number(schedule, "max_lr")
    up = _number(schedule, "step_size_up")
    down = _number(schedule, "step_size_down") or up
    gamma, mode = _number(schedule, "gamma"), constant(schedule.arguments.get("mode"))
    if lowest is None or highest is None or not up or not down or gamma is None:
        return None
    length = up + down
    cycle = math.floor(1 + step / length)
    position = 1.0 + step / length - cycle
    ratio = up / length
    scale = position / ratio if position <= ratio else (position - 1) / (ratio - 1)
    height = (highest - lowest) * scale
    factors = {"triangular": 1.0, "triangular2": 1 / (2.0 ** (cycle - 1)), "exp_range": gamma**step}
    return lowest + height * factors[mode] if mode in factors else None


def _sequential(schedule: Instance, step: int, base: float) -> float | None:
    parts, milestones = schedule.arguments.get("schedulers"), _milestones(schedule)
    if not isinstance(parts, Items) or milestones is None:
        return None
    position = bisect_right(milestones, step)
    part = parts.items[position] if position < len(parts.items) else None
    begin = milestones[position - 1] if position else 0
    return rate_at(part, step - begin, base) if isinstance(part, Instance) else None


def _chained(schedule: Instance, step: int, base: float) -> float | None:
    parts = schedule.arguments.get("schedulers")
    if not isinstance(parts, Items):
        return None
    for part in parts.items:
        rate = rate_at(part, step, base) if isinstance(part, Instance) and part.title in _FACTORS else None
        if rate is None:
            return None
        base = rate
    return base


_FACTORS = {"StepLR", "MultiStepLR", "ConstantLR", "LinearLR", "ExponentialLR", "PolynomialLR"}
"""Schedules that only multiply, so that one can follow another."""


def _warmed(after: Callable[[Instance, int, int, int], float | None]) -> Rate:
    """A linear warm-up from 0, then what `after` says of step, warm-up and total."""

    def rate(schedule: Instance, step: int, base: float) -> float | None:
        warm = _whole(schedule, "num_warmup_steps") or 0
        if "num_warmup_steps" in schedule.arguments and _number(schedule, "num_warmup_steps") is None:
            return None
        total = _whole(schedule, "num_training_steps")
        if step < warm:
            return base * step / max(1, warm)
        if total is None:
            return base if "num_training_steps" not in schedule.arguments else None
        factor = after(schedule, step, warm, total)
        return None if factor is None else base * factor

    return rate


def _linear_decay(schedule: Instance, step: int, warm: int, total: int) -> float | None:
    return max(0.0, (total - step) / max(1, total - warm))


def _cosine_decay(schedule: Instance, step: int, warm: int, total: int) -> float | None:
    cycles = _number(schedule, "num_cycles")
    if cycles is None:
        return None
    progress = (step - warm) / max(1, total - warm)
    return max(0.0, 0.5 * (1.0 + math.cos(math.pi * cycles * 2.0 * progress)))


def _flat(schedule: Instance, step: int, warm: int, total: int) -> float | None:
    return 1.0


RATES: dict[str, Rate] = {
    "StepLR": _step,
    "MultiStepLR": _multi_step,
    "ConstantLR": _constant,
    "LinearLR": _linear,
    "ExponentialLR": _exponential,
    "PolynomialLR": _polynomial,
    "CosineAnnealingLR": _cosine,
    "CosineAnnealingWarmRestarts": _restarts,
    "OneCycleLR": _one_cycle,
    "CyclicLR": _cyclic,
    "SequentialLR": _sequential,
    "ChainedScheduler": _chained,
    "get_constant_schedule": lambda schedule, step, base: base,
    "get_constant_schedule_with_warmup": _warmed(_flat),
    "get_linear_schedule_with_warmup": _warmed(_linear_decay),
    "get_cosine_schedule_with_warmup": _warmed(_cosine_decay),
}
"""By the name of the class or function."""


def rate_at(schedule: Instance, step: int, base: float) -> float | None:
    """The learning rate after `step` scheduler steps; None for a schedule that cannot be worked out."""
    rate = RATES.get(schedule.title)
    return rate(schedule, step, base) if rate is not None else None
