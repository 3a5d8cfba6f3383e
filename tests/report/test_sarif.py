"""SARIF logs fit the published schema.

`sarif-2.1.0-rtm.5.json` is the schema of SchemaStore as the npm package @microsoft/jest-sarif (MIT) carries it.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft4Validator

from tests.report.examples import explained, finding, result
from tests.report.test_machine_formats import IN_CELL, NOTEBOOK
from trainlint.engine.diagnostic import Edit, Fix, Severity
from trainlint.engine.run import RunResult
from trainlint.report import sarif
from trainlint.syntax.positions import Place

VALIDATOR = Draft4Validator(json.loads((Path(__file__).parent / "sarif-2.1.0-rtm.5.json").read_text("utf-8")))


def log_of(run: RunResult) -> dict[str, Any]:
    """The one run of a log that fits the schema."""
    log = json.loads(sarif.render(run))
    assert [error.message for error in VALIDATOR.iter_errors(log)] == []
    assert log["version"] == "2.1.0"
    [only] = log["runs"]
    assert isinstance(only, dict)
    return only


def test_without_findings_there_is_a_run() -> None:
    run = log_of(result())
    assert run["results"] == []
    assert run["tool"]["driver"]["name"] == "trainlint"


def test_a_finding_with_everything() -> None:
    run = log_of(result(explained()))
    [found] = run["results"]
    assert (found["ruleId"], found["level"]) == ("TL101", "error")
    assert found["message"]["text"] == (
        "a learning rate of 1e-08 moves nothing\nrates from 1e-5 on are usual for Adam"
    )
    [location] = found["locations"]
    assert location["physicalLocation"] == {
        "artifactLocation": {"uri": "train.py"},
        "region": {"startLine": 2, "startColumn": 7, "endLine": 2, "endColumn": 11},
    }
    assert found["partialFingerprints"] == {"trainlint/v1": "f00"}
    assert [each["message"]["text"] for each in found["relatedLocations"]] == [
        "`LR` is set here",
        "`1e-8` stands here",
    ]
    [fix] = found["fixes"]
    [replacement] = fix["artifactChanges"][0]["replacements"]
    assert replacement["insertedContent"] == {"text": "1e-3"}
    assert fix["properties"] == {"applicability": "unsafe"}


def test_rules_are_described_once() -> None:
    run = log_of(result(finding(), finding(1), finding(code="TL601", name="missing-zero-grad")))
    rules = run["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == ["TL101", "TL601"]
    assert [rules[each["ruleIndex"]]["id"] for each in run["results"]] == ["TL101", "TL101", "TL601"]
    assert rules[0]["help"]["markdown"].startswith("# learning-rate-too-low (TL101)")
    assert rules[0]["properties"]["tags"][0] == "optimizer"
    assert "helpUri" not in rules[0]


def test_pages_on_the_web_are_linked() -> None:
    run = log_of(result(finding(url="https://example.org/learning-rate-too-low.md")))
    assert run["tool"]["driver"]["rules"][0]["helpUri"] == "https://example.org/learning-rate-too-low.md"


def test_a_rule_that_is_not_installed_any_more_is_no_obstacle() -> None:
    run = log_of(result(finding(code="XY1", name="somebodys-rule")))
    assert run["tool"]["driver"]["rules"] == [{"id": "XY1", "name": "somebodys-rule"}]


@pytest.mark.parametrize(
    ("severity", "level"), [(Severity.ERROR, "error"), (Severity.WARNING, "warning"), (Severity.INFO, "note")]
)
def test_levels(severity: Severity, level: str) -> None:
    assert log_of(result(finding(severity=severity)))["results"][0]["level"] == level


def test_a_place_in_a_notebook_has_a_cell_and_no_region() -> None:
    fix = Fix(applicability="safe", message="x", edits=(Edit(place=IN_CELL.place, content="y", cell=1),))
    [found] = log_of(result(IN_CELL.model_copy(update={"fix": fix}), n=NOTEBOOK))["results"]
    [location] = found["locations"]
    assert location["physicalLocation"] == {"artifactLocation": {"uri": "n.ipynb"}}
    assert location["logicalLocations"] == [{"name": "cell 1", "kind": "cell"}]
    assert "fixes" not in found


@pytest.mark.parametrize(
    ("filename", "uri"),
    [
        ("a b/ü#1%.py", "a%20b/%C3%BC%231%25.py"),
        ("C:/x/a b.py", "file:///C:/x/a%20b.py"),
        ("/tmp/a.py", "file:///tmp/a.py"),
        ("a:b.py", "a%3Ab.py"),
    ],
)
def test_names_become_uris(filename: str, uri: str) -> None:
    [found] = log_of(result(finding(place=Place(filename, 1, 1, 1, 2))))["results"]
    assert found["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == uri
