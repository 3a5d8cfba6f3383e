"""The last line of a run."""

from typing import Literal

import pytest

from tests.report.examples import finding, result
from trainlint.engine.diagnostic import Fix, Severity
from trainlint.engine.run import RunResult
from trainlint.report.summary import fixable, summary


def test_findings_are_counted_by_severity() -> None:
    found = [finding(), finding(severity=Severity.ERROR), finding(severity=Severity.ERROR)]
    assert summary(result(*found)) == "Found 3 problems (2 errors, 1 warning) in 1 of 1 file."


def test_findings_elsewhere_are_not_counted_among_the_files_that_were_checked() -> None:
    found = [finding(), finding()]
    assert summary(RunResult(found, ["other.py"])) == "Found 2 problems (2 warnings) in 1 file, 1 file checked."


def test_a_clean_run_says_how_much_it_saw() -> None:
    assert summary(RunResult([], ["a.py", "b.py"])) == "No problems found in 2 files."


def test_no_files_are_no_error() -> None:
    assert summary(RunResult([], [])) == "No Python files or notebooks to check."


@pytest.mark.parametrize(
    ("kinds", "told"),
    [
        ([], ""),
        (["safe"], "1 fixable with `--fix`."),
        (["unsafe", "unsafe"], "2 fixable with `--fix --unsafe-fixes`."),
        (["safe", "unsafe", "safe"], "2 fixable with `--fix`, 1 more with `--fix --unsafe-fixes`."),
    ],
)
def test_what_can_be_fixed_is_said(kinds: list[Literal["safe", "unsafe"]], told: str) -> None:
    found = [finding(fix=Fix(applicability=kind, message="Write", edits=())) for kind in kinds]
    assert fixable(result(*found, finding())) == told
