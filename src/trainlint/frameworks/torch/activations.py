"""Activation functions: torch.nn classes and the functions of the same meaning."""

from __future__ import annotations

from trainlint.frameworks.signatures import Signature
from trainlint.frameworks.torch.bounds import anything, between, limited, rectified
from trainlint.frameworks.torch.meaning import Meaning
from trainlint.frameworks.torch.shapes import ShapeRule, halved, same
from trainlint.frameworks.torch.sizes import Bound, whole
from trainlint.values.tensor import Shape

_UNIT = between(0.0, 1.0)
_POSITIVE = between(0.0, None)
_AXIS = {"axis": "dim"}

_ROWS = [
    # class, functions, kind, arguments after the tensor, bounds, settings
    ("ReLU", "relu", "relu", "inplace=False", rectified, {}),
    ("ReLU6", "relu6", "relu6", "inplace=False", between(0.0, 6.0), {}),
    ("LeakyReLU", "leaky_relu", "leaky_relu", "negative_slope=0.01, inplace=False", anything,
     {"slope": "negative_slope"}),
    ("RReLU", "", "rrelu", "lower=0.125, upper=0.3333333333333333, inplace=False", anything, {}),
    ("ELU", "elu", "elu", "alpha=1.0, inplace=False", anything, {"alpha": "alpha"}),
    ("CELU", "celu", "celu", "alpha=1.0, inplace=False", anything, {"alpha": "alpha"}),
    ("SELU", "selu", "selu", "inplace=False", anything, {}),
    ("GELU", "gelu", "gelu", "approximate='none'", between(-0.17, None), {}),
    ("SiLU", "silu", "silu", "inplace=False", between(-0.2785, None), {}),
    ("Mish", "mish", "mish", "inplace=False", between(-0.3089, None), {}),
    ("Hardswish", "hardswish", "hard_swish", "inplace=False", between(-0.375, None), {}),
    ("Softplus", "softplus", "softplus", "beta=1.0, threshold=20.0", _POSITIVE, {}),
    ("Sigmoid", "sigmoid", "sigmoid", "", _UNIT, {}),
    ("Hardsigmoid", "hardsigmoid", "hard_sigmoid", "inplace=False", _UNIT, {}),
    ("LogSigmoid", "logsigmoid", "log_sigmoid", "", between(None, 0.0), {}),
    ("Tanh", "tanh", "tanh", "", between(-1.0, 1.0), {}),
    ("Softsign", "softsign", "softsign", "", between(-1.0, 1.0), {}),
    ("Hardtanh", "hardtanh", "hard_tanh", "min_val=-1.0, max_val=1.0, inplace=False",
     limited("min_val", "max_val"), {}),
    ("Softmax", "softmax", "softmax", "dim=None", _UNIT, _AXIS),
    ("Softmax2d", "", "softmax", "", _UNIT, {}),
    ("Softmin", "softmin", "softmin", "dim=None", _UNIT, _AXIS),
    ("LogSoftmax", "log_softmax", "log_softmax", "dim=None", between(None, 0.0), _AXIS),
    ("GLU", "glu", "glu", "dim=-1", anything, _AXIS),
    ("Threshold", "threshold", "threshold", "threshold, value, inplace=False", anything, {}),
    ("Hardshrink", "hardshrink", "hard_shrink", "lambd=0.5", anything, {}),
    ("Softshrink", "softshrink", "soft_shrink", "lambd=0.5", anything, {}),
    ("Tanhshrink", "tanhshrink", "tanh_shrink", "", anything, {}),
]  # fmt: skip


def _prelu(arguments: Bound, shape: Shape | None) -> int | None:
    return whole(arguments, "num_parameters")


def _shape(kind: str) -> ShapeRule:
    return halved if kind == "glu" else same


LAYERS: dict[str, Meaning] = {
    name: Meaning(Signature(text), kind, _shape(kind), bounds, settings, carries_data=False)
    for name, _, kind, text, bounds, settings in _ROWS
} | {
    "PReLU": Meaning(
        Signature("num_parameters=1, init=0.25, device=None, dtype=None"),
        "prelu",
        parameters=_prelu,
        settings={"parameters": "num_parameters"},
        carries_data=False,
    )
}
"""By class name in torch.nn."""

FUNCTIONS: dict[str, Meaning] = {
    function: Meaning(
        Signature(
            ", ".join(
                filter(None, ("input", text, "_stacklevel=3, dtype=None" if "dim=None" in text else ""))
            )
        ),
        kind,
        _shape(kind),
        bounds,
        settings,
        carries_data=False,
    )
    for _, function, kind, text, bounds, settings in _ROWS
    if function
} | {
    "prelu": Meaning(Signature("input, weight"), "prelu", carries_data=False),
    "rrelu": Meaning(
        Signature("input, lower=0.125, upper=0.3333333333333333, training=False, inplace=False"),
        "rrelu",
        carries_data=False,
    ),
    "gumbel_softmax": Meaning(
        Signature("logits, tau=1, hard=False, eps=1e-10, dim=-1"),
        "gumbel_softmax",  # samples: no softmax whose scores a loss could take instead
        bounds=_UNIT,
        settings=_AXIS,
        carries_data=False,
    ),
}
"""By function name in torch.nn.functional."""

SHORT: dict[str, Meaning] = {
    # torch.softmax(x, 1), x.softmax(1): no `_stacklevel`.
    name: Meaning(
        Signature("input, dim=None, dtype=None"), kind, bounds=bounds, settings=_AXIS, carries_data=False
    )
    for name, kind, bounds in (
        ("softmax", "softmax", _UNIT),
        ("log_softmax", "log_softmax", between(None, 0.0)),
    )
} | {
    name: FUNCTIONS[name]
    for name in ("relu", "sigmoid", "tanh", "prelu", "celu", "selu", "rrelu", "threshold", "hardshrink")
}
"""By name in torch and as methods of tensors."""
