"""Learning-rate schedules: torch.optim.lr_scheduler, and those of transformers.

`rate_at` works out literal schedules step by step, `peak_of` the highest rate that one reaches. A schedule
that is part of another one (SequentialLR) names it in its slot `within`.
"""

from __future__ import annotations

from trainlint.frameworks.call import Arguments, Call, Handler
from trainlint.frameworks.facts import MonitorMade, ScheduleMade
from trainlint.frameworks.signatures import Signature, signature_table
from trainlint.frameworks.torch.schedule_rates import rate_at
from trainlint.values.origin import Made, Origin
from trainlint.values.value import Function, Instance, Items, Known, Reference, Unknown, Value, number

SCHEDULES: dict[str, Signature] = signature_table("""
LRScheduler(optimizer, last_epoch=-1)
ChainedScheduler(schedulers, optimizer=None)
ConstantLR(optimizer, factor=0.3333333333333333, total_iters=5, last_epoch=-1)
CosineAnnealingLR(optimizer, T_max, eta_min=0.0, last_epoch=-1)
CosineAnnealingWarmRestarts(optimizer, T_0, T_mult=1, eta_min=0.0, last_epoch=-1)
CyclicLR(optimizer, base_lr, max_lr, step_size_up=2000, step_size_down=None, mode='triangular', gamma=1.0,
 scale_fn=None, scale_mode='cycle', cycle_momentum=True, base_momentum=0.8, max_momentum=0.9, last_epoch=-1)
ExponentialLR(optimizer, gamma, last_epoch=-1)
LambdaLR(optimizer, lr_lambda, last_epoch=-1)
LinearLR(optimizer, start_factor=0.3333333333333333, end_factor=1.0, total_iters=5, last_epoch=-1)
MultiStepLR(optimizer, milestones, gamma=0.1, last_epoch=-1)
MultiplicativeLR(optimizer, lr_lambda, last_epoch=-1)
OneCycleLR(optimizer, max_lr, total_steps=None, epochs=None, steps_per_epoch=None, pct_start=0.3,
 anneal_strategy='cos', cycle_momentum=True, base_momentum=0.85, max_momentum=0.95, div_factor=25.0,
 final_div_factor=10000.0, three_phase=False, last_epoch=-1)
PolynomialLR(optimizer, total_iters=5, power=1.0, last_epoch=-1)
ReduceLROnPlateau(optimizer, mode='min', factor=0.1, patience=10, threshold=0.0001, threshold_mode='rel',
 cooldown=0, min_lr=0, eps=1e-08)
SequentialLR(optimizer, schedulers, milestones, last_epoch=-1)
StepLR(optimizer, step_size, gamma=0.1, last_epoch=-1)
""")
"""torch.optim.lr_scheduler 2.13, compared with the installed torch by a test."""

TRANSFORMERS: dict[str, Signature] = signature_table("""
get_constant_schedule(optimizer, last_epoch=-1)
get_constant_schedule_with_warmup(optimizer, num_warmup_steps, last_epoch=-1)
get_linear_schedule_with_warmup(optimizer, num_warmup_steps, num_training_steps, last_epoch=-1)
get_cosine_schedule_with_warmup(optimizer, num_warmup_steps, num_training_steps, num_cycles=0.5,
 last_epoch=-1)
get_cosine_with_hard_restarts_schedule_with_warmup(optimizer, num_warmup_steps, num_training_steps,
 num_cycles=1, last_epoch=-1)
get_polynomial_decay_schedule_with_warmup(optimizer, num_warmup_steps, num_training_steps, lr_end=1e-07,
 power=1.0, last_epoch=-1)
get_inverse_sqrt_schedule(optimizer, num_warmup_steps, timescale=None, last_epoch=-1)
get_scheduler(name, optimizer, num_warmup_steps=None, num_training_steps=None, scheduler_specific_kwargs=None)
""")
"""Functions of transformers that return a LambdaLR; as transformers.optimization documents them."""

WITHIN = "within"
PEAK_FACTOR = "peak_factor"
"""The slot of a LambdaLR that holds the largest factor its function gives at the steps that were tried."""

_PREFIX = "torch.optim.lr_scheduler."


def _constructor(name: str, signature: Signature) -> Handler:
    def handler(call: Call) -> Value:
        made = Instance(Reference(name), call.bind(signature), call.origin)
        _note(made, call)
        return made

    return handler


def _initialiser(signature: Signature) -> Handler:
    def handler(call: Call) -> Value:
        if isinstance(call.receiver, Instance):
            call.receiver.arguments.update(call.bind(signature))
            _note(call.receiver, call)
        return Known(None)

    return handler


def _note(schedule: Instance, call: Call) -> None:
    optimizer = schedule.arguments.get("optimizer")
    parts = parts_of(schedule)
    for part in parts:
        call.machine.write(part, WITHIN, schedule)
    if parts and (optimizer is None or (isinstance(optimizer, Known) and optimizer.value is None)):
        optimizer = parts[0].arguments.get("optimizer")
        schedule.arguments["optimizer"] = optimizer or Unknown("optimizer")
    if schedule.title == "LambdaLR":
        factor = _largest_factor(schedule.arguments.get("lr_lambda"), call)
        if factor is not None:
            call.machine.write(schedule, PEAK_FACTOR, Known(factor, call.origin))
    call.machine.note(ScheduleMade(schedule, "torch", optimizer, call.site))


def parts_of(schedule: Instance) -> list[Instance]:
    """The schedules that one is put together from."""
    parts = schedule.arguments.get("schedulers")
    return [part for part in parts.items if isinstance(part, Instance)] if isinstance(parts, Items) else []


