"""The JSON that reviewdog reads; its columns count bytes of UTF-8."""

from __future__ import annotations

import json
from typing import Any

from trainlint.engine.diagnostic import Diagnostic, Edit, Related
from trainlint.engine.run import RunResult
from trainlint.report.physical import message, physical
from trainlint.syntax.positions import Place


def render(result: RunResult) -> str:
    """https://github.com/reviewdog/reviewdog/tree/master/proto/rdf"""
    report = {
        "source": {"name": "trainlint"},
        "diagnostics": [_diagnostic(diagnostic, result) for diagnostic in result.diagnostics],
    }
    return json.dumps(report, indent=2) + "\n"


def _diagnostic(diagnostic: Diagnostic, result: RunResult) -> dict[str, Any]:
    code = {"value": f"{diagnostic.code} {diagnostic.name}"}
    if diagnostic.url:
        code["url"] = diagnostic.url
    text = message(diagnostic)
    made: dict[str, Any] = {
        "message": f"{text}\n{diagnostic.help}" if diagnostic.help else text,
        "location": _location(diagnostic, result),
        "severity": diagnostic.severity.value.upper(),
        "code": code,
    }
    fix = diagnostic.fix
    # A suggestion belongs to the finding's own file.
    if fix and all(
        edit.cell is None and edit.place.filename == diagnostic.place.filename for edit in fix.edits
    ):
        made["suggestions"] = [
            {"range": _range(edit.place, result), "text": edit.content} for edit in fix.edits
        ]
    if diagnostic.related:
        made["relatedLocations"] = [
            {"message": related.message, "location": _location(related, result)}
            for related in diagnostic.related
        ]
    return made


def _location(placed: Diagnostic | Related | Edit, result: RunResult) -> dict[str, Any]:
    place = physical(placed)
    path = {"path": placed.place.filename}
    return {**path, "range": _range(place, result)} if place else path


def _range(place: Place, result: RunResult) -> dict[str, Any]:
    return {
        "start": {"line": place.row, "column": _bytes(place.filename, place.row, place.column, result)},
        "end": {
            "line": place.end_row,
            "column": _bytes(place.filename, place.end_row, place.end_column, result),
        },
    }


def _bytes(filename: str, row: int, column: int, result: RunResult) -> int:
    before = (result.line(filename, None, row) or "")[: column - 1]
    return column + len(before.encode("utf-8", "surrogatepass")) - len(before)
