"""Statements whose result nobody uses."""

from __future__ import annotations

from typing import Literal

from trainlint.plan.part import Part
from trainlint.values.origin import Certainty, Origin


class Unused(Part):
    """A statement that calls, only names, or compares something of an object, or assigns to an attribute
    that means nothing there.

    `method` is what follows the dot, `of` what stands before it; `index` the number of that optimizer.
    `weights`: a parameter, `tensor`: data or something computed.
    """

    method: str
    form: Literal["called", "named", "compared", "assigned"]
    of: Literal["optimizer", "schedule", "network", "weights", "tensor", "other"]
    index: int | None = None
    text: str = ""  # of the object
    certainty: Certainty = Certainty.EXACT
    origin: Origin | None = None
