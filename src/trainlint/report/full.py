"""Everything about each finding: the code it stands in, advice, where its values come from, the fix."""

from __future__ import annotations

from collections.abc import Iterator

from rich.cells import cell_len

from trainlint.engine.diagnostic import Diagnostic, Fix, Related
from trainlint.engine.run import RunResult
from trainlint.report.frame import code_at, frame_of
from trainlint.report.styled import Styled, in_lines
from trainlint.report.text import COLOURS, location, visible

_QUIET = "dim"


def render(result: RunResult) -> Styled:
    """The findings one after the other, with an empty line after each."""
    return in_lines(line for diagnostic in result.diagnostics for line in _block(diagnostic, result))


def _block(diagnostic: Diagnostic, result: RunResult) -> Iterator[Styled]:
    yield from _lines(diagnostic, result)
    yield Styled()


def _lines(diagnostic: Diagnostic, result: RunResult) -> Iterator[Styled]:
    place = diagnostic.place
    colour = COLOURS[diagnostic.severity]
    margin = " " * len(str(place.row))
    yield Styled(
        (diagnostic.severity.value, colour),
        " ",
        (f"{diagnostic.code} {diagnostic.name}", "bold"),
        ": ",
        visible(diagnostic.message),
    )
    yield Styled((f"{margin}--> ", _QUIET), location(diagnostic))
    yield from _frame(diagnostic, result, margin, colour)
    if diagnostic.help:
        yield Styled((f"{margin} = ", _QUIET), ("help: ", "bold"), visible(diagnostic.help))
    for number, related in enumerate(diagnostic.related):
        yield _reason(related, result, margin, "because: " if number == 0 else "         ")
    if diagnostic.fix:
        yield _fix(diagnostic.fix, margin)
    if diagnostic.url:
        yield Styled((f"{margin} = ", _QUIET), ("rule: ", "bold"), (diagnostic.url, _QUIET))


def _frame(diagnostic: Diagnostic, result: RunResult, margin: str, colour: str) -> Iterator[Styled]:
    frame = frame_of(diagnostic, result)
    if frame is None:
        return
    carets = " " * cell_len(frame.before) + "^" * max(cell_len(frame.marked), 1)
    yield Styled((f"{margin} |", _QUIET))
    code = f"{frame.before}{frame.marked}{frame.after}".rstrip()
    yield Styled((f"{diagnostic.place.row} | ", _QUIET), code)
    yield Styled((f"{margin} | ", _QUIET), (carets, colour))


def _reason(related: Related, result: RunResult, margin: str, title: str) -> Styled:
    place = related.place
    line = (result.line(place.filename, related.cell, place.row) or "").strip()
    code = f"  {code_at(line)}" if line else ""
    return Styled(
        (f"{margin} = " if title.strip() else f"{margin}   ", _QUIET),
        (title, "bold"),
        visible(related.message),
        f" ({location(related)})",
        (code, _QUIET),
    )


def _fix(fix: Fix, margin: str) -> Styled:
    reason = f": {visible(fix.reason)}" if fix.reason else ""
    return Styled(
        (f"{margin} = ", _QUIET),
        (f"fix ({fix.applicability}): ", "bold"),
        visible(fix.message),
        reason,
    )
