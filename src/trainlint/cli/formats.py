"""The forms in which a report of findings is written."""

from __future__ import annotations

from enum import StrEnum
from importlib import import_module
from typing import TYPE_CHECKING

from trainlint.cli.console import fail, rendered, unstyled

if TYPE_CHECKING:
    from trainlint.engine.run import RunResult


class OutputFormat(StrEnum):
    """The forms of a report."""

    FULL = "full"
    CONCISE = "concise"
    GROUPED = "grouped"
    JSON = "json"
    JSON_LINES = "json-lines"
    SARIF = "sarif"
    GITHUB = "github"
    GITLAB = "gitlab"
    JUNIT = "junit"
    AZURE = "azure"
    RDJSON = "rdjson"
    HTML = "html"


_MODULES = {OutputFormat.JSON: "json_format", OutputFormat.JSON_LINES: "json_lines"}
"""Where the module of a format is not called like the format."""

_READ_BY_PEOPLE = (OutputFormat.FULL, OutputFormat.CONCISE, OutputFormat.GROUPED)


def report(result: RunResult, output_format: OutputFormat, *, colour: bool) -> str:
    """The findings in one of the forms. Only that form's module is loaded."""
    render = import_module(f"trainlint.report.{_MODULES.get(output_format, output_format.value)}").render
    if output_format in (OutputFormat.FULL, OutputFormat.GROUPED):
        styled = render(result)
        if not result.diagnostics:
            return ""
        return rendered([styled.coloured()], colour=True) if colour else unstyled(styled.plain)
    text: str = render(result)
    return text


def statistics(result: RunResult, output_format: OutputFormat) -> str:
    """How often each rule has something to say, in place of the findings."""
    from trainlint.report import statistics

    if output_format is OutputFormat.JSON:
        return statistics.render_json(result)
    return statistics.render(result)


def ensure_countable(output_format: OutputFormat) -> None:
    """Ends the command where a format has no form for `--statistics`."""
    if output_format not in (*_READ_BY_PEOPLE, OutputFormat.JSON):
        fail(f"--statistics has no `{output_format.value}` form; `full` and `json` have one")
