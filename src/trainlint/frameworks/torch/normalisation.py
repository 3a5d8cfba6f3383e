"""Normalisation and dropout layers of torch.nn and torch.nn.functional."""

from __future__ import annotations

import math

from trainlint.frameworks.signatures import Signature
from trainlint.frameworks.torch.bounds import anything, kept
from trainlint.frameworks.torch.meaning import Meaning
from trainlint.frameworks.torch.sizes import Bound, dimensions, flag, whole
from trainlint.values.tensor import Shape

_BATCH = {"units": "num_features", "momentum": "momentum", "epsilon": "eps", "affine": "affine"}


def _affine(arguments: Bound, shape: Shape | None) -> int | None:
    """A factor and a bias for each channel."""
    affine = flag(arguments, "affine")
    if affine is False:
        return 0
    name = "num_features" if "num_features" in arguments else "num_channels"
    channels = whole(arguments, name)
    if name not in arguments and shape is not None and len(shape) > 1:  # lazy
        found = shape[1]
        channels = found if isinstance(found, int) else None
    bias = flag(arguments, "bias") if "bias" in arguments else True
    if channels is None or affine is None or bias is None:
        return None
    return channels * (1 + bias)


def _elementwise(arguments: Bound, shape: Shape | None) -> int | None:
    affine = flag(arguments, "elementwise_affine")
    sizes = dimensions(arguments.get("normalized_shape"))
    if affine is False:
        return 0
    numbers = [size for size in sizes or () if isinstance(size, int)]
    bias = flag(arguments, "bias") if "bias" in arguments else False
    if affine is None or sizes is None or bias is None or len(numbers) < len(sizes):
        return None
    return math.prod(numbers) * (1 + bias)


_BATCH_TEXT = (
    "{features}eps=1e-05, momentum=0.1, affine={affine}, track_running_stats={affine}, {group}"
    "device=None, dtype=None, *, bias=True"
)


def _batch_norms() -> dict[str, Meaning]:
    rows: dict[str, Meaning] = {}
    for axes in (1, 2, 3):
        for prefix, features in (("", "num_features, "), ("Lazy", "")):
            for name, kind, affine in (
                ("BatchNorm", "batch_norm", True),
                ("InstanceNorm", "instance_norm", False),
            ):
                # _LazyNormBase in torch/nn/modules/batchnorm.py: the lazy forms share the default True.
                learned = affine or prefix == "Lazy"
                text = _BATCH_TEXT.format(features=features, affine=learned, group="")
                rows[f"{prefix}{name}{axes}d"] = Meaning(
                    Signature(text), kind, settings=_BATCH, parameters=_affine, carries_data=False
                )
    text = _BATCH_TEXT.format(features="num_features, ", affine=True, group="process_group=None, ")
    rows["SyncBatchNorm"] = Meaning(
        Signature(text), "sync_batch_norm", settings=_BATCH, parameters=_affine, carries_data=False
    )
    return rows


LAYERS: dict[str, Meaning] = (
    _batch_norms()
    | {
        "LayerNorm": Meaning(
            Signature(
                "normalized_shape, eps=1e-05, elementwise_affine=True, bias=True, device=None, dtype=None"
            ),
            "layer_norm",
            settings={"units": "normalized_shape", "epsilon": "eps", "affine": "elementwise_affine"},
            parameters=_elementwise,
            carries_data=False,
        ),
        "RMSNorm": Meaning(
            Signature("normalized_shape, eps=None, elementwise_affine=True, device=None, dtype=None"),
            "rms_norm",
            settings={"units": "normalized_shape", "epsilon": "eps", "affine": "elementwise_affine"},
            parameters=_elementwise,
            carries_data=False,
        ),
        "GroupNorm": Meaning(
            Signature(
                "num_groups, num_channels, eps=1e-05, affine=True, device=None, dtype=None, *, bias=True"
            ),
            "group_norm",
            settings={"groups": "num_groups", "units": "num_channels", "epsilon": "eps", "affine": "affine"},
            parameters=_affine,
            carries_data=False,
        ),
        "LocalResponseNorm": Meaning(
            Signature("size, alpha=0.0001, beta=0.75, k=1.0"), "local_response_norm", carries_data=False
        ),
        "CrossMapLRN2d": Meaning(
            Signature("size, alpha=0.0001, beta=0.75, k=1"), "local_response_norm", carries_data=False
        ),
    }
    | {
        # Dropout is the identity in eval() and in expectation: torch/nn/modules/dropout.py.
        name: Meaning(Signature("p=0.5, inplace=False"), "dropout", bounds=bounds, settings={"rate": "p"})
        for name, bounds in (
            ("Dropout", kept),
            ("Dropout1d", kept),
            ("Dropout2d", kept),
            ("Dropout3d", kept),
            ("AlphaDropout", anything),
            ("FeatureAlphaDropout", anything),
        )
    }
)
"""By class name in torch.nn."""

FUNCTIONS: dict[str, Meaning] = {
    # The default of `training` is True for dropout*, False for the alpha forms.
    name: Meaning(
        Signature(f"input, p=0.5, training={training}, inplace=False"),
        "dropout",
        bounds=kept,
        settings={"rate": "p", "training": "training"},
    )
    for name, training in (
        ("dropout", True),
        ("dropout1d", True),
        ("dropout2d", True),
        ("dropout3d", True),
        ("alpha_dropout", False),
        ("feature_alpha_dropout", False),
    )
} | {
    "batch_norm": Meaning(
        Signature(
            "input, running_mean, running_var, weight=None, bias=None, training=False, momentum=0.1, "
            "eps=1e-05"
        ),
        "batch_norm",
        settings={"momentum": "momentum", "epsilon": "eps", "training": "training"},
        carries_data=False,
    ),
    "instance_norm": Meaning(
        Signature(
            "input, running_mean=None, running_var=None, weight=None, bias=None, use_input_stats=True, "
            "momentum=0.1, eps=1e-05"
        ),
        "instance_norm",
        settings={"momentum": "momentum", "epsilon": "eps"},
        carries_data=False,
    ),
    "layer_norm": Meaning(
        Signature("input, normalized_shape, weight=None, bias=None, eps=1e-05"),
        "layer_norm",
        settings={"units": "normalized_shape", "epsilon": "eps"},
        carries_data=False,
    ),
    "rms_norm": Meaning(
        Signature("input, normalized_shape, weight=None, eps=None"),
        "rms_norm",
        settings={"units": "normalized_shape", "epsilon": "eps"},
        carries_data=False,
    ),
    "group_norm": Meaning(
        Signature("input, num_groups, weight=None, bias=None, eps=1e-05"),
        "group_norm",
        settings={"groups": "num_groups", "epsilon": "eps"},
        carries_data=False,
    ),
    "local_response_norm": Meaning(
        Signature("input, size, alpha=0.0001, beta=0.75, k=1.0"), "local_response_norm", carries_data=False
    ),
    "normalize": Meaning(
        Signature("input, p=2.0, dim=1, eps=1e-12, out=None"), "unit_norm", settings={"axis": "dim"}
    ),
}
"""By function name in torch.nn.functional."""
