"""Probes with the program itself: it runs for a few steps, watched, and is kept from touching anything."""

from __future__ import annotations

import json
import math
import os
import re
import shutil
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter

from trainlint.engine.diagnostic import Diagnostic
from trainlint.engine.verdict import Verdict
from trainlint.plan.plan import TrainingPlan
from trainlint.probe.claims import CLAIMS, NOT_JUDGED
from trainlint.probe.interpreters import candidates
from trainlint.probe.judge import Judgement, Seen, inconclusive, judge, with_symptoms
from trainlint.probe.protocol import Event, number
from trainlint.probe.sandbox import Level, best_level, wrapped
from trainlint.probe.verdicts import told
from trainlint.probe.worker_process import START, Child, NoWorker, environment
from trainlint.sources.discovery import repository_root
from trainlint.sources.document import Document

HARD_LIMIT = 10.0
"""Seconds after its time at which a program that does not end is killed."""

START_LIMIT = 60.0
"""Seconds that the import of the framework may take, which is no time of the program's."""

_IMPORTED = re.compile(
    r"^\s*(?:from|import)\s+(torch|lightning|pytorch_lightning|transformers|accelerate|keras|tf_keras|tensorflow)\b",
    re.MULTILINE,
)

_QUIET = {
    "MPLBACKEND": "Agg",
    "WANDB_MODE": "disabled",
    "HF_HUB_OFFLINE": "1",
    "TRANSFORMERS_OFFLINE": "1",
    "TOKENIZERS_PARALLELISM": "false",
    "TF_CPP_MIN_LOG_LEVEL": "3",
}
"""Nothing is shown, sent or downloaded."""


@dataclass(frozen=True)
class ScriptOptions:
    """The budget of a program: steps, seconds after the framework is imported, memory in GB; its arguments."""

    steps: int = 60
    seconds: float = 30.0
    memory: float = 4.0
    seed: int = 0
    interpreter: str | None = None
    arguments: tuple[str, ...] = ()
    level: Level | None = None


@dataclass
class Ran:
    """What came of a program: how it ended, what was seen, what it was kept from."""

    seen: Seen = field(default_factory=Seen)
    reason: str = ""
    error: str = ""
    level: Level = "guard-only"
    blocked: dict[str, int] = field(default_factory=dict)
    suppressed: tuple[str, ...] = ()
    versions: dict[str, str] = field(default_factory=dict)
    seconds: float = 0.0

    @property
    def notes(self) -> tuple[str, ...]:
        """What the program was kept from, in words."""
        kept = [f"{what} was not allowed" for what in self.blocked]
        return (*kept, *(f"`{what}` was left out" for what in self.suppressed))


