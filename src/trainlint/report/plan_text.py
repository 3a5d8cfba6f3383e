"""What trainlint understood of a program, as tables and trees for the terminal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text
from rich.tree import Tree

from trainlint.plan.loop import Branch, Event, Loop, Sequence
from trainlint.plan.network import Network, Shape
from trainlint.plan.objective import Objective
from trainlint.plan.optimizer import Optimizer
from trainlint.plan.plan import TrainingPlan
from trainlint.plan.run import TrainingRun
from trainlint.plan.setting import Setting
from trainlint.report.text import visible
from trainlint.values.origin import Certainty, Made, Origin

_UNKNOWN = "?"


def render(plan: TrainingPlan) -> Iterator[RenderableType]:
    """The parts of the plan one after the other."""
    if plan.is_empty:
        yield Text(f"{visible(plan.filename)}: nothing that trains was found")
    for optimizer in plan.optimizers:
        yield _optimizer(optimizer)
    for network in plan.networks:
        yield _network(network)
    for objective in plan.objectives:
        yield _objective(objective)
    for run in plan.runs:
        yield _run(run, plan)
    for number, events in enumerate(plan.events, start=1):
        yield _loop_tree(events, f"Training loop {number}" if len(plan.events) > 1 else "Training loop")
    if plan.context:
        yield Text(f"Circumstances: {', '.join(sorted(plan.context))}")
    for reason, times in plan.unknowns:
        yield Text(f"Not known ({times}x): {visible(reason)}")


def _table(title: str, *columns: str) -> Table:
    table = Table(title=Text(visible(title)), title_justify="left", title_style="bold")
    for column in columns:
        table.add_column(column, justify="right" if column == "parameters" else "left", overflow="fold")
    return table


def _settings(table: Table, settings: Mapping[str, Setting[object]]) -> None:
    for name, setting in settings.items():
        table.add_row(Text(name), Text(_value(setting)), Text(_certainty(setting)), Text(_source(setting)))


def _optimizer(optimizer: Optimizer) -> RenderableType:
    title = f"Optimizer {optimizer.name} ({optimizer.framework}){_at(optimizer.origin)}"
    table = _table(title, "setting", "value", "certainty", "from")
    _settings(table, {"learning rate": _any(optimizer.learning_rate), **optimizer.settings})
    for number, group in enumerate(optimizer.groups, start=1):
        rates = {"learning rate": _any(group.learning_rate), "weight decay": _any(group.weight_decay)}
        _settings(table, {f"group {number}: {name}": setting for name, setting in rates.items()})
    if optimizer.schedule:
        schedule = optimizer.schedule
        table.add_row(Text("schedule"), Text(schedule.name), Text(""), Text(_where(schedule.origin)))
        _settings(table, {f"schedule: {name}": setting for name, setting in schedule.settings.items()})
    return table


def _network(network: Network) -> RenderableType:
    title = f"Network {network.name} ({network.framework}){_at(network.origin)}"
    table = _table(title, "#", "layer", "kind", "reads", "output shape", "parameters", "from")
    for layer in network.layers:
        table.add_row(
            str(layer.index),
            Text(visible(layer.title)),
            Text(layer.kind + (" (on some paths)" if layer.optional else "")),
            Text(", ".join(str(index) for index in layer.inputs)),
            Text(_shape(layer.output_shape)),
            _number(layer.parameters),
            Text(_where(layer.origin)),
        )
    trainable = _number(network.trainable_parameters)
    table.caption = Text(f"{_number(network.parameters)} parameters, {trainable} of them trainable")
    if not network.complete:
        reasons = "; ".join(network.reasons) or "some operation could not be followed"
        table.caption.append(f"; not complete: {visible(reasons)}")
    return table


def _objective(objective: Objective) -> RenderableType:
    title = f"Objective {objective.title} ({objective.framework}){_at(objective.origin)}"
    table = _table(title, "setting", "value", "certainty", "from")
    head = objective.head
    target = objective.target
    encoding = target.encoding or _UNKNOWN
    table.add_row("loss", Text(objective.loss))
    _settings(table, {"takes logits": _any(objective.takes_logits), **objective.settings})
    prediction = f"{head.title} {_shape(objective.prediction_shape)}" if head else _UNKNOWN
    table.add_row("prediction", Text(visible(prediction)))
    table.add_row("target", Text(f"{encoding} {_shape(target.shape)}"))
    for metric in objective.metrics:
        table.add_row("metric", Text(visible(metric.name)), "", Text(_where(metric.origin)))
    return table


def _run(run: TrainingRun, plan: TrainingPlan) -> RenderableType:
    title = f"Training run ({run.framework}){_at(run.origin)}"
    table = _table(title, "setting", "value", "certainty", "from")
    network, optimizer = plan.network_of(run), plan.optimizer_of(run)
    table.add_row("network", Text(network.name if network else _UNKNOWN))
    table.add_row("optimizer", Text(optimizer.name if optimizer else _UNKNOWN))
    data = run.data
    table.add_row("data", Text(visible(data.dataset or data.name) or _UNKNOWN))
    _settings(
        table,
        {
            "samples": _any(data.samples),
            "batch size": _any(run.batch_size),
            "epochs": _any(run.epochs),
            "steps per epoch": _any(run.steps_per_epoch),
            "shuffle": _any(run.shuffle),
        },
    )
    table.add_row("sample shape", Text(_shape(data.shape)))
    table.add_row("value range", Text(f"{_bound(data.low)} to {_bound(data.high)}"))
    table.add_row("updates", Text(_number(run.updates)))
    return table


def _loop_tree(events: Sequence, title: str) -> RenderableType:
    tree = Tree(Text(title, style="bold"))
    _grow(tree, events)
    return tree


def _grow(tree: Tree, events: Sequence) -> None:
    for item in events.items:
        match item:
            case Event():
                tree.add(Text(f"{item.kind}{_at(item.origin)}"))
            case Loop():
                over = "" if item.over == "unknown" else f" over {item.over}"
                times = "" if item.times is None else f", {item.times} times"
                _grow(tree.add(Text(f"loop{over}{times}{_at(item.origin)}")), item.body)
            case Branch():
                branch = tree.add(Text(f"one of{_at(item.origin)}: {visible(item.condition)}"))
                for path in item.paths:
                    _grow(branch.add("path" if path.items else "nothing"), path)


def _any(setting: Setting[float] | Setting[int] | Setting[bool]) -> Setting[object]:
    return Setting[object](
        values=setting.values, certainty=setting.certainty, origins=setting.origins, reason=setting.reason
    )


def _value(setting: Setting[object]) -> str:
    if not setting.values:
        return f"{_UNKNOWN} ({visible(setting.reason)})" if setting.reason else _UNKNOWN
    return " or ".join(_written(value) for value in setting.values)


def _written(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else visible(str(value))


def _certainty(setting: Setting[object]) -> str:
    return "" if not setting.values or setting.certainty is Certainty.EXACT else setting.certainty.value


def _source(setting: Setting[object]) -> str:
    """Where the value was written, and what makes it what it is: an option, a name, a library's default."""
    origin = setting.origin
    if origin is None:
        return ""
    # The argument under which it was passed is the setting's own name, mostly: it tells nothing new.
    labels = (step.label for step in origin.chain() if step.label and step.made is not Made.PASSED)
    return visible(next(labels, origin.root.made.value)) + _at(origin.root)


def _at(origin: Origin | None) -> str:
    where = _where(origin)
    return f" at {where}" if where else ""


def _where(origin: Origin | None) -> str:
    site = next((step.site for step in origin.chain() if step.site), None) if origin else None
    return f"{visible(site.place.filename)}:{site.place.row}" if site else ""


def _shape(shape: Shape | None) -> str:
    if shape is None:
        return _UNKNOWN
    return "(" + ", ".join(_UNKNOWN if size is None else str(size) for size in shape) + ")"


def _bound(value: float | None) -> str:
    return _UNKNOWN if value is None else _written(value)


def _number(number: int | None) -> str:
    return _UNKNOWN if number is None else f"{number:,}"
