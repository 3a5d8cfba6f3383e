"""Holds the numbers of probe/claims.py to faults and their healthy twins.

`python -m tests.probe.calibration` trains all of them with three seeds and prints a table: what came of each
fault, and every claim that is confirmed of a healthy program. `--fresh` takes the models that had no part in
choosing the numbers, `--seeds N` more seeds.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

from tests.probe.answers import answers
from tests.probe.cases import CASES, Case
from tests.probe.ran import ran
from trainlint import check_source
from trainlint.engine.check import plan_of
from trainlint.probe.claims import CLAIMS, Claim
from trainlint.probe.describe import Description, describe
from trainlint.probe.judge import Seen, judge
from trainlint.probe.probe import Options, Workers, certain, train
from trainlint.probe.script import with_failure
from trainlint.probe.symptoms import SYMPTOMS

ANY_PROGRAM = {
    # Claims that a program without the thing itself may fulfil: a loss whose inputs happen to look like it.
    name: claim
    for name, claim in {**CLAIMS, **SYMPTOMS}.items()
    if name not in ("logits-into-probability-loss", "log-probability-loss-misused", "softmax-over-wrong-axis")
}
"""What must not be confirmed of any healthy program, whatever it is."""


def of_fault(case: Case, workers: Workers, options: Options) -> tuple[str, str]:
    """The answer about a faulty program, and its sentence."""
    claim = CLAIMS.get(case.claim) or SYMPTOMS[case.claim]
    if case.mode == "synthetic" and case.reported:
        found = answers(case.faulty, workers, options)
        if case.claim not in found:
            return "not reported", ", ".join(found)
        verdict = found[case.claim].probe
        assert verdict is not None
        return verdict.verdict, verdict.sentence
    names = [finding.name for finding in check_source(case.faulty, filename="program.py")]
    if case.reported and case.claim not in names:
        return "not reported", ", ".join(names)
    judgement = judge(claim, seen_of(case.faulty, case, claim, workers, options))
    return judgement.answer, judgement.evidence[0].text


def falsely_confirmed(case: Case, workers: Workers, options: Options) -> dict[str, str]:
    """Claims that are confirmed of a healthy program, each with its sentence; judged without a control run."""
    wrong = {}
    for name, claim in ANY_PROGRAM.items():
        runs = seen_of(case.healthy, case, claim, workers, options)
        assert not runs[0].cannot, runs[0].cannot
        assert runs[0].losses, runs[0].statistics
        answer = judge(claim, runs)
        if answer.answer == "confirmed":
            wrong[name] = answer.evidence[0].text
    return wrong


def seen_of(text: str, case: Case, claim: Claim, workers: Workers, options: Options) -> list[Seen]:
    """What each seed shows of a program, to a claim."""
    if case.mode == "script":
        return list(_run(text, options.seeds))
    description, runs = _train(text, workers, options)
    return certain(runs, claim, description)


_trained: dict[str, tuple[Description, list[Seen]]] = {}
_ran: dict[str, list[Seen]] = {}


def _train(text: str, workers: Workers, options: Options) -> tuple[Description, list[Seen]]:
    key = f"{options.seeds} {text}"
    if key not in _trained:
        plan = plan_of(text, "program.py")
        described = describe(plan, plan.runs[0]).description
        _trained[key] = described, train(described, workers, options)
    return _trained[key]


def _run(text: str, seeds: int) -> list[Seen]:
    key = f"{seeds} {text}"
    if key not in _ran:
        with TemporaryDirectory() as folder:
            _ran[key] = [with_failure(ran(Path(folder), text, seed=seed)) for seed in range(seeds)]
    return _ran[key]


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--fresh", action="store_true")
    parser.add_argument("--only", default="")
    given = parser.parse_args(arguments)
    options = Options(interpreter=sys.executable, seeds=given.seeds, seconds=600)
    cases: list[tuple[str, Case]] = CASES
    if given.fresh:
        from tests.probe.fresh import FRESH

        cases = FRESH
    begin, wrong, count = perf_counter(), 0, Counter[Any]()
    with Workers() as workers:
        for framework, case in cases:
            if given.only not in f"{framework} {case.name}":
                continue
            answer, sentence = of_fault(case, workers, options)
            false = falsely_confirmed(case, workers, options)
            count[case.separable, answer] += 1
            wrong += len(false) + (case.separable and answer != "confirmed")
            told = [f"{framework:6}{case.name:42}{answer:14}{sentence}"]
            told += [f"{'':10}FALSE {name}: {text}" for name, text in false.items()]
            say("\n".join(told))
    say(f"{dict(count)}; {wrong} wrong; {perf_counter() - begin:.0f} s")
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main())
