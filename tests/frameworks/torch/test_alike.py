"""What a function does to all modules of a network, seen once for each kind."""

from __future__ import annotations

import pytest

from trainlint.engine.check import plan_of

NETWORK = """
import torch
from torch import nn

class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.first = nn.Linear(4, 4)
        self.drop = nn.Dropout(0.1)
        self.second = nn.Linear(4, 4, bias=False)

    def forward(self, x):
        return self.second(self.drop(torch.relu(self.first(x))))

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.blocks = nn.ModuleList([Block() for _ in range(3)])
        self.head = nn.Linear(4, 2)

    def forward(self, x):
        for block in self.blocks:
            x = block(x)
        return self.head(x)

net = Net()
"""
END = """
optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
nn.functional.cross_entropy(net(torch.randn(8, 4)), y).backward()
optimizer.step()
"""


def filled(what: str) -> list[float | None]:
    """The standard deviation of the weights of each linear layer, where the program says it."""
    plan = plan_of(NETWORK + what + END)
    (network,) = plan.networks
    weights = [layer.settings.get("kernel_initializer.std") for layer in network.of_kind("linear")]
    return [None if setting is None else setting.value for setting in weights]


INITIALISE = """
def initialise(module, std=0.02):
    if isinstance(module, nn.Linear):
        nn.init.normal_(module.weight, std=std)
"""


@pytest.mark.parametrize(
    ("what", "stds"),
    [
        ("", [None] * 7),
        (INITIALISE + "net.apply(initialise)\n", [0.02] * 7),
        (INITIALISE + "net.apply(initialise)\ninitialise(net.head, 0.5)\n", [0.02] * 6 + [0.5]),
        (INITIALISE + "net.blocks[1].apply(initialise)\n", [None, None, 0.02, 0.02, None, None, None]),
        (
            ("def initialise(m):\n    if getattr(m, 'bias', None) is not None:\n"
            "        m.weight.data.normal_(0, 0.3)\nnet.apply(initialise)\n"),
            [0.3, None, 0.3, None, 0.3, None, 0.3],
        ),
        (
            ("def initialise(m):\n    if isinstance(m, nn.Linear) and m.out_features == 2:\n"
            "        m.weight.data.normal_(0, 0.3)\nnet.apply(initialise)\n"),
            [None] * 6 + [0.3],
        ),
        (
            INITIALISE + "def through(fn, module, name=''):\n    for child_name, child in module.named_children():\n"
            "        through(fn, child, name + '.' + child_name)\n    fn(module)\n    return module\n"
            "through(initialise, net)\n",
            [0.02] * 7,
        ),
        (
            INITIALISE + "def through(module, std):\n    for child in module.children():\n"
            "        through(child, std)\n    initialise(module, std)\n"
            "through(net.blocks[0], 0.1)\nthrough(net.head, 0.2)\n",
            [0.1, 0.1, None, None, None, None, 0.2],
        ),
    ],
)  # fmt: skip
def test_weights_are_filled_as_if_each_module_were_called(what: str, stds: list[float | None]) -> None:
    assert filled(what) == stds


def test_what_a_module_was_told_before_stays_where_the_function_may_leave_it() -> None:
    fills = "def fill{0}(m):\n    if unknown:\n        if isinstance(m, nn.Linear):\n            m.weight.data.normal_(0, {0})\n"
    twice = fills.format(1) + fills.format(2) + "net.blocks[2].apply(fill1)\nnet.apply(fill2)\n"
    (network,) = plan_of(NETWORK + twice + END).networks
    told = [layer.settings["kernel_initializer"].values for layer in network.of_kind("linear")]
    assert [len(values) for values in told] == [1, 1, 1, 1, 2, 2, 1]


def test_a_weight_that_a_function_makes_is_not_shared() -> None:
    plan = plan_of(
        NETWORK + "def new(m):\n    if isinstance(m, nn.Linear):\n"
        "        m.weight = nn.Parameter(torch.zeros(m.out_features, m.in_features))\nnet.apply(new)\n" + END
    )
    assert plan.networks[0].parameters == 3 * (20 + 16) + 10


def test_what_a_function_freezes_is_frozen_everywhere() -> None:
    plan = plan_of(
        NETWORK + "def freeze(m):\n    if isinstance(m, nn.Linear):\n"
        "        m.requires_grad_(False)\nnet.apply(freeze)\n" + END
    )
    assert plan.networks[0].trainable_parameters == 0
