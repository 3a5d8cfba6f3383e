"""The rate of each update, compared with Keras' own schedules."""

from __future__ import annotations

from typing import Any

import keras
import pytest

from tests.frameworks.pretend import PretendMachine
from trainlint.frameworks.keras.schedule_rates import RATES, rate_at

STEPS = (0, 1, 3, 7, 10, 11, 19, 20, 29, 34, 59)

SCHEDULES: list[tuple[str, dict[str, Any]]] = [
    ("ExponentialDecay", {"initial_learning_rate": 0.1, "decay_steps": 8, "decay_rate": 0.7}),
    (
        "ExponentialDecay",
        {"initial_learning_rate": 0.1, "decay_steps": 8, "decay_rate": 0.7, "staircase": True},
    ),
    ("InverseTimeDecay", {"initial_learning_rate": 0.1, "decay_steps": 5, "decay_rate": 0.5}),
    ("PolynomialDecay", {"initial_learning_rate": 0.1, "decay_steps": 20}),
    ("PolynomialDecay", {"initial_learning_rate": 0.1, "decay_steps": 10, "power": 2.0, "cycle": True}),
    ("CosineDecay", {"initial_learning_rate": 0.1, "decay_steps": 30, "alpha": 0.1}),
    (
        "CosineDecay",
        {"initial_learning_rate": 0.01, "decay_steps": 30, "warmup_target": 0.1, "warmup_steps": 10},
    ),
    ("CosineDecayRestarts", {"initial_learning_rate": 0.1, "first_decay_steps": 10}),
    (
        "CosineDecayRestarts",
        {"initial_learning_rate": 0.1, "first_decay_steps": 10, "t_mul": 1.0, "m_mul": 0.5},
    ),
    ("PiecewiseConstantDecay", {"boundaries": [10, 20], "values": [0.1, 0.01, 0.001]}),
]


@pytest.mark.parametrize(("name", "arguments"), SCHEDULES)
def test_rates_are_those_of_keras(name: str, arguments: dict[str, Any]) -> None:
    schedule = PretendMachine().of(f"keras.optimizers.schedules.{name}", **arguments)
    real = getattr(keras.optimizers.schedules, name)(**arguments)
    found = [rate_at(schedule, step) for step in STEPS]
    # On the border of a period Keras rounds in single precision.
    assert found == pytest.approx([float(real(step)) for step in STEPS], rel=1e-4, abs=1e-7)


def test_every_formula_is_tried() -> None:
    assert {name for name, _ in SCHEDULES} == set(RATES)
