"""Shapes after layers: each rule takes the arguments by name and the shape that goes in.

The arithmetic is that of the "Shape" sections of torch.nn's documentation; batches may be absent.
"""

from __future__ import annotations

from collections.abc import Callable

from trainlint.frameworks.torch.sizes import Bound, axis_of, dimension, dimensions, each, flag, is_none, whole
from trainlint.values.tensor import Dimension, Shape, product, quotient, window_output
from trainlint.values.value import constant

ShapeRule = Callable[[Bound, Shape | None], Shape | None]


def same(arguments: Bound, shape: Shape | None) -> Shape | None:
    """The shape stays."""
    return shape


def unknown(arguments: Bound, shape: Shape | None) -> Shape | None:
    """The shape is not followed."""
    return None


def last_axis(name: str) -> ShapeRule:
    """The last axis becomes an argument: torch.nn.Linear."""

    def rule(arguments: Bound, shape: Shape | None) -> Shape | None:
        return None if not shape else (*shape[:-1], dimension(arguments.get(name)))

    return rule


def appended_axis(name: str) -> ShapeRule:
    """One more axis at the end: torch.nn.Embedding."""

    def rule(arguments: Bound, shape: Shape | None) -> Shape | None:
        return None if shape is None else (*shape, dimension(arguments.get(name)))

    return rule


def embedding_bag(arguments: Bound, shape: Shape | None) -> Shape | None:
    """Bags of indices become one vector each; with offsets their number is that of the offsets."""
    size = dimension(arguments.get("embedding_dim"))
    return (None, size) if shape is None or len(shape) == 1 else (shape[0], size)


def _spatial(shape: Shape | None, axes: int) -> tuple[Shape, Shape] | None:
    """A shape as what stands before the channel axis, and the spatial axes."""
    if shape is None or len(shape) not in (axes + 1, axes + 2):
        return None
    return shape[: -axes - 1], shape[-axes:]


def convolution(axes: int) -> ShapeRule:
    """torch.nn.ConvNd; without knowledge of the input still (batch, channels, …)."""

    def rule(arguments: Bound, shape: Shape | None) -> Shape | None:
        channels = dimension(arguments.get("out_channels"))
        parts = _spatial(shape, axes)
        if parts is None:
            return None if shape is not None else (None, channels, *(None,) * axes)
        before, sizes = parts
        padding = constant(arguments.get("padding"))
        kernel, stride, dilation = (
            each(arguments.get(name), axes) for name in ("kernel_size", "stride", "dilation")
        )
        if padding == "same":
            return (*before, channels, *sizes)
        pads = (0,) * axes if padding == "valid" else each(arguments.get("padding"), axes)
        windows = zip(sizes, kernel, stride, pads, dilation, strict=True)
        return (*before, channels, *(window_output(*window) for window in windows))

    return rule


def transposed_convolution(axes: int) -> ShapeRule:
    """torch.nn.ConvTransposeNd: (n - 1) stride - 2 padding + dilation (kernel - 1) + output_padding + 1."""

    def rule(arguments: Bound, shape: Shape | None) -> Shape | None:
        channels = dimension(arguments.get("out_channels"))
        parts = _spatial(shape, axes)
        if parts is None:
            return None if shape is not None else (None, channels, *(None,) * axes)
        before, sizes = parts
        names = ("stride", "padding", "dilation", "kernel_size", "output_padding")
        settings = zip(*(each(arguments.get(name), axes) for name in names), strict=True)
        return (*before, channels, *(_widened(n, *values) for n, values in zip(sizes, settings, strict=True)))

    return rule


def _widened(
    size: Dimension,
    stride: int | None,
    pad: int | None,
    dilation: int | None,
    kernel: int | None,
    extra: int | None,
) -> Dimension:
    if not isinstance(size, int) or stride is None or pad is None or dilation is None:
        return None
    if kernel is None or extra is None:
        return None
    return (size - 1) * stride - 2 * pad + dilation * (kernel - 1) + extra + 1


