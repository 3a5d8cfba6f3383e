"""What was understood of a program, put into words: the same for the terminal and for editors.

Every part knows the place it speaks of; how a place is written or opened is up to whoever shows it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pydantic import BaseModel, ConfigDict

from trainlint.plan.loop import Branch, Event, Loop, Sequence
from trainlint.plan.network import Layer, Network
from trainlint.plan.objective import Objective
from trainlint.plan.optimizer import Optimizer
from trainlint.plan.plan import TrainingPlan
from trainlint.plan.run import TrainingRun
from trainlint.plan.schedule import Schedule
from trainlint.plan.setting import Setting
from trainlint.report.kind_words import kind_word
from trainlint.report.plan_words import (
    UNKNOWN,
    bound_text,
    certainty_text,
    number_text,
    shape_text,
    source_text,
    value_text,
)
from trainlint.report.text import visible
from trainlint.syntax.positions import Place
from trainlint.values.origin import Origin

CURVE = "learning rate over the run"
"""The fact that a section's curve belongs to."""


class _Shown(BaseModel):
    model_config = ConfigDict(frozen=True)


class Fact(_Shown):
    """One line about an optimizer, an objective, a run. `place` is where the value was written."""

    name: str
    value: str
    certainty: str = ""
    source: str = ""
    place: Place | None = None


class Section(_Shown):
    """An optimizer, an objective or a run. `curve` is its learning rate over the run, where that is known."""

    title: str
    place: Place | None = None
    facts: tuple[Fact, ...] = ()
    curve: tuple[float, ...] = ()


class LayerRow(_Shown):
    """A layer. `reads` are the numbers of the layers before it."""

    number: int
    title: str
    kind: str
    reads: tuple[int, ...]
    shape: str
    parameters: str
    place: Place | None = None


class NetworkTable(_Shown):
    """The layers of a network. `branches`: some layer reads not just the one above it."""

    title: str
    place: Place | None = None
    layers: tuple[LayerRow, ...] = ()
    branches: bool = False
    caption: str = ""


class Step(_Shown):
    """Something that happens in a training loop, with what happens inside it."""

    text: str
    place: Place | None = None
    condition: str = ""
    steps: tuple[Step, ...] = ()


class Understood(_Shown):
    """All that is shown of a plan."""

    filename: str
    optimizers: tuple[Section, ...] = ()
    networks: tuple[NetworkTable, ...] = ()
    objectives: tuple[Section, ...] = ()
    runs: tuple[Section, ...] = ()
    loops: tuple[Step, ...] = ()
    circumstances: tuple[str, ...] = ()
    unknowns: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        return not (self.optimizers or self.networks or self.objectives or self.runs)


def understood(plan: TrainingPlan) -> Understood:
    """The words for a plan. Text from the program has no control characters any more."""
    return Understood(
        filename=plan.filename,
        optimizers=tuple(_optimizer(optimizer) for optimizer in plan.optimizers),
        networks=tuple(_network(network) for network in plan.networks),
        objectives=tuple(_objective(objective) for objective in plan.objectives),
        runs=tuple(_run(run, plan) for run in plan.runs),
        loops=tuple(
            Step(
                text=f"Training loop {number}" if len(plan.events) > 1 else "Training loop",
                steps=_steps(tree),
            )
            for number, tree in enumerate(plan.events, start=1)
        ),
        circumstances=tuple(sorted(plan.context)),
        unknowns=tuple(f"Not known ({times}x): {visible(reason)}" for reason, times in plan.unknowns),
    )


def _place(origin: Origin | None) -> Place | None:
    site = next((step.site for step in origin.chain() if step.site), None) if origin else None
    return site.place if site else None


def _fact(name: str, setting: Setting[object]) -> Fact:
    return Fact(
        name=name,
        value=value_text(setting),
        certainty=certainty_text(setting),
        source=source_text(setting),
        place=_place(setting.origin.root) if setting.origin else None,
    )


def _facts(settings: Mapping[str, Setting[object]], before: str = "") -> Iterator[Fact]:
    return (_fact(before + name, setting) for name, setting in settings.items())


def _optimizer(optimizer: Optimizer) -> Section:
    facts = [*_facts({"learning rate": _any(optimizer.learning_rate), **optimizer.settings})]
    for number, group in enumerate(optimizer.groups, start=1):
        rates = {"learning rate": _any(group.learning_rate), "weight decay": _any(group.weight_decay)}
        facts += _facts(rates, f"group {number}: ")
    schedule = optimizer.schedule
    if schedule:
        facts += _schedule(schedule)
    return Section(
        title=visible(f"Optimizer {optimizer.name} ({optimizer.framework})"),
        place=_place(optimizer.origin),
        facts=tuple(facts),
        curve=schedule.curve if schedule else (),
    )


