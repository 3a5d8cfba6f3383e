"""Findings in, verdicts out: trains what a program would train, and compares.

with Workers() as workers:
    verdicts = probe(document, diagnostics, plan, workers=workers, on_progress=print)
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from time import perf_counter
from typing import Any

from trainlint.engine.diagnostic import Diagnostic
from trainlint.engine.verdict import Verdict
from trainlint.plan.plan import TrainingPlan
from trainlint.probe.cache import Verdicts, key_of, versions_in
from trainlint.probe.claims import CLAIMS, NOT_JUDGED, Claim
from trainlint.probe.control import controlled
from trainlint.probe.describe import Description, NotDescribable, Run, describe, describe_alone
from trainlint.probe.interpreters import candidates
from trainlint.probe.judge import Seen, inconclusive, judge, with_symptoms
from trainlint.probe.protocol import Event, number
from trainlint.probe.runs_of import concerns, in_cells, in_text, network_at, run_of
from trainlint.probe.verdicts import told
from trainlint.probe.worker_process import NoWorker, WorkerProcess
from trainlint.sources.document import Document


@dataclass(frozen=True)
class Options:
    """How much training there is: steps and seeds of each run, seconds for all runs of one description."""

    steps: int = 60
    seeds: int = 3
    seconds: float = 10.0
    interpreter: str | None = None


@dataclass(frozen=True)
class Progress:
    """How far a probe is: `done` of `of`, in which finding, with the last loss."""

    done: int
    of: int
    rule: str = ""
    loss: float | None = None


QUICK = 50.0
"""Steps in a second of a processor from which on a network is trained for as long as a claim about its depth takes."""

_UNIT = 1000
"""What one finding counts in progress."""

OnProgress = Callable[[Progress], None]


def _nobody(progress: Progress) -> None:
    return None


def _never() -> bool:
    return False


def _never_alone() -> None:
    return None


class Workers:
    """Warm workers, one for each interpreter; asked again they answer in a fraction of a second."""

    def __init__(self) -> None:
        self._known: dict[str, WorkerProcess] = {}
        self._useless: dict[str, str] = {}

    def __enter__(self) -> Workers:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def get(self, chosen: str | None, folder: Path) -> WorkerProcess:
        """A worker that can train; of the first interpreter that has the framework.

        Raises:
            NoWorker: there is none.
        """
        reasons = []
        for interpreter in candidates(chosen, folder):
            worker = self._known.get(interpreter)
            if worker is not None and worker.alive:
                return worker
            if interpreter not in self._useless:
                try:
                    self._known[interpreter] = WorkerProcess(interpreter)
                    return self._known[interpreter]
                except NoWorker as error:
                    self._useless[interpreter] = str(error)
            reasons.append(self._useless[interpreter])
        raise NoWorker(f"{reasons[0]}; install it there, or `pip install 'trainlint[probe]'`")

    def close(self) -> None:
        """Ends them all."""
        for worker in self._known.values():
            worker.close()
        self._known.clear()


def probe(
    document: Document,
    diagnostics: Sequence[Diagnostic],
    plan: TrainingPlan,
    *,
    options: Options | None = None,
    workers: Workers | None = None,
    known: Verdicts | None = None,
    on_progress: OnProgress = _nobody,
    on_verdict: Callable[[int, Verdict], None] | None = None,
    cancelled: Callable[[], bool] = _never,
) -> list[Verdict]:
    """One verdict for each finding, in their order, from training on made-up data. No code of the program runs.

    `known` are verdicts of earlier probes. `on_verdict` hears each as soon as it is known, with the number of its finding.

    Raises:
        Cancelled: `cancelled` said so while something was trained.
    """
    options = options or Options()
    own = None if workers is not None else Workers()
    try:
        training = _Probe(document, plan, options, workers or own or Workers(), known, on_progress, cancelled)
        verdicts = []
        for place, diagnostic in enumerate(diagnostics):
            verdicts.append(training.verdict(diagnostic, place, len(diagnostics)))
            if on_verdict is not None:
                on_verdict(place, verdicts[-1])
        return verdicts
    finally:
        if own is not None:
            own.close()


@dataclass
class _Probe:
    document: Document
    plan: TrainingPlan
    options: Options
    workers: Workers
    known: Verdicts | None
    on_progress: OnProgress
    cancelled: Callable[[], bool]
    trained: dict[str, dict[int, Seen]] = field(default_factory=dict)
    """What came of a description, so that findings that share it train it once."""
    heard: int = 0

    def verdict(self, diagnostic: Diagnostic, place: int, total: int) -> Verdict:
        claim = CLAIMS.get(diagnostic.name)
        if claim is None:
            return _without_training(
                diagnostic, NOT_JUDGED.get(diagnostic.name, "this rule has no judgement")
            )
        if "synthetic" not in claim.modes:
            return _without_training(
                diagnostic, "made-up data do not show it; `--script` runs the program itself"
            )
        try:
            described, control = self._described(diagnostic, claim)
        except NotDescribable as reason:
            return _without_training(diagnostic, str(reason))
        key = self._key(diagnostic, described, control)
        kept = self.known.find(key) if self.known is not None else None
        if kept is not None:
            return kept.model_copy(update={"fingerprint": diagnostic.fingerprint})
        verdict = self._trained(diagnostic, claim, described, control, place, total)
        if self.known is not None:
            self.known.keep(key, verdict)
        return verdict

    def _described(self, diagnostic: Diagnostic, claim: Claim) -> tuple[Run, Description | None]:
        """What is trained for a finding, and with the fix."""
        here = in_text(diagnostic, self.document)
        alone = partial(self._alone, here) if claim.of_network else _never_alone
        try:
            run = run_of(self.plan, here)
            if not concerns(self.plan, run, here) and (found := alone()) is not None:
                return found, None
            described = describe(self.plan, run)
            return described, controlled(self.document, diagnostic, self.plan, run, described.description)
        except NotDescribable:
            if (found := alone()) is not None:
                return found, None
            raise

    def _alone(self, here: Diagnostic) -> Run | None:
        """The network that a finding points to, whether the program trains it or not; None for none."""
        try:
            return describe_alone(network_at(self.plan, here))
        except NotDescribable:
            return None

    def _key(self, diagnostic: Diagnostic, described: Run, control: Description | None) -> str:
        """What a verdict rests on. A finding's place counts: a program must fail there and not elsewhere."""
        python = candidates(self.options.interpreter, self._folder())
        return key_of(
            diagnostic.name, sorted(_lines(in_text(diagnostic, self.document))), described, control, self.options, python,
            [versions_in(interpreter) for interpreter in python],
        )  # fmt: skip

    def _trained(
        self,
        diagnostic: Diagnostic,
        claim: Claim,
        described: Run,
        control: Description | None,
        place: int,
        total: int,
    ) -> Verdict:
        start = perf_counter()
        try:
            worker = self.workers.get(self.options.interpreter, self._folder())
            train = partial(self._train, worker, diagnostic, place, total)
            written, steps = described.description, self.options.steps
            if control is None or claim.control_steps <= steps:
                seen, *rest = train(
                    [(each, steps) for each in (written, control) if each is not None], (0, 1)
                )
                beside, controls = seen, rest[0] if rest else {}
            else:
                (seen,) = train([(written, steps)], (0, 0.2))
                # One seed: the sign of what a fix does is that of all, and as written the statistic speaks.
                long = claim.control_steps if _is_quick(seen.values()) else steps
                beside, controls = train([(written, long), (control, long)], (0.2, 1), seeds=1)
        except NoWorker as reason:
            return _without_training(diagnostic, str(reason))
        seeds = sorted(seen)
        runs = [seen[seed] for seed in seeds]
        sure = certain(runs, claim, written)
        as_long = [beside.get(seed, seen[seed]) for seed in seeds]  # as the run with the fix
        judgement = judge(
            claim,
            sure,
            [controls.get(seed) for seed in seeds],
            _lines(in_text(diagnostic, self.document)),
            as_long,
        )
        return told(
            diagnostic,
            in_cells(with_symptoms(judgement, sure), self.document),
            runs,
            [controls[seed] for seed in sorted(controls)],
            beside=[beside[seed] for seed in sorted(beside)],
            assumptions=described.assumptions,
            versions=worker.versions,
            seconds=perf_counter() - start,
        )

    def _folder(self) -> Path:
        return (self.document.path.parent if self.document.path else Path.cwd()).absolute()

    def _train(
        self,
        worker: WorkerProcess,
        diagnostic: Diagnostic,
        place: int,
        total: int,
        descriptions: Sequence[tuple[Description, int]],
        part: tuple[float, float],
        seeds: int | None = None,
    ) -> list[dict[int, Seen]]:
        """What comes of each description in so many steps, by seed; of those that are known already, nothing is
        trained. `part` is what this is of the finding's progress."""
        seeds = seeds or self.options.seeds
        keys = [repr((each, seeds)) for each in descriptions]
        wanted = [
            (key, *each)
            for key, each in dict(zip(keys, descriptions, strict=True)).items()
            if key not in self.trained
        ]
        found: dict[str, dict[int, Seen]] = {key: {} for key, *_ in wanted}
        runs: list[dict[str, Any]] = [
            {"name": key, "seed": seed, "steps": steps, "description": description}
            for key, description, steps in wanted
            for seed in range(seeds)
        ]
        failed: list[str] = []
        done = 0

        def tell(step: int, loss: float | None) -> None:
            begin, end = part
            share = begin + (end - begin) * min(
                (done + step / max(run["steps"] for run in runs)) / len(runs), 1
            )
            so_far = place * _UNIT + int(_UNIT * share)
            self.heard = max(self.heard, so_far)  # several runs go on at once
            self.on_progress(Progress(self.heard, total * _UNIT, diagnostic.name, loss))

        def hear(event: Event) -> None:
            nonlocal done
            if event.event == "result" and event.run is not None and event.seed is not None:
                found[runs[event.run]["name"]][event.seed] = _seen(event)
                done += 1
                tell(0, None)
            elif event.event == "progress":
                tell(event.step or 0, number(event.loss))
            elif event.event == "failed":
                failed.append(event.reason)

        if runs:
            named = [{**run, "name": str(index)} for index, run in enumerate(runs)]
            worker.ask(named, self.options.seconds, hear, self.cancelled)
        for key, seen in found.items():
            self.trained[key] = {0: Seen(cannot=f"the run broke: {failed[0]}")} if failed else seen
        return [self.trained[key] for key in keys]