_TRIED_STEPS = (*range(12), *(round(12 * 1.6**power) for power in range(24)))
"""Steps at which a function of the step is tried: all early ones, then ever wider, up to 600 000."""


def _largest_factor(function: Value | None, call: Call) -> float | None:
    if isinstance(function, Items) and len(function.items) == 1:
        function = function.items[0]
    if not isinstance(function, Function):
        return None
    largest: float | None = None
    for step in _TRIED_STEPS:
        factor = number(call.machine.call(function, Arguments((Known(step),)), call.site))
        if factor is None:
            return None
        largest = factor if largest is None else max(largest, factor)
    return largest


def peak_of(schedule: Instance) -> Value:
    """The highest rate that a schedule reaches, as far as it can be worked out; with the origin of the number
    that decides it."""
    outer = schedule.slots.get(WITHIN)
    if isinstance(outer, Instance):
        return peak_of(outer)
    return _peak(schedule)


def _peak(schedule: Instance) -> Value:
    if "max_lr" in schedule.arguments:
        highest = schedule.arguments["max_lr"]
        return _highest(highest.items) if isinstance(highest, Items) else highest
    parts = parts_of(schedule)
    if parts and schedule.title == "SequentialLR":
        return _highest(tuple(_peak(part) for part in parts))
    base, factor = base_rate(schedule), peak_factor(schedule)
    rate = number(base)
    if factor is None or rate is None:
        return Unknown("the peak of a schedule", schedule.origin)
    if factor == 1:
        return base
    parents = tuple(origin for origin in (base.origin, schedule.origin) if origin is not None)
    return Known(
        rate * factor, Origin(Made.COMPUTED, schedule.origin.site if schedule.origin else None, "", parents)
    )


def _highest(values: tuple[Value, ...]) -> Value:
    numbers = [number(value) for value in values]
    if not values or None in numbers:
        return Unknown("the peak of a schedule")
    return max(values, key=lambda value: number(value) or 0.0)


def base_rate(schedule: Instance) -> Value:
    """The rate that the optimizer was constructed with, which most schedules multiply."""
    optimizer = schedule.arguments.get("optimizer")
    if not isinstance(optimizer, Instance):
        return Unknown("the optimizer of a schedule")
    return optimizer.arguments.get("lr", Unknown("no rate"))


def peak_factor(schedule: Instance) -> float | None:
    """The largest factor on the constructor's rate, None when it is not known."""
    tried = schedule.slots.get(PEAK_FACTOR)
    if isinstance(tried, Known):
        return number(tried)
    arguments = schedule.arguments
    if schedule.title == "LinearLR":
        ends = [number(arguments.get(name)) for name in ("start_factor", "end_factor")]
        return None if None in ends else max(end for end in ends if end is not None)
    if schedule.title == "ConstantLR":
        factor = number(arguments.get("factor"))
        return None if factor is None else max(1.0, factor)
    if schedule.title in ("StepLR", "MultiStepLR", "ExponentialLR"):
        gamma = number(arguments.get("gamma"))
        return 1.0 if gamma is not None and gamma <= 1 else None
    if schedule.title == "ChainedScheduler":
        factors = [peak_factor(part) for part in parts_of(schedule)]
        # Their largest factors need not coincide: no more than a bound, so only the trivial case is told.
        return 1.0 if factors and all(factor == 1 for factor in factors) else None
    return 1.0 if schedule.title in _NEVER_ABOVE_THE_BASE else None


_NEVER_ABOVE_THE_BASE = {
    "CosineAnnealingLR",
    "CosineAnnealingWarmRestarts",
    "PolynomialLR",
    "ReduceLROnPlateau",
    *TRANSFORMERS,
}


def _step(call: Call) -> Value:
    schedule = call.receiver
    optimizer = schedule.arguments.get("optimizer") if isinstance(schedule, Instance) else None
    objects: dict[str, Value] = {} if optimizer is None else {"optimizer": optimizer}
    metric = call.argument(0, "metrics", "epoch")
    if metric is not None:
        objects["metric"] = metric
        if isinstance(schedule, Instance) and schedule.title == "ReduceLROnPlateau":
            text = call.site.text.partition("(")[2].rpartition(")")[0]
            watched, mode = Known(text, call.origin), schedule.arguments.get("mode")
            call.machine.note(MonitorMade(schedule, "torch", watched, mode))
    call.machine.happen("scheduler_step", call.site, schedule=schedule, **objects)
    return Known(None)


def _rates(call: Call) -> Value:
    return Items([Unknown("the learning rate of the moment", call.origin)], origin=call.origin)


def _nothing(call: Call) -> Value:
    return Known(None)


FUNCTIONS: dict[str, Handler] = {
    f"{_PREFIX}{name}": _constructor(f"{_PREFIX}{name}", signature) for name, signature in SCHEDULES.items()
}

METHODS: dict[str, dict[str, Handler]] = {
    f"{_PREFIX}{name}": {"__init__": _initialiser(signature)}
    for name, signature in SCHEDULES.items()
    if name != "LRScheduler"
} | {
    f"{_PREFIX}LRScheduler": {
        "__init__": _initialiser(SCHEDULES["LRScheduler"]),
        "step": _step,
        "get_last_lr": _rates,
        "get_lr": _rates,
        "state_dict": _nothing,
        "load_state_dict": _nothing,
    }
}

TRANSFORMERS_FUNCTIONS: dict[str, Handler] = {
    f"transformers.{name}": _constructor(f"transformers.{name}", signature)
    for name, signature in TRANSFORMERS.items()
}

__all__ = [
    "FUNCTIONS",
    "METHODS",
    "SCHEDULES",
    "TRANSFORMERS_FUNCTIONS",
    "base_rate",
    "peak_factor",
    "peak_of",
    "rate_at",
]
