"""Pooling layers of torch.nn and torch.nn.functional."""

from __future__ import annotations

from trainlint.frameworks.signatures import Signature
from trainlint.frameworks.torch.bounds import BoundsRule, anything, kept
from trainlint.frameworks.torch.meaning import Meaning
from trainlint.frameworks.torch.shapes import ShapeRule, adaptive_pool, fractional_pool, pool, unpool

_WINDOW = {"kernel_size": "kernel_size", "stride": "stride", "padding": "padding"}
_TARGET = {"output_size": "output_size"}

_FUNCTION_ORDER = {
    # The class puts return_indices before ceil_mode, the function after it.
    "return_indices=False, ceil_mode=False": "ceil_mode=False, return_indices=False",
}


def _row(text: str, kind: str, shape: ShapeRule, bounds: BoundsRule, settings: dict[str, str]) -> Meaning:
    return Meaning(Signature(text), kind, shape, bounds, settings, carries_data=False)


def _rows() -> tuple[dict[str, Meaning], dict[str, Meaning]]:
    layers: dict[str, Meaning] = {}
    functions: dict[str, Meaning] = {}
    for axes in (1, 2, 3):
        divisor = "" if axes == 1 else ", divisor_override=None"
        table = [
            ("MaxPool{}d", "max_pool{}d", "max_pool", pool(axes), kept, _WINDOW,
             "kernel_size, stride=None, padding=0, dilation=1, return_indices=False, ceil_mode=False"),
            ("AvgPool{}d", "avg_pool{}d", "avg_pool", pool(axes), kept, _WINDOW,
             "kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True" + divisor),
            ("LPPool{}d", "lp_pool{}d", "lp_pool", pool(axes), anything, _WINDOW,
             "norm_type, kernel_size, stride=None, ceil_mode=False"),
            ("MaxUnpool{}d", "", "max_unpool", unpool(axes), anything, _WINDOW,
             "kernel_size, stride=None, padding=0"),
            ("AdaptiveAvgPool{}d", "adaptive_avg_pool{}d", "adaptive_avg_pool", adaptive_pool(axes), kept,
             _TARGET,
             "output_size"),
            ("AdaptiveMaxPool{}d", "adaptive_max_pool{}d", "adaptive_max_pool", adaptive_pool(axes), kept,
             _TARGET,
             "output_size, return_indices=False"),
        ]  # fmt: skip
        if axes > 1:
            fractional = (
                "kernel_size, output_size=None, output_ratio=None, return_indices=False, _random_samples=None"
            )
            settings = {"kernel_size": "kernel_size"}
            row = ("FractionalMaxPool{}d", "", "max_pool", fractional_pool(axes), kept, settings, fractional)
            table.append(row)
        for layer, function, kind, shape, bounds, settings, text in table:
            layers[layer.format(axes)] = _row(text, kind, shape, bounds, settings)
            for old, new in _FUNCTION_ORDER.items():
                text = text.replace(old, new)
            if function:
                functions[function.format(axes)] = _row(f"input, {text}", kind, shape, bounds, settings)
    return layers, functions


LAYERS, FUNCTIONS = _rows()
"""By class name in torch.nn, by function name in torch.nn.functional."""
