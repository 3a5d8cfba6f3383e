"""Matrices: one over the last axis, and one row for each word."""

from __future__ import annotations

from typing import Any

from torch import nn

from trainlint.probe.worker import initial
from trainlint.probe.worker.layers.applied import Applied, Tensors
from trainlint.probe.worker.settings import Given


def _units(given: Given, tensor: Any, keras: bool) -> tuple[int, int]:
    wanted = None if keras else given.get("input_units")
    return int(wanted) if isinstance(wanted, int) else tensor.shape[-1], given.whole("units")


def linear(given: Given, tensors: Tensors, keras: bool) -> nn.Module:
    inputs, units = _units(given, tensors[0], keras)
    made = nn.Linear(inputs, units, bias=bool(given.get("bias", default=True)))
    if keras:
        initial.as_keras(made)
    return made


def embedding(given: Given, tensors: Tensors, keras: bool) -> nn.Module:
    made = nn.Embedding(given.whole("input_units", "input_dim"), given.whole("units"))
    if keras:
        nn.init.uniform_(made.weight, -0.05, 0.05)  # keras.initializers.RandomUniform
    return nn.Sequential(Applied(lambda tensor: tensor.long()), made)
