"""An output that cannot reach the targets."""

from __future__ import annotations

import re
from dataclasses import dataclass
from math import inf
from typing import Literal

from trainlint.api import Example, Layer, Rule, Target, TrainingPlan, context, unsafe, without

DISTANCES = frozenset({"mse", "mae", "smooth_l1", "huber", "log_cosh", "mape", "msle"})

REACH = {
    "sigmoid": (0.0, 1.0),
    "hard_sigmoid": (0.0, 1.0),
    "softmax": (0.0, 1.0),
    "tanh": (-1.0, 1.0),
    "hard_tanh": (-1.0, 1.0),
    "softsign": (-1.0, 1.0),
    "relu": (0.0, inf),
    "relu6": (0.0, 6.0),
    "softplus": (0.0, inf),
    "exponential": (0.0, inf),
}
"""The values that an activation gives, by kind (exact)."""


class BoundedOutputForRegression(Rule):
    """The last activation keeps the output away from the targets.

    ## What it does
    Compares the values that the last activation can give (sigmoid 0 to 1, tanh -1 to 1, ReLU from 0) with the
    range of the targets of a regression, where that is known: a known data set, targets that a scaler or
    arithmetic has moved. Where it is not known, gives a hint about a sigmoid, tanh or softmax in front of targets
    that are called price, cost, age, year, temperature, salary, income, sales or revenue.

    ## Why is this bad?
    What lies outside cannot be predicted: the output sticks to the bound, the activation saturates there and
    its gradient vanishes. The loss falls until every prediction stands at the bound, and stays.

    It is an error where most of the range is out of reach; a warning for standardised targets and for a part
    of the range; a hint for tanh on standardised targets, of which a third lie outside.

    ## When it stays silent
    The range of the targets is not known, or within reach: scaled to 0..1 in front of sigmoid, positive in
    front of ReLU. Targets that are the input (autoencoders), programs with several optimizers (GANs).

    ## Fix safety
    Unsafe: whoever relies on the bounds of the output loses them.

    ## Sources
    Ranges: definitions of the functions. Data sets: documentation of their loaders. Stack Overflow 48221692,
    48251943 (DeepFD). That 32 % of a normal distribution lie beyond 1: its distribution function.
    """

    name = "bounded-output-for-regression"
    code = "TL212"
    family = "objective"
    since = "0.1.0"
    frameworks = ("keras", "torch")
    severity = "warning"
    message = "`{layer}` gives {reach}, targets lie {range}: the rest cannot be learned"
    help = "end the network without an activation, or scale the targets into its range"
    silences = ("relu-on-output",)

    good = [
        Example(
            "a linear output",
            """
            import keras

            (x_train, y_train), _ = keras.datasets.boston_housing.load_data()
            model = keras.Sequential([
                keras.layers.Input((13,)),
                keras.layers.Normalization(),
                keras.layers.Dense(1),
            ])
            model.compile(optimizer="adam", loss="mse")
            model.fit(x_train, y_train, epochs=200)
            """,
        ),
        Example(
            "prices are positive",
            """
            import keras

            (x_train, y_train), _ = keras.datasets.boston_housing.load_data()
            model = keras.Sequential([
                keras.layers.Input((13,)),
                keras.layers.Normalization(),
                keras.layers.Dense(1, activation="softplus"),
            ])
            model.compile(optimizer="adam", loss="mse")
            model.fit(x_train, y_train, epochs=200)
            """,
        ),
        Example(
            "targets scaled into the range",
            """
            import torch
            from sklearn.datasets import fetch_california_housing
            from sklearn.preprocessing import MinMaxScaler, StandardScaler
            from torch import nn

            x, y = fetch_california_housing(return_X_y=True)
            x = torch.tensor(StandardScaler().fit_transform(x), dtype=torch.float32)
            y = torch.tensor(MinMaxScaler().fit_transform(y.reshape(-1, 1)), dtype=torch.float32)
            model = nn.Sequential(nn.Linear(8, 32), nn.ReLU(), nn.Linear(32, 1), nn.Sigmoid())
            optimizer = torch.optim.Adam(model.parameters())
            for epoch in range(2000):
                optimizer.zero_grad()
                nn.functional.mse_loss(model(x), y).backward()
                optimizer.step()
            """,
        ),
    ]
    bad = [
        Example(
            "prices of 5 to 50 from a sigmoid",
            """
            import keras
            from keras import layers as L

            (x_train, y_train), _ = keras.datasets.boston_housing.load_data()
            inputs = keras.Input((13,))
            x = L.Dense(32, activation="relu")(L.Normalization()(inputs))
            model = keras.Model(inputs, L.Dense(1, activation="sigmoid")(x))
            model.compile(optimizer="adam", loss="mse")
            model.fit(x_train, y_train, epochs=200)
            """,
            at='"sigmoid"',
            severity="error",
        ),
        Example(
            "standardised targets from a ReLU",
            """
            import torch
            import torch.nn.functional as fn
            from sklearn.datasets import fetch_california_housing
            from sklearn.preprocessing import StandardScaler
            from torch import nn

            class Net(nn.Module):
                def __init__(self):
                    super().__init__()
                    self.hidden = nn.Linear(8, 32)
                    self.out = nn.Linear(32, 1)

                def forward(self, x):
                    return fn.relu(self.out(fn.relu(self.hidden(x))))

            def scaled(values):
                return torch.tensor(StandardScaler().fit_transform(values), dtype=torch.float32)

            x, y = fetch_california_housing(return_X_y=True)
            x, y = scaled(x), scaled(y.reshape(-1, 1))
            net = Net()
            optimizer = torch.optim.Adam(net.parameters())
            for epoch in range(2000):
                optimizer.zero_grad()
                fn.mse_loss(net(x), y).backward()
                optimizer.step()
            """,
            at="fn.relu(self.out(fn.relu(self.hidden(x))))",
        ),
    ]

    def check(self, plan: TrainingPlan) -> None:
        if plan.context & {context.GAN, context.SELF_SUPERVISED, context.REINFORCEMENT_LEARNING}:
            return
        for objective in plan.objectives:
            found = objective.ends_in(REACH) if objective.loss in DISTANCES else None
            if found is None or objective.target.numbers_classes:
                continue
            layer, certainty = found
            verdict = judged(REACH[layer.kind], objective.target) or hinted(layer, objective.target)
            if verdict is not None:
                self.report(
                    layer.origin,
                    subject=objective,
                    severity=verdict.severity,
                    certainty=certainty,
                    because=(objective.target.origin,),
                    fix=unsafe(f"Leave `{layer.title}` out", REASON, without(layer.origin)),
                    layer=layer.title,
                    reach=spoken_range(*REACH[layer.kind]),
                    range=verdict.range,
                )


