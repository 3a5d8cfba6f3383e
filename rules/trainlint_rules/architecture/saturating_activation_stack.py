"""Sigmoid after sigmoid, until no gradient is left."""

from __future__ import annotations

import math

from trainlint.api import (
    Example,
    Fix,
    Layer,
    Network,
    Optimizer,
    Rule,
    TrainingPlan,
    called_instead,
    context,
    kinds,
    unsafe,
)
from trainlint_rules.architecture.depth_thresholds import (
    ADAPTIVE,
    SIGMOID,
    SIGMOID_ADAPTIVE,
    SIGMOID_SGD,
    SIGMOID_UNKNOWN,
    TANH_TORCH,
    TANH_TORCH_SGD,
    TORCH_SPREAD,
    Depths,
    gradient_ratio,
)


class SaturatingActivationStack(Rule):
    """Several hidden layers in a row with sigmoid.

    ## What it does
    Counts hidden activations that saturate between layers with weights: sigmoid and hard sigmoid, and tanh
    where the weights have PyTorch's default initialisation. A normalisation, a residual sum or another
    activation ends a run; of several branches the longest counts. One finding a run, at its first
    activation.

    ## Why is this bad?
    The slope of sigmoid is at most 0.25, so every such layer takes most of the gradient on its way back. At
    initialisation the first of four layers gets 4e-4 of the last one's gradient, the first of six 1e-5: the
    early layers stay random. Measured: with SGD the loss does not move from three layers on; with Adam it
    ends at twice the loss with three, seven times with five.

    With SGD and its kin three layers are a warning; with Adam and its kin three are a hint and five a
    warning; four when the optimizer is not known. Tanh is different: with Glorot's initialisation, Keras'
    default, it trains at depth ten and more. With PyTorch's default, a standard deviation of 0.58 divided by the
    square root of the inputs, and with anything smaller, it gets a hint at 10 layers and a warning at 16 with SGD,
    a hint at 16 with Adam. In tests everything is a hint.

    ## When it stays silent
    Runs with batch or layer normalisation, residual sums, operations that cannot be followed. Gates, which
    are multiplied with something, those inside LSTM, GRU and attention, and the last activation of the
    network. Softsign, which has slope 1 at zero. Tanh behind weights that were trained before.

    ## Fix safety
    Unsafe: hidden values are no longer bounded, and weights trained before do not fit.

    ## Sources
    The measured tables stand in `depth_thresholds.py`. AutoTrainer and DeepDiagnosis look for the same when
    the program runs; Glorot & Bengio 2010.
    """

    name = "saturating-activation-stack"
    code = "TL301"
    family = "architecture"
    since = "0.1.0"
    frameworks = ("keras", "torch")
    severity = "warning"
    message = "{count} `{activation}` layers in a row: about {ratio} of the gradient reaches the first"
    help = "use ReLU or GELU in the hidden layers, or put a normalisation between them"

    good = [
        Example(
            "ReLU in the hidden layers, sigmoid at the end",
            """
            import keras

            model = keras.Sequential([
                keras.layers.Input((20,)),
                keras.layers.Dense(64, activation="relu"),
                keras.layers.Dense(64, activation="relu"),
                keras.layers.Dense(64, activation="relu"),
                keras.layers.Dense(1, activation="sigmoid"),
            ])
            model.compile(optimizer="sgd", loss="binary_crossentropy")
            model.fit(x_train, y_train, epochs=10)
            """,
        ),
        Example(
            "normalised between",
            """
            import keras
            from keras import layers

            model = keras.Sequential([layers.Input((20,))])
            for _ in range(4):
                model.add(layers.Dense(64))
                model.add(layers.BatchNormalization())
                model.add(layers.Activation("sigmoid"))
            model.add(layers.Dense(1))
            model.compile(optimizer="sgd", loss="mse")
            model.fit(x_train, y_train, epochs=10)
            """,
        ),
        Example(
            "gates",
            """
            import torch
            from torch import nn

            class Gated(nn.Module):
                def __init__(self):
                    super().__init__()
                    self.values = nn.ModuleList([nn.Linear(20, 20) for _ in range(4)])
                    self.gates = nn.ModuleList([nn.Linear(20, 20) for _ in range(4)])
                    self.out = nn.Linear(20, 1)

                def forward(self, x):
                    for value, gate in zip(self.values, self.gates):
                        x = value(x) * torch.sigmoid(gate(x))
                    return self.out(x)

            model = Gated()
            optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
            for x, y in loader:
                optimizer.zero_grad()
                nn.functional.mse_loss(model(x), y).backward()
                optimizer.step()
            """,
        ),
    ]
    bad = [
        Example(
            "three with SGD",
            """
            import keras

            model = keras.Sequential([
                keras.layers.Input((20,)),
                keras.layers.Dense(64, activation="sigmoid"),
                keras.layers.Dense(63, activation="sigmoid"),
                keras.layers.Dense(62, activation="sigmoid"),
                keras.layers.Dense(10, activation="softmax"),
            ])
            model.compile(optimizer="sgd", loss="sparse_categorical_crossentropy")
            model.fit(x_train, y_train, epochs=10)
            """,
            at='"sigmoid"',
        ),
        Example(
            "three with Adam still train, slowly",
            """
            import torch
            from torch import nn
            from torch.optim import Adam as A

            model = nn.Sequential(
                nn.Linear(20, 64),
                nn.Sigmoid(),
                nn.Linear(64, 64),
                nn.Dropout(0.1),
                nn.Sigmoid(),
                nn.Linear(64, 64),
                nn.Sigmoid(),
                nn.Linear(64, 1),
            )
            optimizer = A(model.parameters())
            for x, y in loader:
                optimizer.zero_grad()
                nn.functional.mse_loss(model(x), y).backward()
                optimizer.step()
            """,
            at="nn.Sigmoid()",
            severity="info",
        ),
        Example(
            "five in `forward`",
            """
            import torch
            import torch.nn as nn

            class Deep(nn.Module):
                def __init__(self, width=64):
                    super().__init__()
                    self.first = nn.Linear(20, width)
                    self.hidden = nn.ModuleList([nn.Linear(width, width) for _ in range(4)])
                    self.out = nn.Linear(width, 10)

                def forward(self, x):
                    x = torch.sigmoid(self.first(x))
                    for layer in self.hidden:
                        x = layer(x).sigmoid()
                    return self.out(x)

            model = Deep()
            criterion = nn.CrossEntropyLoss()
            optimizer = torch.optim.AdamW(model.parameters())
            for x, y in loader:
                optimizer.zero_grad()
                criterion(model(x), y).backward()
                optimizer.step()
            """,
            at="torch.sigmoid(self.first(x))",
        ),
    ]

    def check(self, plan: TrainingPlan) -> None:
        for index, network in enumerate(plan.networks):
            optimizers = [optimizer for optimizer in plan.optimizers if index in optimizer.networks]
            for chain in network.saturating_chains(SIGMOID):
                self.judge(plan, network, chain, sigmoid_depths(optimizers))
            for chain in network.saturating_chains({"tanh"}):
                if all(starts_small(network, layer) for layer in chain):
                    self.judge(plan, network, chain, tanh_depths(optimizers))

    def judge(self, plan: TrainingPlan, network: Network, chain: tuple[Layer, ...], depths: Depths) -> None:
        if len(chain) < depths.info:
            return
        first = chain[0]
        is_sigmoid = first.kind in SIGMOID
        is_deep = len(chain) >= depths.warning and context.DEMO not in plan.context
        self.report(
            first.origin,
            subject=network,
            severity="warning" if is_deep else "info",
            because=tuple(layer.origin for layer in chain[1:]),
            fix=rectified(chain),
            message=None if is_sigmoid else "{count} `{activation}` layers in a row take the gradient away",
            count=len(chain),
            activation=first.kind,
            ratio=gradient_ratio(len(chain)),
        )


