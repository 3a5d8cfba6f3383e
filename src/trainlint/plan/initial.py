"""What the weights of a layer start as, where the program says so."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Literal

from trainlint.plan.part import Part
from trainlint.plan.setting import Setting

CONSTANT = frozenset({"zeros", "zero", "ones", "one", "constant"})
NORMAL = frozenset({"randomnormal", "truncatednormal", "normal", "truncnormal", "trunc_normal"})
UNIFORM = frozenset({"randomuniform", "uniform"})

_DEFAULT_SPREAD = 0.05
"""Standard deviation of a random initializer of Keras that is only named."""


class InitialWeights(Part):
    """All weights alike, or drawn with a standard deviation of `spread`; None: not known."""

    kind: Literal["constant", "random"]
    spread: float | None = None
    setting: Setting[object]  # the choice of the initializer
    width: Setting[object] | None = None  # the number that says how wide, where there is one


def initial_weights(settings: Mapping[str, Setting[object]]) -> InitialWeights | None:
    chosen = settings.get("kernel_initializer")
    if chosen is None or not isinstance(chosen.value, str):
        return None
    word = chosen.value.rpartition(".")[2].lower().removesuffix("_")
    if word in CONSTANT:
        return InitialWeights(kind="constant", spread=0.0, setting=chosen)
    if word in NORMAL:
        width = settings.get("kernel_initializer.stddev") or settings.get("kernel_initializer.std")
        spread = _number(width) if width is not None else _DEFAULT_SPREAD
        return InitialWeights(kind="random", spread=spread, setting=chosen, width=width)
    if word in UNIFORM:
        ends = [
            settings.get(f"kernel_initializer.{keras}") or settings.get(f"kernel_initializer.{torch}")
            for keras, torch in (("minval", "a"), ("maxval", "b"))
        ]
        low, high = (_number(end) for end in ends)
        spread = (high - low) / math.sqrt(12) if low is not None and high is not None else None
        return InitialWeights(kind="random", spread=spread, setting=chosen, width=ends[1])
    return None


def _number(setting: Setting[object] | None) -> float | None:
    value = setting.value if setting is not None else None
    return float(value) if isinstance(value, int | float) else None
