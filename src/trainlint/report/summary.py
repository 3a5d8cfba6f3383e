"""The last line of a run, on standard error."""

from __future__ import annotations

from collections import Counter

from trainlint.engine.diagnostic import Severity
from trainlint.engine.run import RunResult
from trainlint.report.text import counted


def stale_entries(result: RunResult) -> list[str]:
    """What of baselines is out of date, a line for each."""
    return [
        f"{path}: {counted(count, 'known finding')} not there any more; `trainlint baseline --prune` drops such"
        for path, count in result.known.stale.items()
    ]


def fixable(result: RunResult) -> str:
    """`2 fixable with `--fix`, 1 more with `--fix --unsafe-fixes`.`; empty where there is nothing to fix."""
    kinds = Counter(found.fix.applicability for found in result.diagnostics if found.fix)
    safe, unsafe = kinds["safe"], kinds["unsafe"]
    if safe and unsafe:
        return f"{safe} fixable with `--fix`, {unsafe} more with `--fix --unsafe-fixes`."
    if safe or unsafe:
        return f"{safe or unsafe} fixable with `--fix{' --unsafe-fixes' if unsafe else ''}`."
    return ""


def summary(result: RunResult) -> str:
    """`Found 3 problems (1 error, 2 warnings) in 1 of 14 files.`"""
    if not result.filenames:
        return "No Python files or notebooks to check."
    files = counted(len(result.filenames), "file")
    known = f" {counted(result.known.hidden, 'known finding')} not shown." if result.known.hidden else ""
    if not result.diagnostics:
        return f"No {'new ' if known else ''}problems found in {files}.{known}"
    numbers = Counter(diagnostic.severity for diagnostic in result.diagnostics)
    kinds = ", ".join(counted(numbers[kind], kind.value) for kind in Severity if numbers[kind])
    touched = {diagnostic.place.filename for diagnostic in result.diagnostics}
    if touched <= set(result.filenames):
        where = f"{len(touched)} of {files}"
    else:  # a settings file, a broken rule, or a module that is imported from elsewhere
        where = f"{counted(len(touched), 'file')}, {files} checked"
    return f"Found {counted(len(result.diagnostics), 'problem')} ({kinds}) in {where}.{known}"
