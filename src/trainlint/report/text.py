"""How places and foreign text are written in reports that people read."""

from __future__ import annotations

import re

from trainlint.engine.diagnostic import Diagnostic, Related, Severity

COLOURS = {Severity.ERROR: "bold red", Severity.WARNING: "bold yellow", Severity.INFO: "bold cyan"}

# Escape sequences in somebody's source must not act on the terminal. Tabs are the caller's matter.
_CONTROL = re.compile(
    r"[\x00-\x08\x0a-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]"
)


def visible(text: str) -> str:
    """The text with control characters replaced by one visible character each."""
    return _CONTROL.sub("\N{REPLACEMENT CHARACTER}", text)


def location(placed: Diagnostic | Related) -> str:
    """`file:line:column`, and in a notebook `file:cell 3:line:column`."""
    place = placed.place
    cell = f":cell {placed.cell}" if placed.cell is not None else ""
    return f"{visible(place.filename)}{cell}:{place.row}:{place.column}"


def counted(number: int, singular: str) -> str:
    """`1 file`, `2 files`."""
    return f"{number} {singular}" if number == 1 else f"{number} {singular}s"