def train(description: Description, workers: Workers, options: Options) -> list[Seen]:
    """What comes of one description with each seed.

    Raises:
        NoWorker: there is no interpreter with the framework.
    """
    found: dict[int, Seen] = {}

    def hear(event: Event) -> None:
        if event.event == "result" and event.seed is not None:
            found[event.seed] = _seen(event)
        elif event.event == "failed":
            found[len(found)] = Seen(cannot=f"the run broke: {event.reason}")

    runs = [
        {"name": "as written", "seed": seed, "steps": options.steps, "description": description}
        for seed in range(options.seeds)
    ]
    workers.get(options.interpreter, Path.cwd()).ask(runs, options.seconds, hear)
    return [found[seed] for seed in sorted(found)]


def _is_quick(runs: Iterable[Seen]) -> bool:
    """Whether a network trains quickly enough for a long run."""
    statistics = [run.statistics for run in runs]
    spent = [(number(seen.get("processor_seconds")), number(seen.get("steps"))) for seen in statistics]
    return all(seconds and steps and steps / seconds >= QUICK for seconds, steps in spent)


def _seen(event: Event) -> Seen:
    losses = tuple(math.nan if (value := number(loss)) is None else value for loss in event.losses)
    cannot = f"cannot be built: {event.cannot}" if event.cannot else ""
    if event.reason:
        cannot += f": {event.reason}"
    return Seen(event.statistics, losses, cannot, event.misfit, event.line, event.layers, event.notes)


