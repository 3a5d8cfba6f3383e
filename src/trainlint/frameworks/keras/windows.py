"""Convolutions and pooling: shapes after a window, and the weights of a kernel."""

from __future__ import annotations

import math
from collections.abc import Callable

from trainlint.frameworks.keras.applied import Applied, LayerMeaning, same_bounds
from trainlint.values.tensor import Dimension, Shape, Symbol, product, window_output
from trainlint.values.value import Items, integer


def windowed(
    size: Dimension, window: int | None, stride: int | None, padding: str | None, dilation: int | None = 1
) -> Dimension:
    """Size of an axis after a window, by the padding words of Keras: `valid`, `same`, `causal`."""
    if stride is None or stride <= 0:
        return None
    if padding in ("same", "causal"):
        if isinstance(size, Symbol):
            return size if stride == 1 else None
        return None if size is None else math.ceil(size / stride)
    if padding != "valid":
        return None
    found = window_output(size, window, stride, 0, dilation)
    return found if isinstance(found, int) and found > 0 else None


def widened(
    size: Dimension,
    kernel: int | None,
    stride: int | None,
    padding: str | None,
    output_padding: int | None,
    dilation: int | None,
) -> Dimension:
    """Size of an axis after a transposed convolution (keras/src/backend/common/backend_utils.py)."""
    if not isinstance(size, int) or kernel is None or stride is None or dilation is None:
        return None
    kernel = kernel + (kernel - 1) * (dilation - 1)
    if padding == "same":
        return size * stride if output_padding is None else (size - 1) * stride + kernel % 2 + output_padding
    if padding == "valid":
        if output_padding is None:
            return size * stride + max(kernel - stride, 0)
        return (size - 1) * stride + kernel + output_padding
    return None


def _padding(applied: Applied) -> str | None:
    found = applied.constant("padding")
    return found.lower() if isinstance(found, str) else None


def convolution_shape(
    axes: int, channels: Callable[[Applied], Dimension]
) -> Callable[[Applied], Shape | None]:
    """The shape after a convolution over some axes, given the number of channels that it makes."""

    def shape(applied: Applied) -> Shape | None:
        if applied.spatial is None or len(applied.spatial) != axes:
            return None
        kernels, strides = applied.sizes("kernel_size", axes), applied.sizes("strides", axes)
        dilations = applied.sizes("dilation_rate", axes)
        spatial = tuple(
            windowed(size, kernel, stride, _padding(applied), dilation)
            for size, kernel, stride, dilation in zip(
                applied.spatial, kernels, strides, dilations, strict=True
            )
        )
        return applied.with_spatial(spatial, channels(applied))

    return shape


def transposed_shape(axes: int) -> Callable[[Applied], Shape | None]:
    def shape(applied: Applied) -> Shape | None:
        if applied.spatial is None or len(applied.spatial) != axes:
            return None
        columns = [applied.sizes(name, axes) for name in ("kernel_size", "strides", "dilation_rate")]
        output_padding = applied.sizes("output_padding", axes)
        spatial = tuple(
            widened(size, kernel, stride, _padding(applied), extra, dilation)
            for size, kernel, stride, dilation, extra in zip(
                applied.spatial, *columns, output_padding, strict=True
            )
        )
        return applied.with_spatial(spatial, filters(applied))

    return shape


def filters(applied: Applied) -> Dimension:
    return applied.integer("filters")


def multiplied_channels(applied: Applied) -> Dimension:
    multiplier = applied.integer("depth_multiplier")
    return None if multiplier is None else product((applied.channels, multiplier))


def _bias(applied: Applied, units: Dimension) -> Dimension:
    used = applied.flag("use_bias")
    return None if used is None else units if used else 0


def whole(size: Dimension) -> int | None:
    return size if isinstance(size, int) else None


def total(*sizes: Dimension) -> int | None:
    """The sum of sizes that are all known numbers."""
    numbers = [whole(size) for size in sizes]
    return None if None in numbers else sum(size for size in numbers if size is not None)


