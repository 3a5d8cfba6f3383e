"""Loops that add up the gradients of several batches before they take a step."""

from __future__ import annotations

import pytest

from tests.probe.programs import in_torch
from trainlint.engine.check import plan_of

STEP = """
loss = criterion(model(inputs), targets){divided}
loss.backward()
if {test}:
    optimizer.step()
    optimizer.zero_grad()
"""

ACCUMULATING = {
    "the turn after": ("(step + 1) % n == 0", " / n", 4, True),
    "the last of each": ("step % n == n - 1", " / n", 4, True),
    "with the rest at the end": ("(step + 1) % n == 0 or step + 1 == len(loader)", " / 4", 4, True),
    "as a truth": ("not (step + 1) % 8", "", 8, False),
    "the loss as it is": ("(step + 1) % n == 0", "", 4, False),
    "divided by something else": ("(step + 1) % n == 0", " / 3", 4, False),
    "at some time": ("step > 3", " / n", None, False),
    "how many is not known": ("(step + 1) % count() == 0", " / n", None, False),
}


def accumulated(loop: str, after: str = "n = 4") -> tuple[int | None, bool]:
    program = in_torch(loop=loop, after=after).replace(
        "for inputs, targets in loader", "for step, (inputs, targets) in enumerate(loader)"
    )
    (run,) = plan_of(program, "program.py").runs
    return run.accumulated.value, run.averages


@pytest.mark.parametrize("name", ACCUMULATING)
def test_how_many_batches_make_a_step(name: str) -> None:
    test, divided, *wanted = ACCUMULATING[name]
    assert accumulated(STEP.format(test=test, divided=divided)) == tuple(wanted)


@pytest.mark.parametrize(
    "loop",
    [
        "optimizer.zero_grad()\ncriterion(model(inputs), targets).backward()\noptimizer.step()\nif step % n == 0:\n    print(step)",
        "optimizer.zero_grad()\ncriterion(model(inputs), targets).backward()\nif step % n == 0:\n    optimizer.step()",
        "if step % n == 0:\n    optimizer.zero_grad()\n    criterion(model(inputs), targets).backward()\n    optimizer.step()",
    ],
    ids=["a test about something else", "cleared in each turn", "a loss that counts at times only"],
)
def test_gradients_that_are_not_added_up(loop: str) -> None:
    assert accumulated(loop) == (None, False)


def test_accelerate_divides_the_loss_itself() -> None:
    loop = """
    with accelerator.accumulate(model):
        optimizer.zero_grad()
        accelerator.backward(criterion(model(inputs), targets))
        optimizer.step()
    """
    made = "from accelerate import Accelerator\naccelerator = Accelerator(gradient_accumulation_steps=8)"
    dedented = "\n".join(line[4:] for line in loop.strip("\n").split("\n"))
    assert accumulated(dedented, made) == (8, True)
