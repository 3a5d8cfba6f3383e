"""Fewer samples than the network can memorise at a glance."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from pydantic import Field

from trainlint.api import (
    Certainty,
    Example,
    Network,
    Options,
    Rule,
    TrainingPlan,
    TrainingRun,
    context,
    kinds,
    spoken,
)

TRUTH_TABLE = 4
"""Samples of a toy such as XOR, which are all there are (exact)."""

SMALL_NETWORK = 1000
"""Weights of a network that a few samples may be enough for (judgement)."""

FEW_STEPS = 20
"""Updates of a run that is only meant to show that the program works (judgement)."""

SMALL_SHARE = 0.01
"""Share of a known set below which the rest is thrown away (judgement)."""

HALF = 0.5
"""Of a set that is used for the most part the rest is there for testing (judgement)."""

QUIET = {
    context.INFERENCE_ONLY,
    context.DEMO,
    context.REINFORCEMENT_LEARNING,
    context.META_LEARNING,
    context.FINE_TUNING,
    context.INPUT_OPTIMISATION,
}


class DataOptions(Options):
    """How many samples are few."""

    samples: int = Field(500, ge=1, description="fewer samples than these are few; twice as many for images")
    samples_per_class: int = Field(50, ge=1, description="fewer samples for each class than these are few")


class TooLittleTrainingData(Rule):
    """The network is trained on a handful of samples.

    ## What it does
    Works out the number of samples from slices, generated data, known data sets and their splits, and
    compares it with the number of classes, the number of weights, and the size of the set that it was cut
    from. A name such as `x_train_small` is taken as a hint when the number is not known.

    ## Why is this bad?
    A few hundred samples are memorised within a few epochs. Training loss then goes to zero and stays
    there; the loss on unseen data stops falling long before and rises. Neither curve says anything about
    the task.

    It is a warning when less than 1 % of a known set, or fewer than 500 samples of it, are used: the rest is
    thrown away. Otherwise, with fewer than 500, or fewer than 50 for each class, it is a hint.

    ## When it stays silent
    The number is not known and no name hints at it. Pretrained networks, few-shot and meta-learning,
    reinforcement learning, tests and demonstrations, at most one epoch or 20 updates, networks with one
    layer of weights or at most 1,000 weights, and truth tables such as XOR. Random inputs with labels that
    are computed from them. Runs that try to over-fit a few samples, or to find out whether the program works, by the
    name of the data or the comment above. Lightning's `limit_train_batches`, which takes another part each epoch.

    ## Fix safety
    There is no fix: inputs, labels and often weights are cut in several places that must change together.

    ## Sources
    Humbatova et al. 2020, where too little data is the fourth most frequent fault in interviews. The numbers
    are judgement.
    """

    name = "too-little-training-data"
    code = "TL511"
    family = "data"
    since = "0.1.0"
    frameworks = ("keras", "torch")
    severity = "warning"
    message = "{samples} samples for {weights} weights: validation loss stops falling early"
    help = (
        "the training loss falls all the same, since {weights} weights can memorise {samples} samples{each}; "
        "use more data, augmentation, or a pretrained network"
    )
    silences = ("large-model-without-regularisation", "model-too-large-for-data")
    options_model = DataOptions

    good = [
        Example(
            "the whole set",
            """
            import keras

            (x_train, y_train), _ = keras.datasets.mnist.load_data()
            x_train = x_train / 255.0
            model = keras.Sequential([
                keras.layers.Flatten(input_shape=(28, 28)),
                keras.layers.Dense(32, activation="relu"),
                keras.layers.Dense(10, activation="softmax"),
            ])
            model.compile(optimizer="adam", loss="sparse_categorical_crossentropy")
            model.fit(x_train, y_train, epochs=5)
            """,
        ),
        Example(
            "XOR has four samples",
            """
            import numpy as np
            import keras

            x = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
            y = np.array([0, 1, 1, 0])
            model = keras.Sequential([
                keras.layers.Input((2,)),
                keras.layers.Dense(8, activation="tanh"),
                keras.layers.Dense(1, activation="sigmoid"),
            ])
            model.compile(optimizer="adam", loss="binary_crossentropy")
            model.fit(x, y, epochs=2000)
            """,
        ),
        Example(
            "the whole set in PyTorch",
            """
            import torch
            from torch import nn
            from torchvision import datasets, transforms

            data = datasets.CIFAR10("data", train=True, transform=transforms.ToTensor())
            model = nn.Sequential(nn.Flatten(), nn.Linear(3072, 256), nn.ReLU(), nn.Dropout(0.5), nn.Linear(256, 10))
            optimizer = torch.optim.AdamW(model.parameters())
            for epoch in range(20):
                for x, y in torch.utils.data.DataLoader(data, batch_size=64, shuffle=True):
                    optimizer.zero_grad()
                    nn.functional.cross_entropy(model(x), y).backward()
                    optimizer.step()
            """,
        ),
    ]
    bad = [
        Example(
            "100 of 60,000",
            """
            import keras

            (x_train, y_train), _ = keras.datasets.mnist.load_data()
            x_train = x_train / 255.0
            model = keras.Sequential([
                keras.layers.Flatten(input_shape=(28, 28)),
                keras.layers.Dense(32, activation="relu"),
                keras.layers.Dense(10, activation="softmax"),
            ])
            model.compile(optimizer="adam", loss="sparse_categorical_crossentropy")
            model.fit(x_train[:100], y_train[:100], epochs=50)
            """,
            at="x_train[:100]",
        ),
        Example(
            "small by its name",
            """
            import tensorflow as tf

            model = tf.keras.Sequential([
                tf.keras.layers.Dense(128, activation="relu", input_shape=(10,)),
                tf.keras.layers.Dense(1),
            ])
            model.compile(optimizer="adam", loss="mse")
            model.fit(x_train_small, y_train_small, epochs=100)
            """,
            at="x_train_small",
            severity="info",
        ),
        Example(
            "a subset of a known set",
            """
            import torch
            from torch import nn
            from torch.utils.data import DataLoader, Subset as Part
            from torchvision.datasets import CIFAR10
            from torchvision.transforms import ToTensor

            data = Part(CIFAR10("data", train=True, transform=ToTensor()), range(200))
            loader = DataLoader(data, batch_size=32, shuffle=True)
            model = nn.Sequential(nn.Flatten(), nn.Linear(3072, 64), nn.ReLU(), nn.Linear(64, 10))
            optimizer = torch.optim.Adam(model.parameters())
            for epoch in range(20):
                for x, y in loader:
                    optimizer.zero_grad()
                    nn.functional.cross_entropy(model(x), y).backward()
                    optimizer.step()
            """,
            at="range(200)",
        ),
    ]

    def check(self, plan: TrainingPlan) -> None:
        for run in plan.runs if not plan.context & QUIET else ():
            network = plan.network_of(run)
            if is_trial(run) or (network is not None and is_simple(network)):
                continue
            self.judge(plan, run, network)

    def judge(self, plan: TrainingPlan, run: TrainingRun, network: Network | None) -> None:
        data, samples = run.data, run.data.samples
        weights = network.trainable_parameters if network else None
        objective = plan.objective_of(run)
        if data.hinted_small and not samples.known:
            self.tell(run, weights, "info", message=HINTED, help=HINTED_HELP)
        elif data.full_samples and (certainty := samples.violates(self.is_cut_off(data.full_samples))):
            self.tell(run, weights, "warning", certainty, message=CUT_OFF)
        elif data.random and not data.name.startswith("make_"):
            if objective and objective.target.random and (run.epochs.value or 0) >= 10:
                self.tell(run, weights, "info", message=RANDOM, help=RANDOM_HELP)
        elif weights and weights > SMALL_NETWORK and (certainty := samples.violates(self.is_few(run))):
            self.tell(run, weights, "info", certainty)

    def is_cut_off(self, full: int) -> Callable[[int], bool]:
        """The test for a small part of a known set."""
        return lambda samples: (
            samples < full * SMALL_SHARE or (samples < full * HALF and samples < self.options.samples)
        )

    def is_few(self, run: TrainingRun) -> Callable[[int], bool]:
        """The test for too few samples in all."""
        fewest = self.options.samples * (2 if run.data.image else 1)
        fewest = max(fewest, self.options.samples_per_class * (run.data.classes or 0))
        return lambda samples: TRUTH_TABLE < samples < fewest

    def tell(
        self,
        run: TrainingRun,
        weights: int | None,
        severity: Literal["warning", "info"],
        certainty: Certainty = Certainty.EXACT,
        *,
        message: str | None = None,
        help: str | None = None,  # noqa: A002 - the word that users read
    ) -> None:
        data, samples = run.data, run.data.samples.value
        self.report(
            (data.samples.origin if data.samples.known else None) or data.origin or run.origin,
            subject=run,
            severity=severity,
            certainty=certainty,
            message=message,
            help=help,
            because=(data.samples, data.origin),
            name=data.name or "the data",
            samples=data.samples.spoken,
            full=spoken(data.full_samples),
            share=f"{samples / data.full_samples:.1%}" if samples and data.full_samples else "",
            weights=spoken(weights) if weights else "the",
            each=f", {samples // data.classes} of each class" if samples and data.classes else "",
        )


HINTED = "`{name}` is small by its name: validation loss stops falling early"
HINTED_HELP = (
    "the training loss falls all the same, since {weights} weights memorise a small set; how many samples "
    "there are cannot be seen here"
)
CUT_OFF = "{samples} of {full} samples ({share}): validation loss stops falling early"
RANDOM = "inputs and labels are random: validation loss stays where it starts"
RANDOM_HELP = "there is nothing to learn but the samples themselves"


def is_trial(run: TrainingRun) -> bool:
    """Whether the run is too short to be meant as training, or said to be a trial."""
    epochs = run.epochs.value
    return (
        run.is_tried_out
        or (epochs is not None and epochs <= 1)
        or (run.updates is not None and run.updates <= FEW_STEPS)
    )


def is_simple(network: Network) -> bool:
    """Whether it is pretrained, or a linear model."""
    weighted = sum(1 for _ in network.of_kind(*kinds.WEIGHTED))
    return network.pretrained or (network.complete and weighted <= 1)