def rectified(chain: tuple[Layer, ...]) -> Fix | None:
    """ReLU in place of every activation of a chain."""
    origins = {
        str(layer.origin.site.place): layer.origin for layer in chain if layer.origin and layer.origin.site
    }
    edits = [called_instead(origin, RECTIFIED) for origin in origins.values()]
    return unsafe("Use ReLU in the hidden layers", "hidden values are no longer bounded", *edits)


RECTIFIED = {
    "sigmoid": "relu",
    "Sigmoid": "ReLU",
    "hard_sigmoid": "relu",
    "tanh": "relu",
    "Tanh": "ReLU",
    "softsign": "relu",
    "Softsign": "ReLU",
}


def sigmoid_depths(optimizers: list[Optimizer]) -> Depths:
    if not optimizers:
        return SIGMOID_UNKNOWN
    adapts = all(optimizer.name.lower() in ADAPTIVE for optimizer in optimizers)
    return SIGMOID_ADAPTIVE if adapts else SIGMOID_SGD


def tanh_depths(optimizers: list[Optimizer]) -> Depths:
    adapts = all(optimizer.name.lower() in ADAPTIVE for optimizer in optimizers)
    return TANH_TORCH if adapts else TANH_TORCH_SGD


def starts_small(network: Network, activation: Layer) -> bool:
    """Whether what feeds an activation is known to start with weights as small as PyTorch's, or smaller."""
    layer = network.before(activation)
    while layer is not None and layer.kind in kinds.TRANSPARENT:
        layer = network.before(layer)
    if layer is None or layer.kind not in kinds.AFFINE or network.pretrained:
        return False
    if "kernel_initializer" not in layer.settings:
        return network.framework == "torch"
    start, inputs = layer.initial_weights, network.fan_in(layer)
    if start is None or not start.spread or inputs is None:
        return False
    return start.spread * math.sqrt(inputs) <= TORCH_SPREAD
