"""A LightningModule and its trainer, from configuration to the plan."""

from __future__ import annotations

import pytest

from tests.frameworks.planning import kinds, plan, row, within
from trainlint.plan import context

IMPORTS = """
import torch
import torch.nn as nn
import torch.nn.functional as F
import lightning as L
from torch.utils.data import DataLoader, TensorDataset
"""

MODULE = """
class Classifier(L.LightningModule):
    def __init__(self, lr=0.02):
        super().__init__()
        self.save_hyperparameters()
        self.net = nn.Sequential(nn.Linear(8, 16), nn.ReLU(), nn.Linear(16, 3))

    def forward(self, x):
        return self.net(x)

    def training_step(self, batch, batch_idx):
        x, y = batch
        return F.cross_entropy(self(x), y)

    def configure_optimizers(self):
        return torch.optim.Adam(self.parameters(), lr=self.hparams.lr)
"""

DATA = """
data = TensorDataset(torch.rand(500, 8), torch.randint(0, 3, (500,)))
loader = DataLoader(data, batch_size=25, shuffle=True)
"""

FIT = "L.Trainer(max_epochs=4).fit(Classifier(), loader)"

UPDATE = ["forward", "loss", "zero_grad", "backward", "step"]


def test_fit_makes_a_run_of_the_plan() -> None:
    made = plan(IMPORTS, MODULE, DATA, FIT)
    [run], [optimizer] = made.runs, made.optimizers
    assert (optimizer.name, optimizer.learning_rate.value, optimizer.trains) == ("Adam", 0.02, True)
    assert row(optimizer.learning_rate) == 10
    assert (run.epochs.value, run.batch_size.value, run.shuffle.value) == (4, 25, True)
    assert (run.data.samples.value, run.updates) == (500, 80)
    assert made.optimizer_of(run) is optimizer
    [network], [objective] = made.networks, made.objectives
    assert made.network_of(run) is network
    assert made.objective_of(run) is objective
    assert network.name == "Classifier"
    assert (objective.loss, objective.scores) == ("cross_entropy", 3)
    assert within(UPDATE, kinds(made))
    assert not list(made.uncleared_steps())


@pytest.mark.parametrize(
    "imported",
    [
        "import pytorch_lightning as L",
        "import lightning.pytorch as L",
        "from lightning import pytorch as L",
        "import pytorch_lightning as pl; L = pl",
    ],
)
def test_all_names_of_the_library_are_one(imported: str) -> None:
    made = plan(IMPORTS.replace("import lightning as L", imported), MODULE, DATA, FIT)
    assert made.runs[0].epochs.value == 4


def test_names_from_deep_modules() -> None:
    made = plan(
        IMPORTS,
        "from pytorch_lightning.core.module import LightningModule",
        MODULE.replace("L.LightningModule", "LightningModule"),
        DATA,
        "from lightning.pytorch.trainer.trainer import Trainer",
        "Trainer(max_epochs=4).fit(Classifier(), loader)",
    )
    assert made.runs[0].epochs.value == 4


def configured(code: str) -> str:
    body = "\n".join(f"        {line}" for line in code.splitlines())
    return MODULE.replace(
        "        return torch.optim.Adam(self.parameters(), lr=self.hparams.lr)\n",
        f"        opt = torch.optim.SGD(self.parameters(), lr=0.3)\n{body}\n",
    )


@pytest.mark.parametrize(
    ("code", "has_schedule"),
    [
        ("return opt", False),
        ("return [opt]", False),
        ("return {'optimizer': opt}", False),
        ("return [opt], [torch.optim.lr_scheduler.StepLR(opt, 2)]", True),
        ("return [opt], torch.optim.lr_scheduler.StepLR(opt, 2)", True),
        ("return {'optimizer': opt, 'lr_scheduler': torch.optim.lr_scheduler.StepLR(opt, 2)}", True),
        (
            "return dict(optimizer=opt, lr_scheduler=dict(scheduler=torch.optim.lr_scheduler.StepLR(opt, 2)))",
            True,
        ),
        ("return [{'optimizer': opt, 'lr_scheduler': torch.optim.lr_scheduler.StepLR(opt, 2)}]", True),
    ],
)
def test_every_form_of_optimizers(code: str, has_schedule: bool) -> None:
    made = plan(IMPORTS, configured(code), DATA, FIT)
    [optimizer] = made.optimizers
    assert (optimizer.name, optimizer.trains) == ("SGD", True)
    assert ("scheduler_step" in kinds(made)) is has_schedule
    assert (optimizer.schedule is not None) is has_schedule


