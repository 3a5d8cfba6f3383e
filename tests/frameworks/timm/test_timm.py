"""Models, optimizers, schedules, losses and loaders of timm by name."""

from __future__ import annotations

import pytest

from tests.frameworks.planning import kinds, plan, row
from trainlint.plan import context

IMPORTS = """
import argparse
import timm
import torch
import torch.nn as nn
from timm.data import Mixup, create_loader
from timm.loss import BinaryCrossEntropy, LabelSmoothingCrossEntropy, SoftTargetCrossEntropy
from timm.optim import create_optimizer, create_optimizer_v2, optimizer_kwargs
from timm.scheduler import CosineLRScheduler, create_scheduler, create_scheduler_v2
"""
MODEL = 'model = timm.create_model("resnet50.a1_in1k", pretrained=True, num_classes=10)'
TRAIN = """
loader = create_loader(dataset, input_size=(3, 224, 224), batch_size=64, is_training=True)
criterion = LabelSmoothingCrossEntropy(smoothing=0.2)
for epoch in range(20):
    for images, targets in loader:
        optimizer.zero_grad()
        criterion(model(images), targets).backward()
        optimizer.step()
"""


def optimized(code: str, *before: str) -> list[tuple[str, float | None]]:
    made = plan(IMPORTS, MODEL, *before, code, TRAIN)
    return [
        (optimizer.name, optimizer.learning_rate.value) for optimizer in made.optimizers if optimizer.trains
    ]


def test_from_a_name_to_a_run() -> None:
    made = plan(
        IMPORTS,
        MODEL,
        "optimizer = create_optimizer_v2(model, opt='adamw', lr=1e-3, weight_decay=0.05)",
        TRAIN,
    )
    [network], [optimizer], [run], [objective] = made.networks, made.optimizers, made.runs, made.objectives
    assert (network.name, network.pretrained, network.layers[-1].kind) == ("resnet50", True, "backbone")
    assert (objective.loss, objective.scores, objective.takes_logits.value) == ("cross_entropy", 10, True)
    assert objective.settings["smoothing"].value == 0.2
    assert (optimizer.name, optimizer.learning_rate.value, optimizer.number("weight_decay")) == (
        "AdamW",
        1e-3,
        0.05,
    )
    assert row(optimizer.learning_rate) == 12
    assert (run.epochs.value, run.batch_size.value, run.shuffle.value) == (20, 64, True)
    assert run.data.shape == (64, 3, 224, 224)
    assert context.FINE_TUNING in made.context


@pytest.mark.parametrize(
    ("code", "classes", "pretrained"),
    [
        ('timm.create_model("vit_base_patch16_224")', 1000, False),
        ('timm.create_model("hf_hub:timm/vit_tiny.augreg", True, num_classes=7)', 7, True),
        ("timm.models.resnet50(num_classes=3)", 3, False),
        ("timm.models.resnet.resnet18(pretrained=True)", 1000, True),
        ('timm.create_model("resnet18", num_classes=0)', None, False),
    ],
)
def test_the_head_of_a_model(code: str, classes: int | None, pretrained: bool) -> None:
    made = plan(IMPORTS, f"model = {code}", "optimizer = torch.optim.SGD(model.parameters(), lr=0.1)", TRAIN)
    assert made.networks[0].layers[-1].units == classes
    assert made.networks[0].pretrained is pretrained


def test_a_head_that_is_replaced() -> None:
    made = plan(
        IMPORTS,
        MODEL,
        "model.reset_classifier(4)",
        "optimizer = torch.optim.SGD(model.parameters(), lr=0.1)",
        TRAIN,
    )
    assert made.objectives[0].scores == 4


@pytest.mark.parametrize(
    ("opt", "name"),
    [
        ("sgd", "SGD"),
        ("momentum", "SGD"),
        ("adam", "Adam"),
        ("nadamw", "NAdamW"),
        ("lamb", "Lamb"),
        ("rmsproptf", "RMSpropTF"),
        ("lookahead_adam", "Adam"),
    ],
)
def test_optimizers_by_name(opt: str, name: str) -> None:
    assert optimized(f"optimizer = create_optimizer_v2(model, opt={opt!r}, lr=0.01)") == [(name, 0.01)]


def test_momentum_and_the_rate_that_nobody_sets() -> None:
    made = plan(IMPORTS, MODEL, "optimizer = create_optimizer_v2(model.parameters())", TRAIN)
    [optimizer] = made.optimizers
    assert (optimizer.name, optimizer.number("momentum")) == ("SGD", 0.9)
    assert optimizer.learning_rate.is_library_default


