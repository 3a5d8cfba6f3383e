"""Layers that move values about: flatten, padding, upsampling, folding."""

from __future__ import annotations

from trainlint.frameworks.signatures import Signature
from trainlint.frameworks.torch.bounds import anything, kept, with_zero
from trainlint.frameworks.torch.meaning import Meaning
from trainlint.frameworks.torch.shapes import (
    ShapeRule,
    flattened,
    folded,
    padded,
    padded_by,
    pixel_shuffled,
    pixel_unshuffled,
    resized,
    unflattened,
    unfolded,
)
from trainlint.frameworks.torch.sizes import Bound, axis_of, dimensions, whole
from trainlint.values.tensor import Shape


def _pad(arguments: Bound, shape: Shape | None) -> Shape | None:
    return padded_by(shape, dimensions(arguments.get("pad")))


def _one_value_for_axis(arguments: Bound, shape: Shape | None) -> Shape | None:
    """torch.nn.CosineSimilarity: one axis goes."""
    axis = None if shape is None else axis_of(len(shape), whole(arguments, "dim"))
    return None if shape is None or axis is None else (*shape[:axis], *shape[axis + 1 :])


def _distance(arguments: Bound, shape: Shape | None) -> Shape | None:
    """torch.nn.PairwiseDistance: the last axis goes."""
    return None if not shape else shape[:-1]


LAYERS: dict[str, Meaning] = {
    "Flatten": Meaning(Signature("start_dim=1, end_dim=-1"), "flatten", flattened, kept),
    "Unflatten": Meaning(Signature("dim, unflattened_size"), "reshape", unflattened, kept),
    "Upsample": Meaning(
        Signature("size=None, scale_factor=None, mode='nearest', align_corners=None, "
                  "recompute_scale_factor=None"),
        "upsample",
        resized,
        kept,
        {"size": "size", "factor": "scale_factor", "mode": "mode"},
        carries_data=False,
    ),
    **{
        name: Meaning(Signature("size=None, "
                                "scale_factor=None"), "upsample", resized, kept, carries_data=False)
        for name in ("UpsamplingNearest2d", "UpsamplingBilinear2d")
    },
    "PixelShuffle": Meaning(
        Signature("upscale_factor"), "pixel_shuffle", pixel_shuffled, kept, carries_data=False
    ),
    "PixelUnshuffle": Meaning(
        Signature("downscale_factor"), "pixel_unshuffle", pixel_unshuffled, kept, carries_data=False
    ),
    "ChannelShuffle": Meaning(Signature("groups"), "permute", bounds=kept),
    "Unfold": Meaning(
        Signature("kernel_size, dilation=1, padding=0, "
                  "stride=1"), "unfold", unfolded, with_zero, carries_data=False
    ),
    "Fold": Meaning(
        Signature("output_size, kernel_size, dilation=1, padding=0, "
                  "stride=1"), "fold", folded, carries_data=False
    ),
    "CosineSimilarity": Meaning(
        Signature("dim=1, eps=1e-08"), "cosine_similarity", _one_value_for_axis, settings={"axis": "dim"},
        carries_data=False,
    ),
    "PairwiseDistance": Meaning(
        Signature("p=2.0, eps=1e-06, keepdim=False"), "distance", _distance, carries_data=False
    ),
}  # fmt: skip
"""By class name in torch.nn."""


def _padding_layers() -> None:
    for axes in (1, 2, 3):
        for name, text, bounds in (
            ("ZeroPad", "padding", with_zero),
            ("ConstantPad", "padding, value", anything),
            ("ReflectionPad", "padding", kept),
            ("ReplicationPad", "padding", kept),
            ("CircularPad", "padding", kept),
        ):
            shape: ShapeRule = padded(axes)
            LAYERS[f"{name}{axes}d"] = Meaning(
                Signature(text), "padding", shape, bounds, {"padding": "padding"}
            )


_padding_layers()

FUNCTIONS: dict[str, Meaning] = {
    "pad": Meaning(
        Signature("input, pad, mode='constant', value=None"), "padding", _pad, with_zero, {"padding": "pad"}
    ),
    **{
        name: Meaning(
            Signature(
                "input, size=None, scale_factor=None, mode='nearest', align_corners=None, "
                "recompute_scale_factor=None, antialias=False"
            ),
            "upsample",
            resized,
            kept,
            {"size": "size", "factor": "scale_factor", "mode": "mode"},
            carries_data=False,
        )
        for name in ("interpolate", "upsample", "upsample_nearest", "upsample_bilinear")
    },
    "pixel_shuffle": Meaning(Signature("input, upscale_factor"), "pixel_shuffle", pixel_shuffled, kept),
    "pixel_unshuffle": Meaning(
        Signature("input, downscale_factor"), "pixel_unshuffle", pixel_unshuffled, kept
    ),
    "channel_shuffle": Meaning(Signature("input, groups"), "permute", bounds=kept),
    "unfold": Meaning(
        Signature("input, kernel_size, dilation=1, padding=0, stride=1"), "unfold", unfolded, with_zero
    ),
    "fold": Meaning(Signature("input, output_size, kernel_size, dilation=1, padding=0, "
                              "stride=1"), "fold", folded),
    "grid_sample": Meaning(
        Signature("input, grid, mode='bilinear', padding_mode='zeros', align_corners=None"), "grid_sample",
        lambda arguments, shape: None,
    ),
}  # fmt: skip
"""By function name in torch.nn.functional."""
