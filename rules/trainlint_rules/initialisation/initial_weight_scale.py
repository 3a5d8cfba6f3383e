"""Random weights that start far too large or far too small."""

from __future__ import annotations

import math

from pydantic import Field

from trainlint.api import (
    Example,
    Layer,
    Network,
    Options,
    Rule,
    TrainingPlan,
    context,
    kinds,
    replace_value,
    spoken,
)

QUIET = {context.MUP, context.DEMO, context.FINE_TUNING}

DEEP = 3
"""Layers with weights from which on a scale multiplies into something: judgement."""

LARGE, SMALL = 0.5, 1e-4
"""Standard deviations that are wrong for every usual number of inputs: judgement."""


class ScaleOptions(Options):
    """How far a standard deviation may be from He's, the square root of 2 / inputs."""

    large: float = Field(10, gt=1, description="how many times larger is too large")
    small: float = Field(0.05, gt=0, lt=1, description="what share of it is too small")


class InitialWeightScale(Rule):
    """Weights are drawn with a spread that makes signals grow or fade from layer to layer.

    ## What it does
    Compares the standard deviation of a normal or uniform initializer with the one that keeps signals as
    they are, the square root of 2 / inputs (He), in networks of three layers or more: more than 10 times as much
    is too large, less than 0.05 of it too small. Where the number of inputs is not known, only 0.5 and more or
    0.0001 and less count. Weights that the program makes itself, as by `nn.Parameter(torch.randn(784, 256))` or
    `tf.Variable(tf.random.normal([784, 256]))`, count as well.

    ## Why is this bad?
    The factor is multiplied once a layer. Too large: units saturate, the first loss is hundreds of times
    that of a guess. Too small: signals and gradients fade to nothing, and the first layers do not learn.

    ## When it stays silent
    A normalisation right behind the layer, which takes the scale away; embeddings; a last layer that starts
    small; the 0.02 of transformers and DCGAN; known initializers (He, Glorot, orthogonal).

    ## Fix safety
    Unsafe: it changes where training starts.

    ## Sources
    He et al. 2015. Measured with tanh layers of 128 units: a standard deviation of 1.0 makes the gradients
    of 16 layers 1e5 times larger at one end; sigmoid layers with 0.01 leave 1e-7 after 5. TheDeepChecker
    (unstable activations), SageMaker Debugger (PoorWeightInitialization). The factors are judgement.
    """

    name = "initial-weight-scale"
    code = "TL342"
    family = "initialisation"
    since = "0.1.0"
    frameworks = ("keras", "torch")
    severity = "warning"
    message = "weights of `{layer}` start {factor}: signals {effect} with every layer"
    help = "He or Glorot initialisation takes the number of inputs into account{usual}"
    options_model = ScaleOptions

    good = [
        Example(
            "as transformers do it",
            """
            from torch import nn

            def initialise(module):
                if isinstance(module, nn.Linear):
                    nn.init.normal_(module.weight, std=0.02)

            net = nn.Sequential(
                nn.Linear(768, 3072), nn.GELU(), nn.Linear(3072, 768), nn.GELU(), nn.Linear(768, 10)
            )
            net.apply(initialise)
            scores = net(batch)
            """,
        ),
        Example(
            "normalised right away",
            """
            import keras
            from keras import layers

            wide = keras.initializers.RandomNormal(stddev=1.0)
            model = keras.Sequential([layers.Input((100,))])
            for _ in range(3):
                model.add(layers.Dense(100, kernel_initializer=wide))
                model.add(layers.BatchNormalization())
                model.add(layers.Activation("relu"))
            model.add(layers.Dense(1))
            model.compile(optimizer="adam", loss="mse")
            model.fit(x, y, epochs=5)
            """,
        ),
    ]
    bad = [
        Example(
            "the default of `normal_`",
            """
            from torch.nn import Linear, Module, init

            class Net(Module):
                def __init__(self):
                    super().__init__()
                    self.one = Linear(784, 256)
                    self.two = Linear(256, 128)
                    self.out = Linear(128, 10)
                    init.normal_(self.one.weight)

                def forward(self, x):
                    return self.out(self.two(self.one(x).relu()).relu())
            """,
            at="init.normal_(self.one.weight)",
        ),
        Example(
            "a thousandth",
            """
            import keras
            from keras import initializers, layers

            inputs = keras.Input((64,))
            x = layers.Dense(64, "relu", kernel_initializer=initializers.RandomNormal(stddev=1e-3))(inputs)
            x = layers.Dense(64, activation="relu")(x)
            model = keras.Model(inputs, layers.Dense(1)(x))
            model.compile(optimizer="adam", loss="mse")
            model.fit(x_train, y_train, epochs=5)
            """,
            at="1e-3",
            fixed="""
            import keras
            from keras import initializers, layers

            inputs = keras.Input((64,))
            x = layers.Dense(64, "relu", kernel_initializer=initializers.RandomNormal(stddev=0.18))(inputs)
            x = layers.Dense(64, activation="relu")(x)
            model = keras.Model(inputs, layers.Dense(1)(x))
            model.compile(optimizer="adam", loss="mse")
            model.fit(x_train, y_train, epochs=5)
            """,
        ),
    ]

    def check(self, plan: TrainingPlan) -> None:
        for network in plan.graphs if not plan.context & QUIET else ():
            layers = list(network.affine())
            for layer in layers if len(layers) >= DEEP else ():
                self.check_layer(network, layer)

    def check_layer(self, network: Network, layer: Layer) -> None:
        start, inputs = layer.initial_weights, network.fan_in(layer)
        if start is None or not start.spread or is_rescaled(network, layer):
            return
        usual = math.sqrt(2 / inputs) if inputs else None
        if usual is not None:
            large = start.spread > self.options.large * usual
            small = start.spread < self.options.small * usual
        else:
            large, small = start.spread >= LARGE, start.spread <= SMALL
        if not large and (not small or layer.index not in network.hidden):
            return
        width = start.width if start.width is not None and start.width.is_written else start.setting
        is_spread = start.width is not None and width.value == start.spread
        self.report(
            width.origin,
            subject=layer,
            certainty=width.violates(lambda _: True),
            because=(width, layer.origin),
            fix=replace_value(width, f"{usual:.2g}", "training starts elsewhere")
            if usual and is_spread
            else None,
            layer=layer.title,
            factor=times(start.spread, usual),
            effect="grow" if large else "fade",
            usual=f": a standard deviation of {usual:.2g} here" if usual else "",
        )


def times(spread: float, usual: float | None) -> str:
    """How a spread compares with the usual one."""
    if usual is None:
        return f"with a deviation of {spoken(spread)}"
    return (
        f"{spread / usual:.0f} times too large" if spread > usual else f"{usual / spread:.0f} times too small"
    )


def is_rescaled(network: Network, layer: Layer) -> bool:
    """Whether a normalisation takes the scale away, or nothing is trained."""
    readers = [network.layers[index] for index in network.users[layer.index]]
    behind = [network.layers[index] for one in readers if one.kind == "add" for index in network.users[one.index]]
    return layer.trainable is not True or any(one.kind in kinds.NORMALISATIONS for one in (*readers, *behind))
