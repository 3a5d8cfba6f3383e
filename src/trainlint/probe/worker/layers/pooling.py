"""Pooling over windows, to a given size, and over everything."""

from __future__ import annotations

import math

import torch
from torch import nn

from trainlint.probe.worker.layers.applied import Applied, ChannelsLast, Maker, Tensors, same_padding
from trainlint.probe.worker.settings import CannotBuild, Given


def pool(kind: str) -> Maker:
    def make(given: Given, tensors: Tensors, keras: bool) -> nn.Module:
        axes = tensors[0].dim() - 2
        size = given.sizes(axes, "kernel_size", "pool_size", default=2)
        strides = given.sizes(axes, "stride", "strides", default=list(size))
        padding, before = given.get("padding", default=0), None
        if padding == "same":
            if kind == "Avg" and any(n % s for n, s in zip(tensors[0].shape[1:], strides)):
                raise CannotBuild(f"{given.name} averages over a padded edge")
            fill = -math.inf if kind == "Max" else 0.0
            before, padding = same_padding(size, strides, (1,) * axes, fill), 0
        elif padding == "valid":
            padding = 0
        made = nn.__dict__[f"{kind}Pool{axes}d"](
            size, strides, padding if isinstance(padding, int) else tuple(padding)
        )
        if keras:
            return ChannelsLast(made, before)
        return made

    return make


def adaptive(kind: str) -> Maker:
    def make(given: Given, tensors: Tensors, keras: bool) -> nn.Module:
        axes = tensors[0].dim() - 2
        wanted = given.get("output_size")
        if isinstance(wanted, (list, tuple)) and any(size is None for size in wanted):
            return nn.__dict__[f"Adaptive{kind}Pool{axes}d"](tuple(wanted))
        return nn.__dict__[f"Adaptive{kind}Pool{axes}d"](given.sizes(axes, "output_size"))

    return make


def whole(function: str) -> Maker:
    def make(given: Given, tensors: Tensors, keras: bool) -> nn.Module:
        first = 1 if keras else 2
        axes = tuple(range(first, tensors[0].dim() - (1 if keras else 0)))
        keeps = bool(given.get("keepdims", default=False))
        return Applied(lambda tensor: getattr(torch, function)(tensor, axes, keepdim=keeps))

    return make
