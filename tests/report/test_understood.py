"""What was understood is told with the places it stands at, so that an editor can go there."""

from __future__ import annotations

import trainlint
from tests.report.test_mermaid import PROGRAM
from trainlint.plan.plan import TrainingPlan
from trainlint.report.understood import Step, Understood, understood
from trainlint.syntax.positions import Place

RATE = """
import torch
from torch import nn

RATE = 1e-8
net = nn.Sequential(nn.Linear(4, 2))
optimizer = torch.optim.Adam(net.parameters(), lr=RATE)
loss = nn.functional.mse_loss(net(torch.rand(8, 4)), torch.rand(8, 2))
"""


def line_of(program: str, place: Place | None) -> str:
    assert place is not None
    return program.splitlines()[place.row - 1].strip()


def test_a_value_leads_to_where_it_was_written() -> None:
    (optimizer,) = understood(trainlint.plan_of(RATE, "train.py")).optimizers
    rate = next(fact for fact in optimizer.facts if fact.name == "learning rate")
    assert line_of(RATE, rate.place) == "RATE = 1e-8"
    assert line_of(RATE, optimizer.place).startswith("optimizer =")


def test_a_layer_leads_to_its_line() -> None:
    (network,) = understood(trainlint.plan_of(RATE, "train.py")).networks
    linear = next(layer for layer in network.layers if layer.kind == "linear")
    assert (linear.shape, linear.parameters) == ("(8, 2)", "10")
    assert "nn.Linear(4, 2)" in line_of(RATE, linear.place)


def test_a_step_of_the_loop_leads_to_its_line() -> None:
    def walk(step: Step) -> list[Step]:
        return [step, *(inner for below in step.steps for inner in walk(below))]

    steps = [step for loop in understood(trainlint.plan_of(PROGRAM, "train.py")).loops for step in walk(loop)]
    assert all(step.text in {"Training loop", "path", "nothing"} or step.place for step in steps)
    backward = next(step for step in steps if step.text == "backward")
    assert ".backward()" in line_of(PROGRAM, backward.place)


def test_it_is_plain_data() -> None:
    shown = understood(trainlint.plan_of(PROGRAM, "train.py"))
    assert Understood.model_validate_json(shown.model_dump_json()) == shown


def test_a_plan_of_nothing_is_empty() -> None:
    assert understood(TrainingPlan(filename="a.py")).is_empty
