"""Commands that GitHub shows beside the changed lines."""

from __future__ import annotations

from trainlint.engine.diagnostic import Diagnostic, Severity
from trainlint.engine.run import RunResult
from trainlint.report.physical import message, physical

_COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}


def render(result: RunResult) -> str:
    """A command for each finding."""
    return "".join(f"{_line(diagnostic)}\n" for diagnostic in result.diagnostics)


def _line(diagnostic: Diagnostic) -> str:
    place = physical(diagnostic)
    given: dict[str, object] = {
        "title": f"trainlint ({diagnostic.code} {diagnostic.name})",
        "file": diagnostic.place.filename,
        "line": place.row if place else 1,
    }
    if place:
        given["endLine"] = place.end_row
        given["col"] = place.column
        if place.end_row == place.row:
            # https://docs.github.com/en/rest/checks/runs: columns only within one line, the last one included.
            given["endColumn"] = max(place.end_column - 1, place.column)
    properties = ",".join(f"{key}={_property(str(value))}" for key, value in given.items())
    text = f"{diagnostic.code} {diagnostic.name}: {message(diagnostic)}"
    if diagnostic.help:
        text += f"\n{diagnostic.help}"
    return f"::{_COMMANDS[diagnostic.severity]} {properties}::{_data(text)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
