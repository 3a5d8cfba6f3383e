"""From a program to verdicts, by training on made-up data."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.probe.answers import answers
from tests.probe.programs import in_keras, in_torch
from trainlint.engine.check import check_document, plan_of_document
from trainlint.engine.diagnostic import Severity
from trainlint.probe.claims import LONG
from trainlint.probe.probe import Options, Progress, Workers, probe
from trainlint.probe.worker_process import Cancelled
from trainlint.sources.document import Document

STILL = in_torch(optimizer="torch.optim.Adam(model.parameters(), lr=1e-8)")


def test_a_rate_that_moves_nothing_is_confirmed_with_its_number(workers: Workers, options: Options) -> None:
    found = answers(STILL, workers, options)["learning-rate-too-low"]
    verdict = found.probe
    assert verdict is not None
    assert verdict.verdict == "confirmed"
    assert verdict.evidence[0].statistic == "update_ratio"
    assert isinstance(verdict.evidence[0].value, float)
    assert verdict.evidence[0].value < 1e-6
    assert verdict.budget.steps == 60
    assert verdict.budget.seeds == 3
    assert found.severity is Severity.ERROR


def test_the_control_run_learns_and_both_curves_are_there(workers: Workers, options: Options) -> None:
    verdict = answers(STILL, workers, options)["learning-rate-too-low"].probe
    assert verdict is not None
    assert len(verdict.plot.as_written) == len(verdict.plot.control) == 3
    written, control = verdict.plot.as_written[0], verdict.plot.control[0]
    assert written[0] == pytest.approx(control[0])  # the same seed, the same first batch
    assert control[-1] < 0.8 * control[0]  # type: ignore[operator]
    assert written[-1] == pytest.approx(written[0], rel=0.05)
    assert any(evidence.statistic == "control_drop" for evidence in verdict.evidence)


def test_a_claim_about_depth_is_compared_over_a_longer_run(workers: Workers, options: Options) -> None:
    deep = ", ".join(["nn.Linear(64, 64), nn.Sigmoid()"] * 8)
    verdict = answers(in_torch(f"{deep}, nn.Linear(64, 10)"), workers, options)[
        "saturating-activation-stack"
    ].probe
    assert verdict is not None
    assert verdict.verdict == "confirmed"
    assert verdict.budget.steps == 60  # the number that settles it comes from a run of the usual length
    written, control = verdict.plot.as_written[0], verdict.plot.control[0]
    assert len(written) == len(control) == LONG
    assert control[-1] < 0.9 * control[0]  # type: ignore[operator]
    assert any("in 200 steps; as written by" in evidence.text for evidence in verdict.evidence)


def test_what_all_runs_show_besides_is_told(workers: Workers, options: Options) -> None:
    still = in_torch(
        optimizer="torch.optim.Adam(model.parameters(), lr=1e-8)",
        after="for parameter in model[0].parameters():\n    parameter.requires_grad_(False)",
    )
    verdict = answers(still, workers, options)["learning-rate-too-low"].probe
    assert verdict is not None
    assert verdict.evidence[-1].text == "Besides, 2 of 6 weights are frozen"


def test_the_same_seed_gives_the_same_losses_to_the_bit(workers: Workers, options: Options) -> None:
    first = answers(STILL, workers, options)["learning-rate-too-low"].probe
    second = answers(STILL, workers, options)["learning-rate-too-low"].probe
    assert first is not None
    assert second is not None
    assert first.plot == second.plot


def test_two_sigmoids_learn_after_all_so_the_finding_becomes_information(
    workers: Workers, options: Options
) -> None:
    layers = "nn.Linear(64, 64), nn.Sigmoid(), nn.Linear(64, 64), nn.Sigmoid(), nn.Linear(64, 64), nn.Tanh(), nn.Linear(64, 10)"
    found = answers(in_torch(layers, "torch.optim.SGD(model.parameters(), lr=0.1)"), workers, options)
    for finding in found.values():
        assert finding.probe is not None
        if finding.probe.verdict == "refuted":
            assert finding.severity is Severity.INFO
            assert finding.probe.evidence


def test_keras_programs_are_trained_with_the_defaults_of_keras(workers: Workers, options: Options) -> None:
    deep = ", ".join(["layers.Dense(64, activation='sigmoid')"] * 8)
    found = answers(in_keras(f"{deep}, layers.Dense(10, activation='softmax')"), workers, options)
    verdict = found["saturating-activation-stack"].probe
    assert verdict is not None
    assert verdict.verdict == "confirmed"
    assert verdict.evidence[0].statistic == "gradient_ratio"


def test_what_cannot_be_built_is_named(workers: Workers, options: Options) -> None:
    program = in_torch("nn.Unfold(3), nn.Linear(64, 10)", "torch.optim.Adam(model.parameters(), lr=1e-8)")
    verdict = answers(program, workers, options)["learning-rate-too-low"].probe
    assert verdict is not None
    assert verdict.verdict == "inconclusive"
    assert "`Unfold" in verdict.sentence


def test_without_a_framework_the_answer_says_what_to_install() -> None:
    document = Document.from_text(STILL, "program.py")
    found = check_document(document)
    with Workers() as none:
        verdicts = probe(
            document,
            found,
            plan_of_document(document),
            workers=none,
            options=Options(interpreter="/usr/bin/no-python"),
        )
    assert verdicts[0].verdict == "inconclusive"
    assert "trainlint[probe]" in verdicts[0].sentence


def test_progress_comes_while_it_trains(workers: Workers, options: Options) -> None:
    document = Document.from_text(STILL, "program.py")
    heard: list[Progress] = []
    probe(
        document, check_document(document), plan_of_document(document), workers=workers, options=options,
        on_progress=heard.append,
    )  # fmt: skip
    assert heard
    assert all(progress.done <= progress.of for progress in heard)
    assert [progress.done for progress in heard] == sorted(progress.done for progress in heard)


def test_a_cancelled_probe_ends_at_once_and_leaves_no_process() -> None:
    document = Document.from_text(STILL, "program.py")
    with Workers() as own:
        worker = own.get(sys.executable, Path.cwd())
        with pytest.raises(Cancelled):
            probe(
                document, check_document(document), plan_of_document(document), workers=own,
                options=Options(interpreter=sys.executable), cancelled=lambda: True,
            )  # fmt: skip
        assert not worker.alive
