"""One line a finding, for editors and greps."""

from __future__ import annotations

from trainlint.engine.diagnostic import Diagnostic
from trainlint.engine.run import RunResult
from trainlint.report.text import location, visible


def render(result: RunResult) -> str:
    """`file:line:column: severity CODE name: message`, a line for each finding."""
    return "".join(f"{_line(diagnostic)}\n" for diagnostic in result.diagnostics)


def _line(diagnostic: Diagnostic) -> str:
    what = f"{diagnostic.severity.value} {diagnostic.code} {diagnostic.name}"
    return f"{location(diagnostic)}: {what}: {visible(diagnostic.message)}"