def certain(runs: list[Seen], claim: Claim, description: Description) -> list[Seen]:
    """The runs without what rests on assumptions: made-up targets say nothing about the program's own."""
    hidden = set[str]()
    target = description["target"]
    if not target.get("bounded") and target["kind"] == "number":
        hidden |= {"target_low", "target_high"}
    if not target["certain"] and claim.needs_certain_targets:
        hidden |= (
            {"failure", "loss_broadcast", "target_classes"}
            if target.get("shape") is None
            else {"target_classes"}
        )
    certain = {"input_certain": 1.0 if description["data"]["certain"] else 0.0}
    return [
        Seen(
            {**{name: value for name, value in run.statistics.items() if name not in hidden}, **certain},
            run.losses, run.cannot, run.misfit, run.line, run.layers, run.notes,
        )
        for run in runs
    ]  # fmt: skip


def _lines(diagnostic: Diagnostic) -> frozenset[int]:
    """Lines that a finding is about, in the text of its file."""
    places = [diagnostic.place, *(related.place for related in diagnostic.related)]
    return frozenset(
        row
        for place in places
        if place.filename == diagnostic.place.filename
        for row in range(place.row, place.end_row + 1)
    )


def _without_training(diagnostic: Diagnostic, reason: str) -> Verdict:
    return told(diagnostic, inconclusive(reason))


__all__ = ["Options", "Progress", "Workers", "certain", "probe", "train"]
