"""Functions of torch and methods of tensors that make one tensor from one: tables, tensor first."""

from __future__ import annotations

import math

from trainlint.frameworks.signatures import Signature
from trainlint.frameworks.torch import tensor_shapes as after
from trainlint.frameworks.torch.activations import SHORT as ACTIVATIONS
from trainlint.frameworks.torch.bounds import (
    BoundsRule,
    absolute,
    anything,
    between,
    exponential,
    increasing,
    kept,
    limited,
    logarithm,
    negated,
    square_root,
    squared,
)
from trainlint.frameworks.torch.meaning import SAME_DTYPE, Meaning
from trainlint.frameworks.torch.shapes import ShapeRule, flattened, same, unflattened


def _moved(text: str, kind: str, shape: ShapeRule, **settings: str) -> Meaning:
    return Meaning(Signature(text), kind, shape, kept, settings)


def _elementwise(
    kind: str, bounds: BoundsRule = anything, text: str = "input", dtype: str | None = SAME_DTYPE
) -> Meaning:
    return Meaning(Signature(text), kind, same, bounds, dtype=dtype)


def _reduction(kind: str, bounds: BoundsRule, text: str, dtype: str | None = SAME_DTYPE) -> Meaning:
    return Meaning(
        Signature(text), kind, after.reduced, bounds, {"axis": "dim"}, dtype=dtype, carries_data=False
    )


MOVED: dict[str, Meaning] = {
    "flatten": _moved("input, start_dim=0, end_dim=-1", "flatten", flattened),
    "unflatten": _moved("input, dim, sizes", "reshape", unflattened),
    "reshape": _moved("input, shape", "reshape", after.viewed("shape")),
    "permute": _moved("input, dims", "permute", after.permuted("dims")),
    "transpose": _moved("input, dim0, dim1", "permute", after.transposed),
    "swapaxes": _moved("input, dim0, dim1", "permute", after.transposed),
    "swapdims": _moved("input, dim0, dim1", "permute", after.transposed),
    "t": _moved("input", "permute", after.reversed_axes),
    "squeeze": _moved("input, dim=None", "squeeze", after.squeezed),
    "unsqueeze": _moved("input, dim", "unsqueeze", after.unsqueezed),
    "ravel": Meaning(Signature("input, start_dim=0, end_dim=-1"), "flatten", flattened, kept),
    "tile": _moved("input, dims", "repeat", after.repeated("dims")),
    "repeat_interleave": _moved("input, repeats, dim=None", "repeat", after.interleaved),
    "broadcast_to": _moved("input, size", "expand", after.expanded),
    "narrow": _moved("input, dim, start, length", "select", after.narrowed),
    "select": _moved("input, dim, index", "select", after.selected),
    "flip": _moved("input, dims", "permute", same),
    "roll": _moved("input, shifts, dims=None", "permute", same),
    "fliplr": _moved("input", "permute", same),
    "flipud": _moved("input", "permute", same),
    "rot90": _moved("input, k=1, dims=(0, 1)", "permute", after.rotated),
    "diag": _moved("input, diagonal=0", "select", after.diagonal),
    "diagonal": _moved("input, offset=0, dim1=0, dim2=1", "select", after.inner_diagonal),
    "diff": Meaning(Signature("input, n=1, dim=-1"), "subtract", after.differences),
    "diag_embed": _moved("input, offset=0, dim1=-2, dim2=-1", "reshape", after.embedded_diagonal),
    "adjoint": _moved("input", "permute", after.last_two_swapped),
    "atleast_1d": _moved("tensors", "reshape", after.at_least(1)),
    "view_as_real": _moved("input", "reshape", after.appended(2)),
    "view_as_complex": _moved("input", "reshape", after.without_last),
    "triu": _moved("input, diagonal=0", "mask", same),
    "tril": _moved("input, diagonal=0", "mask", same),
    "clone": _moved("input", "identity", same),
    "detach": _moved("input", "detach", same),
}
"""The values stay and are moved about."""

MOVED_METHODS: dict[str, Meaning] = {
    "view": _moved("input, shape", "reshape", after.viewed("shape")),
    "expand": _moved("input, size", "expand", after.expanded),
    "repeat": _moved("input, repeats", "repeat", after.repeated("repeats")),
    "unfold": _moved("input, dimension, size, step", "unfold", after.windows),
    "contiguous": _moved("input", "contiguous", same),
    "squeeze_": _moved("input, dim=None", "squeeze", after.squeezed),
    "unsqueeze_": _moved("input, dim", "unsqueeze", after.unsqueezed),
}
"""Methods only."""

