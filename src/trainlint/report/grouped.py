"""Findings below the name of their file, for people who read many."""

from __future__ import annotations

from itertools import groupby

from trainlint.engine.diagnostic import Diagnostic
from trainlint.engine.run import RunResult
from trainlint.report.styled import Styled, in_lines
from trainlint.report.text import COLOURS, visible


def render(result: RunResult) -> Styled:
    """The name of each file with its findings, indented, and an empty line after each file."""
    lines: list[Styled] = []
    for filename, found in groupby(result.diagnostics, key=lambda diagnostic: diagnostic.place.filename):
        lines += [Styled((visible(filename), "bold")), *_lines(list(found)), Styled()]
    return in_lines(lines)


def _lines(found: list[Diagnostic]) -> list[Styled]:
    places = [_place(diagnostic) for diagnostic in found]
    width = max(map(len, places))
    severities = max(len(diagnostic.severity.value) for diagnostic in found)
    return [
        Styled(
            f"  {place:<{width}}  ",
            (f"{diagnostic.severity.value:<{severities}}", COLOURS[diagnostic.severity]),
            "  ",
            (f"{diagnostic.code} {diagnostic.name}", "bold"),
            f": {visible(diagnostic.message)}",
        )
        for place, diagnostic in zip(places, found, strict=True)
    ]


def _place(diagnostic: Diagnostic) -> str:
    cell = f"cell {diagnostic.cell}:" if diagnostic.cell is not None else ""
    return f"{cell}{diagnostic.place.row}:{diagnostic.place.column}"
