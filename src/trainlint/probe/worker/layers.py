"""From a layer of a plan to a module: a table by kind.

A maker gets the settings, the tensors that the layer reads, and whether the layer is of Keras; it returns what is
applied to them. Keras' layers have their channels last, their own defaults, and `padding="same"`.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import torch
from torch import nn

from trainlint.probe.worker import initial
from trainlint.probe.worker.settings import CannotBuild, Given

Tensors = list[Any]
Maker = Callable[[Given, Tensors, bool], Callable[..., Any]]


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


def _cropped(sizes: tuple[int, ...], strides: tuple[int, ...]) -> Any:
    """Keras' `padding="same"` of a transposed convolution: size x stride places, one more cut off at the end."""

    def cropped(tensor: Any) -> Any:
        for axis, (size, stride) in enumerate(zip(sizes, strides), start=2):
            extra = size - stride
            tensor = tensor.narrow(axis, extra // 2, tensor.shape[axis] - extra)
        return tensor

    return cropped


def _units(given: Given, tensor: Any, keras: bool) -> tuple[int, int]:
    wanted = None if keras else given.get("input_units")
    return int(wanted) if isinstance(wanted, int) else tensor.shape[-1], given.whole("units")


def _linear(given: Given, tensors: Tensors, keras: bool) -> nn.Module:
    inputs, units = _units(given, tensors[0], keras)
    made = nn.Linear(inputs, units, bias=bool(given.get("bias", default=True)))
    if keras:
        initial.as_keras(made)
    return made


def _convolution(axes: int, transposed: bool = False, depthwise: bool = False) -> Maker:
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


def _separable(given: Given, tensors: Tensors, keras: bool) -> nn.Module:
    first = _convolution(2, depthwise=True)
    shared = {name: value for name, value in given.values.items() if name not in ("bias", "units")}
    depth = first(
        Given(given.name, {**shared, "units": 1, "bias": False}, tuple(given.unknown)), tensors, keras
    )
    with torch.no_grad():
        between = depth(tensors[0])
    point = {"units": given.whole("units"), "kernel_size": 1, "bias": given.get("bias", default=True)}
    return nn.Sequential(depth, _convolution(2)(Given(given.name, point), [between], keras))


def _pool(kind: str) -> Maker:
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


def _adaptive(kind: str) -> Maker:
    def make(given: Given, tensors: Tensors, keras: bool) -> nn.Module:
        axes = tensors[0].dim() - 2
        wanted = given.get("output_size")
        if isinstance(wanted, (list, tuple)) and any(size is None for size in wanted):
            return nn.__dict__[f"Adaptive{kind}Pool{axes}d"](tuple(wanted))
        return nn.__dict__[f"Adaptive{kind}Pool{axes}d"](given.sizes(axes, "output_size"))

    return make


def _global(function: str) -> Maker:
    def make(given: Given, tensors: Tensors, keras: bool) -> nn.Module:
        first = 1 if keras else 2
        axes = tuple(range(first, tensors[0].dim() - (1 if keras else 0)))
        keeps = bool(given.get("keepdims", default=False))
        return Applied(lambda tensor: getattr(torch, function)(tensor, axes, keepdim=keeps))

    return make


class _Normalised(nn.Module):
    """Batch normalisation over the last axis."""

    def __init__(self, inner: nn.Module) -> None:
        super().__init__()
        self.inner = inner

    def forward(self, tensor: Any) -> Any:
        return self.inner(tensor.reshape(-1, tensor.shape[-1])).reshape(tensor.shape)


def _batch_norm(given: Given, tensors: Tensors, keras: bool) -> nn.Module:
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


def _layer_norm(given: Given, tensors: Tensors, keras: bool) -> nn.Module:
    epsilon = float(given.get("epsilon", default=1e-3 if keras else 1e-5))
    shape = tensors[0].shape[-1] if keras else given.get("units", default=tensors[0].shape[-1])
    return nn.LayerNorm(shape, epsilon)


def _group_norm(given: Given, tensors: Tensors, keras: bool) -> nn.Module:
    if keras:
        return ChannelsLast(nn.GroupNorm(int(given.get("groups", default=32)), tensors[0].shape[-1], 1e-3))
    return nn.GroupNorm(
        given.whole("groups"), given.whole("units"), float(given.get("epsilon", default=1e-5))
    )


def _instance_norm(given: Given, tensors: Tensors, keras: bool) -> nn.Module:
    axes = tensors[0].dim() - 2
    return nn.__dict__[f"InstanceNorm{axes}d"](
        given.whole("units"), affine=bool(given.get("affine", default=False))
    )


def _embedding(given: Given, tensors: Tensors, keras: bool) -> nn.Module:
    made = nn.Embedding(given.whole("input_units", "input_dim"), given.whole("units"))
    if keras:
        nn.init.uniform_(made.weight, -0.05, 0.05)  # keras.initializers.RandomUniform
    return nn.Sequential(Applied(lambda tensor: tensor.long()), made)


class Recurrent(nn.Module):
    """The output of each step, or of the last one where only that is wanted. `states` keeps the hidden states for
    a layer that reads them."""

    def __init__(self, inner: nn.Module, last_only: bool, both: bool) -> None:
        super().__init__()
        self.inner = inner
        self.last_only = last_only
        self.both = both
        self.states: Any = None

    def forward(self, tensor: Any) -> Any:
        output, self.states = self.inner(tensor)
        if not self.last_only:
            return output
        if not self.both:
            return output[:, -1]
        half = output.shape[-1] // 2  # keras.layers.Bidirectional: the last state of either direction
        return torch.cat([output[:, -1, :half], output[:, 0, half:]], -1)


def _recurrent(name: str) -> Maker:
    def make(given: Given, tensors: Tensors, keras: bool) -> nn.Module:
        both = bool(given.get("bidirectional", default=False))
        inputs = tensors[0].shape[-1]
        if not keras and isinstance(given.get("input_units"), int):
            inputs = given.get("input_units")
        options: dict[str, Any] = {"bidirectional": both}
        if keras:
            usual = (
                given.get("activation", default="tanh"),
                given.get("recurrent_activation", default="sigmoid"),
            )
            if name == "RNN" and usual[0] in ("tanh", "relu"):
                options["nonlinearity"] = usual[0]
            elif usual != ("tanh", "sigmoid"):
                raise CannotBuild(f"{given.name} with activations {usual[0]} and {usual[1]}")
            if given.get("recurrent_dropout", default=0) or given.get("stateful", default=False):
                raise CannotBuild(f"{given.name} with recurrent dropout or kept states")
        else:
            options["num_layers"] = int(given.get("layers", default=1))
            options["dropout"] = float(given.get("rate", default=0.0))
            if name == "RNN":
                options["nonlinearity"] = given.get("nonlinearity", default="tanh")
            if given.get("proj_size", default=0):
                raise CannotBuild(f"{given.name} projects its output")
        first = True if keras else bool(given.get("batch_first", default=False))
        made = getattr(nn, name)(
            inputs,
            given.whole("units"),
            batch_first=first,
            bias=bool(given.get("bias", default=True)),
            **options,
        )
        if keras:
            initial.as_keras(made, recurrent=True)
        return Recurrent(made, keras and not given.get("return_sequences", default=False), both)

    return make


def _attention(given: Given, tensors: Tensors, keras: bool) -> nn.Module:
    if keras:
        raise CannotBuild(f"{given.name} of Keras")
    first = bool(given.get("batch_first", default=False))
    made = nn.MultiheadAttention(tensors[0].shape[-1], given.whole("heads"), batch_first=first)

    class Attention(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.inner = made

        def forward(self, query: Any, *others: Any) -> Any:
            key, value = (*others, query, query)[:2] if len(others) != 1 else (others[0], others[0])
            return self.inner(query, key, value, need_weights=False)[0]

    return Attention()


def _transformer_encoder(given: Given, tensors: Tensors, keras: bool) -> nn.Module:
    block = nn.TransformerEncoderLayer(
        tensors[0].shape[-1],
        given.whole("heads"),
        int(given.get("hidden_units", default=2048)),
        float(given.get("rate", default=0.1)),
        batch_first=bool(given.get("batch_first", default=False)),
    )
    return nn.TransformerEncoder(block, int(given.get("layers", default=1)), enable_nested_tensor=False)


def _activation(made: Callable[[Given], nn.Module]) -> Maker:
    return lambda given, tensors, keras: made(given)


def _softmax(made: Any) -> Maker:
    def make(given: Given, tensors: Tensors, keras: bool) -> nn.Module:
        axis = given.get("axis", default=-1 if keras or tensors[0].dim() != 2 else 1)
        return made(int(axis))

    return make


def _leaky(given: Given, tensors: Tensors, keras: bool) -> nn.Module:
    # keras.layers.LeakyReLU: 0.3; keras.activations.leaky_relu: 0.2; torch: 0.01
    return nn.LeakyReLU(float(given.get("slope", "negative_slope", "alpha", default=0.3 if keras else 0.01)))


def _dropout(given: Given, tensors: Tensors, keras: bool) -> nn.Module:
    rate = float(given.get("rate"))
    if given.get("always_on", default=False):
        return Applied(lambda tensor: nn.functional.dropout(tensor, rate, True))
    if given.name.startswith("SpatialDropout") or "Dropout2d" in given.name:
        kind: Any = {3: nn.Dropout1d, 4: nn.Dropout2d}.get(tensors[0].dim(), nn.Dropout)
        return ChannelsLast(kind(rate)) if keras else kind(rate)
    return nn.Dropout(rate)


def _flatten(given: Given, tensors: Tensors, keras: bool) -> nn.Module:
    if given.get("start_dim", default=1) != 1 or given.get("end_dim", default=-1) != -1:
        raise CannotBuild(f"{given.name} of some axes only")
    shape = given.get("output_shape")
    if isinstance(shape, list) and len(shape) != 2:
        return _reshape(given, tensors, keras)
    return nn.Flatten()


def _reshape(given: Given, tensors: Tensors, keras: bool) -> nn.Module:
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


def _permute(given: Given, tensors: Tensors, keras: bool) -> nn.Module:
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


def _resized(given: Given, tensors: Tensors, keras: bool) -> nn.Module:
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


def _select(given: Given, tensors: Tensors, keras: bool) -> nn.Module:
    axis, place = given.get("axis"), given.get("place")
    if axis is None or place is None:
        raise CannotBuild(f"what {given.name} chooses is not known")
    return Applied(lambda tensor: tensor.select(int(axis), int(place)))


def _reduced(function: Callable[..., Any]) -> Maker:
    def make(given: Given, tensors: Tensors, keras: bool) -> nn.Module:
        axis = given.get("axis")
        if axis is None:
            raise CannotBuild(f"the axis that {given.name} goes over is not known")
        axes = tuple(map(int, axis)) if isinstance(axis, (list, tuple)) else int(axis)
        shape = given.get("output_shape")
        keeps = isinstance(shape, list) and len(shape) == tensors[0].dim()
        return Applied(lambda tensor: function(tensor, axes, keeps))

    return make


def _joined(function: Callable[..., Any]) -> Maker:
    def make(given: Given, tensors: Tensors, keras: bool) -> nn.Module:
        if len(tensors) < 2:
            raise CannotBuild(f"what {given.name} combines is not known")
        return Applied(lambda *parts: function(parts))

    return make


def _concatenated(given: Given, tensors: Tensors, keras: bool) -> nn.Module:
    axis = int(given.get("axis", "dim", default=-1 if keras else 0))
    return Applied(lambda *parts: torch.cat(parts, axis))


def _sum(parts: Any) -> Any:
    total = parts[0]
    for part in parts[1:]:
        total = total + part
    return total


def _product(parts: Any) -> Any:
    total = parts[0]
    for part in parts[1:]:
        total = total * part
    return total


def _same(given: Given, tensors: Tensors, keras: bool) -> nn.Module:
    return nn.Identity()


def _elementwise(function: Callable[[Any], Any]) -> Maker:
    return lambda given, tensors, keras: Applied(function)


MAKERS: dict[str, Maker] = {
    "linear": _linear,
    **{f"conv{axes}d": _convolution(axes) for axes in (1, 2, 3)},
    **{f"conv_transpose{axes}d": _convolution(axes, transposed=True) for axes in (1, 2, 3)},
    "depthwise_conv": _convolution(2, depthwise=True),
    "separable_conv2d": _separable,
    "max_pool": _pool("Max"),
    "avg_pool": _pool("Avg"),
    "adaptive_avg_pool": _adaptive("Avg"),
    "adaptive_max_pool": _adaptive("Max"),
    "global_avg_pool": _global("mean"),
    "global_max_pool": _global("amax"),
    "batch_norm": _batch_norm,
    "layer_norm": _layer_norm,
    "group_norm": _group_norm,
    "instance_norm": _instance_norm,
    "embedding": _embedding,
    "rnn": _recurrent("RNN"),
    "lstm": _recurrent("LSTM"),
    "gru": _recurrent("GRU"),
    "attention": _attention,
    "transformer_encoder": _transformer_encoder,
    "relu": _activation(lambda given: nn.ReLU()),
    "relu6": _activation(lambda given: nn.ReLU6()),
    "leaky_relu": _leaky,
    "prelu": _activation(lambda given: nn.PReLU()),
    "elu": _activation(lambda given: nn.ELU(float(given.get("alpha", default=1.0)))),
    "selu": _activation(lambda given: nn.SELU()),
    "gelu": _activation(lambda given: nn.GELU()),
    "silu": _activation(lambda given: nn.SiLU()),
    "mish": _activation(lambda given: nn.Mish()),
    "softplus": _activation(lambda given: nn.Softplus()),
    "softsign": _activation(lambda given: nn.Softsign()),
    "sigmoid": _activation(lambda given: nn.Sigmoid()),
    "hard_sigmoid": _activation(lambda given: nn.Hardsigmoid()),
    "hard_swish": _activation(lambda given: nn.Hardswish()),
    "hard_tanh": _activation(lambda given: nn.Hardtanh()),
    "log_sigmoid": _activation(lambda given: nn.LogSigmoid()),
    "tanh": _activation(lambda given: nn.Tanh()),
    "softmax": _softmax(nn.Softmax),
    "log_softmax": _softmax(nn.LogSoftmax),
    "dropout": _dropout,
    "flatten": _flatten,
    "reshape": _reshape,
    "squeeze": _reshape,
    "unsqueeze": _reshape,
    "permute": _permute,
    "upsample": _resized,
    "select": _select,
    "mean": _reduced(lambda tensor, axes, keeps: tensor.mean(axes, keepdim=keeps)),
    "sum": _reduced(lambda tensor, axes, keeps: tensor.sum(axes, keepdim=keeps)),
    "max": _reduced(lambda tensor, axes, keeps: tensor.amax(axes, keepdim=keeps)),
    "add": _joined(_sum),
    "multiply": _joined(_product),
    "mul": _joined(_product),
    "subtract": _joined(lambda parts: parts[0] - parts[1]),
    "average": _joined(lambda parts: _sum(parts) / len(parts)),
    "maximum": _joined(lambda parts: torch.stack(list(parts)).amax(0)),
    "concatenate": _concatenated,
    "concat": _concatenated,
    "exponential": _elementwise(torch.exp),
    "abs": _elementwise(torch.abs),
    "square": _elementwise(torch.square),
    "negate": _elementwise(torch.neg),
    **dict.fromkeys(
        ("identity", "linear_activation", "contiguous", "cast", "masking", "augmentation"), _same
    ),
    "detach": _elementwise(lambda tensor: tensor.detach()),
}
"""By the words of plans."""
