"""Normalisations over a batch, a layer, a group of channels, an image."""

from __future__ import annotations

from typing import Any

from torch import nn

from trainlint.probe.worker.layers.applied import ChannelsLast, Tensors
from trainlint.probe.worker.settings import CannotBuild, Given


def batch_norm(given: Given, tensors: Tensors, keras: bool) -> nn.Module:
    dimensions = tensors[0].dim()
    epsilon = float(given.get("epsilon", default=1e-3 if keras else 1e-5))
    if keras:
        if given.get("axis", default=-1) not in (-1, dimensions - 1, [-1], [dimensions - 1]):
            raise CannotBuild(f"{given.name} normalises another axis than the last")
        # keras.layers.BatchNormalization: momentum is the share that is kept.
        momentum = 1 - float(given.get("momentum", default=0.99))
        return _Normalised(nn.BatchNorm1d(tensors[0].shape[-1], epsilon, momentum))
    made = {2: nn.BatchNorm1d, 3: nn.BatchNorm1d, 4: nn.BatchNorm2d, 5: nn.BatchNorm3d}.get(dimensions)
    if made is None:
        raise CannotBuild(f"{given.name} on {dimensions} axes")
    momentum = given.get("momentum", default=0.1)
    return made(given.whole("units"), epsilon, momentum, bool(given.get("affine", default=True)))


class _Normalised(nn.Module):
    """Batch normalisation over the last axis."""

    def __init__(self, inner: nn.Module) -> None:
        super().__init__()
        self.inner = inner

    def forward(self, tensor: Any) -> Any:
        return self.inner(tensor.reshape(-1, tensor.shape[-1])).reshape(tensor.shape)


def layer_norm(given: Given, tensors: Tensors, keras: bool) -> nn.Module:
    epsilon = float(given.get("epsilon", default=1e-3 if keras else 1e-5))
    shape = tensors[0].shape[-1] if keras else given.get("units", default=tensors[0].shape[-1])
    return nn.LayerNorm(shape, epsilon)


def group_norm(given: Given, tensors: Tensors, keras: bool) -> nn.Module:
    if keras:
        return ChannelsLast(nn.GroupNorm(int(given.get("groups", default=32)), tensors[0].shape[-1], 1e-3))
    return nn.GroupNorm(
        given.whole("groups"), given.whole("units"), float(given.get("epsilon", default=1e-5))
    )


def instance_norm(given: Given, tensors: Tensors, keras: bool) -> nn.Module:
    axes = tensors[0].dim() - 2
    return nn.__dict__[f"InstanceNorm{axes}d"](
        given.whole("units"), affine=bool(given.get("affine", default=False))
    )
