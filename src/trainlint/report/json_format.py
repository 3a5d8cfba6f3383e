"""Findings as a JSON list, for programs."""

from __future__ import annotations

import json
from typing import Any

from trainlint.engine.diagnostic import Diagnostic, Edit, Fix, Related
from trainlint.engine.run import RunResult


def render(result: RunResult) -> str:
    """A list of objects. Rows and columns count from 1, columns in code points; characters beyond ASCII are
    escaped, so that the output survives every terminal's encoding."""
    return json.dumps([as_json(diagnostic) for diagnostic in result.diagnostics], indent=2) + "\n"


def as_json(diagnostic: Diagnostic) -> dict[str, Any]:
    """One finding as plain data."""
    return {
        "code": diagnostic.code,
        "name": diagnostic.name,
        "severity": diagnostic.severity.value,
        "message": diagnostic.message,
        "help": diagnostic.help,
        "url": diagnostic.url,
        **_where(diagnostic),
        "certainty": diagnostic.certainty.value,
        "related": [{"message": related.message, **_where(related)} for related in diagnostic.related],
        "fix": _fix(diagnostic.fix) if diagnostic.fix else None,
        "fingerprint": diagnostic.fingerprint,
        "probe": diagnostic.probe.model_dump(mode="json") if diagnostic.probe else None,
    }


def _fix(fix: Fix) -> dict[str, Any]:
    return {
        "applicability": fix.applicability,
        "message": fix.message,
        "edits": [{"content": edit.content, **_where(edit)} for edit in fix.edits],
    }


def _where(placed: Diagnostic | Related | Edit) -> dict[str, Any]:
    place = placed.place
    return {
        "filename": place.filename,
        "cell": placed.cell,
        "location": {"row": place.row, "column": place.column},
        "end_location": {"row": place.end_row, "column": place.end_column},
    }