def test_no_optimizer_at_all() -> None:
    made = plan(IMPORTS, configured("return None"), DATA, FIT)
    assert "step" not in kinds(made)


def test_a_schedule_advances_with_every_step_when_told() -> None:
    schedule = "torch.optim.lr_scheduler.OneCycleLR(opt, max_lr=0.5, total_steps=10)"
    made = plan(
        IMPORTS,
        configured(f"return [opt], [{{'scheduler': {schedule}, 'interval': 'step'}}]"),
        DATA,
        FIT,
    )
    assert kinds(made)[-2:] == ["step", "scheduler_step"]
    assert made.optimizers[0].schedule is not None
    assert made.optimizers[0].schedule.peak.value == 0.5


def test_a_branch_chooses_the_optimizer() -> None:
    made = plan(
        IMPORTS,
        configured(
            "if torch.cuda.is_available():\n    return opt\nreturn torch.optim.Adam(self.parameters(), lr=0.1)"
        ),
        DATA,
        FIT,
    )
    assert {optimizer.name for optimizer in made.optimizers if optimizer.trains} == {"SGD", "Adam"}


def test_data_of_a_data_module() -> None:
    made = plan(
        IMPORTS,
        MODULE,
        """
        class Data(L.LightningDataModule):
            def __init__(self, batch_size=32):
                super().__init__()
                self.batch_size = batch_size
            def setup(self, stage):
                self.data = TensorDataset(torch.rand(200, 8), torch.randint(0, 3, (200,)))
            def train_dataloader(self):
                return DataLoader(self.data, batch_size=self.batch_size)
            def val_dataloader(self):
                return DataLoader(self.data, batch_size=self.batch_size)

        trainer = L.Trainer(max_epochs=2, callbacks=[L.pytorch.callbacks.EarlyStopping("loss")])
        trainer.fit(Classifier(), datamodule=Data(batch_size=10))
        """,
    )
    [run] = made.runs
    assert (run.batch_size.value, run.data.samples.value) == (10, 200)
    assert run.callbacks == ("EarlyStopping",)


def test_a_data_module_by_position_and_loaders_of_the_module() -> None:
    own = """
    def train_dataloader(self):
        return DataLoader(TensorDataset(torch.rand(60, 8), torch.zeros(60)), batch_size=6)
    """
    made = plan(IMPORTS, MODULE + own, "L.Trainer(max_epochs=1).fit(Classifier())")
    assert made.runs[0].batch_size.value == 6


def test_validation_runs_without_gradients() -> None:
    own = """
    def validation_step(self, batch, batch_idx):
        x, y = batch
        self.log("loss", F.cross_entropy(self(x), y))
    """
    made = plan(IMPORTS, MODULE + own, DATA, "L.Trainer(max_epochs=4).fit(Classifier(), loader, loader)")
    assert made.runs[0].validates
    assert within(["step", "eval_mode", "no_grad_enter", "loss", "no_grad_exit", "train_mode"], kinds(made))
    assert len(made.objectives) == 1
    without = plan(IMPORTS, MODULE + own, DATA, "L.Trainer(max_epochs=4).fit(Classifier(), loader)")
    assert without.runs[0].validates is False


def test_what_the_trainer_is_told() -> None:
    trainer = (
        "L.Trainer(max_epochs=3, gradient_clip_val=0.5, accumulate_grad_batches=4, limit_train_batches=8)"
    )
    made = plan(IMPORTS, MODULE, DATA, f"{trainer}.fit(Classifier(), loader)")
    [run] = made.runs
    assert (run.batch_size.value, run.steps_per_epoch.value) == (100, 8)
    assert within(["backward", "clip", "step"], kinds(made))


