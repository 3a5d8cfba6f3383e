"""Answers of a probe for a terminal: what it says of each finding, why, and the losses as rows of bars."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from rich.text import Text

from trainlint.engine.diagnostic import Diagnostic
from trainlint.engine.verdict import Curve, Plot, Verdict
from trainlint.plan.setting import spoken
from trainlint.report.sparkline import sparkline
from trainlint.report.text import location, visible

COLOURS = {"confirmed": "bold red", "refuted": "bold green", "inconclusive": "bold yellow"}

_MARGIN = "  "
_WIDTH = 32
_STEEP = 1e3
"""Ratio of the highest to the lowest loss from which on the bars are logarithmic."""

_LEAST = 0.2
"""The share of the highest loss that the bars span at least: noise is not to look like progress."""


def render(diagnostics: Sequence[Diagnostic]) -> Iterator[Text]:
    """A block for each finding that has an answer, with an empty line after each."""
    for diagnostic in diagnostics:
        if diagnostic.probe is not None:
            yield from _block(diagnostic, diagnostic.probe)
            yield Text()


def summary(diagnostics: Sequence[Diagnostic], seconds: float) -> str:
    """How many were confirmed, refuted and left open, and in what time."""
    answers: list[str] = [diagnostic.probe.verdict for diagnostic in diagnostics if diagnostic.probe]
    told = [f"{answers.count(answer)} {answer}" for answer in COLOURS if answer in answers]
    findings = f"{len(diagnostics)} finding{'' if len(diagnostics) == 1 else 's'}"
    return f"{findings}: {', '.join(told)} ({seconds:.1f} s)" if told else "nothing to put to the test"


def _block(diagnostic: Diagnostic, verdict: Verdict) -> Iterator[Text]:
    yield Text.assemble(
        (verdict.verdict, COLOURS[verdict.verdict]),
        " ",
        (f"{diagnostic.code} {diagnostic.name}", "bold"),
        ": ",
        visible(diagnostic.message),
    )
    yield Text.assemble((f"{_MARGIN}--> ", "dim"), location(diagnostic))
    for number, evidence in enumerate(verdict.evidence):
        yield Text.assemble(
            (f"{_MARGIN} = ", "dim"),
            ("because: " if number == 0 else "         ", "bold"),
            visible(evidence.text),
            (f" ({evidence.threshold})" if evidence.threshold and number == 0 else "", "dim"),
        )
    yield from _curves(verdict.plot)
    if verdict.budget.steps:
        yield Text(f"{_MARGIN} = {_circumstances(verdict)}", style="dim")


def _curves(plot: Plot) -> Iterator[Text]:
    rows = [
        (name, curves[0])
        for name, curves in (("as written", plot.as_written), ("with the fix", plot.control))
        if curves
    ]
    finite = [loss for _, curve in rows for loss in curve if loss is not None]
    if not finite:
        return
    low, high = min(finite), max(finite)
    low = min(low, high - _LEAST * abs(high))
    steep = low > 0 and high / low > _STEEP
    if steep:
        low, high = math.log10(low), math.log10(high)
    for name, curve in rows:
        shown = [math.log10(loss) if steep else loss for loss in curve if loss is not None]
        bars = sparkline(shown, _WIDTH, low=low, high=high)
        yield Text.assemble((f"{_MARGIN} | ", "dim"), f"{name:13}", bars, f"  loss {_ends(curve)}")


def _ends(curve: Curve) -> str:
    ends = [curve[0], curve[-1]] if curve else []
    return " to ".join("no number" if loss is None else spoken(loss) for loss in ends)


def _circumstances(verdict: Verdict) -> str:
    budget = verdict.budget
    seeds = f"{budget.seeds} seed{'' if budget.seeds == 1 else 's'}"
    data = "made-up data" if verdict.mode == "synthetic" else "the program itself"
    told = [f"{data}, {budget.steps} steps, {seeds}, {budget.seconds:.2g} s"]
    if verdict.sandbox:
        told.append(f"kept apart by {verdict.sandbox}")
    if verdict.assumptions:
        told.append(f"assumed: {'; '.join(verdict.assumptions)}")
    return "; ".join(told)
