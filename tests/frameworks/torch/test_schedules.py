"""The rate after each step of a schedule, compared with a real optimizer that is stepped."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch.optim import lr_scheduler

from tests.frameworks.pretend import PretendMachine
from trainlint.frameworks.facts import ScheduleMade
from trainlint.frameworks.torch.schedule_rates import rate_at
from trainlint.frameworks.torch.schedulers import peak_of
from trainlint.values.value import Known, constant

BASE = 0.1
STEPS = 30

SCHEDULES: list[tuple[str, dict[str, Any]]] = [
    ("StepLR", {"step_size": 7, "gamma": 0.5}),
    ("MultiStepLR", {"milestones": [5, 11, 20]}),
    ("ConstantLR", {"factor": 0.5, "total_iters": 6}),
    ("LinearLR", {"start_factor": 0.1, "total_iters": 9}),
    ("ExponentialLR", {"gamma": 0.9}),
    ("PolynomialLR", {"total_iters": 20, "power": 2.0}),
    ("CosineAnnealingLR", {"T_max": 20, "eta_min": 0.001}),
    ("CosineAnnealingLR", {"T_max": 10}),
    ("CosineAnnealingWarmRestarts", {"T_0": 5, "T_mult": 2}),
    ("OneCycleLR", {"max_lr": 0.5, "total_steps": STEPS + 5}),
    ("OneCycleLR", {"max_lr": 0.5, "epochs": 5, "steps_per_epoch": 8, "anneal_strategy": "linear"}),
    ("OneCycleLR", {"max_lr": 0.5, "total_steps": STEPS + 5, "three_phase": True}),
    ("CyclicLR", {"base_lr": 0.01, "max_lr": 0.2, "step_size_up": 6, "cycle_momentum": False}),
    ("CyclicLR", {"base_lr": 0.01, "max_lr": 0.2, "step_size_up": 6, "step_size_down": 3, "mode": "triangular2",
                  "cycle_momentum": False}),
]  # fmt: skip


def rates_of_torch(name: str, arguments: dict[str, Any]) -> list[float]:
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=BASE)
    return stepped(optimizer, getattr(lr_scheduler, name)(optimizer, **arguments))


def stepped(optimizer: torch.optim.Optimizer, schedule: lr_scheduler.LRScheduler) -> list[float]:
    rates = []
    for _ in range(STEPS):
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        schedule.step()
    return rates


def optimizer_of(machine: PretendMachine) -> Any:
    weights = machine.do(machine.of("torch.nn.Linear", 2, 2), "parameters")
    return machine.of("torch.optim.SGD", weights, lr=BASE)


@pytest.mark.parametrize(("name", "arguments"), SCHEDULES)
def test_rates_and_peak(machine: PretendMachine, name: str, arguments: dict[str, Any]) -> None:
    schedule = machine.of(f"torch.optim.lr_scheduler.{name}", optimizer_of(machine), **arguments)
    wanted = rates_of_torch(name, arguments)
    assert [rate_at(schedule, step, BASE) for step in range(STEPS)] == pytest.approx(wanted, abs=1e-9)
    assert constant(peak_of(schedule)) == pytest.approx(max(wanted), rel=0.02)


@pytest.mark.filterwarnings("ignore:The epoch parameter:UserWarning")
def test_one_schedule_after_another(machine: PretendMachine) -> None:
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=BASE)
    first = lr_scheduler.LinearLR(optimizer, 0.01, total_iters=5)
    second = lr_scheduler.ExponentialLR(optimizer, 0.9)
    wanted = stepped(optimizer, lr_scheduler.SequentialLR(optimizer, [first, second], [5]))

    made = optimizer_of(machine)
    prefix = "torch.optim.lr_scheduler"
    parts = [
        machine.of(f"{prefix}.LinearLR", made, 0.01, total_iters=5),
        machine.of(f"{prefix}.ExponentialLR", made, 0.9),
    ]
    whole = machine.of(f"{prefix}.SequentialLR", made, parts, [5])
    assert [rate_at(whole, step, BASE) for step in range(STEPS)] == pytest.approx(wanted, abs=1e-9)
    assert constant(peak_of(parts[0])) == pytest.approx(BASE)
    assert [fact.schedule for fact in machine.noted(ScheduleMade)] == [*parts, whole]


def test_the_peak_of_a_plain_decay_is_the_rate_as_it_was_written(machine: PretendMachine) -> None:
    optimizer = optimizer_of(machine)
    schedule = machine.of("torch.optim.lr_scheduler.StepLR", optimizer, 10)
    assert peak_of(schedule) is optimizer.arguments["lr"]


def test_a_schedule_that_sets_its_own_range(machine: PretendMachine) -> None:
    schedule = machine.of("torch.optim.lr_scheduler.OneCycleLR", optimizer_of(machine), 0.3, total_steps=10)
    assert constant(peak_of(schedule)) == 0.3


def test_stepping_a_schedule_is_an_event(machine: PretendMachine) -> None:
    optimizer = optimizer_of(machine)
    schedule = machine.of("torch.optim.lr_scheduler.StepLR", optimizer, 10)
    machine.do(schedule, "step")
    kind, objects = machine.happened[-1]
    assert kind == "scheduler_step"
    assert objects["optimizer"] is optimizer


def test_schedules_of_transformers(machine: PretendMachine) -> None:
    optimizer = optimizer_of(machine)
    schedule = machine.of("transformers.get_linear_schedule_with_warmup", optimizer, 10, 20)
    assert [rate_at(schedule, step, 1.0) for step in (0, 5, 10, 15, 20)] == [0.0, 0.5, 1.0, 0.5, 0.0]
    assert constant(peak_of(schedule)) == BASE
    machine.do(schedule, "step")
    assert machine.happened[-1][0] == "scheduler_step"


def test_an_unknown_length_gives_no_rate(machine: PretendMachine) -> None:
    from trainlint.values.value import Unknown

    schedule = machine.of(
        "torch.optim.lr_scheduler.CosineAnnealingLR", optimizer_of(machine), Unknown("epochs")
    )
    assert rate_at(schedule, 3, BASE) is None
    assert isinstance(peak_of(schedule), Known)
