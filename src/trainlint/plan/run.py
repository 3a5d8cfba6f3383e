"""One training run: who is trained, on what, how long."""

from __future__ import annotations

import math

from trainlint.plan.data import Data
from trainlint.plan.part import Part
from trainlint.plan.setting import Setting
from trainlint.values.origin import Origin


class TrainingRun(Part):
    """A call of `fit`, or a hand-written loop that steps an optimizer.

    `network`, `objective` and `optimizer` are indices into the plan; None when not known.
    """

    framework: str
    network: int | None = None
    objective: int | None = None
    optimizer: int | None = None
    data: Data = Data()
    batch_size: Setting[int] = Setting()
    accumulated: Setting[int] = Setting()  # batches whose gradients are added up before a step; not set: one
    averages: bool = False  # the loss of each is divided by that number
    epochs: Setting[int] = Setting()
    steps_per_epoch: Setting[int] = Setting()
    shuffle: Setting[bool] = Setting()
    shuffle_buffer: Setting[int] = Setting()  # of tf.data: how many samples or batches one is drawn from
    shuffles_batches: Setting[bool] = Setting()  # whole batches: the same samples meet in each epoch
    shuffled_once: Setting[bool] = Setting()  # of tf.data: in one order for all epochs
    kept_apart: Origin | None = None  # where `validation_split` is told
    kept_apart_by_class: Origin | None = None  # where data of which it takes the end are sorted by class
    drop_last: Setting[bool] = Setting()
    validates: bool | None = None  # None: not known
    callbacks: tuple[str, ...] | None = ()  # class names; None: not known
    measured: tuple[Data, ...] = ()  # what the same network is measured on, each where it is passed
    is_tried_out: bool = (
        False  # the name of the data, or a comment above, says that it only tries the program
    )
    loader: Origin | None = None  # where the data loader of a hand-written loop was made
    origin: Origin | None = None

    @property
    def updates(self) -> int | None:
        """Number of optimizer updates, ceil(samples / batch) x epochs, None when a factor is unknown."""
        if self.epochs.value is None:
            return None
        if self.steps_per_epoch.value is not None:
            return self.steps_per_epoch.value * self.epochs.value
        samples, batch = self.data.samples.value, self.batch_size.value
        if samples is None or batch is None or batch <= 0:
            return None
        steps = samples // batch if self.drop_last.value else math.ceil(samples / batch)
        return steps * self.epochs.value
