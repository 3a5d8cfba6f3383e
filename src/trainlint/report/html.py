"""One page that needs nothing beside it: charts, findings with their code, a box to filter them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from html import escape
from itertools import groupby
from pathlib import Path

from trainlint import __version__
from trainlint.engine.diagnostic import Diagnostic, Severity
from trainlint.engine.run import RunResult
from trainlint.report.charts import chart
from trainlint.report.frame import code_at, frame_of
from trainlint.report.summary import summary
from trainlint.report.text import location, visible

_CODE = re.compile(r"`([^`]+)`")
_PAGE = Path(__file__).parent / "page"
# Nothing may be loaded from elsewhere, whatever a program's text holds.
POLICY = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'"


def render(result: RunResult) -> str:
    """The whole page."""
    return "".join(_parts(result))


def _parts(result: RunResult) -> Iterator[str]:
    yield (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>trainlint: {escape(summary(result))}</title>\n<style>\n{asset('style.css')}</style>\n</head>\n"
        f'<body>\n<header>\n<h1>trainlint</h1>\n<p id="summary">{escape(summary(result))}</p>\n'
        f'<p class="quiet">trainlint {escape(__version__)}</p>\n</header>\n'
    )
    if result.diagnostics:
        yield from _charts(result)
        yield from _filter(result)
        for filename, found in groupby(result.diagnostics, key=lambda diagnostic: diagnostic.place.filename):
            yield f'<section class="file">\n<h2>{as_text(filename)}</h2>\n'
            yield from (_finding(diagnostic, result) for diagnostic in found)
            yield "</section>\n"
    yield f"<script>\n{asset('script.js')}</script>\n</body>\n</html>\n"


def _charts(result: RunResult) -> Iterator[str]:
    found = result.diagnostics
    rules = result.rules
    families = ((rules[d.name].family if d.name in rules else "other", d.severity) for d in found)
    yield '<div class="charts">\n'
    yield chart("By rule", ((d.name, d.severity) for d in found)) + "\n"
    yield chart("By family", families) + "\n"
    yield chart("By file", ((d.place.filename, d.severity) for d in found)) + "\n"
    yield "</div>\n"


def _filter(result: RunResult) -> Iterator[str]:
    yield '<form>\n<input type="search" id="filter" aria-label="Filter" placeholder="Filter: rule, file, words">\n'
    yield '<span class="kinds">\n'
    present = {diagnostic.severity for diagnostic in result.diagnostics}
    for severity in Severity:
        if severity in present:
            name = severity.value
            yield f'<label><input type="checkbox" value="{name}" checked> {name}</label>\n'
    yield '</span>\n<span class="quiet" id="shown"></span>\n</form>\n'


def _finding(diagnostic: Diagnostic, result: RunResult) -> str:
    name = f"{diagnostic.code} {diagnostic.name}"
    severity = diagnostic.severity.value
    rules = result.rules
    family = rules[diagnostic.name].family if diagnostic.name in rules else "other"
    words = " ".join((name, family, diagnostic.message, visible(diagnostic.place.filename))).lower()
    title = f'<a href="{escape(diagnostic.url)}">{as_text(name)}</a>' if diagnostic.url else as_text(name)
    parts = [
        f'<article class="{severity}" data-severity="{severity}" data-text="{as_text(words)}">\n',
        f'<p><span class="severity">{severity}</span> <strong>{title}</strong>: {as_words(diagnostic.message)}</p>\n',
        f'<p class="quiet"><code>{as_text(location(diagnostic))}</code></p>\n',
        *_frame(diagnostic, result),
    ]
    if diagnostic.help:
        parts.append(f"<p><strong>help:</strong> {as_words(diagnostic.help)}</p>\n")
    if diagnostic.related:
        parts.append("<p><strong>because:</strong></p>\n<ul>\n")
        for related in diagnostic.related:
            line = result.line(related.place.filename, related.cell, related.place.row) or ""
            code = f" <code>{escape(code_at(line))}</code>" if line.strip() else ""
            parts.append(f"<li>{as_words(related.message)} ({as_text(location(related))}){code}</li>\n")
        parts.append("</ul>\n")
    if diagnostic.fix:
        fix = diagnostic.fix
        reason = f": {as_words(fix.reason)}" if fix.reason else ""
        parts.append(f"<p><strong>fix ({fix.applicability}):</strong> {as_words(fix.message)}{reason}</p>\n")
    return "".join((*parts, "</article>\n"))


def _frame(diagnostic: Diagnostic, result: RunResult) -> Iterator[str]:
    frame = frame_of(diagnostic, result)
    if frame:
        marked = escape(frame.marked) or " "
        yield (
            f'<pre><span class="row">{diagnostic.place.row} | </span>{escape(frame.before.lstrip())}'
            f"<mark>{marked}</mark>{escape(frame.after)}</pre>\n"
        )


def as_text(text: str) -> str:
    """Text as it stands in a page."""
    return escape(visible(text))


def as_words(text: str) -> str:
    """A sentence in which what stands in backticks is code."""
    return _CODE.sub(r"<code>\1</code>", as_text(text))


@cache
def asset(name: str) -> str:
    """A file of the page, as it is shipped."""
    return (_PAGE / name).read_text("utf-8")
