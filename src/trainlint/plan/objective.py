"""What is minimised, what it is fed with, and what is measured beside it."""

from __future__ import annotations

from collections.abc import Mapping

from trainlint.plan.network import Layer, Network, Shape
from trainlint.plan.part import Part
from trainlint.plan.setting import Setting
from trainlint.values.origin import Certainty, Origin


class Target(Part):
    """What the prediction is compared with."""

    shape: Shape | None = None
    encoding: str | None = None  # index, one_hot, multi_hot, number; None: not known
    classes: int | None = None
    low: float | None = None
    high: float | None = None
    origin: Origin | None = None


class Metric(Part):
    """Something measured beside the loss."""

    name: str
    framework: str
    settings: Mapping[str, Setting[object]] = {}
    origin: Origin | None = None


class Objective(Part):
    """A loss on the output of a network.

    `loss` is the same word in every framework: cross_entropy, sparse_cross_entropy, binary_cross_entropy,
    nll, mse, … (the words are in frameworks/losses.py). `takes_logits` says whether the loss applies the
    softmax or sigmoid itself. `prediction` is the layer whose output meets the loss, `network` the graph it
    stands in; both None when the path could not be followed.
    """

    loss: str
    title: str  # as the user wrote it: CrossEntropyLoss, 'categorical_crossentropy'
    framework: str
    takes_logits: Setting[bool]
    settings: Mapping[str, Setting[object]] = {}
    network: Network | None = None
    prediction: int | None = None
    prediction_shape: Shape | None = None
    target: Target = Target()
    metrics: tuple[Metric, ...] = ()
    certainty: Certainty = Certainty.EXACT
    origin: Origin | None = None  # where loss and prediction meet: the call of the loss, compile()
    loss_origin: Origin | None = None  # where the loss was chosen

    @property
    def head(self) -> Layer | None:
        """The layer whose output the loss reads."""
        if self.network is None or self.prediction is None:
            return None
        return self.network.layers[self.prediction]
