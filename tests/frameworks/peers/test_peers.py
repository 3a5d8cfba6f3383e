"""Smaller trainers above PyTorch, and engines that give back what they were given."""

from __future__ import annotations

import pytest

from tests.frameworks.planning import kinds, plan

SETUP = """
import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.utils.data import DataLoader, TensorDataset

class Net(nn.Module):
    def __init__(self, hidden=16):
        super().__init__()
        self.layers = nn.Sequential(nn.Linear(8, hidden), nn.ReLU(), nn.Linear(hidden, 3))
    def forward(self, x):
        return self.layers(x)

net = Net()
opt = torch.optim.SGD(net.parameters(), lr=0.4)
loader = DataLoader(TensorDataset(torch.rand(90, 8), torch.zeros(90)), batch_size=30)
"""


def test_a_supervised_trainer_of_ignite() -> None:
    made = plan(
        SETUP,
        """
        from ignite.engine import create_supervised_trainer
        trainer = create_supervised_trainer(net, opt, nn.CrossEntropyLoss(), device="cuda")
        trainer.run(loader, max_epochs=6)
        """,
    )
    [run], [objective] = made.runs, made.objectives
    assert (run.epochs.value, run.batch_size.value, run.data.samples.value) == (6, 30, 90)
    assert (objective.loss, objective.scores) == ("cross_entropy", 3)
    assert kinds(made) == ["train_mode", "forward", "loss", "zero_grad", "backward", "step"]


def test_an_engine_of_ignite_around_a_function() -> None:
    made = plan(
        SETUP,
        """
        from ignite.engine.engine import Engine
        def update(engine, batch):
            loss = F.cross_entropy(net(batch[0]), batch[1])
            loss.backward()
            opt.step()
        Engine(update).run(loader)
        """,
    )
    assert made.runs[0].epochs.value == 1
    assert len(list(made.uncleared_steps())) == 1


def test_skorch() -> None:
    made = plan(
        SETUP,
        """
        from skorch import NeuralNetRegressor
        model = NeuralNetRegressor(Net, max_epochs=7, lr=0.05, optimizer=torch.optim.Adam, module__hidden=32)
        model.fit(torch.rand(40, 8), torch.rand(40, 3))
        """,
    )
    [run] = made.runs
    optimizer = made.optimizer_of(run)
    assert optimizer is not None
    assert (optimizer.name, optimizer.learning_rate.value) == ("Adam", 0.05)
    assert (run.epochs.value, run.batch_size.value, made.objectives[0].loss) == (7, 128, "mse")
    network = made.network_of(run)
    assert network is not None
    assert network.layers[1].units == 32


def test_a_classifier_of_skorch_takes_probabilities() -> None:
    made = plan(
        SETUP, "from skorch.classifier import NeuralNetClassifier", "NeuralNetClassifier(Net).fit(1, 2)"
    )
    assert not made.objectives
    assert {optimizer.learning_rate.value for optimizer in made.optimizers if optimizer.name == "SGD"} == {
        0.4,
        0.01,
    }


def test_catalyst() -> None:
    made = plan(
        SETUP,
        """
        from catalyst import dl
        runner = dl.SupervisedRunner()
        runner.train(model=net, criterion=nn.CrossEntropyLoss(), optimizer=opt, loaders={"train": loader, "valid": loader},
                     num_epochs=3)
        """,
    )
    [run] = made.runs
    assert (run.epochs.value, run.batch_size.value, run.validates) == (3, 30, True)


@pytest.mark.parametrize(
    ("fit", "rate", "epochs"),
    [
        ("learn.fit(4)", 0.001, 4),
        ("learn.fit(4, 0.1)", 0.1, 4),
        ("learn.fit_one_cycle(5, lr_max=3e-3)", 3e-3, 5),
        ("learn.fine_tune(2)", 0.002, 2),
    ],
)
def test_fastai(fit: str, rate: float, epochs: int) -> None:
    made = plan(
        SETUP,
        "from fastai.vision.all import Learner",
        "learn = Learner(dls, net, loss_func=nn.CrossEntropyLoss())",
        fit,
    )
    [run] = made.runs
    optimizer = made.optimizer_of(run)
    assert optimizer is not None
    assert (optimizer.name, optimizer.learning_rate.value, run.epochs.value) == ("Adam", rate, epochs)
    assert optimizer.peak_rates[0].value == rate
    assert made.objectives[0].scores == 3


def test_everything_of_fastai() -> None:
    made = plan(
        "import torch",
        "from fastai.vision.all import *",
        "learn = vision_learner(dls, resnet34)",
        "learn.fine_tune(3, 1e-2)",
    )
    assert made.runs[0].epochs.value == 3
    assert made.optimizers[0].learning_rate.value == 1e-2


def test_deepspeed() -> None:
    made = plan(
        SETUP,
        """
        import deepspeed
        engine, opt, _, _ = deepspeed.initialize(model=net, optimizer=opt, config="ds.json")
        for epoch in range(2):
            for x, y in loader:
                loss = F.cross_entropy(engine(x), y)
                engine.backward(loss)
                engine.step()
        """,
    )
    [run] = made.runs
    assert (run.epochs.value, run.batch_size.value) == (2, 30)
    assert made.optimizers[0].learning_rate.value == 0.4
    assert kinds(made) == ["forward", "loss", "backward", "step", "zero_grad"]
    assert not list(made.uncleared_steps())


def test_apex() -> None:
    made = plan(
        SETUP,
        """
        from apex import amp
        net, opt = amp.initialize(net, opt, opt_level="O1")
        for x, y in loader:
            opt.zero_grad()
            with amp.scale_loss(F.cross_entropy(net(x), y), opt) as scaled:
                scaled.backward()
            torch.nn.utils.clip_grad_norm_(amp.master_params(opt), 1.0)
            opt.step()
        """,
    )
    assert kinds(made) == ["zero_grad", "forward", "loss", "backward", "clip", "step"]
    assert made.objectives[0].scores == 3


def test_opacus() -> None:
    made = plan(
        SETUP,
        """
        from opacus import PrivacyEngine
        net, opt, loader = PrivacyEngine().make_private(
            module=net, optimizer=opt, data_loader=loader, noise_multiplier=1.1, max_grad_norm=1.0
        )
        for x, y in loader:
            F.cross_entropy(net(x), y).backward()
            opt.step()
        """,
    )
    assert made.runs[0].batch_size.value == 30
    assert len(list(made.uncleared_steps())) == 1
