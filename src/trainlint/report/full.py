"""Everything about each finding: the code it stands in, advice, where its values come from, the fix."""

from __future__ import annotations

from collections.abc import Iterator

from rich.cells import cell_len
from rich.text import Text

from trainlint.engine.diagnostic import Diagnostic, Fix, Related, Severity
from trainlint.engine.run import RunResult
from trainlint.report.text import location, visible

_COLOURS = {Severity.ERROR: "bold red", Severity.WARNING: "bold yellow", Severity.INFO: "bold cyan"}
_QUIET = "dim"
_TAB = 4
_WIDEST = 200
_LEAD = 60


def render(result: RunResult) -> Text:
    """The findings one after the other, with an empty line after each."""
    return Text("\n").join(line for diagnostic in result.diagnostics for line in _block(diagnostic, result))


def _block(diagnostic: Diagnostic, result: RunResult) -> Iterator[Text]:
    yield from _lines(diagnostic, result)
    yield Text()


def _lines(diagnostic: Diagnostic, result: RunResult) -> Iterator[Text]:
    place = diagnostic.place
    colour = _COLOURS[diagnostic.severity]
    margin = " " * len(str(place.row))
    yield Text.assemble(
        (diagnostic.severity.value, colour),
        " ",
        (f"{diagnostic.code} {diagnostic.name}", "bold"),
        ": ",
        visible(diagnostic.message),
    )
    yield Text.assemble((f"{margin}--> ", _QUIET), location(diagnostic))
    yield from _frame(diagnostic, result, margin, colour)
    if diagnostic.help:
        yield Text.assemble((f"{margin} = ", _QUIET), ("help: ", "bold"), visible(diagnostic.help))
    for number, related in enumerate(diagnostic.related):
        yield _reason(related, result, margin, "because: " if number == 0 else "         ")
    if diagnostic.fix:
        yield _fix(diagnostic.fix, margin)
    if diagnostic.url:
        yield Text.assemble((f"{margin} = ", _QUIET), ("rule: ", "bold"), (diagnostic.url, _QUIET))


def _frame(diagnostic: Diagnostic, result: RunResult, margin: str, colour: str) -> Iterator[Text]:
    place = diagnostic.place
    line = result.line(place.filename, diagnostic.cell, place.row)
    if not line or not line.strip():
        return
    # Where the place goes on in further rows, the carets run to the end of its first one.
    end = place.end_column if place.end_row == place.row else len(line.rstrip()) + 1
    start = min(place.column - 1, len(line))
    shown, start, end = _cropped(line, start, max(end - 1, start + 1))
    before, marked, after = shown[:start], shown[start:end], shown[end:]
    indent = _expanded(before)
    width = cell_len(_expanded(before + marked)) - cell_len(indent)
    carets = " " * cell_len(indent) + "^" * max(width, 1)
    yield Text(f"{margin} |", style=_QUIET)
    yield Text.assemble((f"{place.row} | ", _QUIET), _expanded(before + marked + after).rstrip())
    yield Text.assemble((f"{margin} | ", _QUIET), (carets, colour))


def _cropped(line: str, start: int, end: int) -> tuple[str, int, int]:
    """The part of a very long line around what is marked."""
    if len(line) <= _WIDEST:
        return line, start, min(end, max(len(line), start + 1))
    first = max(start - _LEAD, 0)
    return line[first : first + _WIDEST], start - first, min(end - first, _WIDEST)


def _expanded(text: str) -> str:
    """Tabs as the spaces they stand for, so that carets stand below what they mark."""
    columns = 0
    parts = []
    for character in text:
        part = " " * (_TAB - columns % _TAB) if character == "\t" else visible(character)
        columns += cell_len(part)
        parts.append(part)
    return "".join(parts)


def _reason(related: Related, result: RunResult, margin: str, title: str) -> Text:
    place = related.place
    line = (result.line(place.filename, related.cell, place.row) or "").strip()
    code = f"  {_expanded(line[:_LEAD])}" if line else ""
    return Text.assemble(
        (f"{margin} = " if title.strip() else f"{margin}   ", _QUIET),
        (title, "bold"),
        visible(related.message),
        f" ({location(related)})",
        (code, _QUIET),
    )


def _fix(fix: Fix, margin: str) -> Text:
    reason = f": {visible(fix.reason)}" if fix.reason else ""
    return Text.assemble(
        (f"{margin} = ", _QUIET),
        (f"fix ({fix.applicability}): ", "bold"),
        visible(fix.message),
        reason,
    )
