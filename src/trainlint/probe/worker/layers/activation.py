"""Activations that have settings."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from torch import nn

from trainlint.probe.worker.layers.applied import Maker, Tensors
from trainlint.probe.worker.settings import Given


def plain(made: Callable[[Given], nn.Module]) -> Maker:
    return lambda given, tensors, keras: made(given)


def softmax(made: Any) -> Maker:
    def make(given: Given, tensors: Tensors, keras: bool) -> nn.Module:
        axis = given.get("axis", default=-1 if keras or tensors[0].dim() != 2 else 1)
        return made(int(axis))

    return make


def leaky(given: Given, tensors: Tensors, keras: bool) -> nn.Module:
    # keras.layers.LeakyReLU: 0.3; keras.activations.leaky_relu: 0.2; torch: 0.01
    return nn.LeakyReLU(float(given.get("slope", "negative_slope", "alpha", default=0.3 if keras else 0.01)))