def test_epochs_by_default_and_by_steps() -> None:
    assert plan(IMPORTS, MODULE, DATA, "L.Trainer().fit(Classifier(), loader)").runs[0].epochs.value == 1000
    by_steps = plan(IMPORTS, MODULE, DATA, "L.Trainer(max_steps=50).fit(Classifier(), loader)")
    assert not by_steps.runs[0].epochs.known
    endless = plan(IMPORTS, MODULE, DATA, "L.Trainer(max_epochs=-1).fit(Classifier(), loader)")
    assert not endless.runs[0].epochs.known


@pytest.mark.parametrize("option", ["fast_dev_run=True", "overfit_batches=1", "overfit_batches=0.01"])
def test_a_trial_is_a_demo(option: str) -> None:
    made = plan(IMPORTS, MODULE, DATA, f"L.Trainer({option}).fit(Classifier(), loader)")
    assert context.DEMO in made.context


def test_an_ordinary_run_is_no_demo() -> None:
    made = plan(IMPORTS, MODULE, DATA, "L.Trainer(fast_dev_run=False).fit(Classifier(), loader)")
    assert context.DEMO not in made.context


def test_manual_optimization_is_what_the_program_does() -> None:
    made = plan(
        IMPORTS,
        """
        class Manual(L.LightningModule):
            def __init__(self):
                super().__init__()
                self.automatic_optimization = False
                self.net = nn.Linear(8, 1)
            def training_step(self, batch, batch_idx):
                opt = self.optimizers()
                loss = F.mse_loss(self.net(batch[0]), batch[1])
                self.manual_backward(loss)
                opt.step()
            def configure_optimizers(self):
                return torch.optim.SGD(self.parameters(), lr=0.1)
        """,
        DATA,
        "L.Trainer(max_epochs=4).fit(Manual(), loader)",
    )
    assert "zero_grad" not in kinds(made)
    assert len(list(made.uncleared_steps())) == 1


def test_two_optimizers_of_manual_optimization() -> None:
    made = plan(
        IMPORTS,
        """
        class Gan(L.LightningModule):
            def __init__(self):
                super().__init__()
                self.automatic_optimization = False
                self.g, self.d = nn.Linear(4, 8), nn.Linear(8, 1)
            def training_step(self, batch, batch_idx):
                opt_g, opt_d = self.optimizers()
                for opt, net in ((opt_g, self.g), (opt_d, self.d)):
                    opt.zero_grad()
                    self.manual_backward(self.d(self.g(batch)).mean())
                    opt.step()
            def configure_optimizers(self):
                return torch.optim.Adam(self.g.parameters(), lr=1e-4), torch.optim.Adam(self.d.parameters(), lr=4e-4)
        """,
        DATA,
        "L.Trainer(max_epochs=4).fit(Gan(), loader)",
    )
    assert [optimizer.learning_rate.value for optimizer in made.optimizers] == [1e-4, 4e-4]
    assert context.GAN in made.context


def test_optimizers_in_turn_as_in_earlier_releases() -> None:
    made = plan(
        IMPORTS,
        """
        class Gan(L.LightningModule):
            def __init__(self):
                super().__init__()
                self.g, self.d = nn.Linear(4, 8), nn.Linear(8, 1)
            def training_step(self, batch, batch_idx, optimizer_idx):
                if optimizer_idx == 0:
                    return F.mse_loss(self.g(batch), batch)
                if optimizer_idx == 1:
                    return F.l1_loss(self.d(batch), batch)
            def configure_optimizers(self):
                return [torch.optim.Adam(self.g.parameters()), torch.optim.SGD(self.d.parameters(), lr=0.1)], []
        """,
        DATA,
        "L.Trainer(max_epochs=4).fit(Gan(), loader)",
    )
    assert kinds(made).count("step") == 2
    assert {objective.loss for objective in made.objectives} == {"mse", "mae"}


