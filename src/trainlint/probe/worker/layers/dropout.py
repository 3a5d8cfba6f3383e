"""Dropout, of values and of whole channels."""

from __future__ import annotations

from typing import Any

from torch import nn

from trainlint.probe.worker.layers.applied import Applied, ChannelsLast, Tensors
from trainlint.probe.worker.settings import Given


def dropout(given: Given, tensors: Tensors, keras: bool) -> nn.Module:
    rate = float(given.get("rate"))
    if given.get("always_on", default=False):
        return Applied(lambda tensor: nn.functional.dropout(tensor, rate, True))
    if given.name.startswith("SpatialDropout") or "Dropout2d" in given.name:
        kind: Any = {3: nn.Dropout1d, 4: nn.Dropout2d}.get(tensors[0].dim(), nn.Dropout)
        return ChannelsLast(kind(rate)) if keras else kind(rate)
    return nn.Dropout(rate)
