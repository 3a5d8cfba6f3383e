"""What programs read has the form that they expect, for real findings."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from jsonschema import Draft202012Validator

from tests.cli.command import trainlint
from tests.engine.programs import training
from tests.report.test_sarif import VALIDATOR as SARIF
from trainlint.report.json_schema import schema

PLACE = {
    "type": "object",
    "required": ["line", "column"],
    "additionalProperties": {"type": "integer", "minimum": 1},
}
RANGE = {
    "type": "object",
    "required": ["start"],
    "properties": {"start": PLACE, "end": PLACE},
    "additionalProperties": False,
}
LOCATION = {
    "type": "object",
    "required": ["path"],
    "properties": {"path": {"type": "string"}, "range": RANGE},
    "additionalProperties": False,
}
# What the pages of GitLab and reviewdog say about their forms.
GITLAB = {
    "type": "array",
    "minItems": 1,
    "items": {
        "type": "object",
        "required": ["description", "check_name", "fingerprint", "severity", "location"],
        "properties": {
            "description": {"type": "string", "minLength": 1},
            "check_name": {"type": "string", "minLength": 1},
            "fingerprint": {"type": "string", "pattern": "^[0-9a-f]+$"},
            "severity": {"enum": ["info", "minor", "major", "critical", "blocker"]},
            "location": {
                "type": "object",
                "required": ["path"],
                "properties": {"path": {"type": "string", "pattern": "^[^/]"}},
                "anyOf": [
                    {"required": ["lines"]},
                    {"required": ["positions"]},
                ],
            },
        },
    },
}
RDJSON = {
    "type": "object",
    "required": ["source", "diagnostics"],
    "properties": {
        "source": {"type": "object", "required": ["name"]},
        "diagnostics": {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "required": ["message", "location", "severity"],
                "properties": {
                    "message": {"type": "string"},
                    "location": LOCATION,
                    "severity": {"enum": ["ERROR", "WARNING", "INFO"]},
                    "code": {
                        "type": "object",
                        "required": ["value"],
                        "properties": {"value": {"type": "string"}, "url": {"type": "string"}},
                        "additionalProperties": False,
                    },
                    "suggestions": {
                        "type": "array",
                        "items": {
                            "type": "object",
                            "required": ["range", "text"],
                            "properties": {"range": RANGE, "text": {"type": "string"}},
                            "additionalProperties": False,
                        },
                    },
                    "relatedLocations": {
                        "type": "array",
                        "items": {
                            "type": "object",
                            "required": ["location"],
                            "properties": {"message": {"type": "string"}, "location": LOCATION},
                            "additionalProperties": False,
                        },
                    },
                },
                "additionalProperties": False,
            },
        },
    },
    "additionalProperties": False,
}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Findings of three severities, with and without fixes; in a notebook; in a file that cannot be read."""
    (tmp_path / "a b").mkdir()
    (tmp_path / "a b/tr\u00e4in <1>.py").write_text(training("RATE", before="RATE = 1e-9"))
    (tmp_path / "default.py").write_text(
        training(
            "args.lr",
            before="import argparse\np = argparse.ArgumentParser()\np.add_argument('--lr', type=float, default=1e-9)\n"
            "args = p.parse_args()",
        )
    )
    (tmp_path / "broken.py").write_text("import torch\nx = (\n")
    (tmp_path / "bytes.py").write_bytes(b"import torch  # \xff\n")
    cell = {"cell_type": "code", "source": training(), "metadata": {}, "outputs": [], "execution_count": None}
    notebook = {"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    (tmp_path / "n.ipynb").write_text(json.dumps(notebook))
    return tmp_path


def reported(project: Path, form: str) -> str:
    done = trainlint("check", f"--output-format={form}", "--no-cache", cwd=project)
    assert done.returncode == 1, done.stderr
    return done.stdout


def ensure(form: Any, written: Any) -> None:
    Draft202012Validator.check_schema(form)
    assert [error.message for error in Draft202012Validator(form).iter_errors(written)] == []


def test_json(project: Path) -> None:
    found = json.loads(reported(project, "json"))
    ensure(schema(), found)
    assert len(found) == 5
    assert [json.loads(line) for line in reported(project, "json-lines").splitlines()] == found


def test_sarif(project: Path) -> None:
    assert [error.message for error in SARIF.iter_errors(json.loads(reported(project, "sarif")))] == []


def test_gitlab(project: Path) -> None:
    ensure(GITLAB, json.loads(reported(project, "gitlab")))


def test_rdjson(project: Path) -> None:
    ensure(RDJSON, json.loads(reported(project, "rdjson")))


def test_junit(project: Path) -> None:
    root = ElementTree.fromstring(reported(project, "junit"))
    assert root.tag == "testsuites"
    for suite in root:
        assert suite.tag == "testsuite"
        assert {"name", "tests", "failures", "errors"} <= set(suite.attrib)
        cases = list(suite)
        assert int(suite.attrib["tests"]) == len(cases)
        assert int(suite.attrib["failures"]) == len(suite.findall("testcase/failure"))
        assert all({"name", "classname"} <= set(case.attrib) for case in cases)
    assert len(root.findall("testsuite/testcase/failure")) == 5
