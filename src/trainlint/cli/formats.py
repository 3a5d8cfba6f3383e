"""The forms in which a report of findings is written."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from trainlint.cli.console import rendered

if TYPE_CHECKING:
    from trainlint.engine.run import RunResult


class OutputFormat(StrEnum):
    """The forms of a report."""

    FULL = "full"
    CONCISE = "concise"
    JSON = "json"


def report(result: RunResult, output_format: OutputFormat, *, colour: bool) -> str:
    """The findings in one of the forms. Only that form's module is loaded."""
    match output_format:
        case OutputFormat.FULL:
            from trainlint.report import full

            return rendered([full.render(result)], colour=colour) if result.diagnostics else ""
        case OutputFormat.CONCISE:
            from trainlint.report import concise

            return concise.render(result)
        case OutputFormat.JSON:
            from trainlint.report import json_format

            return json_format.render(result)
