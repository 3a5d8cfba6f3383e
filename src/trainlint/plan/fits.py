"""Whether each layer can read what the one before gives: sizes, number of axes, windows, groups.

Only sizes that are known on both sides are compared. Of several layers on one way through a network the first
that does not fit counts, since everything behind it is a consequence.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from trainlint.plan import chains, joins
from trainlint.plan.kinds import ACTIVATIONS, FEATURE_KEEPING, POOLING, RECURRENT
from trainlint.plan.misfit import Misfit
from trainlint.plan.setting import Setting
from trainlint.values.origin import Certainty

if TYPE_CHECKING:
    from trainlint.plan.network import Layer, Network

AXES = {f"{kind}{axes}d": axes for kind in ("conv", "conv_transpose", "separable_conv") for axes in (1, 2, 3)}
"""How many axes a convolution goes over."""

KERAS_LINEAR = "Dense"
"""The linear layer whose maps have their channels last, in a network of either library."""

WINDOWS = frozenset({"max_pool", "avg_pool", "conv1d", "conv2d", "conv3d"})

BY_CHANNELS = frozenset({"batch_norm", "instance_norm", "group_norm", "sync_batch_norm"})
"""Normalisations of PyTorch that are made for a number of channels."""

BATCH_NORM_RANKS = {
    # torch/nn/modules/batchnorm.py, _check_input_dim
    "BatchNorm1d": (2, 3), "BatchNorm2d": (4,), "BatchNorm3d": (5,),
}  # fmt: skip


def misfits(network: Network) -> Iterator[Misfit]:
    """The first layers that cannot read what the one before gives.

    Of ways that are chosen from by something unknown, the one on which layers do not fit may be the one that is
    never taken: the first block of a stage is made in another way than those behind it.
    """
    behind: set[int] = set()
    undecided = chains.undecided(network)
    for layer in network.layers:
        if any(source in behind for source in layer.inputs):
            behind.add(layer.index)
            continue
        if layer.index in undecided or "over_time" in layer.settings:
            continue  # the latter is applied to each step of a sequence: one axis more than it reads
        found = next((found for test in _TESTS if (found := test(network, layer))), None)
        if found is not None:
            behind.add(layer.index)
            yield found


def reads_unflattened(network: Network, layer: Layer) -> Layer | None:
    """The layer whose feature map goes into a linear layer as it is; None when it was flattened or moved."""
    shape = layer.input_shape
    if layer.kind != "linear" or (shape is not None and len(shape) < 3):
        return None
    source = network.before(layer)
    while source is not None and source.kind in _KEEPS_LAYOUT:
        source = network.before(source)
    if source is None or source.kind not in POOLING | AXES.keys() | RECURRENT:
        return None
    return source if shape is not None or source.title.endswith(("2d", "3d", "2D", "3D")) else None


_KEEPS_LAYOUT = FEATURE_KEEPING - {"squeeze", "unsqueeze"} | ACTIVATIONS | {"batch_norm"}


def _size(network: Network, layer: Layer) -> Misfit | None:
    by_channels = network.framework == "torch" and layer.kind in BY_CHANNELS
    setting = layer.settings.get("units" if by_channels else "input_units")
    if setting is None or layer.kind in ("embedding", "embedding_bag", "bilinear"):
        return None
    given = _features_read(network, layer)
    if given is None:
        return None
    certainty = setting.violates(lambda wanted: isinstance(wanted, int) and wanted != given)
    if certainty is None or not isinstance(setting.values[0], int):
        return None
    return Misfit("size", layer, setting.values[0], given, setting, _sure(layer, certainty))


def _features_read(network: Network, layer: Layer) -> int | None:
    """The size of the axis that the weights of a layer are made for."""
    shape = layer.input_shape
    if shape is None:
        source = network.before(layer)
        by_features = layer.kind == "linear" or layer.kind in RECURRENT
        return network.features(source) if source is not None and by_features else None
    axis = -1
    if layer.kind in AXES and _channels_first(network, layer):
        axis = -AXES[layer.kind] - 1
    elif layer.kind in BY_CHANNELS and _channels_first(network, layer):
        axis = 1
    if not -len(shape) <= axis < len(shape):
        return None
    size = shape[axis]
    return size if isinstance(size, int) else None


def fan_in(network: Network, layer: Layer) -> int | None:
    """How many values each unit reads: its channels, for a convolution at each place of the kernel."""
    wanted = layer.number("rows") if layer.kind == "matmul" else layer.number("input_units")
    channels = int(wanted) if wanted is not None else _features_read(network, layer)
    if channels is None or layer.kind not in AXES:
        return channels
    kernel = _each(layer.settings.get("kernel_size"), AXES[layer.kind])
    groups = layer.number("groups") or 1
    return None if kernel is None else int(channels * math.prod(kernel) / groups)


def _flatten(network: Network, layer: Layer) -> Misfit | None:
    """A feature map of PyTorch, channels first, whose last axis a linear layer takes for its features."""
    source, shape = reads_unflattened(network, layer), layer.input_shape
    if source is None or layer.title == KERAS_LINEAR or source.kind in RECURRENT:
        return None
    wanted, sizes = layer.settings.get("input_units"), shape[1:] if shape else (None,)
    channels, last = sizes[0], sizes[-1]
    if last is not None and (wanted is None or not wanted.values or last in wanted.values):
        return None
    numbers = wanted.values if wanted is not None else ()
    multiple = bool(numbers) and all(
        isinstance(number, int) and isinstance(channels, int) and number % channels == 0 for number in numbers
    )
    if len(sizes) == 2 and numbers != (joins.product(sizes),):
        return None  # the steps of a sequence, each of which the layer may be meant for
    if source.kind not in POOLING and not multiple:
        return None
    return Misfit("flatten", layer, 2, len(shape or ()), certainty=_sure(layer))


def _rank(network: Network, layer: Layer) -> Misfit | None:
    shape = layer.input_shape
    if shape is None:
        return None
    wanted = _ranks(network, layer)
    if not wanted or len(shape) in wanted:
        return None
    return Misfit("rank", layer, max(wanted), len(shape), certainty=_sure(layer))


def _ranks(network: Network, layer: Layer) -> tuple[int, ...]:
    if layer.title in BATCH_NORM_RANKS:
        return BATCH_NORM_RANKS[layer.title]
    if layer.kind in AXES:
        axes = AXES[layer.kind]
        return (axes + 1, axes + 2) if network.framework == "torch" else (axes + 2,)
    if network.framework == "keras" and layer.title in ("LSTM", "GRU", "SimpleRNN"):
        return (3,)
    return ()


def _channels_first(network: Network, layer: Layer) -> bool:
    setting = layer.settings.get("data_format")
    return network.framework == "torch" or (setting is not None and setting.value == "channels_first")


def _window(network: Network, layer: Layer) -> Misfit | None:
    """A window that is larger than the map it goes over: no place is left for a single one."""
    if layer.kind not in WINDOWS:
        return None
    shape, axes = layer.input_shape, _axes(layer)
    window = _each(layer.settings.get("kernel_size") or layer.settings.get("pool_size"), axes)
    margins = _margins(layer, axes)
    if shape is None or window is None or margins is None:
        return None
    spread = _each(layer.settings.get("dilation") or layer.settings.get("dilation_rate"), axes) or (1,) * axes
    first = len(shape) - axes if _channels_first(network, layer) else 1
    for axis in range(axes):
        size = shape[first + axis]
        reach = spread[axis] * (window[axis] - 1) + 1
        if isinstance(size, int) and reach > size + margins[axis] and not _rounds_up(layer, first + axis):
            return Misfit("window", layer, reach, size + margins[axis], certainty=_sure(layer))
    return None


def _axes(layer: Layer) -> int:
    """How many axes a window goes over."""
    return AXES.get(layer.kind, max(len(layer.input_shape or ()) - 2, 0))


def _rounds_up(layer: Layer, axis: int) -> bool:
    """Whether a pool counts a window that stands over its map in part (`ceil_mode`)."""
    size = layer.output_shape[axis] if layer.output_shape else None
    return isinstance(size, int) and size > 0


def _margins(layer: Layer, axes: int) -> tuple[int, ...] | None:
    """What padding adds to each axis on both sides together; None when that is unknown or always enough."""
    setting = layer.settings.get("padding")
    if setting is None or setting.value == "valid":
        return (0,) * axes
    each = _each(setting, axes)
    return None if each is None else tuple(2 * size for size in each)


def _each(setting: Setting[object] | None, axes: int) -> tuple[int, ...] | None:
    """One number for each axis."""
    value = setting.value if setting is not None else None
    if isinstance(value, int) and axes > 0:
        return (value,) * axes
    if isinstance(value, tuple) and len(value) == axes and all(isinstance(size, int) for size in value):
        return value
    return None


def _groups(network: Network, layer: Layer) -> Misfit | None:
    setting = layer.settings.get("groups")
    groups = setting.value if setting is not None else None
    if setting is None or not isinstance(groups, int) or groups < 2:
        return None
    for size in (layer.number("input_units"), layer.number("units"), _features_read(network, layer)):
        if size is not None and size % groups:
            return Misfit("groups", layer, groups, int(size), setting, _sure(layer, setting.certainty))
    return None


def _sure(layer: Layer, certainty: Certainty = Certainty.EXACT) -> Certainty:
    return Certainty.POSSIBLE if layer.optional else certainty


_TESTS: tuple[Callable[[Network, Layer], Misfit | None], ...] = (
    _flatten, _rank, _groups, _size, _window, joins.reshaped, joins.joined, joins.summed,
)  # fmt: skip
