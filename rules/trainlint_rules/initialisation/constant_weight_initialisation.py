"""Hidden weights that all start with the same value."""

from __future__ import annotations

from trainlint.api import Example, Layer, Network, Rule, TrainingPlan, context, kinds, replace_value

GATED = frozenset({"add", "multiply", "mul", "subtract", "concatenate", "average"})
"""What joins a branch to the rest: a branch that starts with nothing is a known trick."""


class ConstantWeightInitialisation(Rule):
    """All units of a hidden layer start alike, and stay alike.

    ## What it does
    Looks for dense and convolutional layers with other layers behind them whose weights start as zeros, ones
    or another constant: `kernel_initializer="zeros"`, `nn.init.constant_`, `weight.data.fill_`, `tf.Variable(tf.zeros([784, 256]))`.

    ## Why is this bad?
    Units with equal weights compute the same and get the same gradient: a layer of 512 units works as one.
    With zeros nothing gets through: behind a ReLU all gradients are 0 as well, and the layer never learns.

    ## When it stays silent
    The last layer, for which zeros are fine; linear models; biases and normalisations; a branch that is added
    to or multiplied with something, where zeros switch it off at the start (Fixup, ReZero, LoRA); one unit;
    depthwise kernels and layers that are frozen; weights that are filled on some paths only; tests. A demonstration gets a hint.

    ## Fix safety
    Unsafe: it changes where training starts.

    ## Sources
    NeuraLint f004; TheDeepChecker (poor initialisation); Humbatova et al. 2020 (wrong weights
    initialisation). Branches that start at zero: Fixup (Zhang et al. 2019).
    """

    name = "constant-weight-initialisation"
    code = "TL341"
    family = "initialisation"
    since = "0.1.0"
    frameworks = ("keras", "torch")
    severity = "error"
    message = "all weights of `{layer}` start alike, so its {units}units stay copies of one"
    help = "leave the default initializer, or take He or Glorot"

    good = [
        Example(
            "zeros where they belong",
            """
            import keras
            from keras import layers

            model = keras.Sequential([
                layers.Input((20,)),
                layers.Dense(64, activation="relu", bias_initializer="zeros"),
                layers.BatchNormalization(gamma_initializer="ones"),
                layers.Dense(2, kernel_initializer="zeros"),
            ])
            model.compile("adam", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
            model.fit(x, y, epochs=5)
            """,
        ),
        Example(
            "by the kind of layer",
            """
            from torch import nn

            def initialise(module):
                if isinstance(module, nn.Conv2d):
                    nn.init.kaiming_normal_(module.weight)
                elif isinstance(module, nn.BatchNorm2d):
                    nn.init.constant_(module.weight, 1)
                    nn.init.constant_(module.bias, 0)
                elif isinstance(module, nn.Linear):
                    nn.init.constant_(module.bias, 0)

            net = nn.Sequential(
                nn.Conv2d(3, 16, 3), nn.BatchNorm2d(16), nn.ReLU(), nn.Flatten(),
                nn.Linear(16 * 30 * 30, 64), nn.ReLU(), nn.Linear(64, 10),
            )
            net.apply(initialise)
            scores = net(images)
            """,
        ),
        Example(
            "a branch that is off at the start",
            """
            from torch import nn

            class Block(nn.Module):
                def __init__(self, width=64):
                    super().__init__()
                    self.one, self.two = nn.Linear(width, width), nn.Linear(width, width)
                    self.out = nn.Linear(width, 10)
                    nn.init.zeros_(self.two.weight)

                def forward(self, x):
                    return self.out(x + self.two(self.one(x).relu()))
            """,
        ),
    ]
    bad = [
        Example(
            "zeros in a hidden layer",
            """
            import keras
            from keras import layers

            model = keras.Sequential([layers.Input((20,))])
            model.add(layers.Dense(64, activation="relu", kernel_initializer="zeros"))
            model.add(layers.Dense(2, activation="softmax"))
            model.compile(optimizer="adam", loss="sparse_categorical_crossentropy")
            model.fit(x, y, epochs=5)
            """,
            at='"zeros"',
            fixed="""
            import keras
            from keras import layers

            model = keras.Sequential([layers.Input((20,))])
            model.add(layers.Dense(64, activation="relu", kernel_initializer="glorot_uniform"))
            model.add(layers.Dense(2, activation="softmax"))
            model.compile(optimizer="adam", loss="sparse_categorical_crossentropy")
            model.fit(x, y, epochs=5)
            """,
        ),
        Example(
            "all parameters at once",
            """
            import torch.nn as nn
            from torch.nn.init import constant_ as fill_with

            def start(module):
                for parameter in module.parameters():
                    fill_with(parameter, 0.1)

            class Net(nn.Module):
                def __init__(self):
                    super().__init__()
                    self.hidden = nn.Linear(20, 64)
                    self.out = nn.Linear(64, 2)
                    start(self)

                def forward(self, x):
                    return self.out(self.hidden(x).relu())
            """,
            at="fill_with(parameter, 0.1)",
        ),
    ]

    def check(self, plan: TrainingPlan) -> None:
        if context.TEST in plan.context:
            return  # equal weights give results that can be told beforehand
        for network in plan.graphs:
            for layer in network.affine():
                start = layer.initial_weights
                if start is None or start.kind != "constant" or is_harmless(network, layer):
                    continue
                self.report(
                    start.setting.origin,
                    subject=layer,
                    severity="info" if context.DEMO in plan.context else None,
                    certainty=start.setting.violates(lambda _: True),
                    because=(layer.origin,),
                    fix=replace_value(start.setting, '"glorot_uniform"', "training starts elsewhere"),
                    layer=layer.title,
                    units=f"{layer.units} " if layer.units else "",
                )


def is_harmless(network: Network, layer: Layer) -> bool:
    """Whether nothing is lost: no layer behind it, one unit, frozen, depthwise, or a branch's last layer."""
    if layer.kind == "depthwise_conv" or layer.index not in network.hidden or layer.trainable is not True or layer.units == 1:
        return True
    if layer.number("groups") not in (None, 1):
        return True
    passing = kinds.TRANSPARENT | kinds.NORMALISATIONS | {"either", "select", "split"}
    if layer.kind == "matmul":
        passing |= kinds.ACTIVATIONS  # who makes a weight by hand and fills it with zeros squashes a gate with them
    waiting = list(network.users[layer.index])
    while waiting:
        reader = network.layers[waiting.pop()]
        adds_bias = reader.kind == "add" and len(reader.inputs) == 1
        if reader.kind in GATED and not adds_bias:
            return True
        if adds_bias or reader.kind in passing:
            waiting.extend(network.users[reader.index])
    return False
