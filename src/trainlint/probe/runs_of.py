"""Which training run of a program a finding is about."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from trainlint.engine.diagnostic import Diagnostic
from trainlint.plan.network import Network
from trainlint.plan.plan import TrainingPlan
from trainlint.plan.run import TrainingRun
from trainlint.probe.describe import NotDescribable
from trainlint.probe.judge import Judgement
from trainlint.sources.document import Document
from trainlint.syntax.positions import Place
from trainlint.values.origin import Origin


def run_of(plan: TrainingPlan, diagnostic: Diagnostic) -> TrainingRun:
    """The run whose optimizer, network, loss or data stand where the finding points.

    Raises:
        NotDescribable: there is none, or more than one.
    """
    runs = [run for run in plan.runs if run.optimizer is not None]
    if not runs and len(plan.optimizers) == len(plan.objectives) == 1:
        # A loop that never steps is no training run, and that is what the finding is about.
        return TrainingRun(framework=plan.optimizers[0].framework, objective=0, optimizer=0)
    if not runs:
        raise NotDescribable("no training run is understood")
    if len(runs) == 1:
        return runs[0]
    places = {(diagnostic.place.filename, diagnostic.place.row)}
    places |= {(related.place.filename, related.place.row) for related in diagnostic.related}
    touched = [run for run in runs if places & set(_places(plan, run))]
    nearest = [
        run for run in touched if (diagnostic.place.filename, diagnostic.place.row) in set(_places(plan, run))
    ]
    found = nearest or touched
    if len(found) == 1:
        return found[0]
    if found and len({(run.optimizer, run.network, run.objective) for run in found}) == 1:
        return found[0]
    raise NotDescribable(f"the program trains {len(runs)} times; which run it is about is not known")


def concerns(plan: TrainingPlan, run: TrainingRun, diagnostic: Diagnostic) -> bool:
    """Whether something of a run stands where a finding points."""
    return (diagnostic.place.filename, diagnostic.place.row) in set(_places(plan, run))


def network_at(plan: TrainingPlan, diagnostic: Diagnostic) -> Network:
    """The network whose layer stands where a finding points.

    Raises:
        NotDescribable: there is none, or there are several that differ.
    """
    place = (diagnostic.place.filename, diagnostic.place.row)
    found = [network for network in plan.networks if place in set(_rows(_origins(network)))]
    if not found:
        raise NotDescribable("no network stands there")
    if len({tuple((layer.kind, layer.units) for layer in network.layers) for network in found}) > 1:
        raise NotDescribable("which network it is about is not known")
    return found[0]


def in_text(diagnostic: Diagnostic, document: Document) -> Diagnostic:
    """The finding with rows that count in the joined text of a notebook, as those of a plan do."""
    if not document.cells:
        return diagnostic

    def placed(place: Place, cell: int | None) -> Place:
        if place.filename != document.filename:
            return place
        first, last = (document.row_in_text(cell, row) for row in (place.row, place.end_row))
        return replace(place, row=first, end_row=last)

    related = tuple(
        each.model_copy(update={"place": placed(each.place, each.cell)}) for each in diagnostic.related
    )
    return diagnostic.model_copy(
        update={"place": placed(diagnostic.place, diagnostic.cell), "related": related}
    )


def in_cells(judgement: Judgement, document: Document) -> Judgement:
    """The judgement with the lines that its sentences name as those of the cells of a notebook."""
    if not document.cells:
        return judgement

    def told(found: re.Match[str]) -> str:
        place = document.row_in_cell(int(found[1]))
        return f"(cell {place[0]}, line {place[1]})" if place is not None else found[0]

    return Judgement(
        judgement.answer,
        tuple(each.model_copy(update={"text": _LINE.sub(told, each.text)}) for each in judgement.evidence),
    )


_LINE = re.compile(r"\(line (\d+)\)")


def _places(plan: TrainingPlan, run: TrainingRun) -> Iterator[tuple[str, int]]:
    optimizer, objective = plan.optimizer_of(run), plan.objective_of(run)
    network = (objective.network if objective else None) or plan.network_of(run)
    origins: list[Origin | None] = [run.origin, run.data.origin, run.loader]
    if optimizer is not None:
        origins += [optimizer.origin, *optimizer.learning_rate.origins]
        origins += [origin for setting in optimizer.settings.values() for origin in setting.origins]
    if objective is not None:
        origins += [objective.origin, objective.loss_origin, objective.given]
    if network is not None:
        origins += _origins(network)
    yield from _rows(origins)


def _origins(network: Network) -> list[Origin | None]:
    return [network.origin, *(layer.origin for layer in network.layers)]


def _rows(origins: list[Origin | None]) -> Iterator[tuple[str, int]]:
    for origin in origins:
        for step in origin.chain() if origin is not None else ():
            if step.site is not None:
                yield step.site.place.filename, step.site.place.row
