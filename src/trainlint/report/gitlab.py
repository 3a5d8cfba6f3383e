"""GitLab's Code Quality report."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from trainlint.engine.diagnostic import Diagnostic, Severity
from trainlint.engine.run import RunResult
from trainlint.report.physical import message, physical

_SEVERITIES = {Severity.ERROR: "critical", Severity.WARNING: "major", Severity.INFO: "info"}


def render(result: RunResult) -> str:
    """A list of issues; paths are relative to the project where GitLab says which folder that is."""
    return json.dumps([_issue(diagnostic) for diagnostic in result.diagnostics], indent=2) + "\n"


def _issue(diagnostic: Diagnostic) -> dict[str, Any]:
    place = physical(diagnostic)
    begin = {"line": place.row, "column": place.column} if place else {"line": 1, "column": 1}
    end = {"line": place.end_row, "column": place.end_column} if place else begin
    return {
        "type": "issue",
        "check_name": diagnostic.name,
        "description": f"{diagnostic.code} {diagnostic.name}: {message(diagnostic)}",
        "categories": ["Bug Risk"],
        "severity": _SEVERITIES[diagnostic.severity],
        "fingerprint": diagnostic.fingerprint,
        "location": {"path": _path(diagnostic.place.filename), "positions": {"begin": begin, "end": end}},
    }


def _path(filename: str) -> str:
    project = os.environ.get("CI_PROJECT_DIR")
    if not project:
        return filename
    return Path(os.path.relpath(filename, project)).as_posix()