def convolution_parameters(axes: int, *, transposed: bool = False) -> Callable[[Applied], int | None]:
    def parameters(applied: Applied) -> int | None:
        groups = 1 if transposed else applied.integer("groups")
        channels = whole(applied.channels)
        if channels is None or not groups:
            return None
        kernel = product((*applied.sizes("kernel_size", axes), channels // groups, filters(applied)))
        return total(kernel, _bias(applied, filters(applied)))

    return parameters


def depthwise_parameters(axes: int) -> Callable[[Applied], int | None]:
    def parameters(applied: Applied) -> int | None:
        made = multiplied_channels(applied)
        return total(product((*applied.sizes("kernel_size", axes), made)), _bias(applied, made))

    return parameters


def separable_parameters(axes: int) -> Callable[[Applied], int | None]:
    def parameters(applied: Applied) -> int | None:
        between = multiplied_channels(applied)
        depthwise = product((*applied.sizes("kernel_size", axes), between))
        return total(depthwise, product((between, filters(applied))), _bias(applied, filters(applied)))

    return parameters


def pooling_shape(axes: int) -> Callable[[Applied], Shape | None]:
    def shape(applied: Applied) -> Shape | None:
        if applied.spatial is None or len(applied.spatial) != axes:
            return None
        windows, strides = applied.sizes("pool_size", axes), applied.sizes("strides", axes)
        unset = applied.value("strides") is None or applied.constant("strides") is None
        if unset and not isinstance(applied.value("strides"), Items):
            strides = windows  # `strides=None`: as large as the window
        spatial = tuple(
            windowed(size, window, stride, _padding(applied))
            for size, window, stride in zip(applied.spatial, windows, strides, strict=True)
        )
        return applied.with_spatial(spatial, applied.channels)

    return shape


def adaptive_shape(axes: int) -> Callable[[Applied], Shape | None]:
    def shape(applied: Applied) -> Shape | None:
        if applied.spatial is None or len(applied.spatial) != axes:
            return None
        return applied.with_spatial(applied.sizes("output_size", axes), applied.channels)

    return shape


def global_shape(applied: Applied) -> Shape | None:
    if applied.shape is None or applied.spatial is None:
        return None
    if applied.flag("keepdims"):
        return applied.with_spatial((1,) * len(applied.spatial), applied.channels)
    return (applied.shape[0], applied.channels)


def _pairs(applied: Applied, name: str, axes: int) -> list[tuple[int, int]] | None:
    """What is added or cut before and after each axis: a number, one for each axis, or a pair for each."""
    value = applied.value(name)
    if (one := integer(value)) is not None:
        return [(one, one)] * axes
    if not isinstance(value, Items) or not value.is_certain:
        return None
    if axes == 1:
        ends = [integer(item) for item in value.items]
        return (
            [(ends[0], ends[1])] if len(ends) == 2 and ends[0] is not None and ends[1] is not None else None
        )
    pairs: list[tuple[int, int]] = []
    for item in value.items:
        ends = [integer(end) for end in item.items] if isinstance(item, Items) else [integer(item)] * 2
        if len(ends) != 2 or ends[0] is None or ends[1] is None:
            return None
        pairs.append((ends[0], ends[1]))
    return pairs if len(pairs) == axes else None


def framed_shape(axes: int, name: str, sign: int) -> Callable[[Applied], Shape | None]:
    """Zero padding (sign 1) and cropping (sign -1)."""

    def shape(applied: Applied) -> Shape | None:
        pairs = _pairs(applied, name, axes)
        if pairs is None or applied.spatial is None or len(applied.spatial) != axes:
            return None
        spatial = tuple(
            size + sign * (before + after) if isinstance(size, int) else None
            for size, (before, after) in zip(applied.spatial, pairs, strict=True)
        )
        return applied.with_spatial(spatial, applied.channels)

    return shape


def repeated_shape(axes: int) -> Callable[[Applied], Shape | None]:
    """UpSampling."""

    def shape(applied: Applied) -> Shape | None:
        if applied.spatial is None or len(applied.spatial) != axes:
            return None
        factors = applied.sizes("size", axes)
        spatial = tuple(product(pair) for pair in zip(applied.spatial, factors, strict=True))
        return applied.with_spatial(spatial, applied.channels)

    return shape


def _layers() -> dict[str, LayerMeaning]:
    layers: dict[str, LayerMeaning] = {
        f"Global{word}Pooling{axes}D": LayerMeaning(f"global_{kind}_pool", global_shape, bounds=same_bounds)
        for word, kind in (("Average", "avg"), ("Max", "max"))
        for axes in (1, 2, 3)
    }
    for axes in (1, 2, 3):
        convolution = convolution_shape(axes, filters)
        layers |= {
            f"Conv{axes}D": LayerMeaning(f"conv{axes}d", convolution, convolution_parameters(axes)),
            f"Conv{axes}DTranspose": LayerMeaning(
                f"conv_transpose{axes}d",
                transposed_shape(axes),
                convolution_parameters(axes, transposed=True),
            ),
            f"MaxPooling{axes}D": LayerMeaning("max_pool", pooling_shape(axes), bounds=same_bounds),
            f"AveragePooling{axes}D": LayerMeaning("avg_pool", pooling_shape(axes), bounds=same_bounds),
            f"AdaptiveMaxPooling{axes}D": LayerMeaning(
                "adaptive_max_pool", adaptive_shape(axes), bounds=same_bounds
            ),
            f"AdaptiveAveragePooling{axes}D": LayerMeaning(
                "adaptive_avg_pool", adaptive_shape(axes), bounds=same_bounds
            ),
            f"ZeroPadding{axes}D": LayerMeaning("pad", framed_shape(axes, "padding", 1), bounds=same_bounds),
            f"Cropping{axes}D": LayerMeaning("crop", framed_shape(axes, "cropping", -1), bounds=same_bounds),
            f"UpSampling{axes}D": LayerMeaning("upsample", repeated_shape(axes), bounds=same_bounds),
        }
    for axes in (1, 2):
        layers[f"DepthwiseConv{axes}D"] = LayerMeaning(
            "depthwise_conv", convolution_shape(axes, multiplied_channels), depthwise_parameters(axes)
        )
        layers[f"SeparableConv{axes}D"] = LayerMeaning(
            f"separable_conv{axes}d", convolution_shape(axes, filters), separable_parameters(axes)
        )
    return layers


LAYERS = _layers()
