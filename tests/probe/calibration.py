"""Holds the numbers of probe/claims.py to faults and their healthy twins.

`python -m tests.probe.calibration` trains all of them with three seeds and prints a table: what came of each
fault, and every claim that is confirmed of a healthy program. `--fresh` takes the models that had no part in
choosing the numbers, `--seeds N` more seeds.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from time import perf_counter
from typing import Any

from tests.probe.answers import answers
from tests.probe.cases import CASES, Case
from trainlint.engine.check import plan_of
from trainlint.probe.claims import CLAIMS
from trainlint.probe.describe import describe
from trainlint.probe.judge import judge
from trainlint.probe.probe import Options, Workers, certain, train

ANY_PROGRAM = {
    # Claims that a program without the thing itself may fulfil: a loss whose inputs happen to look like it.
    name: claim
    for name, claim in CLAIMS.items()
    if name not in ("logits-into-probability-loss", "log-probability-loss-misused", "softmax-over-wrong-axis")
}
"""What must not be confirmed of any healthy program, whatever it is."""


def of_fault(case: Case, workers: Workers, options: Options) -> tuple[str, str]:
    """The answer about a faulty program, and its sentence."""
    found = answers(case.faulty, workers, options)
    if case.rule not in found:
        return "not reported", ", ".join(found)
    verdict = found[case.rule].probe
    assert verdict is not None
    return verdict.verdict, verdict.sentence


def falsely_confirmed(program: str, workers: Workers, options: Options) -> dict[str, str]:
    """Claims that are confirmed of a healthy program, each with its sentence; judged without a control run."""
    plan = plan_of(program, "program.py")
    described = describe(plan, plan.runs[0])
    runs = train(described.description, workers, options)
    assert not runs[0].cannot, runs[0].cannot
    wrong = {}
    for name, claim in ANY_PROGRAM.items():
        answer = judge(claim, certain(runs, claim, described.description))
        if answer.answer == "confirmed":
            wrong[name] = answer.evidence[0].text
    return wrong


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
            false = falsely_confirmed(case.healthy, workers, options)
            count[case.separable, answer] += 1
            wrong += len(false) + (case.separable and answer != "confirmed")
            told = [f"{framework:6}{case.name:42}{answer:14}{sentence}"]
            told += [f"{'':10}FALSE {name}: {text}" for name, text in false.items()]
            say("\n".join(told))
    say(f"{dict(count)}; {wrong} wrong; {perf_counter() - begin:.0f} s")
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main())
