"""A warm probe takes a moment, a cold one a few imports: in processor time, which a busy machine does not stretch."""

from __future__ import annotations

import resource
import sys

from tests.probe.answers import answers
from tests.probe.programs import in_torch
from trainlint.probe.probe import Options, Workers

PROGRAM = in_torch(optimizer="torch.optim.Adam(model.parameters(), lr=1e-8)")

WARM, COLD = 0.5, 10.0
"""Seconds on two processors that a probe of a small network may take: 3 seeds of 60 steps, as written and with the
fix. The runs are shared between the processors."""

OPTIONS = Options(interpreter=sys.executable, seconds=120)


def spent(probes: int) -> float:
    """Processor seconds of workers for so many probes, from their start to their end."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    with Workers() as workers:
        for _ in range(probes):
            assert answers(PROGRAM, workers, OPTIONS)["learning-rate-too-low"].probe is not None
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def test_cold_and_warm() -> None:
    once, often = spent(1), spent(4)
    warm = (often - once) / 3
    assert once < COLD
    assert warm / 2 < WARM
    assert warm < once / 2


def test_measuring_takes_less_than_half_of_the_time(workers: Workers, options: Options) -> None:
    found = answers(PROGRAM, workers, options)["learning-rate-too-low"].probe
    assert found is not None
    assert found.budget.overhead is not None
    assert found.budget.overhead < 0.5
