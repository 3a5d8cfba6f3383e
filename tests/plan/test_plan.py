"""What the plan answers where a network is not known."""

from __future__ import annotations

from trainlint.plan.plan import TrainingPlan
from trainlint.plan.run import TrainingRun


def test_a_run_of_a_network_whose_layers_are_not_known_has_none() -> None:
    run = TrainingRun(framework="keras", network=3)
    assert TrainingPlan(filename="program.py", runs=(run,)).network_of(run) is None
