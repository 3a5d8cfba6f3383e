"""The report for programs keeps its promised shape."""

import json

from tests.report.examples import explained, finding, result
from trainlint.report.json_format import render


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
