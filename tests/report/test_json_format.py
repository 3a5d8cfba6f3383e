"""The report for programs keeps its promised shape."""

import json

import pytest
from jsonschema import Draft202012Validator

from tests.report.examples import explained, finding, result
from trainlint.engine.run import RunResult
from trainlint.report import json_schema
from trainlint.report.json_format import as_json, render


def test_all_keys_are_there() -> None:
    [data] = json.loads(render(result(explained())))
    assert data == {
        "code": "TL101",
        "name": "learning-rate-too-low",
        "severity": "error",
        "message": "a learning rate of 1e-08 moves nothing",
        "help": "rates from 1e-5 on are usual for Adam",
        "url": "file:///rules/pages/learning-rate-too-low.md",
        "filename": "train.py",
        "cell": None,
        "location": {"row": 2, "column": 7},
        "end_location": {"row": 2, "column": 11},
        "certainty": "exact",
        "related": [
            {
                "message": "`LR` is set here",
                "filename": "train.py",
                "cell": None,
                "location": {"row": 1, "column": 1},
                "end_location": {"row": 1, "column": 10},
            },
            {
                "message": "`1e-8` stands here",
                "filename": "train.py",
                "cell": None,
                "location": {"row": 1, "column": 6},
                "end_location": {"row": 1, "column": 10},
            },
        ],
        "fix": {
            "applicability": "unsafe",
            "message": "Write `1e-3` instead of `1e-8`",
            "edits": [
                {
                    "content": "1e-3",
                    "filename": "train.py",
                    "cell": None,
                    "location": {"row": 1, "column": 6},
                    "end_location": {"row": 1, "column": 10},
                }
            ],
        },
        "fingerprint": "f00",
        "probe": None,
    }


def test_a_finding_without_a_fix_says_so() -> None:
    [data] = json.loads(render(result(finding())))
    assert data["fix"] is None
    assert data["related"] == []


def test_no_findings_are_an_empty_list() -> None:
    assert json.loads(render(result())) == []


def test_every_terminal_can_show_it() -> None:
    text = render(result(finding(message="größer \ud800")))
    assert text.isascii()
    assert json.loads(text)[0]["message"] == "größer \ud800"


@pytest.mark.parametrize("run", [result(), result(explained()), result(finding(cell=3), finding(1))])
def test_the_schema_fits(run: RunResult) -> None:
    Draft202012Validator(json_schema.schema()).validate(json.loads(render(run)))


def test_the_schema_has_every_key_and_no_other() -> None:
    assert set(json_schema.Found.model_fields) == set(as_json(explained()))


def test_the_shipped_schema_is_up_to_date() -> None:
    assert json_schema.FILE.read_text("utf-8") == json_schema.schema_text(), "python -m tests.generated"
