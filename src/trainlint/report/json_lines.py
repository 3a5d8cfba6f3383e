"""Findings as JSON, one a line, for programs that read while we write."""

from __future__ import annotations

import json

from trainlint.engine.run import RunResult
from trainlint.report.json_format import as_json


def render(result: RunResult) -> str:
    """The objects of the `json` report, a line each."""
    return "".join(f"{json.dumps(as_json(diagnostic))}\n" for diagnostic in result.diagnostics)
