"""Models whose weights are frozen or thawed after `compile`."""

from __future__ import annotations

from trainlint.plan.part import Part
from trainlint.values.origin import Certainty, Origin


class ChangedAfterCompile(Part):
    """`trainable` of a layer of `network` is set after `compile` and before `fit`, with no `compile` between."""

    network: int
    compiled: Origin
    fitted: Origin
    certainty: Certainty = Certainty.EXACT
    origin: Origin  # where `trainable` is set
