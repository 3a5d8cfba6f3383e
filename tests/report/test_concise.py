"""One line a finding."""

from tests.report.examples import finding, result
from trainlint.report.concise import render


def test_a_line_says_where_and_what() -> None:
    assert render(result(finding())) == (
        "train.py:2:7: warning TL101 learning-rate-too-low: a learning rate of 1e-08 moves nothing\n"
    )


def test_a_finding_is_never_two_lines() -> None:
    assert render(result(finding(message="a\nb"))).count("\n") == 1


def test_no_findings_no_lines() -> None:
    assert render(result()) == ""