def probe_script(
    document: Document,
    diagnostics: Sequence[Diagnostic],
    plan: TrainingPlan,
    *,
    options: ScriptOptions | None = None,
    on_progress: Callable[[int, int, float | None], None] = lambda done, of, loss: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> list[Verdict]:
    """One verdict for each finding from one run of the program of this document, which must be a file of Python.

    Raises:
        Cancelled: `cancelled` said so; the program is gone.
    """
    options = options or ScriptOptions()
    if document.path is None or document.cells:
        ran = Ran(error="only a file of Python can be run; notebooks and text cannot")
    else:
        ran = run_script(document, plan, options, on_progress, cancelled)
    return [_verdict(diagnostic, ran, options) for diagnostic in diagnostics]


def run_script(
    document: Document,
    plan: TrainingPlan,
    options: ScriptOptions,
    on_progress: Callable[[int, int, float | None], None],
    cancelled: Callable[[], bool],
) -> Ran:
    """Runs a program once."""
    assert document.path is not None
    script = document.path.absolute()
    ran = Ran(level=options.level or best_level())
    scratch = tempfile.mkdtemp(prefix="trainlint-probe-")
    begin = perf_counter()
    try:
        frameworks = frameworks_of(document, plan)
        if not frameworks:
            ran.error = "the program imports no framework that can be watched"
            return ran
        for interpreter in candidates(options.interpreter, script.parent):
            ran.error = ""
            if _try(interpreter, script, frameworks, scratch, ran, options, on_progress, cancelled):
                break
    except NoWorker as error:
        ran.error = ran.error or f"the program does not end: {error}"
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
        ran.seconds = perf_counter() - begin
    return ran


def frameworks_of(document: Document, plan: TrainingPlan) -> list[str]:
    """What has to be watched: what the training runs of the plan use, or else what is imported."""
    imported = set(_IMPORTED.findall(document.text))
    trained = {run.framework for run in plan.runs} or {optimizer.framework for optimizer in plan.optimizers}
    found = set()
    if imported & {"tensorflow"}:
        found.add("tensorflow")
    if imported & {"keras", "tf_keras"} or ("keras" in trained and not found):
        found.add("keras")
    if imported - {"keras", "tf_keras", "tensorflow"} and trained != {"keras"}:
        found.add("torch")
    return sorted(found)


def _try(
    interpreter: str,
    script: Path,
    frameworks: list[str],
    scratch: str,
    ran: Ran,
    options: ScriptOptions,
    on_progress: Callable[[int, int, float | None], None],
    cancelled: Callable[[], bool],
) -> bool:
    """Runs the program in one interpreter; whether that has the framework."""
    request = {
        "script": str(script),
        "arguments": list(options.arguments),
        "folder": str(Path.cwd()) if _is_below(script, Path.cwd()) else str(script.parent),
        "project": str(repository_root(script.parent) or script.parent),
        "scratch": scratch,
        "steps": options.steps,
        "seconds": options.seconds,
        "memory": options.memory,
        "seed": options.seed,
        "frameworks": frameworks,
    }
    found_by = {name: os.environ[name] for name in ("PYTHONPATH",) if name in os.environ}
    variables = environment(**_QUIET, **found_by, TMPDIR=scratch, HOME=scratch)
    command = wrapped([interpreter, "-u", str(START), "script"], ran.level, scratch)
    try:
        child = Child(command, variables)
    except NoWorker as error:
        ran.error = str(error)
        return False
    ended = False
    try:
        child.write(json.dumps(request))
        for event in child.events(START_LIMIT + options.seconds + HARD_LIMIT, cancelled):
            if event.event == "unready":
                ran.error = f"`{interpreter}` has no {event.module or 'framework'}"
                return False
            ended = ended or event.event == "report"
            _hear(event, ran, on_progress)
    except OSError:
        ended = False
    finally:
        child.close()
    if not ended:
        code = child.process.returncode
        killed = f"signal {-code}" if code is not None and code < 0 else f"exit status {code}"
        ran.error = f"the program ended its process before it could report ({killed})"
    return True


def _is_below(script: Path, folder: Path) -> bool:
    return folder in script.parents


def _hear(event: Event, ran: Ran, on_progress: Callable[[int, int, float | None], None]) -> None:
    if event.event == "ready":
        ran.versions = event.versions
    elif event.event == "progress" and event.step is not None:
        on_progress(event.step, event.of or 0, number(event.loss))
    elif event.event == "result":
        losses = tuple(math.nan if (value := number(loss)) is None else value for loss in event.losses)
        ran.seen = Seen(event.statistics, losses, layers=event.layers)
    elif event.event == "report":
        ran.reason, ran.blocked, ran.suppressed = event.reason, event.blocked, event.suppressed
        if event.error:
            line = f" (line {event.error['line']})" if event.error.get("line") else ""
            ran.error = f"{event.error['message'] or event.error['type']}{line}"
        elif event.reason == "wall-limit":
            ran.error = "its time is over"


def _verdict(diagnostic: Diagnostic, ran: Ran, options: ScriptOptions) -> Verdict:
    claim = CLAIMS.get(diagnostic.name)
    if claim is None:
        judgement = inconclusive(NOT_JUDGED.get(diagnostic.name, "this rule has no judgement"))
    else:
        seen = [with_failure(ran)]
        judgement = with_symptoms(_judged(judge(claim, seen), ran), seen)
    runs = [ran.seen] if ran.seen.losses else []
    return told(
        diagnostic, judgement, runs, [], mode="script", assumptions=ran.notes, versions=ran.versions,
        seconds=ran.seconds, sandbox=ran.level,
    )  # fmt: skip


def with_failure(ran: Ran) -> Seen:
    """What was seen, with the error that ended a program in its first step: that is what some findings foretell."""
    statistics = dict(ran.seen.statistics)
    if (
        ran.reason == "exception"
        and ran.seen.losses == ()
        and ran.error
        and not ran.blocked
        and _is_of_framework(ran.error)
    ):
        statistics["failure"] = ran.error
    return Seen(statistics, ran.seen.losses, layers=ran.seen.layers)


def _is_of_framework(error: str) -> bool:
    return (
        re.search(r"shape|size|dimension|does not require grad|out of bounds|range|mat1", error) is not None
    )


def _judged(judgement: Judgement, ran: Ran) -> Judgement:
    """An answer stands whatever ended the program; without one the end of the program is the reason."""
    if judgement.answer != "inconclusive":
        return judgement
    steps = int(ran.seen.statistics.get("steps", 0))
    if ran.error and steps == 0:
        return inconclusive(ran.error)
    if not ran.seen.losses:
        return inconclusive("the program ended without a step of training")
    return judgement


__all__ = ["Ran", "ScriptOptions", "probe_script", "run_script", "with_failure"]
