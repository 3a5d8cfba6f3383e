"""What was done to the data before training, where it spoils the measurement or the labels."""

from __future__ import annotations

from typing import Literal

from trainlint.plan.part import Part
from trainlint.values.origin import Certainty, Origin


class Leak(Part):
    """A scaler has taken its numbers from data that it is to be measured on.

    `kind`: from all data before they were split, or from the test part. `again`: it had taken them from
    other data before. `words`: not numbers, but a vocabulary; `repeats`: not numbers, but more samples.
    """

    kind: Literal["before split", "test part"]
    scaler: str
    again: bool = False
    words: bool = False
    repeats: bool = False
    certainty: Certainty = Certainty.EXACT
    split: Origin | None = None  # where the data were split
    origin: Origin | None = None  # where the numbers were taken


class ShuffledApart(Part):
    """Inputs and their labels were put into random orders that have nothing to do with each other."""

    certainty: Certainty = Certainty.EXACT
    first: Origin | None = None
    origin: Origin | None = None  # the second of the two
