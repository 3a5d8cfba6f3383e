"""Training runs of the plan: calls of fit, and hand-written loops around an optimizer's step."""

from __future__ import annotations

from collections.abc import Mapping

import libcst as cst

from trainlint.evaluate.assembly.arguments import argument
from trainlint.evaluate.assembly.data import data_of
from trainlint.evaluate.assembly.gathered import CompileCalled, FitCalled, Gathered, events
from trainlint.evaluate.assembly.settings import flag, whole
from trainlint.evaluate.happenings import Forked, Happened, Happening, Repeated
from trainlint.evaluate.iteration import element
from trainlint.evaluate.machine import Machine
from trainlint.frameworks import catalogue
from trainlint.frameworks.call import Arguments, Call
from trainlint.plan.data import Data
from trainlint.plan.run import TrainingRun
from trainlint.plan.setting import Setting
from trainlint.syntax.positions import Site
from trainlint.values.origin import Certainty, Made, Origin
from trainlint.values.value import Instance, Items, Known, Value, constant

LOADERS = (
    "torch.utils.data.DataLoader", "tensorflow.data.Dataset", "keras.preprocessing.image.Iterator",
)  # fmt: skip


def runs_of(gathered: Gathered, machine: Machine, objectives: Mapping[int, int]) -> tuple[TrainingRun, ...]:
    """All training runs; `objectives` gives the index of the objective by the identity of a model."""
    found = [_fitted(fact, certainty, gathered, objectives) for fact, certainty in gathered.of(FitCalled)]
    found += [_looped(loops, gathered, machine, objectives) for loops in _stepping(gathered.happened, ())]
    return tuple(found)


def _fitted(
    fact: FitCalled, certainty: Certainty, gathered: Gathered, objectives: Mapping[int, int]
) -> TrainingRun:
    compiled = [c for c, _ in gathered.of(CompileCalled) if c.model is fact.model]
    optimizer = compiled[-1].arguments.get("optimizer") if compiled else None
    validation = constant(fact.settings.get("validation"))
    return TrainingRun(
        framework=fact.framework,
        network=gathered.networks.of(fact.model) if isinstance(fact.model, Instance) else None,
        objective=objectives.get(id(fact.model)),
        optimizer=gathered.optimizers.known(optimizer) if optimizer is not None else None,
        data=_data(fact),
        batch_size=whole(fact.settings.get("batch_size"), certainty),
        epochs=whole(fact.settings.get("epochs"), certainty),
        steps_per_epoch=whole(fact.settings.get("steps_per_epoch"), certainty),
        shuffle=flag(fact.settings.get("shuffle"), certainty),
        validates=validation if isinstance(validation, bool) else None,
        callbacks=_callbacks(fact.settings.get("callbacks")),
        origin=Origin(Made.COMPUTED, fact.site, "fit"),
    )


def _data(fact: FitCalled) -> Data:
    """What is fitted; where nothing is known about it, at least its name and place."""
    site = argument(fact.site, 0, "x") if fact.framework == "keras" else None
    found = data_of(fact.inputs, _name(site.node) if site is not None else "")
    if found.origin is None and site is not None:
        return found.model_copy(update={"origin": Origin(Made.PASSED, site, found.name)})
    return found


def _name(node: cst.CSTNode) -> str:
    """The variable behind an expression such as `x_small[:100].values`."""
    while isinstance(node, cst.Subscript | cst.Attribute):
        node = node.value
    return node.value if isinstance(node, cst.Name) else ""


def _callbacks(value: Value | None) -> tuple[str, ...] | None:
    if value is None or (isinstance(value, Known) and value.value is None):
        return ()
    if isinstance(value, Items) and value.complete:
        return tuple(item.title if isinstance(item, Instance) else "" for item in value.items)
    return None


def _stepping(happened: list[Happened], around: tuple[Repeated, ...]) -> list[tuple[Repeated, ...]]:
    """The loops around each step of an optimizer, outermost first."""
    found: list[tuple[Repeated, ...]] = []
    for item in happened:
        if isinstance(item, Happening):
            if item.kind == "step" and around and around not in found:
                found.append(around)
        elif isinstance(item, Repeated):
            found += [loops for loops in _stepping(item.body, (*around, item)) if loops not in found]
        elif isinstance(item, Forked):
            for path in item.paths:
                found += [loops for loops in _stepping(path, around) if loops not in found]
    return found


