"""Answers of a probe as one page that needs nothing beside it: curves, layers, numbers, circumstances."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape

from trainlint import __version__
from trainlint.engine.diagnostic import Diagnostic
from trainlint.engine.verdict import Evidence, Verdict
from trainlint.plan.setting import spoken
from trainlint.report.html import POLICY, as_text, as_words, asset
from trainlint.report.probe_charts import curves, layer_bars
from trainlint.report.text import location

_SANDBOX = {
    "bwrap": "bubblewrap: no network, files read-only",
    "userns": "namespaces of the system: no network, files read-only",
    "guard-only": "an accident guard only: no network and no changes by Python's own functions",
}


def render(diagnostics: Sequence[Diagnostic], title: str, summary: str) -> str:
    """The whole page. `title` names the program."""
    return "".join(_parts(diagnostics, title, summary))


def _parts(diagnostics: Sequence[Diagnostic], title: str, summary: str) -> Iterator[str]:
    yield (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>trainlint probe: {as_text(title)}</title>\n"
        f"<style>\n{asset('style.css')}{asset('probe.css')}</style>\n</head>\n<body>\n"
        f'<header>\n<h1>{as_text(title)}</h1>\n<p id="summary">{as_text(summary)}</p>\n'
        f'<p class="quiet">trainlint {escape(__version__)}</p>\n</header>\n'
    )
    for diagnostic in diagnostics:
        if diagnostic.probe is not None:
            yield from _article(diagnostic, diagnostic.probe)
    yield "</body>\n</html>\n"


def _article(diagnostic: Diagnostic, verdict: Verdict) -> Iterator[str]:
    name = f"{diagnostic.code} {diagnostic.name}"
    linked = f'<a href="{escape(diagnostic.url)}">{as_text(name)}</a>' if diagnostic.url else as_text(name)
    yield (
        f'<article class="{verdict.verdict}">\n'
        f'<p><span class="verdict">{verdict.verdict}</span> <strong>{linked}</strong>: {as_words(diagnostic.message)}</p>\n'
        f'<p class="quiet"><code>{as_text(location(diagnostic))}</code></p>\n'
        f'<p class="because">{as_words(verdict.sentence)}.</p>\n'
    )
    if any(verdict.plot.as_written):
        yield f"<figure><figcaption>Loss by step</figcaption>{curves(verdict.plot)}</figure>\n"
    bars = layer_bars(verdict.layers)
    if bars:
        yield f'<details open><summary>Layers</summary><div class="charts">{bars}</div></details>\n'
    if verdict.evidence:
        yield from _evidence(verdict.evidence)
    yield f'<p class="quiet">{as_text(_circumstances(verdict))}</p>\n</article>\n'


def _evidence(evidence: Sequence[Evidence]) -> Iterator[str]:
    yield "<table>\n<tr><th>statistic</th><th>value</th><th>compared with</th><th>in words</th></tr>\n"
    for each in evidence:
        value = spoken(each.value) if isinstance(each.value, float) else (each.value or "")
        cells = (each.statistic.replace("_", " "), str(value), each.threshold)
        yield f"<tr>{''.join(f'<td>{as_text(cell)}</td>' for cell in cells)}<td>{as_words(each.text)}</td></tr>\n"
    yield "</table>\n"


def _circumstances(verdict: Verdict) -> str:
    """How the answer came about, for those who doubt it."""
    budget = verdict.budget
    how = (
        "made-up data of the program's shape and scale"
        if verdict.mode == "synthetic"
        else "the program itself"
    )
    told = [f"Trained on {how}" if budget.steps else "Nothing was trained"]
    if budget.steps:
        seeds = f"{budget.seeds} seed{'' if budget.seeds == 1 else 's'}"
        told.append(f"{budget.steps} steps, {seeds}, {budget.seconds:.2g} s")
    if budget.overhead is not None:
        told.append(f"measuring took {100 * budget.overhead:.0f} % of the time")
    if verdict.sandbox:
        told.append(f"kept apart by {_SANDBOX[verdict.sandbox]}")
    if verdict.assumptions:
        told.append(f"assumed: {', '.join(verdict.assumptions)}")
    if verdict.versions:
        told.append(", ".join(f"{name} {version}" for name, version in verdict.versions.items()))
    return "; ".join(told) + "."