ELEMENTWISE: dict[str, Meaning] = {
    "exp": _elementwise("exponential", exponential),
    "log": _elementwise("log", logarithm),
    "log2": _elementwise("log", increasing(math.log2)),
    "log10": _elementwise("log", increasing(math.log10)),
    "log1p": _elementwise("log1p", increasing(math.log1p)),
    "expm1": _elementwise("expm1", increasing(math.expm1, low=-1.0)),
    "sqrt": _elementwise("sqrt", square_root),
    "rsqrt": _elementwise("rsqrt", between(0.0, None)),
    "square": _elementwise("square", squared),
    "abs": _elementwise("abs", absolute),
    "absolute": _elementwise("abs", absolute),
    "neg": _elementwise("negate", negated),
    "negative": _elementwise("negate", negated),
    "positive": _elementwise("identity", kept),
    "exp2": _elementwise("exponential", increasing(lambda x: 2.0**x, low=0.0)),
    "sin": _elementwise("sine", between(-1.0, 1.0)),
    "cos": _elementwise("cosine", between(-1.0, 1.0)),
    "tan": _elementwise("tangent"),
    "asin": _elementwise("arcsine", between(-math.pi / 2, math.pi / 2)),
    "acos": _elementwise("arccosine", between(0.0, math.pi)),
    "atan": _elementwise("arctangent", between(-math.pi / 2, math.pi / 2)),
    "sinh": _elementwise("hyperbolic_sine", increasing(math.sinh)),
    "cosh": _elementwise("hyperbolic_cosine", between(1.0, None)),
    "asinh": _elementwise("inverse_hyperbolic_sine", increasing(math.asinh)),
    "acosh": _elementwise("inverse_hyperbolic_cosine", between(0.0, None)),
    "atanh": _elementwise("inverse_hyperbolic_tangent"),
    "masked_fill": _elementwise("masked_fill", anything, "input, mask, value"),
    "sinc": _elementwise("sine", between(-1.0, 1.0)),
    "deg2rad": _elementwise("multiply", increasing(math.radians)),
    "rad2deg": _elementwise("multiply", increasing(math.degrees)),
    "erf": _elementwise("erf", between(-1.0, 1.0)),
    "erfc": _elementwise("erf", between(0.0, 2.0)),
    "erfinv": _elementwise("erf"),
    "logit": _elementwise("logit", anything, "input, eps=None"),
    "lgamma": _elementwise("log_gamma"),
    "digamma": _elementwise("log_gamma"),
    "frac": _elementwise("remainder", between(-1.0, 1.0)),
    "fix": _elementwise("round"),
    "angle": _elementwise("arctangent", between(-math.pi, math.pi)),
    "conj": _elementwise("conjugate", kept),
    "real": _elementwise("select", kept),
    "imag": _elementwise("select", kept),
    "bitwise_not": _elementwise("logical"),
    "isposinf": _elementwise("compare", between(0.0, 1.0), dtype="bool"),
    "isneginf": _elementwise("compare", between(0.0, 1.0), dtype="bool"),
    "signbit": _elementwise("compare", between(0.0, 1.0), dtype="bool"),
    "sign": _elementwise("sign", between(-1.0, 1.0)),
    "sgn": _elementwise("sign", between(-1.0, 1.0)),
    "reciprocal": _elementwise("reciprocal"),
    "floor": _elementwise("round", increasing(math.floor)),
    "ceil": _elementwise("round", increasing(math.ceil)),
    "round": _elementwise("round", increasing(round), "input, decimals=0"),
    "trunc": _elementwise("round"),
    "clamp": _elementwise("clamp", limited("min", "max"), "input, min=None, max=None"),
    "clip": _elementwise("clamp", limited("min", "max"), "input, min=None, max=None"),
    "clamp_min": _elementwise("clamp", limited("min", "max"), "input, min"),
    "clamp_max": _elementwise("clamp", limited("min", "max"), "input, max"),
    "nan_to_num": _elementwise("nan_to_num", kept, "input, nan=0.0, posinf=None, neginf=None"),
    "isnan": _elementwise("compare", between(0.0, 1.0), dtype="bool"),
    "isinf": _elementwise("compare", between(0.0, 1.0), dtype="bool"),
    "isfinite": _elementwise("compare", between(0.0, 1.0), dtype="bool"),
    "logical_not": _elementwise("logical", between(0.0, 1.0), dtype="bool"),
    "cumsum": _elementwise("cumulative_sum", anything, "input, dim, dtype=None"),
    "cumprod": _elementwise("cumulative_product", anything, "input, dim, dtype=None"),
    "logcumsumexp": _elementwise("cumulative_sum", anything, "input, dim"),
    "argsort": _elementwise(
        "argsort", between(0.0, None), "input, dim=-1, descending=False, stable=False", "int64"
    ),
    "renorm": _elementwise("renorm", anything, "input, p, dim, maxnorm"),
    "poisson": _elementwise("random", between(0.0, None)),
    "bernoulli": _elementwise("random", between(0.0, 1.0), "input, p=None"),
}
"""One value after another. Their in-place forms end in `_`."""

