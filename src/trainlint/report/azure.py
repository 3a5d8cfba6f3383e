"""Commands that Azure Pipelines shows as issues."""

from __future__ import annotations

from trainlint.engine.diagnostic import Diagnostic, Severity
from trainlint.engine.run import RunResult
from trainlint.report.physical import message, physical


def render(result: RunResult) -> str:
    """A command for each finding; Azure knows errors and warnings only."""
    return "".join(f"{_line(diagnostic)}\n" for diagnostic in result.diagnostics)


def _line(diagnostic: Diagnostic) -> str:
    place = physical(diagnostic)
    given = {
        "type": "error" if diagnostic.severity is Severity.ERROR else "warning",
        "sourcepath": diagnostic.place.filename,
        "linenumber": str(place.row if place else 1),
        "columnnumber": str(place.column if place else 1),
        "code": diagnostic.code,
    }
    properties = "".join(f"{key}={_property(value)};" for key, value in given.items())
    return f"##vso[task.logissue {properties}]{_data(f'{diagnostic.name}: {message(diagnostic)}')}"


def _data(text: str) -> str:
    return text.replace("%", "%AZP25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace("]", "%5D").replace(";", "%3B")
