"""Gradients of several batches that make one step are trained as one batch."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.probe.programs import in_keras, in_torch
from tests.probe.ran import ran
from trainlint.engine.check import plan_of
from trainlint.probe.describe import describe
from trainlint.probe.probe import Options, Workers, train

LOOP = """
loss = criterion(model(inputs), targets){divided}
loss.backward()
if (step + 1) % 4 == 0:
    optimizer.step()
    optimizer.zero_grad()
"""
SGD = "torch.optim.SGD(model.parameters(), lr=0.01)"
KERAS = "layers.Dense(32, activation='relu'), layers.Dense(10, activation='softmax')"


def in_loop(divided: str, batch: int) -> str:
    program = in_torch(optimizer=SGD, loop=LOOP.format(divided=divided), batch=batch)
    return program.replace(
        "for inputs, targets in loader", "for step, (inputs, targets) in enumerate(loader)"
    )


def described(program: str) -> dict[str, Any]:
    plan = plan_of(program, "program.py")
    return describe(plan, plan.runs[0]).description


def test_the_batch_of_a_step_is_that_of_all_its_turns() -> None:
    found = described(in_loop(" / 4", batch=8))
    assert (found["batch"], found["loop"]["gradient_scale"]) == (32, 1)
    assert described(in_loop("", batch=8))["loop"]["gradient_scale"] == 4


def test_what_is_assumed_is_said() -> None:
    plan = plan_of(in_loop(" / 4", batch=128), "program.py")
    assumed = " ".join(describe(plan, plan.runs[0]).assumptions)
    assert "4 batches at once" in assumed
    assert "batches of 256 instead of 512" in assumed


@pytest.mark.parametrize("optimizer", ["Adam(1e-3, gradient_accumulation_steps=4)", "Adam(1e-3)"])
def test_keras_averages_over_batches(optimizer: str) -> None:
    found = described(in_keras(KERAS, f"keras.optimizers.{optimizer}", batch=8))
    assert found["batch"] == (32 if "accumulation" in optimizer else 8)
    assert found["loop"]["gradient_scale"] == 1


def test_a_loss_that_is_not_divided_makes_larger_steps(workers: Workers, options: Options) -> None:
    once, often = (
        train(described(in_loop(divided, batch=8)), workers, options)[0].statistics
        for divided in (" / 4", "")
    )
    assert once["loss_start"] == pytest.approx(often["loss_start"])  # the same seed, the same first batch
    assert often["update_ratio"] > 2 * once["update_ratio"]


def test_turns_without_a_step_of_keras_are_no_steps(tmp_path: Path) -> None:
    found = ran(
        tmp_path, in_keras(KERAS, "keras.optimizers.Adam(1e-3, gradient_accumulation_steps=4)"), steps=8
    )
    assert found.seen.statistics["steps"] == 8
    assert found.seen.statistics["backward_passes"] == 32
    assert found.seen.statistics["update_ratio"] > 1e-4
