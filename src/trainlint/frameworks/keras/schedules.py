"""Learning-rate schedules."""

from __future__ import annotations

from trainlint.frameworks.call import Call
from trainlint.frameworks.facts import ScheduleMade
from trainlint.frameworks.keras.optimizer_signatures import SCHEDULES
from trainlint.values.value import Instance, Items, Reference, Unknown, Value, constant, number

_PREFIX = "keras.optimizers.schedules."


def construct(call: Call) -> Value:
    name = _NAMES.get(call.title, call.title)
    schedule = Instance(Reference(_PREFIX + name), call.bind(SCHEDULES[name]), call.origin)
    call.machine.note(ScheduleMade(schedule, "keras", None, call.site))
    return schedule


def peak_of(schedule: Value) -> Value:
    """The highest rate of a schedule, with the origin of the argument that sets it."""
    if not isinstance(schedule, Instance) or not isinstance(schedule.cls, Reference):
        return Unknown("a schedule of the program")
    arguments = schedule.arguments
    initial = arguments.get("initial_learning_rate", Unknown("the initial rate"))
    match schedule.title:
        case "CosineDecay":
            # With a warm-up the initial rate is where the warm-up begins.
            target = arguments.get("warmup_target")
            return initial if target is None or constant(target) is None else _largest([initial, target])
        case "ExponentialDecay":
            rate = number(arguments.get("decay_rate"))
            return initial if rate is None or rate <= 1 else Unknown("the rate grows without bound")
        case "InverseTimeDecay":
            return initial
        case "PolynomialDecay":
            return _largest([initial, arguments.get("end_learning_rate", initial)])
        case "CosineDecayRestarts":
            growth = number(arguments.get("m_mul"))
            return initial if growth is not None and growth <= 1 else Unknown("restarts that grow")
        case "PiecewiseConstantDecay":
            values = arguments.get("values")
            return _largest(list(values.items)) if isinstance(values, Items) else Unknown("the rates")
    return Unknown(f"the peak of {schedule.title}")


def _largest(values: list[Value]) -> Value:
    numbers = [number(value) for value in values]
    if not values or any(found is None for found in numbers):
        return Unknown("a rate that is not known")
    return max(values, key=lambda value: number(value) or 0.0)


_NAMES = {"PiecewiseConstant": "PiecewiseConstantDecay"}

FUNCTIONS = {_PREFIX + name: construct for name in [*SCHEDULES, *_NAMES]} | {
    f"keras.experimental.{name}": construct for name in ("CosineDecay", "CosineDecayRestarts")
}

BASES = dict.fromkeys((_PREFIX + name for name in SCHEDULES), (_PREFIX + "LearningRateSchedule",))
