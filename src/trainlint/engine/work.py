"""The check of one file as a piece of work that any process, or any machine, can do."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from trainlint.config.settings import Settings
from trainlint.engine import asking
from trainlint.engine.diagnostic import Diagnostic
from trainlint.engine.own_rules import AnalysisGaveUp
from trainlint.engine.timings import timed, timing
from trainlint.sources import disk
from trainlint.sources.document import Document, Unreadable

TIME_LIMIT = 60.0
"""Seconds for one file. The slowest of public training code takes a few."""


@dataclass(frozen=True)
class Task:
    """A file to work on; `filename` is its name as users read it. `work` is what is done with it where it is
    not just checked: a function of a module, so that it can travel to another process."""

    path: Path
    filename: str
    settings: Settings
    left_out: Mapping[str, str] = field(default_factory=dict)
    """Rules of plugins that are not asked, because they ended a process, with what they did."""
    work: Callable[[Task], Outcome] | None = None


@dataclass
class Outcome:
    """What came of a task: its findings, what they rest on, and where the time went.

    `lasting` is false for what may be otherwise next time, such as a file that took too long; `kept` is true
    for what an earlier run found.
    """

    diagnostics: list[Diagnostic]
    rests_on: disk.Facts = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)
    lasting: bool = True
    kept: bool = False


Runner = Callable[[Sequence[Task]], Iterator[tuple[int, Outcome]]]
"""Does tasks and gives each outcome with the number of its task, in any order."""


def perform(task: Task) -> Outcome:
    """Does the work of a task. It checks a file where that says nothing else; one that cannot be read is a
    finding."""
    if task.work is not None:
        return task.work(task)
    from trainlint.engine.check import examine, unreadable  # brings all that an analysis needs

    with disk.noting() as facts, timing() as seconds, asking.without(task.left_out):
        try:
            with timed("reading"):
                document = Document.from_path(disk.absolute(task.path), task.filename)
            found = examine(document, task.settings)
        except Unreadable as problem:
            found = unreadable(problem, task.settings)
    return Outcome(found, facts, seconds)


def one_by_one(tasks: Sequence[Task]) -> Iterator[tuple[int, Outcome]]:
    """The runner that needs nothing: each task in turn, here."""
    for number, task in enumerate(tasks):
        yield number, perform(task)


@dataclass
class LeftOut:
    """The rules of plugins that ended processes in a run: on one file, or by taking too long, which nobody waits for
    again."""

    _always: dict[str, str] = field(default_factory=dict)
    _once: dict[int, dict[str, str]] = field(default_factory=dict)

    def note(self, number: int, rule: str, reason: str, *, late: bool) -> None:
        """A rule ended the process that did the task of this number."""
        if late:
            self._always[rule] = f"{asking.NOT_ASKED}: it {reason}"
        self._once.setdefault(number, {})[rule] = reason

    def applied(self, number: int, task: Task) -> Task:
        """The task as it is to be done."""
        left_out = self._always | self._once.get(number, {})
        return replace(task, left_out=left_out) if left_out else task


class NoCluster(Exception):
    """There is no cluster that could do the work; the text says why."""


def gave_up(task: Task, reason: str) -> Outcome:
    """The outcome of a task that could not be finished."""
    from trainlint.engine.check import own_findings

    found = own_findings(AnalysisGaveUp, task.filename, f"not analysed: {reason}", task.settings)
    return Outcome(found, lasting=False)
