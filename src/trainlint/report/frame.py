"""The line of code that a finding points at, as it is shown: tabs as spaces, long lines cropped."""

from __future__ import annotations

from dataclasses import dataclass

from rich.cells import cell_len

from trainlint.engine.diagnostic import Diagnostic
from trainlint.engine.run import RunResult
from trainlint.report.text import visible

_TAB = 4
_WIDEST = 200
_LEAD = 60


@dataclass(frozen=True)
class Frame:
    """A line in three parts, of which the middle one is marked."""

    before: str
    marked: str
    after: str


def frame_of(diagnostic: Diagnostic, result: RunResult) -> Frame | None:
    """The line with what is marked on it; None where there is nothing to see."""
    place = diagnostic.place
    line = result.line(place.filename, diagnostic.cell, place.row)
    if not line or not line.strip():
        return None
    # Where the place goes on in further rows, the mark runs to the end of its first one.
    end = place.end_column if place.end_row == place.row else len(line.rstrip()) + 1
    start = min(place.column - 1, len(line))
    shown, start, end = _cropped(line, start, max(end - 1, start + 1))
    before = expanded(shown[:start])
    marked = expanded(shown[:end])[len(before) :]
    after = expanded(shown)[len(before) + len(marked) :]
    return Frame(before, marked, after.rstrip())


def code_at(line: str) -> str:
    """The beginning of a line, for a remark beside a place."""
    return expanded(line.strip()[:_LEAD])


def expanded(text: str) -> str:
    """Tabs as the spaces they stand for, so that carets stand below what they mark."""
    columns = 0
    parts = []
    for character in text:
        part = " " * (_TAB - columns % _TAB) if character == "\t" else visible(character)
        columns += cell_len(part)
        parts.append(part)
    return "".join(parts)


def _cropped(line: str, start: int, end: int) -> tuple[str, int, int]:
    """The part of a very long line around what is marked."""
    if len(line) <= _WIDEST:
        return line, start, min(end, max(len(line), start + 1))
    first = max(start - _LEAD, 0)
    return line[first : first + _WIDEST], start - first, min(end - first, _WIDEST)
