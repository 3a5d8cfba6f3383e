"""Every fault that a short run can tell is confirmed, and of healthy programs nothing: one seed of each here,
three with `python -m tests.probe.calibration`. Of programs that are run themselves only the faulty ones run here."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.probe.calibration import falsely_confirmed, of_fault
from tests.probe.cases import CASES, Case
from trainlint.probe.probe import Options, Workers

IDS = [f"{framework}: {case.name}" for framework, case in CASES]


@pytest.mark.parametrize("case", [case for _, case in CASES], ids=IDS)
def test_a_fault_and_its_healthy_twin(case: Case, workers: Workers, options: Options) -> None:
    once = replace(options, seeds=1)
    answer, sentence = of_fault(case, workers, once)
    if case.separable:
        assert answer == "confirmed", sentence
    if case.mode == "synthetic":
        assert falsely_confirmed(case, workers, once) == {}


def test_there_are_enough_faults_in_each_framework() -> None:
    for framework in ("torch", "keras"):
        assert sum(1 for name, case in CASES if name == framework and case.separable) >= 16
