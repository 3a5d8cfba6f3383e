"""Findings below the name of their file."""

from __future__ import annotations

import json

from tests.report.examples import finding, result
from tests.report.test_machine_formats import IN_CELL, NOTEBOOK
from trainlint.engine.diagnostic import Severity
from trainlint.report import grouped, statistics


def test_files_head_their_findings() -> None:
    run = result(finding(), finding(12, severity=Severity.ERROR), IN_CELL, n=NOTEBOOK)
    what = "TL101 learning-rate-too-low: a learning rate of 1e-08 moves nothing"
    assert grouped.render(run).plain == (
        f"train.py\n  2:7   warning  {what}\n  12:7  error    {what}\n\nn.ipynb\n  cell 1:2:7  warning  {what}\n"
    )


def test_findings_are_counted_by_rule() -> None:
    run = result(finding(), finding(code="TL601", name="missing-zero-grad"), finding(1))
    assert (
        statistics.render(run) == "2  TL101       learning-rate-too-low\n1  TL601       missing-zero-grad\n"
    )
    assert json.loads(statistics.render_json(run))[0] == {
        "code": "TL101",
        "name": "learning-rate-too-low",
        "count": 2,
        "fixable": 0,
    }
    assert statistics.render(result()) == ""
