"""Curves of losses and bars of layers as SVG that takes its colours from the page."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from html import escape

from trainlint.engine.verdict import Curve, LayerMeasure, Plot
from trainlint.plan.setting import spoken
from trainlint.report.text import visible

_WIDTH, _HEIGHT, _LEFT, _RIGHT, _TOP, _BOTTOM = 720, 260, 64, 16, 30, 34
_LEAST = 0.2
"""The share of the highest loss that the axis spans at least: noise is not to look like progress."""

_STEEP = 1e3
"""Ratio of the highest to the lowest loss from which on the axis is logarithmic."""

MOST = 24
"""Layers of a chart; those of deep networks in between are left out."""


def curves(plot: Plot) -> str:
    """The losses of all seeds, as written and with the fix, on one scale."""
    groups = [("as-written", "as written", plot.as_written), ("control", "with the fix", plot.control)]
    finite = [loss for _, _, drawn in groups for curve in drawn for loss in curve if loss is not None]
    if not finite:
        return '<p class="quiet">no loss was a number</p>'
    low, high = min(finite), max(finite)
    low = min(low, high - _LEAST * abs(high))
    steep = low > 0 and high / low > _STEEP
    scale: Callable[[float], float] = math.log10 if steep else float
    bottom, top = scale(low), scale(high)
    longest = max(len(curve) for _, _, drawn in groups for curve in drawn)

    def x(step: int) -> float:
        return _LEFT + step * (_WIDTH - _LEFT - _RIGHT) / max(longest - 1, 1)

    def y(loss: float) -> float:
        share = (scale(loss) - bottom) / max(top - bottom, 1e-12)
        return _HEIGHT - _BOTTOM - share * (_HEIGHT - _TOP - _BOTTOM)

    parts = [f'<svg viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" aria-label="loss by step">']
    for share in (0.0, 0.5, 1.0):
        value = bottom + share * (top - bottom)
        loss = 10**value if steep else value
        parts.append(
            f'<line class="grid" x1="{_LEFT}" x2="{_WIDTH - _RIGHT}" y1="{y(loss):.1f}" y2="{y(loss):.1f}"/>'
            f'<text x="{_LEFT - 6}" y="{y(loss) + 4:.1f}" text-anchor="end">{escape(spoken(float(f"{loss:.3g}")))}</text>'
        )
    parts.append(f'<text x="{_LEFT}" y="{_HEIGHT - 10}">step 1</text>')
    parts.append(f'<text x="{_WIDTH - _RIGHT}" y="{_HEIGHT - 10}" text-anchor="end">step {longest}</text>')
    for number, (name, title, drawn) in enumerate(groups):
        if drawn:
            parts.append(f'<text class="{name}" x="{_LEFT + 120 * number}" y="16">{title}</text>')
            parts += [_line(name, curve, x, y) for curve in drawn]
    return "".join((*parts, "</svg>"))


def _line(name: str, curve: Curve, x: Callable[[int], float], y: Callable[[float], float]) -> str:
    points = " ".join(f"{x(step):.1f},{y(loss):.1f}" for step, loss in enumerate(curve) if loss is not None)
    return f'<polyline class="{name}" points="{points}"/>'


def layer_bars(layers: Sequence[LayerMeasure]) -> str:
    """A chart for each thing that was measured of layers: gradients, updates, activations, dead units."""
    charts = [
        _bars("Gradient (norm)", [(layer.name, layer.gradient) for layer in layers], logarithmic=True),
        _bars("Update by weight", [(layer.name, layer.update) for layer in layers], logarithmic=True),
        _bars("Spread of activations", [(layer.name, layer.spread) for layer in layers], logarithmic=True),
        _bars("Units that never fire", [(layer.name, layer.dead) for layer in layers], logarithmic=False),
    ]
    return "".join(charts)


_BAR_WIDTH, _ROW, _NAME = 340, 34, 14


def _bars(title: str, values: Sequence[tuple[str, float | None]], *, logarithmic: bool) -> str:
    known = [(name, value) for name, value in values if value is not None]
    if len(known) > MOST:
        known = [*known[: MOST // 2], *known[-MOST // 2 :]]
    if not known:
        return ""
    positive = [value for _, value in known if value > 0]
    low, high = min(positive, default=1.0) / 10, max(positive, default=1.0)
    room = _BAR_WIDTH - 70
    rows = []
    for number, (name, value) in enumerate(known):
        if logarithmic:
            share = math.log(value / low) / math.log(high / low) if value > 0 else 0.0
        else:
            share = min(value, 1.0)
        top = number * _ROW
        rows.append(
            f'<text x="0" y="{top + _NAME}">{escape(visible(name)[:44])}</text>'
            f'<rect class="bar" x="0" y="{top + _NAME + 5}" width="{max(room * share, 1):.1f}" height="8"/>'
            f'<text x="{room * share + 6:.1f}" y="{top + _NAME + 14}">{escape(spoken(float(f"{value:.3g}")))}</text>'
        )
    height = _ROW * len(known)
    return (
        f"<figure><figcaption>{escape(title)}{' (logarithmic)' if logarithmic else ''}</figcaption>"
        f'<svg viewBox="0 0 {_BAR_WIDTH} {height}" role="img" aria-label="{escape(title)}">{"".join(rows)}</svg></figure>'
    )
