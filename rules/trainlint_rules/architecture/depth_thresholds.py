"""From how many saturating layers in a row training suffers, each number with its source.

Measured on one synthetic task (ten classes, width 64 for the loss, 128 for the gradients, 600 steps of batch
32; ln 10 = 2.30). Loss that is left after 600 steps with sigmoid layers and no normalisation:

| hidden layers | 1 | 2 | 3 | 4 | 5 | 6 | 8 |
| --- | --- | --- | --- | --- | --- | --- | --- |
| SGD 0.01, momentum 0.9 | 0.13 | 0.76 | 2.28 | 2.31 | 2.32 | 2.32 | 2.32 |
| Adam 1e-3 | 0.15 | 0.18 | 0.30 | 0.53 | 1.05 | 1.46 | 1.83 |

With batch normalisation, or with residual sums, the loss falls below 0.3 at every depth, and so it does with
tanh and ReLU under Glorot's initialisation.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Depths:
    """Number of layers from which to inform and from which to warn."""

    info: int
    warning: int
    source: str


SIGMOID = frozenset({"sigmoid", "hard_sigmoid"})
"""Softsign is not one of them: it is centred on zero and has slope 1 there (Glorot & Bengio 2010)."""

SIGMOID_SGD = Depths(3, 3, "Measured: the loss stays at its start from 3 layers on.")
SIGMOID_ADAPTIVE = Depths(3, 5, "Measured: twice the loss of one layer at 3, seven times at 5.")
SIGMOID_UNKNOWN = Depths(3, 4, "Judgement: between the two, as the optimizer is not known.")

TANH_TORCH_SGD = Depths(10, 16, "Measured with PyTorch's default initialisation: gradient ratio 3e-2 at 10.")
TANH_TORCH = Depths(16, 1000, "Measured with PyTorch's default initialisation: gradient ratio 1e-3 at 16.")

TORCH_SPREAD = 0.58
"""Standard deviation of PyTorch's default weights times the root of the number of inputs: they are uniform with a
variance of 1 / (3 x inputs) (torch/nn/modules/linear.py, reset_parameters: kaiming_uniform_ with a = sqrt(5))."""

GRADIENT_RATIO = {3: "3e-3", 4: "4e-4", 5: "6e-5", 6: "1e-5", 8: "2e-7", 10: "3e-9", 16: "2e-14", 20: "9e-18"}
"""Measured at initialisation with PyTorch's default: the first layer's gradient norm over the last one's, by
number of sigmoid layers."""

ADAPTIVE = frozenset(
    "adam adamw nadam nadamw radam adamax rmsprop adagrad adadelta lion adafactor lamb adabelief".split()
)
"""Optimizers that rescale the gradient of each weight, by class name in small letters."""


def gradient_ratio(layers: int) -> str:
    """About how much of the gradient reaches the first of so many sigmoid layers."""
    return GRADIENT_RATIO[max(depth for depth in GRADIENT_RATIO if depth <= max(layers, 3))]
