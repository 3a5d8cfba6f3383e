"""The adaptive softmax gives its own loss, and has the weights that torch counts."""

from __future__ import annotations

import pytest
import torch

from tests.frameworks.planning import plan

PROGRAM = """
import torch
class Net(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.head = torch.nn.AdaptiveLogSoftmaxWithLoss({arguments})
    def forward(self, x, y):
        return self.head(x, y).loss
net = Net()
optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
for _ in range(3):
    optimizer.zero_grad()
    net(torch.zeros(4, 32), torch.zeros(4, dtype=torch.long)).backward()
    optimizer.step()
"""


@pytest.mark.parametrize(
    "arguments", ["32, 1000, cutoffs=[10, 100]", "32, 50, [20], div_value=2.0, head_bias=True"]
)
def test_the_loss_and_the_weights(arguments: str) -> None:
    made = plan(PROGRAM.format(arguments=arguments))
    real = eval(f"torch.nn.AdaptiveLogSoftmaxWithLoss({arguments})", {"torch": torch})
    assert made.objectives[0].loss == "nll"
    assert made.objectives[0].prediction_shape == (4, real.n_classes)
    assert made.networks[0].parameters == sum(weight.numel() for weight in real.parameters())
    assert made.networks[0].complete
