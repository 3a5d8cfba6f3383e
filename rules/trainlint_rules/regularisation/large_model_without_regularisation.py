"""A wide network with nothing against over-fitting."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from trainlint.api import (
    Data,
    Example,
    Layer,
    Network,
    Options,
    Rule,
    Setting,
    TrainingPlan,
    TrainingRun,
    context,
    kinds,
    spoken,
    weakest,
)

LARGE_DATA = 60_000
"""With more samples than MNIST has, a plain network is ordinary (judgement)."""

SHORT, LONG = 3, 10
"""Epochs: a demonstration, and enough to over-fit (judgement)."""

REGULARISING = kinds.NORMALISATIONS | {"dropout", "noise", "augmentation", "drop_path"}

QUIET = {
    context.INFERENCE_ONLY,
    context.GAN,
    context.REINFORCEMENT_LEARNING,
    context.META_LEARNING,
    context.FINE_TUNING,
    context.INPUT_OPTIMISATION,
    context.SELF_SUPERVISED,
    context.DEMO,
}


class RegularisationOptions(Options):
    """From where on a network counts as large."""

    units: int = Field(512, ge=1, description="units of a hidden dense layer from which it counts as wide")
    weights_per_sample: float = Field(10, gt=0, description="weights for each sample of known data")


class LargeModelWithoutRegularisation(Rule):
    """A large network that nothing keeps from memorising its data.

    ## What it does
    Looks for a network with a hidden dense layer of 512 units or more, or with more than ten weights for
    each of a known number of samples, that is trained without any of: dropout, L1 or L2, weight decay,
    normalisation, augmentation, label smoothing, early stopping.

    ## Why is this bad?
    Such a network can memorise its training data. Training loss falls as it should, so it is *not* what
    makes a training loss static; but the loss on unseen data stops falling early and then rises, and what
    the training curve promises does not hold.

    It is a warning when the number of samples is known and the network is trained for 10 epochs or more or
    without validation, else a hint.

    ## When it stays silent
    More than 60,000 samples, at most 3 epochs, random data, a network of which a part cannot be followed,
    pretrained weights, autoencoders, several networks against each other, reinforcement learning, tests and
    demonstrations. AdamW's default decay counts as regularisation, and so does a list of callbacks that is
    not known.

    ## Fix safety
    There is no fix: which of the devices helps, and how much of it, depends on the data, and a penalty in the
    wrong place costs accuracy. It is for a run with a validation loss to say.

    ## Sources
    UMLAUT (Overfitting), AutoTrainer, TheDeepChecker. The width of 512 is judgement: MNIST networks of that
    width over-fit without dropout, as in Keras' own `mnist_mlp` example, which has two of them. Ten weights
    for each sample, 60,000 samples, and 3 and 10 epochs are judgement.
    """

    name = "large-model-without-regularisation"
    code = "TL407"
    family = "regularisation"
    since = "0.1.0"
    frameworks = ("keras", "torch")
    severity = "warning"
    message = "{size} without regularisation: the loss on unseen data will rise"
    help = (
        "the training loss falls all the same: this over-fits; add dropout or weight decay, stop early, and "
        "watch a validation loss"
    )
    options_model = RegularisationOptions

    good = [
        Example(
            "dropout",
            """
            import tensorflow as tf

            (x_train, y_train), _ = tf.keras.datasets.mnist.load_data()
            x_train = x_train.reshape(-1, 784) / 255.0
            model = tf.keras.Sequential([
                tf.keras.layers.Dense(512, activation="relu", input_shape=(784,)),
                tf.keras.layers.Dropout(0.5),
                tf.keras.layers.Dense(10, activation="softmax"),
            ])
            model.compile(optimizer="adam", loss="sparse_categorical_crossentropy")
            model.fit(x_train, y_train, epochs=100)
            """,
        ),
        Example(
            "AdamW decays weights by default",
            """
            import torch
            from torch import nn

            model = nn.Sequential(nn.Linear(784, 1024), nn.ReLU(), nn.Linear(1024, 10))
            optimizer = torch.optim.AdamW(model.parameters())
            for epoch in range(20):
                for x, y in loader:
                    optimizer.zero_grad()
                    nn.functional.cross_entropy(model(x), y).backward()
                    optimizer.step()
            """,
        ),
        Example(
            "stops early",
            """
            import keras
            from keras.callbacks import EarlyStopping

            model = keras.Sequential([
                keras.layers.Input((784,)),
                keras.layers.Dense(512, activation="relu"),
                keras.layers.Dense(10, activation="softmax"),
            ])
            model.compile(optimizer="adam", loss="categorical_crossentropy")
            model.fit(x_train, y_train, epochs=100, validation_split=0.1, callbacks=[EarlyStopping()])
            """,
        ),
    ]
    bad = [
        Example(
            "512 units on MNIST for 100 epochs",
            """
            import tensorflow as tf

            (x_train, y_train), _ = tf.keras.datasets.mnist.load_data()
            x_train = x_train.reshape(-1, 784) / 255.0
            model = tf.keras.Sequential([
                tf.keras.layers.Dense(512, activation="relu", input_shape=(784,)),
                tf.keras.layers.Dense(10, activation="softmax"),
            ])
            model.compile(optimizer="adam", loss="sparse_categorical_crossentropy")
            model.fit(x_train, y_train, epochs=100)
            """,
            at='tf.keras.layers.Dense(512, activation="relu", input_shape=(784,))',
        ),
        Example(
            "data of unknown size",
            """
            import torch
            import torch.nn as nn

            class Net(nn.Module):
                def __init__(self, width=1024):
                    super().__init__()
                    self.hidden = nn.Linear(784, width)
                    self.out = nn.Linear(width, 10)

                def forward(self, x):
                    return self.out(torch.relu(self.hidden(x)))

            net = Net()
            optimizer = torch.optim.Adam(net.parameters())
            for epoch in range(50):
                for x, y in loader:
                    optimizer.zero_grad()
                    nn.functional.cross_entropy(net(x), y).backward()
                    optimizer.step()
            """,
            at="nn.Linear(784, width)",
            severity="info",
        ),
    ]

    def check(self, plan: TrainingPlan) -> None:
        judged: set[int] = set()
        for run in plan.runs if not plan.context & QUIET else ():
            network = plan.network_of(run)
            if (
                network is None
                or run.is_tried_out
                or id(network) in judged
                or not network.complete
                or network.pretrained
            ):
                continue
            judged.add(id(network))
            if not (is_harmless(run) or is_regularised(network) or run_is_regularised(plan, run)):
                self.judge(run, network)

    def judge(self, run: TrainingRun, network: Network) -> None:
        dense = [
            layer for layer in network.of_kind("linear") if layer.index in network.hidden and layer.units
        ]
        widest = max(dense, key=lambda layer: layer.units or 0, default=None)
        if widest is None:
            return
        weights, samples = network.trainable_parameters, run.data.samples.value
        is_wide = (widest.units or 0) >= self.options.units
        is_large = weights and samples and weights / samples > self.options.weights_per_sample
        units = widest.settings.get("units")
        if is_wide or is_large:
            self.report(
                widest.origin,
                subject=run,
                severity=severity_of(run),
                certainty=weakest(*(setting.certainty for setting in (units, run.data.samples) if setting)),
                because=(units, run.data.origin),
                size=f"{spoken(weights)} weights" if weights else f"{widest.units} units",
            )


def severity_of(run: TrainingRun) -> Literal["warning", "info"]:
    trains_long = run.epochs.value is not None and run.epochs.value >= LONG
    return "warning" if run.data.samples.known and (trains_long or run.validates is False) else "info"


def is_harmless(run: TrainingRun) -> bool:
    """Whether this run cannot over-fit, or is not meant to do anything else."""
    data: Data = run.data
    is_short = run.epochs.value is not None and run.epochs.value <= SHORT
    return is_short or data.random or (data.samples.value or 0) > LARGE_DATA


def is_regularised(network: Network) -> bool:
    return any(layer.kind in REGULARISING or has_penalty(layer) for layer in network.layers)


def has_penalty(layer: Layer) -> bool:
    return any(
        not is_off(setting)
        for name, setting in layer.settings.items()
        if name.endswith("_regularizer") or name in {"dropout", "recurrent_dropout"}
    )


def run_is_regularised(plan: TrainingPlan, run: TrainingRun) -> bool:
    optimizer, objective = plan.optimizer_of(run), plan.objective_of(run)
    decays = optimizer is None or not is_off(optimizer.settings.get("weight_decay"))
    smooths = objective is not None and not is_off(objective.settings.get("label_smoothing"))
    stops = run.callbacks is None or "EarlyStopping" in run.callbacks
    return decays or smooths or stops or run.data.augmented


def is_off(setting: Setting[object] | None) -> bool:
    """Whether a penalty is known to be absent, None, or zero."""
    return setting is None or (setting.known and not setting.value)
