"""What moves values about, chooses among them, or combines them: no weights."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import nn

from trainlint.probe.worker.layers.applied import Applied, Maker, Tensors
from trainlint.probe.worker.settings import CannotBuild, Given


def flatten(given: Given, tensors: Tensors, keras: bool) -> nn.Module:
    if given.get("start_dim", default=1) != 1 or given.get("end_dim", default=-1) != -1:
        raise CannotBuild(f"{given.name} of some axes only")
    shape = given.get("output_shape")
    if isinstance(shape, list) and len(shape) != 2:
        return reshape(given, tensors, keras)
    return nn.Flatten()


def reshape(given: Given, tensors: Tensors, keras: bool) -> nn.Module:
    shape = given.get("output_shape")
    if not isinstance(shape, list):
        raise CannotBuild(f"the shape that {given.name} gives is not known")
    if isinstance(shape[0], int) and shape[0] != given.get("batch"):
        raise CannotBuild(f"{given.name} changes the batch axis")
    rest = [size if isinstance(size, int) else None for size in shape[1:]]
    if rest.count(None) > 1:
        raise CannotBuild(f"the shape that {given.name} gives is not known")
    sizes = [-1 if size is None else size for size in rest]
    return Applied(lambda tensor: tensor.reshape(tensor.shape[0], *sizes))


def squeeze(given: Given, tensors: Tensors, keras: bool) -> nn.Module:
    """Without axes of size 1: the one that is named, or all but that of samples, of which there are always more."""
    if isinstance(given.get("output_shape"), list):
        return reshape(given, tensors, keras)
    axis = given.get("axis", "dim")
    named = axis if isinstance(axis, int) else None
    axes = (
        [axis for axis in range(1, tensors[0].dim()) if tensors[0].shape[axis] == 1]
        if named is None
        else [named]
    )
    return Applied(lambda tensor: tensor.squeeze(tuple(axes)))


def permute(given: Given, tensors: Tensors, keras: bool) -> nn.Module:
    """The order of axes, told by their sizes where the order itself is not known."""
    before, after = given.get("input_shape"), given.get("output_shape")
    if (
        not isinstance(before, list)
        or not isinstance(after, list)
        or len(set(map(str, before))) != len(before)
    ):
        raise CannotBuild(f"the axes that {given.name} exchanges are not known")
    if sorted(map(str, before)) != sorted(map(str, after)):
        raise CannotBuild(f"the axes that {given.name} exchanges are not known")
    order = [list(map(str, before)).index(str(size)) for size in after]
    return Applied(lambda tensor: tensor.permute(order))


def select(given: Given, tensors: Tensors, keras: bool) -> nn.Module:
    axis, place = given.get("axis"), given.get("place")
    if axis is None or place is None:
        raise CannotBuild(f"what {given.name} chooses is not known")
    return Applied(lambda tensor: tensor.select(int(axis), int(place)))


def reduced(function: Callable[..., Any]) -> Maker:
    def make(given: Given, tensors: Tensors, keras: bool) -> nn.Module:
        axis = given.get("axis")
        if axis is None:
            raise CannotBuild(f"the axis that {given.name} goes over is not known")
        axes = tuple(map(int, axis)) if isinstance(axis, (list, tuple)) else int(axis)
        shape = given.get("output_shape")
        keeps = isinstance(shape, list) and len(shape) == tensors[0].dim()
        return Applied(lambda tensor: function(tensor, axes, keeps))

    return make


def joined(function: Callable[..., Any]) -> Maker:
    def make(given: Given, tensors: Tensors, keras: bool) -> nn.Module:
        if len(tensors) < 2:
            raise CannotBuild(f"what {given.name} combines is not known")
        return Applied(lambda *parts: function(parts))

    return make


def concatenated(given: Given, tensors: Tensors, keras: bool) -> nn.Module:
    axis = int(given.get("axis", "dim", default=-1 if keras else 0))
    return Applied(lambda *parts: torch.cat(parts, axis))


def total(parts: Any) -> Any:
    whole = parts[0]
    for part in parts[1:]:
        whole = whole + part
    return whole


def product(parts: Any) -> Any:
    whole = parts[0]
    for part in parts[1:]:
        whole = whole * part
    return whole


def same(given: Given, tensors: Tensors, keras: bool) -> nn.Module:
    return nn.Identity()


def elementwise(function: Callable[[Any], Any]) -> Maker:
    return lambda given, tensors, keras: Applied(function)
