"""Convolutions, and images made larger."""

from __future__ import annotations

from typing import Any

import torch
from torch import nn

from trainlint.probe.worker import initial
from trainlint.probe.worker.layers.applied import Applied, ChannelsLast, Maker, Tensors, same_padding
from trainlint.probe.worker.settings import CannotBuild, Given


def convolution(axes: int, transposed: bool = False, depthwise: bool = False) -> Maker:
    name = f"Conv{'Transpose' if transposed else ''}{axes}d"

    def make(given: Given, tensors: Tensors, keras: bool) -> nn.Module:
        channels = tensors[0].shape[-1 if keras else 1]
        if not keras and isinstance(given.get("input_units"), int):
            channels = given.get("input_units")
        size = given.sizes(axes, "kernel_size")
        strides = given.sizes(axes, "stride", "strides", default=1)
        dilation = given.sizes(axes, "dilation", "dilation_rate", default=1)
        groups = int(given.get("groups", default=1))
        if depthwise:
            groups, units = channels, channels * int(given.get("depth_multiplier", default=1))
        else:
            units = given.whole("units")
        bias = bool(given.get("bias", default=True))
        padding, before = given.get("padding", default="valid" if keras else 0), None
        if keras and given.get("data_format") == "channels_first":
            raise CannotBuild(f"{given.name} has its channels first")
        if padding == "causal":
            raise CannotBuild(f"{given.name} has causal padding")
        if keras and transposed:
            made = nn.__dict__[name](channels, units, size, strides, bias=bias)
            if padding == "same":
                if any(s > k for s, k in zip(strides, size)):
                    raise CannotBuild(f"{given.name} has strides larger than its kernel")
                made = nn.Sequential(made, Applied(_cropped(size, strides)))
        else:
            fixed: Any = padding
            if padding == "same":
                before, fixed = same_padding(size, strides, dilation, 0.0), 0
            elif padding == "valid":
                fixed = 0
            else:
                fixed = given.sizes(axes, "padding", default=0)
            made = nn.__dict__[name](
                channels, units, size, strides, fixed, dilation=dilation, groups=groups, bias=bias
            )
        if not keras:
            return nn.Sequential(Applied(before), made) if before else made
        initial.as_keras(made)
        return ChannelsLast(made, before)

    return make


def _cropped(sizes: tuple[int, ...], strides: tuple[int, ...]) -> Any:
    """Keras' `padding="same"` of a transposed convolution: size x stride places, one more cut off at the end."""

    def cropped(tensor: Any) -> Any:
        for axis, (size, stride) in enumerate(zip(sizes, strides), start=2):
            extra = size - stride
            tensor = tensor.narrow(axis, extra // 2, tensor.shape[axis] - extra)
        return tensor

    return cropped


def separable(given: Given, tensors: Tensors, keras: bool) -> nn.Module:
    first = convolution(2, depthwise=True)
    shared = {name: value for name, value in given.values.items() if name not in ("bias", "units")}
    depth = first(
        Given(given.name, {**shared, "units": 1, "bias": False}, tuple(given.unknown)), tensors, keras
    )
    with torch.no_grad():
        between = depth(tensors[0])
    point = {"units": given.whole("units"), "kernel_size": 1, "bias": given.get("bias", default=True)}
    return nn.Sequential(depth, convolution(2)(Given(given.name, point), [between], keras))


def resized(given: Given, tensors: Tensors, keras: bool) -> nn.Module:
    axes = tensors[0].dim() - 2
    factor = given.get("factor", "size")
    if given.get("size") is not None and not keras:
        raise CannotBuild(f"{given.name} to a fixed size")
    factors = tuple(map(float, factor)) if isinstance(factor, (list, tuple)) else (float(factor or 2),) * axes
    mode = given.get("mode", "interpolation", default="nearest")
    if mode not in ("nearest", "bilinear"):
        raise CannotBuild(f"{given.name} with `{mode}`")
    made = nn.Upsample(scale_factor=factors, mode=mode)
    return ChannelsLast(made) if keras else made