def _schedule(schedule: Schedule) -> Iterator[Fact]:
    yield Fact(name="schedule", value=visible(schedule.name), place=_place(schedule.origin))
    told = {name: setting for name, setting in schedule.settings.items() if name != "optimizer"}
    yield from _facts(told, "schedule: ")
    if schedule.curve:
        first, top, last = schedule.curve[0], max(schedule.curve), schedule.curve[-1]
        rates = f"from {first:.3g} to {last:.3g}, at most {top:.3g}"
        yield Fact(name=CURVE, value=rates)


def _objective(objective: Objective) -> Section:
    head, target = objective.head, objective.target
    prediction = f"{head.title} {shape_text(objective.prediction_shape)}" if head else UNKNOWN
    return Section(
        title=visible(f"Objective {objective.title} ({objective.framework})"),
        place=_place(objective.origin),
        facts=(
            Fact(name="loss", value=objective.loss),
            *_facts({"takes logits": _any(objective.takes_logits), **objective.settings}),
            Fact(name="prediction", value=visible(prediction), place=_place(head.origin) if head else None),
            Fact(name="target", value=f"{target.encoding or UNKNOWN} {shape_text(target.shape)}"),
            *(
                Fact(name="metric", value=visible(name), place=_place(metric.origin))
                for name, metric in {metric.name: metric for metric in objective.metrics}.items()
            ),
        ),
    )


def _run(run: TrainingRun, plan: TrainingPlan) -> Section:
    network, optimizer, data = plan.network_of(run), plan.optimizer_of(run), run.data
    settings = {
        "samples": _any(data.samples),
        "batch size": _any(run.batch_size),
        "epochs": _any(run.epochs),
        "steps per epoch": _any(run.steps_per_epoch),
        "shuffle": _any(run.shuffle),
    }
    return Section(
        title=f"Training run ({run.framework})",
        place=_place(run.origin),
        facts=(
            Fact(name="network", value=visible(network.name) if network else UNKNOWN),
            Fact(name="optimizer", value=visible(optimizer.name) if optimizer else UNKNOWN),
            Fact(name="data", value=visible(data.dataset or data.name) or UNKNOWN),
            *_facts(settings),
            Fact(name="sample shape", value=shape_text(data.shape)),
            Fact(name="value range", value=f"{bound_text(data.low)} to {bound_text(data.high)}"),
            Fact(name="updates", value=number_text(run.updates)),
        ),
    )


def _network(network: Network) -> NetworkTable:
    caption = (
        f"{number_text(network.parameters)} parameters, "
        f"{number_text(network.trainable_parameters)} of them trainable"
    )
    if not network.complete:
        reasons = "; ".join(network.reasons) or "some operation could not be followed"
        caption += f"; not complete: {visible(reasons)}"
    return NetworkTable(
        title=visible(f"Network {network.name} ({network.framework})"),
        place=_place(network.origin),
        layers=tuple(_layer(layer) for layer in network.layers),
        branches=any(layer.inputs != _above(layer) for layer in network.layers),
        caption=caption,
    )


def _above(layer: Layer) -> tuple[int, ...]:
    return (layer.index - 1,) if layer.index else ()


def _layer(layer: Layer) -> LayerRow:
    return LayerRow(
        number=layer.index,
        title=visible(layer.title),
        kind=kind_word(layer.kind) + (" (on some paths)" if layer.optional else ""),
        reads=layer.inputs,
        shape=shape_text(layer.output_shape),
        parameters=number_text(layer.parameters) if layer.parameters != 0 else "",
        place=_place(layer.origin),
    )


def _steps(events: Sequence) -> tuple[Step, ...]:
    return tuple(_step(item) for item in events.items)


def _step(item: Event | Loop | Branch) -> Step:
    place = _place(item.origin)
    match item:
        case Event():
            return Step(text=item.kind, place=place)
        case Loop():
            over = "" if item.over == "unknown" else f" over {item.over}"
            times = "" if item.times is None else f", {item.times} times"
            return Step(text=f"loop{over}{times}", place=place, steps=_steps(item.body))
        case Branch():
            paths = (
                Step(text="path" if path.items else "nothing", steps=_steps(path)) for path in item.paths
            )
            return Step(text="one of", place=place, condition=visible(item.condition), steps=tuple(paths))


def _any(setting: Setting[float] | Setting[int] | Setting[bool]) -> Setting[object]:
    return Setting[object](
        values=setting.values, certainty=setting.certainty, origins=setting.origins, reason=setting.reason
    )
