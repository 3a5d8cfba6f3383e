"""Layers that are trained by name and by no optimizer."""

from __future__ import annotations

from trainlint.plan.part import Part
from trainlint.values.origin import Certainty, Origin


class LeftOut(Part):
    """Layers of a network that `optimizer` trains in part: a backward pass reaches them, no optimizer holds
    them, nobody froze them. `replaced`: they came into the network after the optimizer was made."""

    optimizer: int
    network: str
    layers: tuple[str, ...]  # their classes, each once
    count: int
    replaced: bool
    certainty: Certainty = Certainty.EXACT
    layer_origin: Origin | None = None
    origin: Origin | None = None  # where the optimizer is made