def pool(axes: int) -> ShapeRule:
    """torch.nn.MaxPoolNd, AvgPoolNd, LPPoolNd: a stride that is not given is the kernel."""

    def rule(arguments: Bound, shape: Shape | None) -> Shape | None:
        parts = _spatial(shape, axes)
        if parts is None or shape is None:
            return None
        kernel = each(arguments.get("kernel_size"), axes)
        stride = kernel if is_none(arguments, "stride") else each(arguments.get("stride"), axes)
        pads = each(arguments["padding"], axes) if "padding" in arguments else (0,) * axes
        dilation = each(arguments["dilation"], axes) if "dilation" in arguments else (1,) * axes
        ceil = flag(arguments, "ceil_mode") if "ceil_mode" in arguments else False
        if ceil is None:
            return (*shape[:-axes], *(None,) * axes)
        windows = zip(shape[-axes:], kernel, stride, pads, dilation, strict=True)
        return (*shape[:-axes], *(window_output(*window, ceil=ceil) for window in windows))

    return rule


def unpool(axes: int) -> ShapeRule:
    """torch.nn.MaxUnpoolNd."""

    def rule(arguments: Bound, shape: Shape | None) -> Shape | None:
        if shape is None or len(shape) < axes:
            return None
        kernel = each(arguments.get("kernel_size"), axes)
        stride = kernel if is_none(arguments, "stride") else each(arguments.get("stride"), axes)
        pads = each(arguments.get("padding"), axes)
        settings = zip(shape[-axes:], stride, pads, kernel, strict=True)
        return (*shape[:-axes], *(_widened(n, s, p, 1, k, 0) for n, s, p, k in settings))

    return rule


def adaptive_pool(axes: int) -> ShapeRule:
    """torch.nn.AdaptiveAvgPoolNd: the output size is given; None keeps an axis."""

    def rule(arguments: Bound, shape: Shape | None) -> Shape | None:
        if shape is not None and len(shape) < axes:
            return None
        value = arguments.get("output_size")
        wanted = dimensions(value)
        keeps = _none_at(value, axes)
        if wanted is not None and len(wanted) == 1:
            wanted = wanted * axes
        if wanted is None or len(wanted) != axes:
            wanted = (None,) * axes
        if shape is None:
            return (None, None, *wanted)
        before = shape[-axes:]
        after = (old if keep else new for old, new, keep in zip(before, wanted, keeps, strict=True))
        return (*shape[:-axes], *after)

    return rule


def _none_at(value: object, axes: int) -> tuple[bool, ...]:
    items = getattr(value, "items", None)
    if isinstance(items, tuple) and len(items) == axes:
        return tuple(hasattr(item, "value") and item.value is None for item in items)
    whole_none = hasattr(value, "value") and value.value is None
    return (whole_none,) * axes


def fractional_pool(axes: int) -> ShapeRule:
    """torch.nn.FractionalMaxPoolNd with a given output size."""

    def rule(arguments: Bound, shape: Shape | None) -> Shape | None:
        if shape is None or len(shape) < axes:
            return None
        if is_none(arguments, "output_size"):
            return (*shape[:-axes], *(None,) * axes)
        return (*shape[:-axes], *each(arguments.get("output_size"), axes))

    return rule


def padded(axes: int) -> ShapeRule:
    """torch.nn.*PadNd: one width for all sides, or two for each axis, the last axis first."""

    def rule(arguments: Bound, shape: Shape | None) -> Shape | None:
        widths = dimensions(arguments.get("padding"))
        if widths is not None and len(widths) == 1:
            widths = widths * (2 * axes)
        return padded_by(shape, widths)

    return rule


