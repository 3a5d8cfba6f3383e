"""What is known about the training data without loading it."""

from __future__ import annotations

from trainlint.plan.network import Shape
from trainlint.plan.part import Part
from trainlint.plan.setting import Setting
from trainlint.values.origin import Origin


class Rescaling(Part):
    """One operation that makes the range of the data `before / after` times smaller."""

    before: float  # highest minus lowest value
    after: float
    origin: Origin | None = None


class PartOfSplit(Part):
    """What happened to an array since it was split off. `scaler`: what scaled it, empty when nothing did; `plain`: its
    numbers are what they were."""

    scaler: str = ""
    plain: bool = True
    origin: Origin | None = None  # where it was split off


class Data(Part):
    """An array, data set or loader that reaches training.

    `low` and `high` bound the values as they reach the network. `full_samples` is the size of the known
    larger source that this is a slice of.
    """

    name: str = ""
    dataset: str | None = None  # a known data set: mnist, cifar10
    samples: Setting[int] = Setting()
    full_samples: int | None = None
    shape: Shape | None = None
    low: float | None = None
    high: float | None = None
    integer: bool | None = None
    classes: int | None = None
    random: bool = False  # made up by a random generator
    hinted_small: bool = False  # named small, tiny, sample, …: the size itself is unknown
    augmented: bool = False
    image: bool | None = None
    rescalings: tuple[Rescaling, ...] = ()  # on the way to the network, first to last
    part: PartOfSplit | None = None  # of `train_test_split`
    origin: Origin | None = None