def test_a_module_that_nobody_fits_here() -> None:
    made = plan(IMPORTS, MODULE)
    [optimizer], [run] = made.optimizers, made.runs
    assert (optimizer.trains, optimizer.learning_rate.value) == (True, 0.02)
    assert optimizer.learning_rate.certainty.value == "default"
    assert not run.epochs.known
    assert within(UPDATE, kinds(made))


def test_a_module_for_the_command_line() -> None:
    made = plan(IMPORTS, MODULE, "from lightning.pytorch.cli import LightningCLI", "LightningCLI(Classifier)")
    [optimizer] = made.optimizers
    assert (optimizer.learning_rate.value, optimizer.learning_rate.certainty.value) == (0.02, "default")
    assert not made.runs[0].epochs.known


def test_settings_from_the_command_line() -> None:
    made = plan(
        IMPORTS,
        "from argparse import ArgumentParser",
        MODULE.replace("lr=0.02", "options")
        .replace("self.hparams.lr", "self.hparams.rate")
        .replace("save_hyperparameters()", "save_hyperparameters(options)"),
        DATA,
        """
        parser = ArgumentParser()
        parser.add_argument("--rate", type=float, default=1e-3)
        parser.add_argument("--max_epochs", type=int, default=7)
        args = parser.parse_args()
        L.Trainer.from_argparse_args(args).fit(Classifier(args), loader)
        """,
    )
    [optimizer], [run] = made.optimizers, made.runs
    assert optimizer.learning_rate.spoken == "0.001 (default of --rate)"
    assert run.epochs.value == 7


def test_a_searched_learning_rate_is_not_known() -> None:
    made = plan(
        IMPORTS,
        MODULE,
        DATA,
        """
        model, trainer = Classifier(), L.Trainer(max_epochs=4)
        L.pytorch.tuner.Tuner(trainer).lr_find(model, loader)
        trainer.fit(model, loader)
        """,
    )
    assert not made.optimizers[0].learning_rate.known


def test_counters_of_a_step_are_not_known() -> None:
    made = plan(
        IMPORTS,
        MODULE.replace("        x, y = batch\n", "        x, y = batch\n        self.seen += 1\n")
        .replace(
            "        return F.cross_entropy(self(x), y)\n",
            "        if self.seen > 100:\n            return F.cross_entropy(self(x), y)\n"
            "        return F.nll_loss(self(x), y)\n",
        )
        .replace("self.save_hyperparameters()", "self.save_hyperparameters(); self.seen = 0"),
        DATA,
        FIT,
    )
    assert len(made.objectives) == 2


def test_a_method_called_fit_of_something_else() -> None:
    made = plan(
        IMPORTS,
        MODULE,
        DATA,
        "class Trainer:\n    def fit(self, model, data): pass",
        "Trainer().fit(1, loader)",
    )
    assert all(not run.epochs.known for run in made.runs)


def test_fabric_gives_back_what_it_wraps() -> None:
    made = plan(
        IMPORTS,
        DATA,
        """
        fabric = L.Fabric(devices=2)
        net = nn.Linear(8, 3)
        opt = torch.optim.SGD(net.parameters(), lr=0.4)
        net, opt = fabric.setup(net, opt)
        loader = fabric.setup_dataloaders(loader)
        for epoch in range(3):
            for x, y in loader:
                opt.zero_grad()
                fabric.backward(F.cross_entropy(net(x), y))
                opt.step()
        """,
    )
    [run], [optimizer] = made.runs, made.optimizers
    assert (run.epochs.value, run.batch_size.value, optimizer.learning_rate.value) == (3, 25, 0.4)
    assert kinds(made) == ["zero_grad", "forward", "loss", "backward", "step"]


def test_fabric_without_clearing_gradients() -> None:
    made = plan(
        IMPORTS,
        DATA,
        """
        fabric = L.Fabric()
        net = nn.Linear(8, 3)
        net, opt = fabric.setup(net, torch.optim.SGD(net.parameters(), lr=0.4))
        for x, y in fabric.setup_dataloaders(loader):
            fabric.backward(F.cross_entropy(net(x), y))
            opt.step()
        """,
    )
    assert len(list(made.uncleared_steps())) == 1
