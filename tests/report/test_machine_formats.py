"""What other programs read: JSON lines, GitHub, Azure, GitLab, JUnit, reviewdog."""

from __future__ import annotations

import json
import re
from xml.etree import ElementTree as xml

import pytest

from tests.report.examples import explained, finding, result
from trainlint.engine.diagnostic import Severity
from trainlint.report import azure, github, gitlab, json_format, json_lines, junit, rdjson
from trainlint.syntax.positions import Place

NOTEBOOK = json.dumps({"cells": [{"cell_type": "code", "source": "x = 1\nopt = 2\n"}]})
IN_CELL = finding(place=Place("n.ipynb", 2, 7, 2, 11), cell=1)


def test_a_json_line_is_an_object_of_the_json_list() -> None:
    run = result(explained(), finding())
    lines = json_lines.render(run).splitlines()
    assert [json.loads(line) for line in lines] == json.loads(json_format.render(run))


@pytest.mark.parametrize("module", [json_lines, github, azure])
def test_without_findings_there_is_nothing(module: object) -> None:
    assert module.render(result()) == ""  # type: ignore[attr-defined]


def test_github_gets_a_command() -> None:
    assert github.render(result(finding(help="write 1e-3"))) == (
        "::warning title=trainlint (TL101 learning-rate-too-low),file=train.py,line=2,endLine=2,col=7,endColumn=10"
        "::TL101 learning-rate-too-low: a learning rate of 1e-08 moves nothing%0Awrite 1e-3\n"
    )


@pytest.mark.parametrize(
    ("severity", "command"),
    [(Severity.ERROR, "error"), (Severity.WARNING, "warning"), (Severity.INFO, "notice")],
)
def test_github_has_three_severities(severity: Severity, command: str) -> None:
    assert github.render(result(finding(severity=severity))).startswith(f"::{command} ")


def test_github_takes_no_command_from_a_name_or_a_message() -> None:
    odd = finding(place=Place("a,b:c%\n::error::.py", 1, 1, 1, 2), message="50%\r\n::error::x")
    written = github.render(result(odd))
    assert written.count("\n") == 1
    assert "file=a%2Cb%3Ac%25%0A%3A%3Aerror%3A%3A.py," in written
    assert written.endswith("50%25%0D%0A::error::x\n")


def test_github_takes_columns_within_one_line_only() -> None:
    written = github.render(result(finding(place=Place("train.py", 1, 3, 2, 5))))
    assert "line=1,endLine=2,col=3::" in written


def test_azure_gets_a_command() -> None:
    assert azure.render(result(finding(message="a;b]c%\nd"))) == (
        "##vso[task.logissue type=warning;sourcepath=train.py;linenumber=2;columnnumber=7;code=TL101;]"
        "learning-rate-too-low: a;b]c%AZP25%0Ad\n"
    )
    assert "type=error;" in azure.render(result(finding(severity=Severity.ERROR)))
    odd = finding(place=Place("a;]%.py", 1, 1, 1, 2), severity=Severity.INFO)
    assert "type=warning;sourcepath=a%3B%5D%AZP25.py;" in azure.render(result(odd))


@pytest.mark.parametrize("module", [github, azure, gitlab, rdjson, junit])
def test_a_place_in_a_notebook_is_told_in_words(module: object) -> None:
    written: str = module.render(result(IN_CELL, n=NOTEBOOK))  # type: ignore[attr-defined]
    assert re.search("cell 1(, line 2|%2C line 2): a learning rate", written)


def test_gitlab_gets_issues_with_fingerprints(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CI_PROJECT_DIR", raising=False)
    [issue] = json.loads(gitlab.render(result(explained())))
    assert (issue["check_name"], issue["severity"], issue["fingerprint"]) == (
        "learning-rate-too-low",
        "critical",
        "f00",
    )
    assert issue["location"] == {
        "path": "train.py",
        "positions": {"begin": {"line": 2, "column": 7}, "end": {"line": 2, "column": 11}},
    }
    assert json.loads(gitlab.render(result())) == []


def test_gitlab_gets_paths_within_its_project(tmp_path: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(str(tmp_path))
    monkeypatch.setenv("CI_PROJECT_DIR", f"{tmp_path}/..")
    [issue] = json.loads(gitlab.render(result(finding())))
    assert issue["location"]["path"].endswith("/train.py")
    assert issue["location"]["path"].count("/") == 1


def test_junit_has_a_suite_for_each_file_and_a_failure_for_each_finding() -> None:
    run = result(explained(), finding(1), text="a\nb\n", n=NOTEBOOK)
    suites = xml.fromstring(junit.render(run))
    assert suites.tag == "testsuites"
    assert [suite.get("name") for suite in suites] == ["train.py", "n.ipynb"]
    assert [(suite.get("tests"), suite.get("failures"), suite.get("errors")) for suite in suites] == [
        ("2", "2", "0"),
        ("1", "0", "0"),
    ]
    assert (suites.get("tests"), suites.get("failures")) == ("3", "2")
    failure = suites.find("testsuite/testcase/failure")
    assert failure is not None
    assert (failure.get("type"), failure.get("message")) == (
        "error",
        "a learning rate of 1e-08 moves nothing",
    )
    assert "because: `LR` is set here (train.py:1:1)" in (failure.text or "")


def test_junit_has_what_its_readers_demand() -> None:
    """The attributes and the order that the schema of Jenkins' xUnit plugin asks for."""
    suites = xml.fromstring(junit.render(result(explained(), finding(1))))
    for suite in suites:
        assert suite.tag == "testsuite"
        assert suite.get("name")
        cases = list(suite)
        assert {case.tag for case in cases} == {"testcase"}
        assert int(suite.get("tests", "")) == len(cases)
        assert int(suite.get("failures", "")) == len(suite.findall("testcase/failure"))
        assert all(case.get("name") and case.get("classname") for case in cases)
        assert all({each.tag for each in case} <= {"failure"} for case in cases)


def test_junit_survives_any_character() -> None:
    odd = finding(place=Place("a\x00&<.py", 1, 1, 1, 2), message="\x1b[0m <&> \ud800 \ufffe")
    written = junit.render(result(odd))
    assert "&lt;&amp;&gt;" in written
    xml.fromstring(written.encode("utf-8"))


def test_reviewdog_counts_bytes() -> None:
    run = result(finding(1, 5, 8), text="é€𝄞 = 1\n")
    [found] = json.loads(rdjson.render(run))["diagnostics"]
    # Four characters of 2 + 3 + 4 + 1 bytes stand before the place.
    assert found["location"]["range"]["start"] == {"line": 1, "column": 11}
    assert found["location"]["range"]["end"] == {"line": 1, "column": 14}


def test_reviewdog_gets_suggestions_and_related_places() -> None:
    report = json.loads(rdjson.render(result(explained())))
    assert report["source"] == {"name": "trainlint"}
    [found] = report["diagnostics"]
    assert (found["severity"], found["code"]["value"]) == ("ERROR", "TL101 learning-rate-too-low")
    assert found["suggestions"] == [
        {
            "range": {"start": {"line": 1, "column": 6}, "end": {"line": 1, "column": 10}},
            "text": "1e-3",
        }
    ]
    assert [each["message"] for each in found["relatedLocations"]] == [
        "`LR` is set here",
        "`1e-8` stands here",
    ]
    [found] = json.loads(rdjson.render(result(IN_CELL, n=NOTEBOOK)))["diagnostics"]
    assert found["location"] == {"path": "n.ipynb"}