ELEMENTWISE |= {
    f"arc{name}": ELEMENTWISE[f"a{name}"] for name in ("sin", "cos", "tan", "sinh", "cosh", "tanh")
}

ELEMENTWISE_METHODS: dict[str, Meaning] = {
    "fill_": _elementwise("fill", anything, "input, value"),
    "zero_": _elementwise("fill", between(0.0, 0.0)),
}

REDUCTIONS: dict[str, Meaning] = {
    "mean": _reduction("mean", kept, "input, dim=None, keepdim=False, dtype=None"),
    "sum": _reduction("sum", anything, "input, dim=None, keepdim=False, dtype=None"),
    "prod": _reduction("product", anything, "input, dim=None, keepdim=False, dtype=None"),
    "std": _reduction("std", between(0.0, None), "input, dim=None, correction=1, keepdim=False, "
                                        "unbiased=True"),
    "var": _reduction("variance", between(0.0, None), "input, dim=None, correction=1, keepdim=False, "
                                        "unbiased=True"),
    "norm": Meaning(Signature("input, p='fro', dim=None, keepdim=False, dtype=None"), "norm", after.reduced,
                    between(0.0, None), {"axis": "dim"}, carries_data=False),
    "argmax": _reduction("argmax", between(0.0, None), "input, dim=None, keepdim=False", "int64"),
    "argmin": _reduction("argmin", between(0.0, None), "input, dim=None, keepdim=False", "int64"),
    "amax": _reduction("maximum", kept, "input, dim=None, keepdim=False"),
    "amin": _reduction("minimum", kept, "input, dim=None, keepdim=False"),
    "logsumexp": _reduction("logsumexp", anything, "input, dim, keepdim=False"),
    "all": _reduction("all", between(0.0, 1.0), "input, dim=None, keepdim=False", "bool"),
    "any": _reduction("any", between(0.0, 1.0), "input, dim=None, keepdim=False", "bool"),
    "nansum": _reduction("sum", anything, "input, dim=None, keepdim=False"),
    "nanmean": _reduction("mean", kept, "input, dim=None, keepdim=False"),
    "count_nonzero": _reduction("count", between(0.0, None), "input, dim=None", "int64"),
    "quantile": Meaning(Signature("input, q, dim=None, keepdim=False"), "quantile", after.quantiles, kept,
                          {"axis": "dim"}, carries_data=False),
    "nanquantile": Meaning(Signature("input, q, dim=None, keepdim=False"), "quantile", after.quantiles, kept,
                          {"axis": "dim"}, carries_data=False),
    "nanmedian": _reduction("median", kept, "input"),
    "trace": Meaning(Signature("input"), "sum", after.scalar, carries_data=False),
}  # fmt: skip
"""Axes are summed up; `dim` says which."""

CASTS = {
    "float": "float32", "half": "float16", "bfloat16": "bfloat16", "double": "float64", "int": "int32",
    "long": "int64", "short": "int16", "byte": "uint8", "char": "int8", "bool": "bool",
}  # fmt: skip
"""Methods that change the type and keep the values."""

CAST_METHODS: dict[str, Meaning] = {
    name: Meaning(Signature("input, memory_format=None"), "cast", bounds=kept, dtype=dtype)
    for name, dtype in CASTS.items()
}

FUNCTIONS: dict[str, Meaning] = MOVED | ELEMENTWISE | REDUCTIONS | ACTIVATIONS
"""By name in torch; each is a method of tensors, too."""

METHODS: dict[str, Meaning] = (
    FUNCTIONS
    | MOVED_METHODS
    | ELEMENTWISE_METHODS
    | CAST_METHODS
    | {f"{name}_": meaning for name, meaning in (ELEMENTWISE | ACTIVATIONS).items()}
    | {f"{name}_": MOVED[name] for name in ("transpose", "swapaxes", "swapdims", "t", "triu", "tril")}
    | {
        name: _elementwise("identity", kept)
        for name in ("coalesce", "to_dense", "to_sparse", "to_sparse_csr", "to_sparse_coo", "dequantize")
    }
)
"""By name of the method; the tensor itself comes first."""
