"""Bars as SVG that stands within a page and takes its colours from there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from html import escape

from trainlint.engine.diagnostic import Severity
from trainlint.report.text import visible

MOST = 10
"""Bars of a chart; what is rarer is counted together."""

_WIDTH, _ROW, _LABEL, _BAR, _NUMBERS = 340, 38, 15, 10, 40
_LONGEST = 44


def chart(title: str, findings: Iterable[tuple[str, Severity]]) -> str:
    """A bar for each name, the longest first, in parts by severity."""
    counts: dict[str, Counter[Severity]] = {}
    for name, severity in findings:
        counts.setdefault(name, Counter())[severity] += 1
    order = sorted(counts, key=lambda name: (-counts[name].total(), name))
    rows = [(name, counts[name]) for name in order[:MOST]]
    longest = max((count.total() for _, count in rows), default=1)
    height = _ROW * max(len(rows), 1)
    bars = "".join(_bar(index, name, count, longest) for index, (name, count) in enumerate(rows))
    rest = len(order) - len(rows)
    more = f'<p class="quiet">and {rest} more</p>' if rest else ""
    return (
        f"<figure><figcaption>{escape(title)}</figcaption>"
        f'<svg viewBox="0 0 {_WIDTH} {height}" role="img" aria-label="{escape(title)}">{bars}</svg>'
        f"{more}</figure>"
    )


def _bar(index: int, name: str, count: Counter[Severity], longest: int) -> str:
    top = index * _ROW
    room = _WIDTH - _NUMBERS
    parts = []
    left = 0.0
    for severity in Severity:
        width = room * count[severity] / longest
        if width:
            parts.append(
                f'<rect class="bar-{severity.value}" x="{left:.1f}" y="{top + _LABEL + 6}" '
                f'width="{width:.1f}" height="{_BAR}"/>'
            )
            left += width
    numbers = ", ".join(f"{count[severity]} {severity.value}" for severity in Severity if count[severity])
    shown = visible(name)
    label = shown if len(shown) <= _LONGEST else f"…{shown[1 - _LONGEST :]}"
    return (
        f'<a href="#filter" data-filter="{escape(shown)}"><title>{escape(shown)}: {numbers}</title>'
        f'<text x="0" y="{top + _LABEL}">{escape(label)}</text>{"".join(parts)}'
        f'<text x="{left + 6:.1f}" y="{top + _LABEL + _BAR + 6}">{count.total()}</text></a>'
    )
