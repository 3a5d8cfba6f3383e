"""A batch so large that hardly any updates are left."""

from __future__ import annotations

import math
from typing import Literal

from pydantic import Field

from trainlint.api import (
    Certainty,
    Example,
    Options,
    Rule,
    TrainingPlan,
    TrainingRun,
    context,
    kinds,
    replace_value,
    spoken,
    weakest,
)

ORDINARY = 32
"""A batch of this size is never too large: 2 to 32 do best (Masters & Luschi 2018)."""

STEPS = 4
"""Updates in an epoch: with so few or fewer a batch holds a quarter of the data (judgement)."""

FULL_BATCH_UPDATES = 1000
"""Updates that the whole data in one batch needs (judgement)."""

LARGE = 4096
"""From here on SGD needs a warm-up or a larger rate (Goyal et al. 2017)."""

QUIET = {
    context.INFERENCE_ONLY,
    context.DEMO,
    context.INPUT_OPTIMISATION,
    context.META_LEARNING,
    context.REINFORCEMENT_LEARNING,
}


class UpdateOptions(Options):
    """How many updates training takes."""

    updates: int = Field(100, ge=1, description="fewer updates than these are too few from scratch")
    fine_tuning_updates: int = Field(20, ge=1, description="the same for pretrained weights")


class BatchSizeTooLarge(Rule):
    """One batch holds so much of the data that few updates are made.

    ## What it does
    Works out the number of updates, ceil(samples / batch) x epochs, when a batch holds a quarter of the
    data or more; looks for a training loader that is empty because `drop_last` drops its only batch; and
    for batches of 4,096 and more with plain SGD.

    ## Why is this bad?
    The optimizer moves the weights once a batch, not once a sample. With fewer than 100 updates, 20 where
    weights were trained before, the loss has no time to fall, however much data goes by: measured, even Adam needs about 100 on an easy task.
    With the whole data in one batch it takes 1,000.

    It is an error when no batch is left at all, a warning when updates are too few, a hint for large batches
    with SGD.

    ## When it stays silent
    The number of samples, the batch or the epochs are not known; batches of at most 32, whose updates are
    few because the data or the epochs are. The whole data in one batch is accepted for L-BFGS, linear
    models, and for networks that cannot be followed (graph networks) unless the batch is larger than the
    data. LARS and LAMB, which are made for large batches.

    ## Fix safety
    Unsafe: it writes 32, which changes what is trained.

    ## Sources
    Measured: the loss of a small network after 100 and 300 steps. Keskar et al. 2017, Goyal et al. 2017,
    Masters & Luschi 2018, the tuning playbook of Google Research. 1,000 updates is judgement.
    """

    name = "batch-size-too-large"
    code = "TL514"
    family = "data"
    since = "0.1.0"
    frameworks = ("keras", "torch")
    severity = "warning"
    message = "a batch of {batch} leaves {updates} updates, too few to train"
    help = "{samples} samples allow {steps} updates an epoch with batches of 32"
    silences = ("too-few-epochs",)
    options_model = UpdateOptions

    good = [
        Example(
            "an ordinary batch",
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
            model.fit(x_train, y_train, epochs=5, batch_size=256)
            """,
        ),
        Example(
            "few samples: the batch is not at fault",
            """
            import numpy as np
            import keras

            x, y = np.array([[0, 0], [0, 1], [1, 0], [1, 1]]), np.array([0, 1, 1, 0])
            model = keras.Sequential([
                keras.layers.Input((2,)),
                keras.layers.Dense(8, activation="tanh"),
                keras.layers.Dense(1, activation="sigmoid"),
            ])
            model.compile(optimizer="adam", loss="binary_crossentropy")
            model.fit(x, y, epochs=50, batch_size=4)
            """,
        ),
        Example(
            "many updates in PyTorch",
            """
            import torch
            from torch import nn
            from torchvision import datasets, transforms

            data = datasets.MNIST("data", train=True, transform=transforms.ToTensor())
            loader = torch.utils.data.DataLoader(data, batch_size=128, shuffle=True, drop_last=True)
            model = nn.Sequential(nn.Flatten(), nn.Linear(784, 32), nn.ReLU(), nn.Linear(32, 10))
            optimizer = torch.optim.Adam(model.parameters())
            for epoch in range(5):
                for x, y in loader:
                    optimizer.zero_grad()
                    nn.functional.cross_entropy(model(x), y).backward()
                    optimizer.step()
            """,
        ),
    ]
    bad = [
        Example(
            "the whole data in one batch",
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
            model.fit(x_train, y_train, epochs=20, batch_size=100000)
            """,
            at="100000",
            fixed="""
            import keras

            (x_train, y_train), _ = keras.datasets.mnist.load_data()
            x_train = x_train / 255.0
            model = keras.Sequential([
                keras.layers.Flatten(input_shape=(28, 28)),
                keras.layers.Dense(32, activation="relu"),
                keras.layers.Dense(10, activation="softmax"),
            ])
            model.compile(optimizer="adam", loss="sparse_categorical_crossentropy")
            model.fit(x_train, y_train, epochs=20, batch_size=32)
            """,
        ),
        Example(
            "the loader is empty",
            """
            import torch
            from torch import nn
            from torch.utils.data import DataLoader as Loader, TensorDataset

            data = TensorDataset(torch.randn(100, 8), torch.randn(100, 1))
            loader = Loader(data, batch_size=128, shuffle=True, drop_last=True)
            model = nn.Sequential(nn.Linear(8, 16), nn.ReLU(), nn.Linear(16, 1))
            optimizer = torch.optim.Adam(model.parameters())
            for epoch in range(5):
                for x, y in loader:
                    optimizer.zero_grad()
                    nn.functional.mse_loss(model(x), y).backward()
                    optimizer.step()
            """,
            at="128",
            severity="error",
        ),
    ]

    def check(self, plan: TrainingPlan) -> None:
        for run in plan.runs if not plan.context & QUIET else ():
            batch, samples = run.batch_size.value, run.data.samples.value
            optimizer = plan.optimizer_of(run)
            if batch is None or batch <= ORDINARY or run.batch_size.is_library_default:
                continue
            if optimizer is not None and optimizer.name.lower() in {"lars", "lamb", "lbfgs"}:
                continue
            if samples is not None and samples < batch and run.drop_last.value:
                self.tell(run, "error", message=EMPTY, help=EMPTY_HELP)
            elif self.has_too_few_updates(plan, run):
                self.tell(run, "warning")
            elif batch >= LARGE and optimizer and optimizer.name == "SGD" and optimizer.schedule is None:
                self.tell(run, "info", message=RESTLESS, help=RESTLESS_HELP)

    def has_too_few_updates(self, plan: TrainingPlan, run: TrainingRun) -> bool:
        """Whether the batch leaves too few updates."""
        batch, samples, updates = run.batch_size.value, run.data.samples.value, run.updates
        if batch is None or samples is None or updates is None or run.steps_per_epoch.known:
            return False
        is_fine_tuned = context.FINE_TUNING in plan.context
        fewest = self.options.fine_tuning_updates if is_fine_tuned else self.options.updates
        if batch <= samples and math.ceil(samples / ORDINARY) * (run.epochs.value or 0) < fewest:
            return False  # the data or the epochs are at fault
        if math.ceil(samples / batch) <= STEPS and updates < fewest:
            return True
        if updates >= FULL_BATCH_UPDATES or is_fine_tuned:
            return False
        network = plan.network_of(run)
        if network is None or not network.complete:
            return batch > samples  # as many as there are may be meant: graph networks are trained so
        return batch >= samples and sum(1 for _ in network.of_kind(*kinds.WEIGHTED)) > 1

    def tell(
        self,
        run: TrainingRun,
        severity: Literal["error", "warning", "info"],
        *,
        message: str | None = None,
        help: str | None = None,  # noqa: A002 - the word that users read
    ) -> None:
        samples = run.data.samples.value
        certainties: list[Certainty] = [run.batch_size.certainty, run.data.samples.certainty]
        if severity != "error":
            certainties.append(run.epochs.certainty)
        self.report(
            run.batch_size.origin,
            subject=run,
            severity=severity,
            certainty=weakest(*certainties),
            message=message,
            help=help,
            because=(run.batch_size, run.data.samples),
            fix=replace_value(run.batch_size, str(ORDINARY), "makes more, noisier updates"),
            batch=run.batch_size.spoken,
            samples=spoken(samples),
            updates=spoken(run.updates),
            steps=spoken(math.ceil(samples / ORDINARY)) if samples else "",
        )


EMPTY = "`drop_last` drops the only batch, of {samples} samples: the loop never runs"
EMPTY_HELP = "a batch of {batch} cannot be filled; make it smaller, or leave `drop_last` out"
RESTLESS = "`SGD` at batch {batch} and a fixed rate lags behind smaller batches"
RESTLESS_HELP = "raise the rate with the batch and warm it up, or use a smaller batch"
