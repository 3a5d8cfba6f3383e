"""From a document to its training plan."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from trainlint.evaluate import (  # the grammar fills as these are imported
    expressions,
    formatting,
    loops,
    operators,
    statements,
    subscripts,
)  # fmt: skip
from trainlint.evaluate.assembly.assemble import assemble
from trainlint.evaluate.entry_points import run_uncalled
from trainlint.evaluate.flow import Frame
from trainlint.evaluate.machine import Machine
from trainlint.evaluate.program import Program
from trainlint.evaluate.project import Project
from trainlint.evaluate.standalone import Shelf
from trainlint.evaluate.understood import Understood
from trainlint.evaluate.versions import versions_of
from trainlint.plan.plan import TrainingPlan
from trainlint.sources.document import Document
from trainlint.syntax.gate import is_relevant

_GRAMMAR = (expressions, formatting, loops, operators, statements, subscripts)

RECURSION_LIMIT = 12_000
"""Python frames, a judgement: room for some hundred frames of the evaluator for each of thirty nested calls."""


def evaluate(
    document: Document, *, root: Path | None = None, versions: dict[str, str] | None = None
) -> TrainingPlan:
    """What a program would train and how. `versions` of libraries hold where they differ from what the files
    of the project say.

    Raises:
        SyntaxProblem: the text is not Python.
    """
    if not is_relevant(document.text):
        return TrainingPlan(filename=document.filename)
    with running(document, root=root, versions=versions) as (machine, program):
        program.run(machine)
        run_uncalled(machine, program)
        plan = assemble(machine, program)
        program.project.let_go()
        return plan


def evaluate_while_typed(
    document: Document, *, root: Path | None = None, versions: dict[str, str] | None = None
) -> Understood:
    """The same, where classes that stand alone are kept for the next version of the document.

    Raises:
        SyntaxProblem: the text is not Python.
    """
    if not is_relevant(document.text):
        return Understood(TrainingPlan(filename=document.filename))
    with running(document, root=root, versions=versions) as (machine, program):
        shelf = Shelf(machine, program)
        program.run(machine)
        run_uncalled(machine, program, shelf)
        return Understood(assemble(machine, program), shelf.found, partial(_joined, machine, program, shelf))


def _joined(machine: Machine, program: Program, shelf: Shelf) -> TrainingPlan:
    """One plan of all that a program is."""
    shelf.empty()
    with _deep_recursion(), machine.within(Frame(program.scope, program.whole, program)):
        return assemble(machine, program)


@contextmanager
def running(
    document: Document, *, root: Path | None = None, versions: dict[str, str] | None = None
) -> Iterator[tuple[Machine, Program]]:
    """A machine that stands in the module of a document, and the program to run on it.

    Raises:
        SyntaxProblem: the text is not Python.
    """
    with _deep_recursion():
        project = Project(document.path, root)
        machine = Machine(versions_of(project) | (versions or {}))
        program = project.main(document)
        with machine.within(Frame(program.scope, program.whole, program)):
            yield machine, program


@contextmanager
def _deep_recursion() -> Iterator[None]:
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(max(before, RECURSION_LIMIT))
    try:
        yield
    finally:
        sys.setrecursionlimit(before)
