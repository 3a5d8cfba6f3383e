"""The learning rate over a run is what a schedule makes of it, step by step."""

from __future__ import annotations

import pytest

import trainlint
from trainlint.plan.schedule import Schedule

LOOP = """\
import torch
from torch.utils.data import DataLoader, TensorDataset

loader = DataLoader(TensorDataset(torch.zeros(100, 3), torch.zeros(100, 1)), batch_size=10)
model = torch.nn.Linear(3, 1)
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
scheduler = torch.optim.lr_scheduler.{schedule}
for epoch in range(20):
    for inputs, targets in loader:
        optimizer.zero_grad()
        loss = torch.nn.functional.mse_loss(model(inputs), targets)
        loss.backward()
        optimizer.step()
        {after_batch}
    {after_epoch}
"""

FIT = """\
import keras
import numpy as np

model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
rate = keras.optimizers.schedules.{schedule}
model.compile(optimizer=keras.optimizers.Adam(rate), loss="mse")
model.fit(np.zeros((100, 3)), np.zeros((100, 1)), batch_size=10, epochs=20)
"""


def torch_schedule(schedule: str, *, after_batch: str = "", after_epoch: str = "") -> Schedule:
    text = LOOP.format(schedule=schedule, after_batch=after_batch, after_epoch=after_epoch)
    found = trainlint.plan_of(text, "train.py").optimizers[0].schedule
    assert found is not None
    return found


def keras_schedule(schedule: str) -> Schedule:
    found = trainlint.plan_of(FIT.format(schedule=schedule), "train.py").optimizers[0].schedule
    assert found is not None
    return found


def test_a_step_for_each_epoch() -> None:
    curve = torch_schedule("StepLR(optimizer, 5, gamma=0.1)", after_epoch="scheduler.step()").curve
    assert curve == pytest.approx([0.1] * 5 + [0.01] * 5 + [0.001] * 5 + [0.0001] * 5)


def test_a_step_for_each_batch() -> None:
    schedule = "OneCycleLR(optimizer, max_lr=0.5, epochs=20, steps_per_epoch=len(loader))"
    curve = torch_schedule(schedule, after_batch="scheduler.step()").curve
    assert len(curve) == 40
    assert curve[0] == pytest.approx(0.5 / 25)
    assert max(curve) == pytest.approx(0.5, rel=0.01)
    assert curve[-1] < 1e-4


def test_keras_goes_by_updates() -> None:
    curve = keras_schedule("CosineDecay(0.1, decay_steps=200)").curve
    assert len(curve) == 40
    assert (curve[0], curve[-1]) == pytest.approx((0.1, 0), abs=1e-4)
    assert list(curve) == sorted(curve, reverse=True)


@pytest.mark.parametrize(
    ("schedule", "after"),
    [
        ("StepLR(optimizer, 5)", ""),
        ("StepLR(optimizer, size)", "scheduler.step()"),
        ("ExponentialLR(optimizer, 1e300)", "scheduler.step()"),
        ("CosineAnnealingWarmRestarts(optimizer, -1)", "scheduler.step()"),
        ("LambdaLR(optimizer, lambda epoch: 0.9 ** epoch)", "scheduler.step()"),
        ("PolynomialLR(optimizer, total_iters=5, power=-1)", "scheduler.step()"),
    ],
)
def test_what_cannot_be_worked_out_has_no_curve(schedule: str, after: str) -> None:
    assert torch_schedule(schedule, after_epoch=after).curve == ()


def test_restarts_in_keras_end() -> None:
    assert keras_schedule("CosineDecayRestarts(0.1, 10, t_mul=0.5)").curve == ()
    assert len(keras_schedule("CosineDecayRestarts(0.1, 1, t_mul=1.0)").curve) == 40
