"""SARIF 2.1.0, for code scanning and other readers of many tools."""

from __future__ import annotations

import json
from typing import Any

from trainlint import __version__
from trainlint.engine.diagnostic import Diagnostic, Edit, Fix, Related, Severity
from trainlint.engine.pages import page_of, summary_of
from trainlint.engine.run import RunResult
from trainlint.report.physical import message, physical, uri
from trainlint.syntax.positions import Place

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"

_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}


def render(result: RunResult) -> str:
    """A log of one run. Columns count code points; places in notebooks have no region, because a reader would
    look for it in the file's JSON."""
    rules = sorted({diagnostic.name for diagnostic in result.diagnostics})
    indices = {name: index for index, name in enumerate(rules)}
    run = {
        "tool": {
            "driver": {
                "name": "trainlint",
                "version": __version__,
                "semanticVersion": __version__,
                "rules": [_rule(name, result) for name in rules],
            }
        },
        "columnKind": "unicodeCodePoints",
        "results": [_result(diagnostic, indices) for diagnostic in result.diagnostics],
    }
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2) + "\n"


def _rule(name: str, result: RunResult) -> dict[str, Any]:
    found = next(diagnostic for diagnostic in result.diagnostics if diagnostic.name == name)
    described: dict[str, Any] = {"id": found.code, "name": name}
    rule = result.rules.get(name)
    if rule:
        page = page_of(rule)
        described |= {
            "shortDescription": {"text": summary_of(rule)},
            "help": {"text": page, "markdown": page},
            "defaultConfiguration": {"level": _LEVELS[Severity(rule.severity)]},
            "properties": {"tags": [rule.family, *rule.frameworks]},
        }
    if found.url.startswith("http"):  # a page on this machine's disk is of no use to a reader elsewhere
        described["helpUri"] = found.url
    return described


def _result(diagnostic: Diagnostic, indices: dict[str, int]) -> dict[str, Any]:
    text = message(diagnostic)
    made: dict[str, Any] = {
        "ruleId": diagnostic.code,
        "ruleIndex": indices[diagnostic.name],
        "level": _LEVELS[diagnostic.severity],
        "message": {"text": f"{text}\n{diagnostic.help}" if diagnostic.help else text},
        "locations": [_location(diagnostic)],
        "properties": {"certainty": diagnostic.certainty.value},
    }
    if diagnostic.fingerprint:
        made["partialFingerprints"] = {"trainlint/v1": diagnostic.fingerprint}
    if diagnostic.related:
        made["relatedLocations"] = [
            {"id": number, **_location(related), "message": {"text": related.message}}
            for number, related in enumerate(diagnostic.related)
        ]
    if diagnostic.fix and all(edit.cell is None for edit in diagnostic.fix.edits):
        made["fixes"] = [_fix(diagnostic.fix)]
    return made


def _location(placed: Diagnostic | Related) -> dict[str, Any]:
    place = physical(placed)
    where: dict[str, Any] = {"artifactLocation": {"uri": uri(placed.place.filename)}}
    if place:
        where["region"] = _region(place)
    location: dict[str, Any] = {"physicalLocation": where}
    if placed.cell is not None:
        location["logicalLocations"] = [{"name": f"cell {placed.cell}", "kind": "cell"}]
    return location


def _region(place: Place) -> dict[str, int]:
    return {
        "startLine": place.row,
        "startColumn": place.column,
        "endLine": place.end_row,
        "endColumn": place.end_column,
    }


def _fix(fix: Fix) -> dict[str, Any]:
    by_file: dict[str, list[Edit]] = {}
    for edit in fix.edits:
        by_file.setdefault(edit.place.filename, []).append(edit)
    return {
        "description": {"text": f"{fix.message}: {fix.reason}" if fix.reason else fix.message},
        "artifactChanges": [
            {
                "artifactLocation": {"uri": uri(filename)},
                "replacements": [
                    {"deletedRegion": _region(edit.place), "insertedContent": {"text": edit.content}}
                    for edit in edits
                ],
            }
            for filename, edits in by_file.items()
        ],
        "properties": {"applicability": fix.applicability},
    }
