"""What makers of layers share: a function as a module, channels that stand last, Keras' `padding="same"`."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from torch import nn

from trainlint.probe.worker.settings import Given

Tensors = list[Any]
Maker = Callable[[Given, Tensors, bool], Callable[..., Any]]
"""From the settings of a layer, the tensors that it reads, and whether it is of Keras, to what is applied to them."""


class Applied(nn.Module):
    """A function as a module, so that hooks see it."""

    def __init__(self, function: Callable[..., Any]) -> None:
        super().__init__()
        self.function = function

    def forward(self, *tensors: Any) -> Any:
        return self.function(*tensors)


class ChannelsLast(nn.Module):
    """A module of PyTorch between tensors that have their channels last."""

    def __init__(self, inner: nn.Module, padding: Callable[[Any], Any] | None = None) -> None:
        super().__init__()
        self.inner = inner
        self.padding = padding

    def forward(self, tensor: Any) -> Any:
        moved = tensor.movedim(-1, 1)
        return self.inner(self.padding(moved) if self.padding else moved).movedim(1, -1)


def same_padding(
    sizes: tuple[int, ...], strides: tuple[int, ...], dilation: tuple[int, ...], fill: float
) -> Any:
    """Keras' `padding="same"`: ceil(size / stride) places, one more at the end where it is uneven."""

    def padded(tensor: Any) -> Any:
        widths: list[int] = []
        for axis, (size, stride, spread) in enumerate(zip(sizes, strides, dilation)):
            length = tensor.shape[2 + axis]
            total = max((math.ceil(length / stride) - 1) * stride + (size - 1) * spread + 1 - length, 0)
            widths = [total // 2, total - total // 2, *widths]
        return nn.functional.pad(tensor, widths, value=fill)

    return padded
