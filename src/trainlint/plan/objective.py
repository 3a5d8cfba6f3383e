"""What is minimised, what it is fed with, and what is measured beside it."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from itertools import takewhile
from typing import Literal

from trainlint.plan import chains
from trainlint.plan.data import Rescaling
from trainlint.plan.decisions import WrongDecision, wrong_decision
from trainlint.plan.kinds import ACTIVATIONS, AFFINE, TRANSPARENT
from trainlint.plan.network import Layer, Network, Shape
from trainlint.plan.part import Part
from trainlint.plan.setting import Setting
from trainlint.plan.unfit_metrics import UnfitMetric, unfit_metric
from trainlint.values.origin import Certainty, Origin, weakest

SCORING = ACTIVATIONS | TRANSPARENT | {"select", "expand"}
"""What leaves scores to be scores, or probabilities."""

CLASSES_ON_AXIS_1 = frozenset({"cross_entropy", "nll"})


class Target(Part):
    """What the prediction is compared with."""

    shape: Shape | None = None
    encoding: str | None = None  # index, one_hot, multi_hot, number; None: not known
    classes: int | None = None
    random: bool = False  # made up by a random generator
    dataset: str | None = None  # a known data set: mnist, boston_housing
    dtype: str | None = None
    low: float | None = None
    high: float | None = None
    scale: str | None = None  # `standardised`, where bounds say nothing
    rescalings: tuple[Rescaling, ...] = ()  # what made its range smaller, first to last
    origin: Origin | None = None

    @property
    def numbers_classes(self) -> bool:
        """Whether it says which class each sample is of."""
        return self.encoding in {"index", "one_hot", "multi_hot"}


class Metric(Part):
    """Something measured beside the loss: chosen by name, or where predictions meet what they should have been.

    `steps` are what the program does in between to the scores of the network's last layer with weights: a
    softmax, the choice of the largest, a threshold. None: the framework hands them over as they are.
    """

    name: str  # of the function or class; `==`
    framework: str
    settings: Mapping[str, Setting[object]] = {}
    own: bool = False  # a function or class of the program, whatever its name
    steps: tuple[Layer, ...] | None = None
    labels: Literal["of the loss", "others", "unknown"] = "of the loss"  # unknown: may be other predictions
    certainty: Certainty = Certainty.EXACT
    origin: Origin | None = None

    @property
    def word(self) -> str:
        """The function that a class of metrics stands for: `binary_accuracy` for `BinaryAccuracy`."""
        if self.name.isupper():
            return self.name.lower()
        return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", self.name).lower()

    @property
    def decision(self) -> Layer | None:
        """The first step that makes something else of the scores than scores: a class, a yes or no."""
        return next((step for step in self.steps or () if step.kind not in SCORING), None)

    @property
    def squashed(self) -> Layer | None:
        """The activation that the scores go through before anything is decided."""
        kinds = (step.kind for step in self.steps or ())
        before = len(list(takewhile(SCORING.__contains__, kinds)))
        return next((step for step in (self.steps or ())[:before] if step.kind in ACTIVATIONS), None)


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
    compiled: bool = False  # the framework applies the loss, not a loop of the program
    origin: Origin | None = None  # where loss and prediction meet: the call of the loss, compile()
    given: Origin | None = None  # the prediction as the call of the loss has it
    asked: Origin | None = None  # the target as the call of the loss has it
    loss_origin: Origin | None = None  # where the loss was chosen

    @property
    def head(self) -> Layer | None:
        """The layer whose output the loss reads."""
        if self.network is None or self.prediction is None:
            return None
        return self.network.layers[self.prediction]

    def ends_in(self, kinds: Collection[str]) -> tuple[Layer, Certainty] | None:
        """The layer of one of these kinds that gives the prediction its values, and how sure that is.

        Looks through layers that leave values as they are; possible when it holds on some paths only, None
        when it does not, or the path could not be followed.
        """
        if self.network is None or self.head is None:
            return None
        last = chains.endings(self.network, self.head)
        found = [layer for layer in last if layer.kind in kinds]
        if not found:
            return None
        always = len(found) == len(last) and not any(layer.optional for layer in found)
        return found[0], weakest(self.certainty, Certainty.EXACT if always else Certainty.POSSIBLE)

    def wrong_decision(self, metric: Metric) -> WrongDecision | None:
        """What is wrong with how classes are chosen before a metric counts them."""
        return wrong_decision(metric, self)

    def unfit_metric(self, metric: Metric) -> UnfitMetric | None:
        """What a metric of Keras gets wrong beside this loss."""
        return unfit_metric(metric, self)

    @property
    def scoring_layer(self) -> Layer | None:
        """The layer with weights that gives the prediction its size."""
        layer = self.head
        while layer is not None and self.network is not None and layer.kind not in AFFINE:
            layer = self.network.before(layer)
        return layer

    @property
    def scores(self) -> int | None:
        """How many scores a sample (or a place of it) has along the axis that the loss looks at."""
        if self.network is None or self.head is None:
            return None
        if self.prediction_shape is not None and len(self.prediction_shape) > 1:
            # torch puts the classes on axis 1 (torch.nn.CrossEntropyLoss), Keras on the last axis.
            size = self.prediction_shape[1 if self.loss in CLASSES_ON_AXIS_1 else -1]
            return size if isinstance(size, int) else None
        return self.network.features(self.head)
