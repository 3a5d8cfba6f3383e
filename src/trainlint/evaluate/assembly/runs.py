"""Training runs of the plan: calls of fit, and hand-written loops around an optimizer's step."""

from __future__ import annotations

import ast
from collections.abc import Mapping

from trainlint.evaluate.assembly.arguments import argument
from trainlint.evaluate.assembly.callbacks import callback_names
from trainlint.evaluate.assembly.data import data_of
from trainlint.evaluate.assembly.gathered import CompileCalled, FitCalled, Gathered
from trainlint.evaluate.assembly.loop_runs import loop_runs
from trainlint.evaluate.assembly.measured import measured_in
from trainlint.evaluate.assembly.settings import flag, whole
from trainlint.evaluate.assembly.sorted_data import kept_apart_by_class
from trainlint.evaluate.assembly.trials import is_tried_out
from trainlint.evaluate.machine import Machine
from trainlint.frameworks.keras.models import only_trains_others
from trainlint.plan.data import Data
from trainlint.plan.run import TrainingRun
from trainlint.values.origin import Certainty, Made, Origin
from trainlint.values.value import Instance, constant


def runs_of(gathered: Gathered, machine: Machine, objectives: Mapping[int, int]) -> tuple[TrainingRun, ...]:
    """All training runs; `objectives` gives the index of the objective by the identity of a model."""
    found = [_fitted(fact, certainty, gathered, objectives) for fact, certainty in gathered.of(FitCalled)]
    found += loop_runs(gathered, machine, objectives)
    measured = measured_in(gathered)
    return tuple(run.model_copy(update={"measured": measured.get(run.network, ())}) for run in found)


def _fitted(
    fact: FitCalled, certainty: Certainty, gathered: Gathered, objectives: Mapping[int, int]
) -> TrainingRun:
    compiled = _compiled_before(fact, gathered)
    optimizer = compiled[-1].arguments.get("optimizer") if compiled else None
    validation = constant(fact.settings.get("validation"))
    loader = fact.settings.get("loader")
    given = argument(fact.site, 0, "x")
    return TrainingRun(
        framework=fact.framework,
        network=_network(fact, gathered),
        objective=objectives.get(id(fact.model)),
        optimizer=gathered.optimizers.known(optimizer) if optimizer is not None else None,
        data=_data(fact),
        batch_size=whole(fact.settings.get("batch_size"), certainty),
        epochs=whole(fact.settings.get("epochs"), certainty),
        steps_per_epoch=whole(fact.settings.get("steps_per_epoch"), certainty),
        shuffle=flag(fact.settings.get("shuffle"), certainty),
        shuffle_buffer=whole(fact.settings.get("shuffle_buffer"), certainty),
        shuffles_batches=flag(fact.settings.get("shuffles_batches"), certainty),
        shuffled_once=flag(fact.settings.get("shuffled_once"), certainty),
        kept_apart_by_class=kept_apart_by_class(fact, gathered),
        kept_apart=_kept_apart(fact),
        drop_last=flag(fact.settings.get("drop_last"), certainty),
        is_tried_out=is_tried_out(fact.site, _name(given.node) if given is not None else ""),
        loader=loader.origin if loader is not None else None,
        validates=validation if isinstance(validation, bool) else None,
        callbacks=callback_names(fact.settings.get("callbacks")),
        origin=Origin(Made.COMPUTED, fact.site, "fit"),
    )


def _kept_apart(fact: FitCalled) -> Origin | None:
    site = argument(fact.site, 6, "validation_split")
    return Origin(Made.PASSED, site, "validation_split") if site is not None else None


def _network(fact: FitCalled, gathered: Gathered) -> int | None:
    """The number of the network that is fitted; none where a model only trains others."""
    model = fact.model
    if not isinstance(model, Instance) or only_trains_others(model):
        return None
    return gathered.networks.of(model)


def _compiled_before(fact: FitCalled, gathered: Gathered) -> list[CompileCalled]:
    """The calls of `compile` that a call of `fit` comes after; all where its own place is not known."""
    found: list[CompileCalled] = []
    for noted, _ in gathered.facts:
        if noted is fact:
            break
        if isinstance(noted, CompileCalled) and noted.model is fact.model:
            found.append(noted)
    return found


def _data(fact: FitCalled) -> Data:
    """What is fitted; where nothing is known about it, at least its name and place."""
    site = argument(fact.site, 0, "x") if fact.framework == "keras" else None
    found = data_of(fact.inputs, _name(site.node) if site is not None else "")
    if found.origin is None and site is not None:
        return found.model_copy(update={"origin": Origin(Made.PASSED, site, found.name)})
    return found


def _name(node: ast.AST) -> str:
    """The variable behind an expression such as `x_small[:100].values`."""
    while isinstance(node, ast.Subscript | ast.Attribute):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""