def _looped(
    loops: tuple[Repeated, ...], gathered: Gathered, machine: Machine, objectives: Mapping[int, int]
) -> TrainingRun:
    inner = loops[-1]
    happened = list(events(inner.body))
    steps = [event.objects.get("optimizer") for event in happened if event.kind == "step"]
    networks = [event.objects["networks"][0] for event in happened if event.kind == "forward"]
    loader = _loader(inner.iterable)
    turns = [loop.times for loop in loops[:-1] if loop.times is not None]
    if loader is None and inner.times is not None and inner.over != "batches":
        # A loop over a number with the whole data set in each turn: a turn is an epoch.
        return _full_batch(inner, steps, networks, gathered, objectives)
    arguments = loader.arguments if loader is not None else {}
    told = {name: value for loop in loops for name, value in loop.told.items()}
    batch = element(machine, loader, inner.site) if loader is not None else told.get("data")
    validation = constant(told.get("validation"))
    return TrainingRun(
        framework=_framework(steps),
        network=gathered.networks.known(networks[0]) if networks else None,
        objective=_objective(networks, objectives),
        optimizer=gathered.optimizers.known(steps[0]) if steps else None,
        data=_counted(data_of(batch), loader, machine, inner.site),
        batch_size=whole(told.get("batch_size", arguments.get("batch_size"))),
        epochs=whole(told.get("epochs"))
        if "epochs" in told
        else whole(turns[0])
        if len(turns) == 1
        else Setting(reason="how often the data is gone through"),
        steps_per_epoch=whole(told.get("steps_per_epoch")),
        shuffle=flag(told.get("shuffle", arguments.get("shuffle"))),
        drop_last=flag(told.get("drop_last", arguments.get("drop_last"))),
        validates=validation if isinstance(validation, bool) else None,
        callbacks=_callbacks(told["callbacks"])
        if "callbacks" in told
        else None
        if any(loop.can_stop for loop in loops)
        else (),
        origin=Origin(Made.COMPUTED, inner.site, "training loop"),
    )


def _framework(steps: list[Value | None]) -> str:
    """The framework whose optimizer steps in a loop."""
    return "keras" if steps and catalogue.is_a(steps[0], "keras.optimizers.Optimizer") else "torch"


def _counted(data: Data, loader: Instance | None, machine: Machine, site: Site) -> Data:
    """The data of a loader, with the number of samples that its data set tells of itself."""
    dataset = loader.arguments.get("dataset") if loader is not None else None
    if dataset is None or data.samples.values:
        return data
    handler = catalogue.method(dataset, "__len__")
    if handler is None or catalogue.is_a(dataset, "torch.utils.data.Dataset"):
        return data
    length = handler(Call("__len__", Arguments(), site, machine, dataset))
    return data.model_copy(update={"samples": whole(length), "origin": data.origin or dataset.origin})


def _full_batch(
    loop: Repeated,
    steps: list[Value | None],
    networks: list[Value],
    gathered: Gathered,
    objectives: Mapping[int, int],
) -> TrainingRun:
    return TrainingRun(
        framework=_framework(steps),
        network=gathered.networks.known(networks[0]) if networks else None,
        objective=_objective(networks, objectives),
        optimizer=gathered.optimizers.known(steps[0]) if steps else None,
        epochs=whole(loop.times),
        callbacks=None if loop.can_stop else (),
        origin=Origin(Made.COMPUTED, loop.site, "training loop"),
    )


def _objective(networks: list[Value], objectives: Mapping[int, int]) -> int | None:
    found = [objectives[id(network)] for network in networks if id(network) in objectives]
    return found[0] if found else None


def _loader(iterable: Value | None) -> Instance | None:
    """The data loader that a loop goes through, looking into enumerate, zip and progress bars."""
    if not isinstance(iterable, Instance):
        return None
    if catalogue.is_a(iterable, *LOADERS):
        return iterable
    return _loader(iterable.arguments.get("iterable"))
