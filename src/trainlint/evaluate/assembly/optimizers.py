"""Optimizers and schedules of the plan."""

from __future__ import annotations

from trainlint.evaluate.assembly.arguments import keyword
from trainlint.evaluate.assembly.gathered import CompileCalled, Gathered, OptimizerMade, ScheduleMade
from trainlint.evaluate.assembly.numbering import with_parts
from trainlint.evaluate.assembly.settings import numeric, settings
from trainlint.frameworks import catalogue
from trainlint.frameworks.keras.schedules import peak_of as keras_peak
from trainlint.frameworks.torch.optimizers import groups_of
from trainlint.frameworks.torch.parameters import owners_of
from trainlint.plan.optimizer import Optimizer, ParameterGroup
from trainlint.plan.schedule import Schedule
from trainlint.plan.setting import Setting
from trainlint.values.origin import Certainty, Made, Origin
from trainlint.values.value import Instance, Known, Mapped, OneOf, Unknown, Value, number

_RATES = ("learning_rate", "lr")


def optimizers_of(gathered: Gathered) -> tuple[Optimizer, ...]:
    """Every optimizer that was made, and those that are only seen at work (their class is unknown)."""
    made: list[Optimizer] = []
    trained = _trained(gathered)
    for fact, certainty in gathered.of(OptimizerMade):
        if gathered.optimizers.known(fact.optimizer) is not None:
            continue
        gathered.optimizers.of(fact.optimizer)
        made.append(_optimizer(fact, certainty, gathered, id(fact.optimizer) in trained))
    for event in gathered.walk():
        unseen = event.objects.get("optimizer") if event.kind in ("zero_grad", "step") else None
        if isinstance(unseen, Value) and gathered.optimizers.known(unseen) is None:
            gathered.optimizers.of(unseen)
            made.append(_unseen(unseen))
    return tuple(made)


def _unseen(value: Value) -> Optimizer:
    framework = "keras" if catalogue.is_a(value, "keras.optimizers.Optimizer") else "torch"
    return Optimizer(
        name="",
        framework=framework,
        learning_rate=Setting(
            reason=value.reason if isinstance(value, Unknown) and value.reason else "made elsewhere"
        ),
        trains=True,
        origin=value.origin,
    )


def _trained(gathered: Gathered) -> set[int]:
    """Optimizers that are stepped, compiled into a model, or handed to code that may step them."""
    used = {
        id(event.objects.get("optimizer"))
        for event in gathered.walk()
        if event.kind in ("step", "escape") and event.objects.get("optimizer") is not None
    }
    return used | {id(fact.arguments.get("optimizer")) for fact, _ in gathered.of(CompileCalled)}


def _optimizer(fact: OptimizerMade, certainty: Certainty, gathered: Gathered, trains: bool) -> Optimizer:
    optimizer = fact.optimizer
    arguments = dict(optimizer.arguments)
    arguments.pop("params", None)
    rate = _rate(arguments)
    schedule = _schedule(fact, gathered, rate)
    owners = _owners(fact, gathered)
    held = groups_of(optimizer) if fact.framework == "torch" else ()
    groups = tuple(_group(group, gathered) for group in held)
    now = held[0].slots.get("lr") if len(held) == 1 else None
    if isinstance(rate, Known) and isinstance(now, Unknown | OneOf):
        # `for group in optimizer.param_groups: group["lr"] = …` while it trains.
        schedule = schedule or Schedule(name="set by hand", framework="torch", origin=optimizer.origin)
    elif isinstance(now, Value):
        rate = now
    return Optimizer(
        name=optimizer.title,
        framework=fact.framework,
        learning_rate=Setting(reason="set by a schedule")
        if isinstance(rate, Instance)
        else numeric(rate, certainty),
        settings=settings(
            {name: value for name, value in arguments.items() if name not in _RATES}, certainty
        ),
        groups=groups if len(groups) > 1 else (),
        schedule=schedule,
        networks=tuple(gathered.networks.of(part) for owner in owners or () for part in with_parts(owner)),
        outdated=_outdated(fact),
        optimises_inputs=owners == (),
        trains=trains,
        origin=optimizer.origin or Origin(Made.COMPUTED, fact.site, optimizer.title),
    )


def _outdated(fact: OptimizerMade) -> dict[str, Origin]:
    sites = {name: keyword(fact.site, name) for name in fact.outdated}
    return {name: Origin(Made.PASSED, site or fact.site, name) for name, site in sites.items()}


def _owners(fact: OptimizerMade, gathered: Gathered) -> tuple[Value, ...] | None:
    if fact.owners is not None:
        return fact.owners
    compiled = [
        c.model for c, _ in gathered.of(CompileCalled) if c.arguments.get("optimizer") is fact.optimizer
    ]
    return tuple(compiled) or None


def _rate(arguments: dict[str, Value]) -> Value | None:
    return next((arguments[name] for name in _RATES if name in arguments), None)


def _group(group: Mapped, gathered: Gathered) -> ParameterGroup:
    owners = owners_of(group.slots.get("params")) or ()
    return ParameterGroup(
        learning_rate=numeric(group.slots.get("lr", Unknown("no rate"))),
        weight_decay=numeric(group.slots.get("weight_decay", Unknown("no decay"))),
        networks=tuple(gathered.networks.of(part) for owner in owners for part in with_parts(owner)),
        origin=group.origin,
    )


def _schedule(fact: OptimizerMade, gathered: Gathered, rate: Value | None) -> Schedule | None:
    if isinstance(rate, Instance):
        return Schedule(
            name=rate.title,
            framework=fact.framework,
            settings=settings(rate.arguments),
            peak=numeric(keras_peak(rate)),
            warms_up=_warms_up(rate),
            origin=rate.origin,
        )
    for made, certainty in gathered.of(ScheduleMade):
        if made.optimizer is fact.optimizer:
            return Schedule(
                name=made.schedule.title,
                framework=made.framework,
                settings=settings(made.schedule.arguments, certainty),
                peak=_torch_peak(made),
                warms_up=_warms_up(made.schedule),
                origin=made.schedule.origin,
            )
    return None


def _torch_peak(made: ScheduleMade) -> Setting[float]:
    from trainlint.frameworks.torch.schedulers import peak_of

    return numeric(peak_of(made.schedule))


_WARM_UP_LENGTHS = ("num_warmup_steps", "warmup_t")
_WARMING = ("OneCycleLR", "LinearLR", "CyclicLR")


def _warms_up(schedule: Instance) -> bool | None:
    title = schedule.title.lower()
    if any(number(schedule.arguments.get(name)) == 0 for name in _WARM_UP_LENGTHS):
        return False
    if "warmup" in title or "warm_up" in title or schedule.title in _WARMING:
        return True
    if any("warmup" in name and value.origin is not None and value.origin.made is not Made.LIBRARY
           for name, value in schedule.arguments.items()):  # fmt: skip
        return True
    return (
        None
        if schedule.title in ("LambdaLR", "SequentialLR", "ChainedScheduler", "MultiplicativeLR")
        else False
    )
