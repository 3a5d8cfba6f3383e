"""tf.nn and keras.ops.nn: layers as functions that are given their weights, and statistics of tensors."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from trainlint.frameworks.arrays.subject import Subject, as_function, dimensions_in, tensor_of
from trainlint.frameworks.call import Call, Handler
from trainlint.frameworks.keras.windows import widened, windowed
from trainlint.values.tensor import Dimension, Shape, Tensor
from trainlint.values.value import Items, Known, Value, constant, integer


def _first(call: Call) -> Tensor | None:
    return tensor_of(call.argument(0, "input", "inputs", "x", "value", "t", "tensor"), "keras", call)


def _each(value: Value | None, axes: int) -> tuple[int | None, ...]:
    """One number for each spatial axis, of a number, one for each, or one for each axis of the tensor."""
    found = dimensions_in(value) if value is not None else (1,)
    if not found:
        return (None,) * axes
    numbers = tuple(size if isinstance(size, int) else None for size in found)
    if len(numbers) == axes + 2:
        return numbers[1:-1]
    return numbers if len(numbers) == axes else numbers[:1] * axes


def _spatial(shape: Shape | None, axes: int) -> Shape | None:
    return shape[1:-1] if shape is not None and len(shape) == axes + 2 else None


def _channels_last(call: Call) -> bool:
    layout = constant(call.argument(-1, "data_format"))
    return layout is None or layout in ("channels_last", "NHWC", "NWC", "NDHWC")


def _padding(call: Call, position: int) -> str | None:
    found = constant(call.argument(position, "padding"))
    return found.lower() if isinstance(found, str) else None


def _convolution(axes: int, kind: str = "") -> Handler:
    """`tf.nn.conv2d(input, filters, strides, padding)`; the kernel is (…, in, out)."""

    def handler(call: Call) -> Value:
        value = _first(call)
        kernel = tensor_of(call.argument(1, "filters", "filter", "kernel"), "keras", call)
        if value is None or kernel is None:
            return call.unknown()
        window = (
            kernel.shape
            if kernel.shape is not None and len(kernel.shape) == axes + 2
            else (None,) * (axes + 2)
        )
        units: Dimension = window[-1]
        if kind == "depthwise_conv":
            inner, times = window[-2], window[-1]
            units = inner * times if isinstance(inner, int) and isinstance(times, int) else None
        strides = _each(call.argument(2, "strides", "stride"), axes)
        dilation = _each(call.argument(-1, "dilations", "dilation_rate"), axes)
        padding = _padding(call, 3) or ("valid" if call.name.startswith("keras.") else None)
        spatial, shape = _spatial(value.shape, axes), None
        if spatial is not None and _channels_last(call) and value.shape is not None:
            parts = zip(spatial, window[:axes], strides, dilation, strict=True)
            sizes = tuple(
                windowed(size, width if isinstance(width, int) else None, stride, padding, dilated)
                for size, width, stride, dilated in parts
            )
            shape = (value.shape[0], *sizes, units)
        settings: dict[str, Value] = {"strides": call.argument(2, "strides", "stride") or Known(1)}
        if isinstance(units, int):
            settings["units"] = Known(units)
        return call.tensor(
            kind or f"conv{axes}d", (value, kernel), shape, settings=settings, dtype=value.dtype, library="keras",
            data=None,
        )  # fmt: skip

    return handler


def _transposed(axes: int) -> Handler:
    """`tf.nn.conv2d_transpose(input, filters, output_shape, strides)`; the kernel is (…, out, in)."""

    def handler(call: Call) -> Value:
        value, kernel = (
            _first(call),
            tensor_of(call.argument(1, "filters", "filter", "kernel"), "keras", call),
        )
        if value is None or kernel is None:
            return call.unknown()
        shape = dimensions_in(call.argument(2, "output_shape"))
        if call.name.startswith("keras.ops."):
            spatial, window = _spatial(value.shape, axes), kernel.shape
            strides, padding = _each(call.argument(2, "strides"), axes), _padding(call, 3) or "valid"
            shape = None
            if (
                spatial is not None
                and window is not None
                and value.shape is not None
                and len(window) == axes + 2
            ):
                sizes = (
                    widened(size, width if isinstance(width, int) else None, stride, padding, None, 1)
                    for size, width, stride in zip(spatial, window, strides, strict=False)
                )
                shape = (value.shape[0], *sizes, window[-2])
        return call.tensor(
            f"conv_transpose{axes}d", (value, kernel), shape, dtype=value.dtype, library="keras", data=None
        )

    return handler


def _pool(kind: str, axes: int) -> Handler:
    """`tf.nn.max_pool2d(input, ksize, strides, padding)`."""

    def handler(call: Call) -> Value:
        value = _first(call)
        if value is None:
            return call.unknown()
        size = call.argument(1, "ksize", "pool_size", "window_shape")
        windows, strides = _each(size, axes), _each(call.argument(2, "strides") or size, axes)
        padding, spatial = _padding(call, 3) or "valid", _spatial(value.shape, axes)
        shape: Shape | None = None
        if spatial is not None and value.shape is not None and _channels_last(call):
            parts = zip(spatial, windows, strides, strict=True)
            shape = (value.shape[0], *(windowed(s, w, t, padding) for s, w, t in parts), value.shape[-1])
        return call.tensor(
            kind,
            (value,),
            shape,
            dtype=value.dtype,
            low=value.low,
            high=value.high,
            library="keras",
            data=None,
        )

    return handler


def _bias(call: Call) -> Value:
    value, bias = _first(call), tensor_of(call.argument(1, "bias"), "keras", call)
    if value is None or bias is None:
        return call.unknown()
    return call.tensor("add", (value, bias), value.shape, dtype=value.dtype, library="keras", data=None)


def _linear(call: Call) -> Value:
    """`tf.nn.xw_plus_b(x, weights, biases)`."""
    value, weights = _first(call), tensor_of(call.argument(1, "weights"), "keras", call)
    if value is None or weights is None:
        return call.unknown()
    units = weights.shape[-1] if weights.shape else None
    shape = (*value.shape[:-1], units) if value.shape else None
    return call.tensor("linear", (value, weights), shape, dtype=value.dtype, library="keras", data=None)


def _moments(call: Call) -> Value:
    """`tf.nn.moments(x, axes)`: mean and variance."""
    value, axes = _first(call), dimensions_in(call.argument(1, "axes", "axis"))
    if value is None:
        return call.unknown()
    keeps = constant(call.argument(-1, "keepdims", "keep_dims")) is True
    shape: Shape | None = None
    if value.shape and axes is not None and all(isinstance(axis, int) for axis in axes):
        gone = {axis % len(value.shape) for axis in axes if isinstance(axis, int)}
        kept = [
            1 if axis in gone else size for axis, size in enumerate(value.shape) if keeps or axis not in gone
        ]
        shape = tuple(kept)
    parts: list[Value] = [
        call.tensor(kind, (value,), shape, low=low, dtype=value.dtype, library="keras", data=None)
        for kind, low in (("mean", None), ("var", 0.0))
    ]
    return Items(parts, "tuple")


def _normalised(kind: str) -> Handler:
    """A tensor that is scaled by numbers computed or given: shape stays."""

    def handler(call: Call) -> Value:
        value = _first(call)
        if value is None:
            return call.unknown()
        return call.tensor(kind, (value,), value.shape, dtype=value.dtype, library="keras", data=None)

    return handler


def _half_square(subject: Subject) -> Value:
    """`tf.nn.l2_loss(t)`: one number, sum(t ** 2) / 2."""
    return subject.made("l2_norm", (), low=0.0, high=None, scale=None, data=None)


def _share(subject: Subject) -> Value:
    """`tf.nn.zero_fraction(x)`."""
    return subject.made("mean", (), low=0.0, high=1.0, scale=None, data=None)


def _lookup(call: Call) -> Value:
    """`tf.nn.embedding_lookup(params, ids)`."""
    table = tensor_of(call.argument(0, "params"), "keras", call)
    indices = tensor_of(call.argument(1, "ids"), "keras", call)
    if table is None or indices is None:
        return call.unknown()
    width = table.shape[-1] if table.shape else None
    shape = None if indices.shape is None else (*indices.shape, width)
    return call.tensor("embedding", (indices, table), shape, dtype="float32", library="keras", data=None)


def _rearranged(to_space: bool) -> Handler:
    """`tf.nn.depth_to_space(x, block_size)` and back."""

    def handler(call: Call) -> Value:
        value, block = _first(call), integer(call.argument(1, "block_size"))
        if value is None:
            return call.unknown()
        shape: Shape | None = None
        if block and value.shape is not None and len(value.shape) == 4 and _channels_last(call):
            batch, height, width, channels = value.shape
            side, depth = (block, -(block**2)) if to_space else (-block, block**2)
            shape = (batch, _scaled(height, side), _scaled(width, side), _scaled(channels, depth))
        kind = "pixel_shuffle" if to_space else "pixel_unshuffle"
        return call.tensor(
            kind, (value,), shape, dtype=value.dtype, low=value.low, high=value.high, library="keras"
        )

    return handler


def _scaled(size: Dimension, factor: int) -> Dimension:
    """A size times a factor, or divided by it where it is negative."""
    if not isinstance(size, int):
        return None
    return size * factor if factor > 0 else size // -factor


def _found_among(call: Call) -> Value:
    """`tf.math.in_top_k(targets, predictions, k)`."""
    targets = tensor_of(call.argument(0, "targets"), "keras", call)
    return (
        call.unknown()
        if targets is None
        else call.tensor("compare", (targets,), targets.shape, low=0.0, high=1.0, library="keras", data=None)
    )


_HANDLERS: dict[str, Handler] = {
    **{f"conv{axes}d": _convolution(axes) for axes in (1, 2, 3)},
    **{f"conv{axes}d_transpose": _transposed(axes) for axes in (1, 2, 3)},
    "depthwise_conv2d": _convolution(2, "depthwise_conv"),
    "depthwise_conv2d_native": _convolution(2, "depthwise_conv"),
    **{f"{kind}{suffix}": _pool(kind, axes)
       for kind in ("max_pool", "avg_pool") for suffix, axes in (("1d", 1), ("2d", 2), ("3d", 3), ("", 2))},
    "bias_add": _bias,
    "xw_plus_b": _linear,
    "moments": _moments,
    "batch_normalization": _normalised("batch_norm"),
    "fused_batch_norm": _normalised("batch_norm"),
    **dict.fromkeys(("local_response_normalization", "lrn"), _normalised("local_response_norm")),
    **dict.fromkeys(("l2_normalize", "normalize"), _normalised("unit_norm")),
    "l2_loss": as_function(_half_square, "keras"),
    "embedding_lookup": _lookup,
    "depth_to_space": _rearranged(True),
    "space_to_depth": _rearranged(False),
    "in_top_k": _found_among,
    "zero_fraction": as_function(_share, "keras"),
}  # fmt: skip


_MAKERS: dict[str, Callable[[int], Handler]] = {
    "conv": _convolution,
    "conv_transpose": _transposed,
    "depthwise_conv": partial(_convolution, kind="depthwise_conv"),
    "max_pool": partial(_pool, "max_pool"),
    "average_pool": partial(_pool, "avg_pool"),
}


def _by_rank(kind: str) -> Handler:
    """`keras.ops.conv`, `keras.ops.max_pool`: the number of axes is that of the input."""

    def handler(call: Call) -> Value:
        value = _first(call)
        axes = value.rank - 2 if value is not None and value.rank is not None else None
        if axes not in (1, 2, 3) or axes is None:
            return call.unknown()
        return _MAKERS[kind](axes)(call)

    return handler


FUNCTIONS: dict[str, Handler] = {
    **{f"{prefix}.{name}": handler
       for prefix in ("tensorflow.nn", "tensorflow.compat.v1.nn") for name, handler in _HANDLERS.items()},
    **dict.fromkeys(("tensorflow.math.l2_normalize", "keras.ops.normalize", "keras.backend.l2_normalize"),
                    _HANDLERS["l2_normalize"]),
    **dict.fromkeys(("tensorflow.depth_to_space", "keras.ops.depth_to_space"), _HANDLERS["depth_to_space"]),
    **dict.fromkeys(("tensorflow.space_to_depth", "keras.ops.space_to_depth"), _HANDLERS["space_to_depth"]),
    **dict.fromkeys(("tensorflow.math.in_top_k", "keras.ops.in_top_k"), _found_among),
    **dict.fromkeys(("keras.ops.moments",), _moments),
    **dict.fromkeys(("keras.ops.batch_normalization",), _HANDLERS["batch_normalization"]),
    **{f"keras.ops.{kind}": _by_rank(kind)
       for kind in ("conv", "conv_transpose", "max_pool", "average_pool", "depthwise_conv")},
    **{f"keras.backend.{name}": _HANDLERS[name] for name in ("conv1d", "conv2d", "conv3d", "bias_add")},
}  # fmt: skip
"""By canonical name."""
