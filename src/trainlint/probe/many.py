"""Many programs are probed as many files are checked: by the same runners, in processes or on a cluster."""

from __future__ import annotations

import atexit
from collections.abc import Callable, Sequence
from functools import lru_cache, partial
from pathlib import Path
from threading import Lock

from trainlint.config.settings import ProbeSettings
from trainlint.engine.check import check_document, plan_of_document
from trainlint.engine.configured import Configured, settings_of
from trainlint.engine.diagnostic import Diagnostic
from trainlint.engine.run import RunResult, result_of
from trainlint.engine.work import Outcome, Runner, Task, one_by_one
from trainlint.plan.plan import TrainingPlan
from trainlint.probe.cache import Verdicts
from trainlint.probe.probe import Options, Workers, probe
from trainlint.sources import disk
from trainlint.sources.discovery import shown_name
from trainlint.sources.document import Document, Unreadable
from trainlint.syntax.gate import SyntaxProblem

TIME_LIMIT = 600.0
"""Seconds for one program with all its findings."""


def probe_files(
    files: Sequence[Path],
    settings: Configured,
    runner: Runner = one_by_one,
    cache: Path | None = None,
    *,
    progress: Callable[[int], None] = lambda done: None,
) -> RunResult:
    """Findings of many programs, each with its verdict. `cache` is a folder of earlier verdicts; `progress` hears
    how many more programs are done."""
    of_file = settings_of(settings)
    tasks = [Task(file, shown_name(file), of_file(file), work=partial(probed, cache=cache)) for file in files]
    outcomes: dict[int, Outcome] = {}
    for number, outcome in runner(tasks):
        outcomes[number] = outcome
        progress(1)
    return result_of([(task, outcomes[number]) for number, task in enumerate(tasks)])


def probed(task: Task, cache: Path | None = None) -> Outcome:
    """Checks a program and puts its findings to the test; the work of one task, in any process."""
    with disk.noting() as facts:
        try:
            document = Document.from_path(disk.absolute(task.path), task.filename)
            plan = plan_of_document(document, task.settings.framework_versions)
        except (Unreadable, SyntaxProblem):
            return Outcome([], facts, lasting=False)
        found = to_be_judged(check_document(document, task.settings))
    return Outcome(
        judged(document, found, plan, options_of(task.settings.probe), cache), facts, lasting=False
    )


def judged(
    document: Document,
    found: list[Diagnostic],
    plan: TrainingPlan,
    options: Options,
    cache: Path | None = None,
) -> list[Diagnostic]:
    """Findings with their verdicts, from a worker that stays warm in this process."""
    if not found:
        return []
    known = Verdicts(cache) if cache is not None else None
    try:
        with _TURN:
            verdicts = probe(document, found, plan, options=options, workers=_workers(), known=known)
    finally:
        if known is not None:
            known.close()
    return [diagnostic.judged(verdict) for diagnostic, verdict in zip(found, verdicts, strict=True)]


def to_be_judged(found: list[Diagnostic]) -> list[Diagnostic]:
    """Findings about programs, not about the tool's own work."""
    return [diagnostic for diagnostic in found if not diagnostic.code.startswith("TL9")]


def options_of(settings: ProbeSettings) -> Options:
    """The budget that settings give."""
    return Options(settings.steps, settings.seeds, settings.seconds, settings.interpreter)


_TURN = Lock()
"""Threads of a process, as a worker of Dask has them, take turns with its worker, which uses all processors."""


@lru_cache(maxsize=1)
def _workers() -> Workers:
    workers = Workers()
    atexit.register(workers.close)
    return workers


__all__ = ["TIME_LIMIT", "judged", "options_of", "probe_files", "probed", "to_be_judged"]
