"""The learning rate over a run, where its length and the schedule are known."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

from trainlint.evaluate.assembly.gathered import Gathered, OptimizerMade, ScheduleMade
from trainlint.evaluate.happenings import Forked, Happened, Happening, Repeated
from trainlint.frameworks.keras.schedule_rates import rate_at as keras_rate
from trainlint.frameworks.torch.schedule_rates import rate_at as torch_rate
from trainlint.plan.optimizer import Optimizer
from trainlint.plan.run import TrainingRun
from trainlint.values.value import Instance, Value, number

POINTS = 40
"""Rates of a curve."""


def with_curves(
    optimizers: tuple[Optimizer, ...], runs: tuple[TrainingRun, ...], gathered: Gathered
) -> tuple[Optimizer, ...]:
    """The optimizers, their schedules with curves as far as they can be worked out."""
    changed = list(optimizers)
    for fact, _ in gathered.of(OptimizerMade):
        index = gathered.optimizers.known(fact.optimizer)
        if index is None or index >= len(optimizers) or optimizers[index].schedule is None:
            continue
        run = next((run for run in runs if run.optimizer == index), None)
        curve = _curve(fact.optimizer, run, gathered) if run is not None else ()
        schedule = optimizers[index].schedule
        if curve and schedule is not None:
            told = schedule.model_copy(update={"curve": curve})
            changed[index] = optimizers[index].model_copy(update={"schedule": told})
    return tuple(changed)


def _curve(optimizer: Instance, run: TrainingRun, gathered: Gathered) -> tuple[float, ...]:
    rate = optimizer.arguments.get("learning_rate") or optimizer.arguments.get("lr")
    if isinstance(rate, Instance):
        return _sampled(run.updates, lambda step: keras_rate(rate, step))
    base = number(rate)
    schedules = [made.schedule for made, _ in gathered.of(ScheduleMade) if made.optimizer is optimizer]
    stepped = [
        found
        for found in _stepped(gathered.happened, None)
        if any(found[0] is schedule for schedule in schedules)
    ]
    if base is None or not stepped or len({id(schedule) for schedule, _ in stepped}) > 1:
        return ()
    schedule, over = stepped[0]
    if over is None:
        return ()
    steps = run.updates if over == "batches" else run.epochs.value
    return _sampled(steps, lambda step: torch_rate(schedule, step, base))


def _stepped(happened: list[Happened], over: str | None) -> Iterator[tuple[Instance, str | None]]:
    """The schedules that are stepped, and over what the innermost loop around goes; None outside of loops."""
    for item in happened:
        if isinstance(item, Repeated):
            yield from _stepped(item.body, item.over)
        elif isinstance(item, Forked):
            for path in item.paths:
                yield from _stepped(path, over)
        elif isinstance(item, Happening) and item.kind == "scheduler_step":
            schedule: Value | None = item.objects.get("schedule")
            if isinstance(schedule, Instance):
                yield schedule, over


def _sampled(steps: int | None, rate: Callable[[int], float | None]) -> tuple[float, ...]:
    """Rates at places spread evenly over so many steps; none when one cannot be worked out."""
    if not steps or steps < 2:
        return ()
    count = min(POINTS, steps)
    try:
        rates = [rate(round(place * (steps - 1) / (count - 1))) for place in range(count)]
    except (ArithmeticError, ValueError):
        return ()  # numbers that no schedule works with
    known = tuple(found for found in rates if isinstance(found, int | float) and math.isfinite(found))
    return known if len(known) == count else ()
