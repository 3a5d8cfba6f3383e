"""Training that ends before it has begun."""

from __future__ import annotations

import math

from pydantic import Field

from trainlint.api import (
    Certainty,
    Example,
    Options,
    Rule,
    TrainingPlan,
    TrainingRun,
    context,
    replace_value,
    weakest,
)

QUIET = {
    context.INFERENCE_ONLY,
    context.DEMO,
    context.REINFORCEMENT_LEARNING,
    context.META_LEARNING,
    context.INPUT_OPTIMISATION,
}

ENOUGH = 300
"""Updates that a fix aims at: with fewer a network from scratch is hardly trained (judgement)."""

TRIAL = 20
"""Updates of a run that only shows that the program works (judgement)."""


class EpochOptions(Options):
    """How many updates are few."""

    updates: int = Field(100, ge=1, description="fewer updates than these are few for a network from scratch")


class TooFewEpochs(Rule):
    """A run makes a handful of updates.

    ## What it does
    Multiplies epochs by batches and reports runs of fewer than 100 updates, and calls of Keras' `fit` that
    leave `epochs` at its default of 1: a warning with fewer than 10,000 samples, a hint where their number is
    not known.

    ## Why is this bad?
    Every optimizer moves weights by about its learning rate in one update, so a few updates leave a network
    near where it was initialised: the loss has only begun to fall.

    ## When it stays silent
    Samples or batch size are not known, so that the updates cannot be counted; a call of `fit` within a
    loop, or one of several for the same network; a trial of at most 20 updates; pretrained networks; tests
    and demonstrations, data made at random, reinforcement learning. A search gets a hint. Too many epochs are
    no matter of this rule: TL407 says what over-fits.

    ## Fix safety
    Unsafe: training takes longer.

    ## Sources
    Measured on an easy task of 10 classes: Adam at its default rate needs about 100 updates. That 300 are
    usually enough to see whether it works is a judgement, and so are the 20 updates of a trial and the 10,000
    samples of which one pass is few. Humbatova et al. 2020, sub-optimal number of
    epochs; `epochs=1`: documentation of `keras.Model.fit`.
    """

    name = "too-few-epochs"
    code = "TL616"
    family = "loop"
    since = "0.1.0"
    frameworks = ("torch", "keras")
    severity = "warning"
    message = "{epochs} make {updates} updates in all, so training ends before it has settled"
    help = "train for more epochs and let early stopping end it"
    options_model = EpochOptions

    good = [
        Example(
            "a thousand updates",
            """
            from tensorflow import keras

            (x, y), _ = keras.datasets.mnist.load_data()
            x = x.reshape(-1, 784) / 255.0
            model = keras.Sequential([keras.layers.Dense(10, activation="softmax", input_shape=(784,))])
            model.compile("adam", "sparse_categorical_crossentropy")
            model.fit(x, y, epochs=5, batch_size=128)
            """,
        ),
        Example(
            "one epoch at a time, in a loop",
            """
            from tensorflow import keras

            model = keras.Sequential([keras.layers.Dense(1, input_shape=(20,))])
            model.compile("adam", "mse")
            for epoch in range(100):
                model.fit(x, y)
            """,
        ),
        Example(
            "how many batches there are is not known",
            """
            import torch
            from torch import nn

            model = nn.Linear(10, 1)
            optimizer = torch.optim.Adam(model.parameters())
            for epoch in range(3):
                for x, y in loader:
                    optimizer.zero_grad()
                    nn.functional.mse_loss(model(x), y).backward()
                    optimizer.step()
            """,
        ),
    ]
    bad = [
        Example(
            "80 updates",
            """
            from tensorflow import keras

            (x, y), _ = keras.datasets.mnist.load_data()
            x = x.reshape(-1, 784) / 255.0
            model = keras.Sequential([keras.layers.Dense(10, activation="softmax", input_shape=(784,))])
            model.compile("adam", "sparse_categorical_crossentropy")
            model.fit(x[:5000], y[:5000], epochs=2, batch_size=128)
            """,
            at="2",
            fixed="""
            from tensorflow import keras

            (x, y), _ = keras.datasets.mnist.load_data()
            x = x.reshape(-1, 784) / 255.0
            model = keras.Sequential([keras.layers.Dense(10, activation="softmax", input_shape=(784,))])
            model.compile("adam", "sparse_categorical_crossentropy")
            model.fit(x[:5000], y[:5000], epochs=8, batch_size=128)
            """,
        ),
        Example(
            "the default of `fit`",
            """
            from keras.layers import Dense
            from keras.models import Sequential as Chain

            net = Chain([Dense(1, input_shape=(20,))])
            net.compile("adam", "mse")
            net.fit(x, y)
            """,
            at="net.fit(x, y)",
            severity="info",
        ),
        Example(
            "in a loop of one's own",
            """
            import torch
            from torch import nn
            from torch.utils.data import DataLoader
            from torchvision.datasets import MNIST
            from torchvision.transforms import ToTensor

            EPOCHS = 1
            loader = DataLoader(MNIST("data", transform=ToTensor()), batch_size=1024, shuffle=True)
            model = nn.Sequential(nn.Flatten(), nn.Linear(784, 10))
            optimizer = torch.optim.Adam(model.parameters())
            for epoch in range(EPOCHS):
                for x, y in loader:
                    optimizer.zero_grad()
                    nn.functional.cross_entropy(model(x), y).backward()
                    optimizer.step()
            """,
            at="range(EPOCHS)",
        ),
    ]

    def check(self, plan: TrainingPlan) -> None:
        if plan.context & QUIET:
            return
        for run in plan.runs:
            if run.data.random or is_trial(run) or is_tuned(plan, run) or plan.is_repeated(run):
                continue
            updates = run.updates
            if is_continued(plan, run):
                continue
            if updates is not None and updates < self.options.updates:
                self._report_few(plan, run, updates)
            elif is_small(run) and run.framework == "keras" and run.epochs.is_library_default:
                self.report(
                    run.origin,
                    subject=run,
                    certainty=run.data.samples.certainty,
                    because=(run.data.samples,),
                    message="`fit` without `epochs` goes through {samples} samples once",
                    help="say how many epochs are meant: the default is 1",
                    samples=run.data.samples.value,
                )
            elif updates is None and run.framework == "keras" and run.epochs.is_library_default:
                self.report(
                    run.origin,
                    subject=run,
                    severity="info",
                    message="`fit` without `epochs` goes through the data once",
                    help="say how many epochs are meant: the default is 1",
                )

    def _report_few(self, plan: TrainingPlan, run: TrainingRun, updates: int) -> None:
        epochs = run.epochs.value or 1
        wanted = math.ceil(ENOUGH / max(updates / epochs, 1))
        self.report(
            run.epochs.origin if run.epochs.is_written else run.origin,
            subject=run,
            severity="info" if context.SEARCH in plan.context else None,
            certainty=certainty_of(run),
            because=(run.epochs, run.batch_size, run.data.samples),
            fix=replace_value(run.epochs, str(wanted), "trains longer"),
            epochs=f"{run.epochs.spoken} epoch" + ("s" if epochs > 1 else ""),
            updates=updates,
        )


SMALL = 10_000
"""Samples below which one epoch is hardly meant (judgement)."""


def is_small(run: TrainingRun) -> bool:
    """Whether the data are known to be few."""
    return run.data.samples.value is not None and run.data.samples.value < SMALL


def is_continued(plan: TrainingPlan, run: TrainingRun) -> bool:
    """Whether the same network is trained by another call of `fit`: its updates add up."""
    others = [other for other in plan.runs if other is not run and other.network == run.network]
    return run.network is not None and any(other.framework == run.framework for other in others)


def is_trial(run: TrainingRun) -> bool:
    """Whether the run only shows that the program works."""
    return run.updates is not None and run.updates <= TRIAL


def is_tuned(plan: TrainingPlan, run: TrainingRun) -> bool:
    """Whether the network has been trained before, so that a few updates may do."""
    network = plan.network_of(run)
    return context.FINE_TUNING in plan.context or (network is not None and network.pretrained)


def certainty_of(run: TrainingRun) -> Certainty:
    """How sure the number of updates is: no surer than what it is made of."""
    return weakest(run.epochs.certainty, run.batch_size.certainty, run.data.samples.certainty)
