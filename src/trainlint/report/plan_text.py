"""What trainlint understood of a program, as tables and trees for the terminal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text
from rich.tree import Tree

from trainlint.plan.loop import Branch, Event, Loop, Sequence
from trainlint.plan.objective import Objective
from trainlint.plan.optimizer import Optimizer
from trainlint.plan.plan import TrainingPlan
from trainlint.plan.run import TrainingRun
from trainlint.plan.schedule import Schedule
from trainlint.plan.setting import Setting
from trainlint.report.layer_table import layer_table
from trainlint.report.plan_words import (
    UNKNOWN,
    CellOf,
    Places,
    bound_text,
    certainty_text,
    number_text,
    shape_text,
    value_text,
)
from trainlint.report.sparkline import sparkline
from trainlint.report.text import visible


def render(plan: TrainingPlan, cell_of: CellOf = lambda row: None) -> Iterator[RenderableType]:
    """The parts of the plan one after the other. `cell_of` finds the cells of a notebook."""
    places = Places(plan.filename, cell_of)
    if plan.is_empty:
        yield Text(f"{visible(plan.filename)}: nothing that trains was found")
    for optimizer in plan.optimizers:
        yield _optimizer(optimizer, places)
    for network in plan.networks:
        yield layer_table(network, places)
    for objective in plan.objectives:
        yield _objective(objective, places)
    for run in plan.runs:
        yield _run(run, plan, places)
    for number, events in enumerate(plan.events, start=1):
        title = f"Training loop {number}" if len(plan.events) > 1 else "Training loop"
        yield _loop_tree(events, title, places)
    if plan.context:
        yield Text(f"Circumstances: {', '.join(sorted(plan.context))}")
    for reason, times in plan.unknowns:
        yield Text(f"Not known ({times}x): {visible(reason)}")


def _table(title: str, *columns: str) -> Table:
    table = Table(title=Text(visible(title)), title_justify="left", title_style="bold")
    for column in columns:
        table.add_column(column, overflow="fold")
    return table


def _settings(table: Table, settings: Mapping[str, Setting[object]], places: Places) -> None:
    for name, setting in settings.items():
        table.add_row(
            Text(name), Text(value_text(setting)), Text(certainty_text(setting)), Text(places.source(setting))
        )


def _optimizer(optimizer: Optimizer, places: Places) -> RenderableType:
    title = f"Optimizer {optimizer.name} ({optimizer.framework}){places.at(optimizer.origin)}"
    table = _table(title, "setting", "value", "certainty", "from")
    _settings(table, {"learning rate": _any(optimizer.learning_rate), **optimizer.settings}, places)
    for number, group in enumerate(optimizer.groups, start=1):
        rates = {"learning rate": _any(group.learning_rate), "weight decay": _any(group.weight_decay)}
        _settings(table, {f"group {number}: {name}": setting for name, setting in rates.items()}, places)
    if optimizer.schedule:
        _schedule(table, optimizer.schedule, places)
    return table


def _schedule(table: Table, schedule: Schedule, places: Places) -> None:
    table.add_row(Text("schedule"), Text(schedule.name), Text(""), Text(places.where(schedule.origin)))
    told = {name: setting for name, setting in schedule.settings.items() if name != "optimizer"}
    _settings(table, {f"schedule: {name}": setting for name, setting in told.items()}, places)
    if schedule.curve:
        first, top, last = schedule.curve[0], max(schedule.curve), schedule.curve[-1]
        rates = f"from {first:.3g} to {last:.3g}, at most {top:.3g}"
        table.add_row(Text("learning rate over the run"), Text(f"{sparkline(schedule.curve)}\n{rates}"))


def _objective(objective: Objective, places: Places) -> RenderableType:
    title = f"Objective {objective.title} ({objective.framework}){places.at(objective.origin)}"
    table = _table(title, "setting", "value", "certainty", "from")
    head = objective.head
    target = objective.target
    encoding = target.encoding or UNKNOWN
    table.add_row("loss", Text(objective.loss))
    _settings(table, {"takes logits": _any(objective.takes_logits), **objective.settings}, places)
    prediction = f"{head.title} {shape_text(objective.prediction_shape)}" if head else UNKNOWN
    table.add_row("prediction", Text(visible(prediction)))
    table.add_row("target", Text(f"{encoding} {shape_text(target.shape)}"))
    for metric in objective.metrics:
        table.add_row("metric", Text(visible(metric.name)), "", Text(places.where(metric.origin)))
    return table


def _run(run: TrainingRun, plan: TrainingPlan, places: Places) -> RenderableType:
    title = f"Training run ({run.framework}){places.at(run.origin)}"
    table = _table(title, "setting", "value", "certainty", "from")
    network, optimizer = plan.network_of(run), plan.optimizer_of(run)
    table.add_row("network", Text(network.name if network else UNKNOWN))
    table.add_row("optimizer", Text(optimizer.name if optimizer else UNKNOWN))
    data = run.data
    table.add_row("data", Text(visible(data.dataset or data.name) or UNKNOWN))
    _settings(
        table,
        {
            "samples": _any(data.samples),
            "batch size": _any(run.batch_size),
            "epochs": _any(run.epochs),
            "steps per epoch": _any(run.steps_per_epoch),
            "shuffle": _any(run.shuffle),
        },
        places,
    )
    table.add_row("sample shape", Text(shape_text(data.shape)))
    table.add_row("value range", Text(f"{bound_text(data.low)} to {bound_text(data.high)}"))
    table.add_row("updates", Text(number_text(run.updates)))
    return table


def _loop_tree(events: Sequence, title: str, places: Places) -> RenderableType:
    tree = Tree(Text(title, style="bold"))
    _grow(tree, events, places)
    return tree


def _grow(tree: Tree, events: Sequence, places: Places) -> None:
    for item in events.items:
        match item:
            case Event():
                tree.add(Text(f"{item.kind}{places.at(item.origin)}"))
            case Loop():
                over = "" if item.over == "unknown" else f" over {item.over}"
                times = "" if item.times is None else f", {item.times} times"
                _grow(tree.add(Text(f"loop{over}{times}{places.at(item.origin)}")), item.body, places)
            case Branch():
                branch = tree.add(Text(f"one of{places.at(item.origin)}: {visible(item.condition)}"))
                for path in item.paths:
                    _grow(branch.add("path" if path.items else "nothing"), path, places)


def _any(setting: Setting[float] | Setting[int] | Setting[bool]) -> Setting[object]:
    return Setting[object](
        values=setting.values, certainty=setting.certainty, origins=setting.origins, reason=setting.reason
    )
