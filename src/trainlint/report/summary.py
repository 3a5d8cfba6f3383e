"""The last line of a run, on standard error."""

from __future__ import annotations

from collections import Counter

from trainlint.engine.diagnostic import Severity
from trainlint.engine.run import RunResult
from trainlint.report.text import counted


def summary(result: RunResult) -> str:
    """`Found 3 problems (1 error, 2 warnings) in 1 of 14 files.`"""
    if not result.filenames:
        return "No Python files or notebooks to check."
    files = counted(len(result.filenames), "file")
    if not result.diagnostics:
        return f"No problems found in {files}."
    numbers = Counter(diagnostic.severity for diagnostic in result.diagnostics)
    kinds = ", ".join(counted(numbers[kind], kind.value) for kind in Severity if numbers[kind])
    touched = len({diagnostic.place.filename for diagnostic in result.diagnostics})
    return f"Found {counted(len(result.diagnostics), 'problem')} ({kinds}) in {touched} of {files}."