OPTIONS = """
parser = argparse.ArgumentParser()
parser.add_argument("--opt", default="adamw")
parser.add_argument("--lr", type=float, default=5e-4)
parser.add_argument("--weight-decay", type=float, default=2e-5)
parser.add_argument("--momentum", type=float, default=0.9)
parser.add_argument("--sched", default="cosine")
parser.add_argument("--epochs", type=int, default=30)
parser.add_argument("--warmup-epochs", type=int, default=5)
args = parser.parse_args()
"""


@pytest.mark.parametrize(
    "code",
    ["create_optimizer(args, model)", "create_optimizer_v2(model, **optimizer_kwargs(cfg=args))"],
)
def test_optimizers_from_options(code: str) -> None:
    made = plan(IMPORTS, MODEL, OPTIONS, f"optimizer = {code}", TRAIN)
    [optimizer] = made.optimizers
    assert (optimizer.name, optimizer.learning_rate.spoken) == ("AdamW", "0.0005 (default of --lr)")


@pytest.mark.parametrize(
    ("code", "warms_up"),
    [
        ("schedule = CosineLRScheduler(optimizer, t_initial=20, warmup_t=3)", True),
        ("schedule = CosineLRScheduler(optimizer, t_initial=20)", False),
        (
            "schedule, epochs = create_scheduler_v2(optimizer, sched='step', num_epochs=20, warmup_epochs=2)",
            True,
        ),
        ("schedule, epochs = create_scheduler(args, optimizer)", True),
    ],
)
def test_schedules(code: str, warms_up: bool) -> None:
    made = plan(
        IMPORTS,
        MODEL,
        OPTIONS,
        "optimizer = create_optimizer_v2(model, opt='adamw', lr=0.01)",
        code,
        TRAIN + "    schedule.step(epoch)\n",
    )
    [optimizer] = made.optimizers
    assert optimizer.schedule is not None
    assert (optimizer.schedule.warms_up, optimizer.schedule.peak.value) == (warms_up, 0.01)
    assert kinds(made)[-1] == "scheduler_step"


@pytest.mark.parametrize(
    ("loss", "word"),
    [
        ("LabelSmoothingCrossEntropy()", "cross_entropy"),
        ("SoftTargetCrossEntropy()", "cross_entropy"),
        ("BinaryCrossEntropy()", "binary_cross_entropy"),
        ("BinaryCrossEntropy().cuda()", "binary_cross_entropy"),
    ],
)
def test_losses_take_logits(loss: str, word: str) -> None:
    made = plan(
        IMPORTS,
        MODEL,
        "optimizer = create_optimizer_v2(model, lr=0.1)",
        TRAIN.replace("LabelSmoothingCrossEntropy(smoothing=0.2)", loss),
    )
    [objective] = made.objectives
    assert (objective.loss, objective.takes_logits.value) == (word, True)


def test_mixed_samples() -> None:
    made = plan(
        IMPORTS,
        MODEL,
        "optimizer = create_optimizer_v2(model, lr=0.1)",
        "mix = Mixup(mixup_alpha=0.8, num_classes=10)",
        TRAIN.replace(
            "        optimizer.zero_grad()",
            "        images, targets = mix(images, targets)\n        optimizer.zero_grad()",
        ),
    )
    assert made.objectives[0].target.encoding == "one_hot"


def test_a_scaler_goes_backward_and_steps() -> None:
    made = plan(
        IMPORTS,
        "from timm.utils import ModelEmaV2, NativeScaler",
        MODEL,
        "optimizer = create_optimizer_v2(model, lr=0.1)",
        "scaler, average = NativeScaler(), ModelEmaV2(model)",
        TRAIN.replace(
            "criterion(model(images), targets).backward()",
            "scaler(criterion(model(images), targets), optimizer, clip_grad=1.0, parameters=model.parameters())",
        ).replace("        optimizer.step()", "        average.update(model)"),
    )
    scaled = ["scale", "backward", "unscale", "clip", "step", "scaler_update"]
    assert kinds(made) == ["zero_grad", "forward", "loss", *scaled]


def test_layers_of_timm_within_a_network_of_the_program() -> None:
    made = plan(
        IMPORTS,
        """
        from timm.models.layers import DropPath, to_2tuple, trunc_normal_
        class Block(nn.Module):
            def __init__(self, dim, drop):
                super().__init__()
                self.line = nn.Linear(dim, dim)
                self.drop = DropPath(drop)
                self.size = to_2tuple(7)
                trunc_normal_(self.line.weight, std=0.02)
            def forward(self, x):
                return x + self.drop(self.line(x))
        model = Block(8, 0.1)
        optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
        """,
        TRAIN,
    )
    [network] = made.networks
    assert network.complete
    assert [layer.kind for layer in network.layers] == ["input", "linear", "dropout", "add"]


def test_create_model_of_something_else() -> None:
    made = plan(
        IMPORTS, "from mine import create_model", "model = create_model('resnet50', pretrained=True)", TRAIN
    )
    assert not made.networks
