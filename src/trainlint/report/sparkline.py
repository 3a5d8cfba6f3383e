"""A row of small bars that shows how a number changes."""

from __future__ import annotations

import math
from collections.abc import Sequence

_BARS = "▁▂▃▄▅▆▇█"


def sparkline(
    values: Sequence[float], width: int = 40, *, low: float = 0.0, high: float | None = None
) -> str:
    """One bar for each value, at most `width` of them; the lowest stands for `low`, the tallest for `high`, or
    for the largest value."""
    shown = [value for value in values if math.isfinite(value)]
    if len(shown) > width:
        shown = [shown[round(i * (len(shown) - 1) / (width - 1))] for i in range(width)]
    top = max(shown, default=0.0) if high is None else high
    if top <= low:
        return _BARS[0] * len(shown)
    shares = (min(max((value - low) / (top - low), 0.0), 1.0) for value in shown)
    return "".join(_BARS[min(len(_BARS) - 1, int(share * len(_BARS)))] for share in shares)
