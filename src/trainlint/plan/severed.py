"""Losses that no gradient leads back from."""

from __future__ import annotations

from trainlint.plan.part import Part
from trainlint.values.origin import Origin


class SeveredLoss(Part):
    """A backward pass whose loss depends on weights only through an operation that passes no gradient on."""

    operation: str  # as the user wrote it: detach, argmax, >
    kind: str
    origin: Origin | None = None  # the operation
    backward: Origin | None = None
