"""What a short training said about a finding, in Markdown."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from trainlint.report.sparkline import sparkline

_WIDTH = 32


def verdict_text(judged: Mapping[str, Any]) -> str:
    """The verdict, its evidence, the losses as rows of bars, and what the answer took."""
    probe = judged["probe"]
    lines = [f"**{probe['verdict']}** by training: `{judged['name']}`"]
    for evidence in probe["evidence"]:
        threshold = f" ({evidence['threshold']})" if evidence["threshold"] else ""
        lines.append(f"- {evidence['text']}{threshold}")
    rows = [
        f"{title:13}{sparkline([loss for loss in curves[0] if loss is not None], _WIDTH)}"
        for title, curves in (
            ("as written", probe["plot"]["as_written"]),
            ("with the fix", probe["plot"]["control"]),
        )
        if curves
    ]
    if rows:
        lines += ["```text", *rows, "```"]
    budget = probe["budget"]
    if budget["steps"]:
        lines.append(
            f"{budget['steps']} steps, {budget['seeds']} seeds, {budget['seconds']:.1f} s, {probe['mode']} data"
        )
    return "\n".join(lines)
