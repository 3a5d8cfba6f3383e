"""What a network is measured on."""

from __future__ import annotations

from typing import Literal

from trainlint.plan.part import Part
from trainlint.values.origin import Certainty, Origin


class Evaluation(Part):
    """A network is measured on the data that it is trained on, and on no other; or it is trained on the test part
    of something; or the epoch is chosen by the data whose score is then reported, and there are no others.

    `spares_others`: the program has other data of this kind that it measures nothing on. `given_twice`: one call
    was given the same data to train and to measure on.
    """

    framework: str
    kind: Literal["measured on training", "trained on test", "chosen by test"] = "measured on training"
    spares_others: bool = False
    given_twice: bool = False
    certainty: Certainty = Certainty.EXACT
    trained: Origin | None = None  # where the data is trained on, or made; what chooses the epoch
    origin: Origin | None = None  # where it is measured on
