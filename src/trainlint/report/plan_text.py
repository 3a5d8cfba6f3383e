"""What trainlint understood of a program, as tables and trees for the terminal."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text
from rich.tree import Tree

from trainlint.plan.plan import TrainingPlan
from trainlint.report.layer_table import layer_table
from trainlint.report.plan_words import CellOf, Places
from trainlint.report.sparkline import sparkline
from trainlint.report.text import visible
from trainlint.report.understood import CURVE, Fact, Section, Step, understood


def render(plan: TrainingPlan, cell_of: CellOf = lambda row: None) -> Iterator[RenderableType]:
    """The parts of the plan one after the other. `cell_of` finds the cells of a notebook."""
    shown, places = understood(plan), Places(plan.filename, cell_of)
    if shown.is_empty:
        yield Text(f"{visible(plan.filename)}: nothing that trains was found")
    for optimizer in shown.optimizers:
        yield _section(optimizer, places)
    for network in shown.networks:
        yield layer_table(network, places)
    for section in (*shown.objectives, *shown.runs):
        yield _section(section, places)
    for loop in shown.loops:
        yield _grown(Tree(Text(loop.text, style="bold")), loop, places)
    if shown.circumstances:
        yield Text(f"Circumstances: {', '.join(shown.circumstances)}")
    for unknown in shown.unknowns:
        yield Text(unknown)


def _section(section: Section, places: Places) -> RenderableType:
    table = Table(
        title=Text(section.title + places.at(section.place)), title_justify="left", title_style="bold"
    )
    for column in ("setting", "value", "certainty", "from"):
        table.add_column(column, overflow="fold")
    for fact in section.facts:
        value = f"{sparkline(section.curve)}\n{fact.value}" if fact.name == CURVE else fact.value
        table.add_row(Text(fact.name), Text(value), Text(fact.certainty), Text(_source(fact, places)))
    return table


def _source(fact: Fact, places: Places) -> str:
    return fact.source + places.at(fact.place) if fact.source else places.where(fact.place)


def _grown(tree: Tree, step: Step, places: Places) -> Tree:
    for inner in step.steps:
        condition = f": {inner.condition}" if inner.condition else ""
        _grown(tree.add(Text(inner.text + places.at(inner.place) + condition)), inner, places)
    return tree
