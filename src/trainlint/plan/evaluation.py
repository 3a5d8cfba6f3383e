"""What a network is measured on."""

from __future__ import annotations

from trainlint.plan.part import Part
from trainlint.values.origin import Certainty, Origin


class Evaluation(Part):
    """A network is measured on the data that it is trained on, and on no other.

    `spares_others`: the program has other data of this kind that it measures nothing on.
    """

    framework: str
    spares_others: bool = False
    certainty: Certainty = Certainty.EXACT
    trained: Origin | None = None  # where the data is trained on
    origin: Origin | None = None  # where it is measured on