REASON = "the output is no longer bounded where it is read"


@dataclass(frozen=True)
class Verdict:
    severity: Literal["error", "warning", "info"]
    range: str


def judged(reach: tuple[float, float], target: Target) -> Verdict | None:
    """How much of the targets' range is out of reach; None when nothing is, or it is not known."""
    low, high = reach
    if target.scale == "standardised":
        return Verdict("info" if (low, high) == (-1.0, 1.0) else "warning", "around 0 (standardised)")
    if target.low is None or target.high is None or (target.low >= low and target.high <= high):
        return None
    inside = max(min(target.high, high) - max(target.low, low), 0)
    rarely = inside < (target.high - target.low) / 2
    return Verdict("error" if rarely else "warning", "at " + spoken_range(target.low, target.high))


def hinted(layer: Layer, target: Target) -> Verdict | None:
    """A hint where targets of unknown range are called what is mostly larger than 1, and nothing scales them."""
    if REACH[layer.kind][1] > 1 or target.low is not None or target.high is not None or target.scale:
        return None
    texts = [step.site.text for step in (target.origin.chain() if target.origin else ()) if step.site]
    word = next((found[0] for text in texts if (found := LARGE.search(text))), None)
    if word is None or any(SCALING.search(text) for text in texts):
        return None
    return Verdict("info", f"beyond 1 by their name, `{word}`")


LARGE = re.compile(
    r"(?<![a-zA-Z])(prices?|costs?|ages?|years?|temperatures?|temp|salary|salaries|income|sales|revenue)"
    r"(?![a-zA-Z])",
    re.IGNORECASE,
)
SCALING = re.compile(r"/|\*|scal|norm|log|transform|rate|ratio", re.IGNORECASE)


def spoken_range(low: float, high: float) -> str:
    """0..1, or what lies above a number."""
    return f"{low:g} or more" if high == inf else f"{low:g}..{high:g}"
