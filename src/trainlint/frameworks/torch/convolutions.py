"""Convolutions of torch.nn, plain, transposed and lazy."""

from __future__ import annotations

import math

from trainlint.frameworks.signatures import Signature
from trainlint.frameworks.torch.meaning import Meaning, ParameterRule
from trainlint.frameworks.torch.shapes import convolution, transposed_convolution
from trainlint.frameworks.torch.sizes import Bound, each, flag, whole
from trainlint.values.tensor import Shape

_SETTINGS = {
    "units": "out_channels",
    "input_units": "in_channels",
    "kernel_size": "kernel_size",
    "stride": "stride",
    "padding": "padding",
    "dilation": "dilation",
    "groups": "groups",
    "bias": "bias",
    "padding_mode": "padding_mode",
}

_PLAIN = (
    "{channels}out_channels, kernel_size, stride=1, padding=0, dilation=1, groups=1, bias=True, "
    "padding_mode='zeros', device=None, dtype=None"
)
_TRANSPOSED = (
    "{channels}out_channels, kernel_size, stride=1, padding=0, output_padding=0, groups=1, bias=True, "
    "dilation=1, padding_mode='zeros', device=None, dtype=None"
)


def _weights(axes: int) -> ParameterRule:
    """out x in / groups x kernel, and a bias for each output channel."""

    def rule(arguments: Bound, shape: Shape | None) -> int | None:
        channels = whole(arguments, "in_channels")
        if "in_channels" not in arguments and shape is not None and len(shape) > axes:
            found = shape[-axes - 1]
            channels = found if isinstance(found, int) else None
        units, groups, bias = (
            whole(arguments, "out_channels"),
            whole(arguments, "groups"),
            flag(arguments, "bias"),
        )
        kernel = each(arguments.get("kernel_size"), axes)
        sizes = [size for size in kernel if size is not None]
        if channels is None or units is None or not groups or bias is None or len(sizes) < axes:
            return None
        return units * (channels // groups) * math.prod(sizes) + units * bias

    return rule


def _rows() -> dict[str, Meaning]:
    rows: dict[str, Meaning] = {}
    for axes in (1, 2, 3):
        for prefix, channels in (("", "in_channels, "), ("Lazy", "")):
            rows[f"{prefix}Conv{axes}d"] = Meaning(
                Signature(_PLAIN.format(channels=channels)),
                f"conv{axes}d",
                convolution(axes),
                settings=_SETTINGS,
                parameters=_weights(axes),
                carries_data=False,
            )
            rows[f"{prefix}ConvTranspose{axes}d"] = Meaning(
                Signature(_TRANSPOSED.format(channels=channels)),
                f"conv_transpose{axes}d",
                transposed_convolution(axes),
                settings=_SETTINGS,
                parameters=_weights(axes),
                carries_data=False,
            )
    return rows


LAYERS: dict[str, Meaning] = _rows()
"""By class name in torch.nn."""
