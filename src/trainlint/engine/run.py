"""Many files in, one result out; the work may be handed to any executor."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from trainlint.config.settings import Settings
from trainlint.engine.check import check_document, selection_for, unreadable
from trainlint.engine.diagnose import own_diagnostic
from trainlint.engine.diagnostic import Diagnostic, Severity
from trainlint.engine.own_rules import RuleFailed
from trainlint.engine.registry import registry
from trainlint.sources.discovery import discover, shown_name
from trainlint.sources.document import Document, Unreadable


@dataclass
class RunResult:
    """What a run found, sorted, and which files it looked at, by the names that users read."""

    diagnostics: list[Diagnostic]
    filenames: list[str]
    _documents: dict[str, Document | None] = field(default_factory=dict)

    def fails(self, fail_on: str) -> bool:
        """Whether a finding is at least as severe as `fail_on`, which may be `never`."""
        if fail_on == "never":
            return False
        threshold = Severity(fail_on).rank
        return any(diagnostic.severity.rank <= threshold for diagnostic in self.diagnostics)

    def line(self, filename: str, cell: int | None, row: int) -> str | None:
        """The text of a line that a finding points at; None when the file cannot be read any more."""
        if filename not in self._documents:
            try:
                self._documents[filename] = Document.from_path(Path(filename), filename)
            except Unreadable:
                self._documents[filename] = None
        document = self._documents[filename]
        return document.lines.line(document.row_in_text(cell, row)) if document else None


def check_files(
    files: Sequence[Path], settings: Settings | None = None, executor: Executor | None = None
) -> RunResult:
    """Checks files one by one, or all at once on an executor of any kind."""
    settings = settings or Settings()
    selection_for(settings)  # wrong settings come to light here, before any work
    check = partial(check_file, settings=settings)
    results: Iterable[list[Diagnostic]] = executor.map(check, files) if executor else map(check, files)
    return _result(results, [shown_name(file) for file in files], settings)


def check_bytes(data: bytes, filename: str, settings: Settings | None = None) -> RunResult:
    """Checks what would be the content of a file, such as what comes through a pipe."""
    settings = settings or Settings()
    try:
        document = Document.from_bytes(data, filename)
    except Unreadable as problem:
        return _result([unreadable(problem, settings)], [filename], settings)
    result = _result([check_document(document, settings)], [filename], settings)
    result._documents[filename] = document
    return result


def check_file(file: Path, settings: Settings) -> list[Diagnostic]:
    """All findings of one file; a file that cannot be read is a finding."""
    try:
        document = Document.from_path(file, shown_name(file))
    except Unreadable as problem:
        return unreadable(problem, settings)
    return check_document(document, settings)


def check_paths(paths: Iterable[str | Path], settings: Settings | None = None) -> list[Diagnostic]:
    """All findings of files and folders.

    Raises:
        MissingPath: a path does not exist.
    """
    settings = settings or Settings()
    files = discover([Path(path) for path in paths], respect_gitignore=settings.respect_gitignore)
    return check_files(files, settings).diagnostics


def _result(results: Iterable[list[Diagnostic]], filenames: list[str], settings: Settings) -> RunResult:
    # A finding may lie in a file that others import: it is then found with each of them.
    found = {(d.place, d.cell, d.code, d.message): d for result in results for d in result}
    diagnostics = sorted(found.values(), key=lambda diagnostic: diagnostic.sort_key)
    return RunResult([*_plugin_problems(settings), *diagnostics], filenames)


def _plugin_problems(settings: Settings) -> list[Diagnostic]:
    selection = selection_for(settings)
    if not selection.chooses(RuleFailed.name):
        return []
    severity = selection.severities.get(RuleFailed.name)
    return [
        own_diagnostic(RuleFailed, problem.plugin, f"not loaded: {problem.reason}", severity)
        for problem in registry().problems
    ]
