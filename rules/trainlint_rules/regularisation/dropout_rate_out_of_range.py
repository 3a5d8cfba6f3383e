"""Dropout that drops nearly everything, or a rate that is none."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from trainlint.api import (
    Certainty,
    Example,
    Fix,
    Layer,
    Network,
    Options,
    Rule,
    Setting,
    TrainingPlan,
    kinds,
    replace_value,
    spoken,
)

RATES = ("rate", "dropout", "recurrent_dropout")


class DropoutOptions(Options):
    """From which rate on dropout counts as too strong."""

    high: float = Field(0.8, gt=0, le=1, description="lowest rate that gets a warning")
    nearly_all: float = Field(0.95, gt=0, le=1, description="lowest rate that is an error")


class DropoutRateOutOfRange(Rule):
    """A dropout layer leaves too little for the next layer to learn from.

    ## What it does
    Looks at the rate of dropout layers and functions, and of the dropout within recurrent and attention
    layers. A rate is the share that is dropped.

    ## Why is this bad?
    With 0.9 the next layer sees a tenth of the values, ten times as large: mostly noise. A rate of 1 drops
    everything. A rate above 1 is a percentage, or a share to keep, in the wrong place; both libraries refuse
    it.

    ## When it stays silent
    Rates below 0.8, since 0.5 to 0.7 train well; a high rate on the input of the network, where masking is
    the task; rates that are not known or part of a search.

    ## Fix safety
    Unsafe: it changes how strongly the network is regularised. A rate like 50 becomes 0.5; any other
    becomes 0.5, the rate of the first paper.

    ## Sources
    Measured on a small network: a rate of 0.7 reaches a loss of 0.023, 0.8 reaches 0.086, 0.9 stays at 1.58,
    0.95 at 2.29, which is chance. UMLAUT (HighDropout). Srivastava et al. 2014. The bounds are judgement,
    drawn from that measurement.
    """

    name = "dropout-rate-out-of-range"
    code = "TL401"
    family = "regularisation"
    since = "0.1.0"
    frameworks = ("keras", "torch")
    severity = "error"
    message = "`{layer}` drops {share} of the values: {effect}"
    help = "the rate is the share that is dropped; 0.1 to 0.5 are common"
    options_model = DropoutOptions

    good = [
        Example(
            "half of the values",
            """
            import keras

            model = keras.Sequential([
                keras.layers.Input((20,)),
                keras.layers.Dense(64, activation="relu"),
                keras.layers.Dropout(0.5),
                keras.layers.Dense(1),
            ])
            model.compile(optimizer="adam", loss="mse")
            model.fit(x, y, epochs=10)
            """,
        ),
        Example(
            "off",
            """
            from torch import nn

            net = nn.Sequential(nn.Linear(20, 64), nn.ReLU(), nn.Dropout(0.0), nn.Linear(64, 1))
            """,
        ),
        Example(
            "masked inputs",
            """
            from torch import nn

            ratings = nn.Sequential(nn.Dropout(0.8), nn.Linear(2000, 64), nn.SELU(), nn.Linear(64, 2000))
            out = ratings(batch)
            """,
        ),
        Example(
            "the share to keep, turned round",
            """
            from torch import nn
            import torch.nn.functional as F

            KEEP = 0.9

            class Net(nn.Module):
                def __init__(self):
                    super().__init__()
                    self.fc = nn.Linear(20, 2)

                def forward(self, x):
                    return F.dropout(self.fc(x), p=1 - KEEP, training=self.training)
            """,
        ),
    ]
    bad = [
        Example(
            "the share to keep",
            """
            import keras

            model = keras.Sequential()
            model.add(keras.layers.Input((20,)))
            for units in (128, 64):
                model.add(keras.layers.Dense(units, activation="relu"))
            model.add(keras.layers.Dropout(0.9))
            model.add(keras.layers.Dense(1))
            model.compile(optimizer="adam", loss="mse")
            model.fit(x, y, epochs=10)
            """,
            at="0.9",
            severity="warning",
        ),
        Example(
            "a percentage",
            """
            from torch.nn import Dropout as Drop, Linear, Module, ReLU, Sequential

            def block(inputs, outputs, rate=50):
                return Sequential(Linear(inputs, outputs), ReLU(), Drop(rate))

            class Net(Module):
                def __init__(self):
                    super().__init__()
                    self.hidden = block(20, 64, 30)
                    self.out = Linear(64, 2)

                def forward(self, x):
                    return self.out(self.hidden(x))
            """,
            at="rate",
            fixed="""
            from torch.nn import Dropout as Drop, Linear, Module, ReLU, Sequential

            def block(inputs, outputs, rate=50):
                return Sequential(Linear(inputs, outputs), ReLU(), Drop(rate))

            class Net(Module):
                def __init__(self):
                    super().__init__()
                    self.hidden = block(20, 64, 0.3)
                    self.out = Linear(64, 2)

                def forward(self, x):
                    return self.out(self.hidden(x))
            """,
        ),
        Example(
            "in the functional form",
            """
            import torch.nn.functional as F
            from torch import nn

            class Net(nn.Module):
                def __init__(self):
                    super().__init__()
                    self.one = nn.Linear(20, 64)
                    self.two = nn.Linear(64, 2)

                def forward(self, x):
                    return self.two(F.dropout(F.relu(self.one(x)), 0.95, self.training))
            """,
            at="0.95",
        ),
    ]

    def check(self, plan: TrainingPlan) -> None:
        for network in plan.networks:
            for layer in network.layers:
                for name in RATES:
                    if name in layer.settings:
                        self.check_rate(network, layer, layer.settings[name])

    def check_rate(self, network: Network, layer: Layer, setting: Setting[Any]) -> None:
        impossible = setting.violates(lambda rate: is_number(rate) and not 0 <= rate < 1)
        too_high = setting.violates(lambda rate: is_number(rate) and rate >= self.options.high)
        if impossible is None and (too_high is None or is_on_input(network, layer)):
            return
        rate = next(
            value for value in setting.values if is_number(value) and not 0 <= value < self.options.high
        )
        self.report(
            setting.origin,
            subject=layer,
            severity="error" if impossible or rate >= self.options.nearly_all else "warning",
            certainty=impossible or too_high or Certainty.EXACT,
            because=(setting, layer.origin),
            fix=the_fix(setting, rate),
            layer=layer.title,
            share=f"{rate:.0%}" if 0 <= rate <= 1 else f"{spoken(rate)} times",
            effect=effect(rate),
        )


def is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def is_on_input(network: Network, layer: Layer) -> bool:
    """Whether no weights come before it: it masks what goes in."""
    waiting, seen = list(layer.inputs), set[int]()
    while waiting:
        index = waiting.pop()
        if network.layers[index].kind in kinds.WEIGHTED or layer.kind in kinds.RECURRENT:
            return False
        if index not in seen:
            seen.add(index)
            waiting.extend(network.layers[index].inputs)
    return True


def effect(rate: float) -> str:
    if not 0 <= rate <= 1:
        return "no rate, the layer refuses it"
    return "nothing is left" if rate == 1 else "little is left to learn from"


def the_fix(setting: Setting[Any], rate: float) -> Fix | None:
    percent = 1 < rate < 100
    return replace_value(
        setting, f"{rate / 100:g}" if percent else "0.5", "the network is regularised less strongly"
    )