def padded_by(shape: Shape | None, widths: Shape | None) -> Shape | None:
    """A shape with margins: pairs of widths, the last axis first (torch.nn.functional.pad)."""
    if shape is None:
        return None
    if widths is None or len(widths) % 2 or len(widths) // 2 > len(shape):
        return (None,) * len(shape)
    sizes = list(shape)
    for pair in range(len(widths) // 2):
        axis = len(shape) - 1 - pair
        size, before, after = sizes[axis], widths[2 * pair], widths[2 * pair + 1]
        if before == 0 and after == 0:
            continue
        known = isinstance(size, int) and isinstance(before, int) and isinstance(after, int)
        sizes[axis] = size + before + after if known else None  # type: ignore[operator]
    return tuple(sizes)


def flattened(arguments: Bound, shape: Shape | None) -> Shape | None:
    """torch.flatten and torch.nn.Flatten, which differ in the default of `start_dim` only."""
    start, end = whole(arguments, "start_dim"), whole(arguments, "end_dim")
    if shape is None:
        return (None, None) if start == 1 and end == -1 else None
    if not shape:
        return (1,)
    first, last = axis_of(len(shape), start), axis_of(len(shape), end)
    if first is None or last is None or first > last:
        return None
    return (*shape[:first], product(shape[first : last + 1]), *shape[last + 1 :])


def unflattened(arguments: Bound, shape: Shape | None) -> Shape | None:
    """torch.nn.Unflatten: one axis becomes several; one of them may be -1."""
    sizes = dimensions(arguments.get("unflattened_size", arguments.get("sizes")))
    axis = None if shape is None else axis_of(len(shape), whole(arguments, "dim"))
    if shape is None or sizes is None or axis is None:
        return None
    return (*shape[:axis], *inferred(sizes, shape[axis]), *shape[axis + 1 :])


def inferred(sizes: Shape, total: Dimension) -> Shape:
    """Sizes among which one may be -1: whatever is left of the total."""
    if sizes.count(-1) != 1:
        return tuple(None if size == -1 else size for size in sizes)
    rest = quotient(total, product(size for size in sizes if size != -1))
    return tuple(rest if size == -1 else size for size in sizes)


def resized(arguments: Bound, shape: Shape | None) -> Shape | None:
    """torch.nn.Upsample and torch.nn.functional.interpolate: to a size, or by a factor."""
    if shape is None or len(shape) < 3:
        return None
    axes = len(shape) - 2
    if not is_none(arguments, "size"):
        return (*shape[:2], *each(arguments.get("size"), axes))
    factor = arguments.get("scale_factor")
    values = getattr(factor, "items", None)
    factors = [constant(item) for item in values] if values is not None else [constant(factor)] * axes
    if len(factors) != axes:
        return (*shape[:2], *(None,) * axes)
    return (*shape[:2], *(_scaled(size, factor) for size, factor in zip(shape[2:], factors, strict=True)))


def _scaled(size: Dimension, factor: object) -> Dimension:
    if not isinstance(size, int) or not isinstance(factor, int | float):
        return None
    return int(size * factor)


def pixel_shuffled(arguments: Bound, shape: Shape | None) -> Shape | None:
    """torch.nn.PixelShuffle: (C r², H, W) becomes (C, H r, W r)."""
    factor = whole(arguments, "upscale_factor")
    if shape is None or len(shape) < 3 or factor is None:
        return None
    *before, channels, height, width = shape
    return (*before, quotient(channels, factor**2), product((height, factor)), product((width, factor)))


def pixel_unshuffled(arguments: Bound, shape: Shape | None) -> Shape | None:
    """torch.nn.PixelUnshuffle: (C, H r, W r) becomes (C r², H, W)."""
    factor = whole(arguments, "downscale_factor")
    if shape is None or len(shape) < 3 or factor is None:
        return None
    *before, channels, height, width = shape
    return (*before, product((channels, factor**2)), quotient(height, factor), quotient(width, factor))


def unfolded(arguments: Bound, shape: Shape | None) -> Shape | None:
    """torch.nn.Unfold: (N, C, H, W) becomes (N, C k k, number of windows)."""
    if shape is None or len(shape) not in (3, 4):
        return None
    names = ("kernel_size", "stride", "padding", "dilation")
    kernel, stride, pads, dilation = (each(arguments.get(name), 2) for name in names)
    windows = (
        window_output(*window) for window in zip(shape[-2:], kernel, stride, pads, dilation, strict=True)
    )
    return (*shape[:-3], product((shape[-3], *kernel)), product(windows))


def folded(arguments: Bound, shape: Shape | None) -> Shape | None:
    """torch.nn.Fold: (N, C k k, L) becomes (N, C, *output_size)."""
    if shape is None or len(shape) not in (2, 3):
        return None
    channels = quotient(shape[-2], product(each(arguments.get("kernel_size"), 2)))
    return (*shape[:-2], channels, *each(arguments.get("output_size"), 2))


def halved(arguments: Bound, shape: Shape | None) -> Shape | None:
    """torch.nn.GLU: one axis is cut in half."""
    axis = None if shape is None else axis_of(len(shape), whole(arguments, "dim"))
    if shape is None or axis is None:
        return None
    return (*shape[:axis], quotient(shape[axis], 2), *shape[axis + 1 :])
