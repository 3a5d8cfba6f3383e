"""The wrappers of Accelerate leave a loop as it is written."""

from __future__ import annotations

import pytest

from tests.frameworks.planning import kinds, plan

SETUP = """
import torch
import torch.nn as nn
import torch.nn.functional as F
from accelerate import Accelerator
from torch.utils.data import DataLoader, TensorDataset

accelerator = Accelerator(gradient_accumulation_steps=4)
net = nn.Linear(8, 3)
opt = torch.optim.AdamW(net.parameters(), lr=3e-4)
sched = torch.optim.lr_scheduler.StepLR(opt, 10)
loader = DataLoader(TensorDataset(torch.rand(96, 8), torch.zeros(96)), batch_size=12)
"""

PREPARE = "net, opt, loader, sched = accelerator.prepare(net, opt, loader, sched)"

LOOP = """
for epoch in range(5):
    for x, y in loader:
        with accelerator.accumulate(net), accelerator.autocast():
            loss = F.cross_entropy(net(x), y)
            accelerator.backward(loss)
            if accelerator.sync_gradients:
                accelerator.clip_grad_norm_(net.parameters(), 1.0)
            opt.step()
            sched.step()
            opt.zero_grad()
"""


@pytest.mark.parametrize(
    "prepare",
    [
        PREPARE,
        "net = accelerator.prepare(net)\nopt, loader = accelerator.prepare(opt, loader)",
        """
        net, opt = accelerator.prepare_model(net), accelerator.prepare_optimizer(opt)
        loader = accelerator.prepare_data_loader(loader)
        """,
        "prepared = accelerator.prepare(net, opt, loader)\nnet, opt, loader = prepared",
    ],
)
def test_what_is_prepared_stays_what_it_is(prepare: str) -> None:
    made = plan(SETUP, prepare, LOOP)
    [optimizer], [run] = made.optimizers, made.runs
    assert (optimizer.name, optimizer.learning_rate.value, optimizer.trains) == ("AdamW", 3e-4, True)
    assert (run.epochs.value, run.batch_size.value, run.data.samples.value) == (5, 12, 96)
    assert made.optimizer_of(run) is optimizer
    assert made.objectives[0].scores == 3
    assert kinds(made) == ["forward", "loss", "backward", "clip", "step", "scheduler_step", "zero_grad"]
    assert not list(made.uncleared_steps())


def test_gradients_that_are_never_cleared() -> None:
    made = plan(SETUP, PREPARE, LOOP.replace("            opt.zero_grad()\n", ""))
    assert len(list(made.uncleared_steps())) == 1


def test_unwrapping_and_gathering_give_back_what_went_in() -> None:
    made = plan(
        SETUP,
        PREPARE,
        "bare = accelerator.unwrap_model(net)",
        LOOP.replace("net(x)", "accelerator.gather_for_metrics(bare(x))"),
    )
    assert made.objectives[0].scores == 3


def test_a_network_within_another_package() -> None:
    made = plan(
        SETUP,
        "from accelerate.accelerator import Accelerator as Other",
        "accelerator = Other()",
        PREPARE,
        LOOP,
    )
    assert made.runs[0].batch_size.value == 12


def test_prepare_of_something_else() -> None:
    made = plan(
        SETUP.replace("from accelerate import Accelerator", "from somewhere import Accelerator"),
        PREPARE,
        LOOP,
    )
    assert all(not run.batch_size.known for run in made.runs)
