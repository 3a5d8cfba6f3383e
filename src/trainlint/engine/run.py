"""Many files in, one result out; the work may be handed to any executor."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from trainlint.config.settings import Settings
from trainlint.engine.asking import NOT_ASKED
from trainlint.engine.baseline import Known, without_known
from trainlint.engine.configured import Configured, settings_of
from trainlint.engine.diagnostic import Diagnostic, Severity, reported
from trainlint.engine.own_rules import RuleFailed, UnusedSuppression
from trainlint.engine.work import Outcome, Runner, Task, one_by_one
from trainlint.sources import disk
from trainlint.sources.discovery import discover, shown_name
from trainlint.sources.document import Document, Unreadable

if TYPE_CHECKING:
    from trainlint.engine.cache import Cache
    from trainlint.engine.rule import Rule
    from trainlint.engine.selection import Selection
    from trainlint.syntax.positions import Place


@dataclass
class RunResult:
    """What a run found, sorted, and which files it looked at, by the names that users read."""

    diagnostics: list[Diagnostic]
    filenames: list[str]
    _documents: dict[str, Document | None] = field(default_factory=dict)
    thresholds: Mapping[str, str] = field(default_factory=dict)
    """The `fail-on` of each file."""
    seconds: dict[str, float] = field(default_factory=dict)
    """The time that stages and rules took, over all processes."""
    work: list[tuple[Task, Outcome]] = field(default_factory=list)
    """What came of each file."""
    known: Known = field(default_factory=Known)
    """What baselines hid."""
    settings: Sequence[Settings] = (Settings(),)
    """The different settings of the files."""

    @cached_property
    def rules(self) -> dict[str, type[Rule]]:
        """The rules that were installed, those of plugins among them, by name."""
        selections = reversed([_selection(its) for its in self.settings])
        return {name: rule for selection in selections for name, rule in selection.registry.rules.items()}

    def fails(self) -> bool:
        """Whether a finding is at least as severe as `fail-on` of its file, which may be `never`."""
        for diagnostic in self.diagnostics:
            fail_on = self.thresholds.get(diagnostic.place.filename, "warning")
            if fail_on != "never" and diagnostic.severity.rank <= Severity(fail_on).rank:
                return True
        return False

    def keep_lines(self) -> None:
        """Reads now what `line` may be asked for, because it will not be there later."""
        for diagnostic in self.diagnostics:
            self.line(diagnostic.place.filename, diagnostic.cell, diagnostic.place.row)
            for related in diagnostic.related:
                self.line(related.place.filename, related.cell, related.place.row)

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
    files: Sequence[Path],
    settings: Settings | Configured | None = None,
    runner: Runner = one_by_one,
    *,
    cache: Cache | None = None,
    progress: Callable[[int], None] | None = None,
) -> RunResult:
    """Checks files one by one, or with another runner. `progress` hears how many more files are done.

    Raises:
        WrongSettings, UnknownRule, WrongOption: the settings cannot be used; nothing was checked.
        WrongBaseline: a baseline cannot be read.
    """
    of_file = settings_of(settings)
    given = [of_file(file) for file in files]  # wrong settings come to light here, before any work
    if isinstance(settings, Settings):
        _selection(settings)
    tasks = [Task(file, shown_name(file), its) for file, its in zip(files, given, strict=True)]
    outcomes = _outcomes(tasks, runner, cache, progress or (lambda done: None))
    return result_of(list(zip(tasks, outcomes, strict=True)), cache)


def result_of(work: list[tuple[Task, Outcome]], cache: Cache | None = None) -> RunResult:
    """The result of a run in which this came of these files. The cache knows which settings need no rule to be tried.

    Raises:
        WrongBaseline: a baseline cannot be read.
    """
    # A finding may lie in a file that others import: it is then found with each of them.
    needed = _needed_elsewhere(work)
    found = {
        (d.place, d.cell, d.code, d.message): d
        for _, outcome in work
        for d in reported(outcome.diagnostics)
        if d.code != UnusedSuppression.code or d.place not in needed
    }
    diagnostics = sorted(_once(found.values()), key=lambda diagnostic: diagnostic.sort_key)
    settings = {task.filename: task.settings for task, _ in work}
    # A plugin is a matter of the run: it is told once, as the settings of the first file that names it say.
    different = _different(settings.values()) or [Settings()]
    untried = [_selection(its) for its in different if not (cache and cache.fits(its))]
    problems = dict.fromkeys(found for selection in untried for found in _plugin_problems(selection))
    result = RunResult([*problems, *diagnostics], list(settings), work=work, settings=different)
    result.thresholds = {filename: its.fail_on for filename, its in settings.items()}
    for _, outcome in work:
        for name, seconds in outcome.seconds.items():
            result.seconds[name] = result.seconds.get(name, 0.0) + seconds
    baselines = {filename: its.baseline for filename, its in settings.items()}
    if any(baselines.values()):
        result.diagnostics, result.known = without_known(result, baselines)
    return result


def _outcomes(
    tasks: Sequence[Task], runner: Runner, cache: Cache | None, progress: Callable[[int], None]
) -> list[Outcome]:
    """What came of each task, in their order: kept from earlier, or worked out now."""
    known = {number: cache.find(task) for number, task in enumerate(tasks)} if cache else {}
    outcomes = {number: outcome for number, outcome in known.items() if outcome is not None}
    progress(len(outcomes))
    numbers = [number for number in range(len(tasks)) if number not in outcomes]
    for its in _different(tasks[number].settings for number in numbers):
        _selection(its)  # its rules are imported here once, not in each copy of this process
    for index, outcome in runner([tasks[number] for number in numbers]):
        outcomes[numbers[index]] = outcome
        if cache:
            cache.keep(tasks[numbers[index]], outcome)
        progress(1)
    return [outcomes[number] for number in range(len(tasks))]


def check_bytes(
    data: bytes,
    filename: str,
    settings: Settings | Configured | None = None,
    runner: Runner = one_by_one,
) -> RunResult:
    """Checks what would be the content of a file, such as what comes through a pipe. The runner works in this
    process, or in copies of it: others do not see the content."""
    path = disk.absolute(Path(filename))
    with disk.overlaid({str(path): data}):
        task = Task(path, filename, settings_of(settings)(Path(filename)))
        result = result_of([(task, outcome) for _, outcome in runner([task])])
        result.keep_lines()
    return result


def check_paths(
    paths: Iterable[str | Path], settings: Settings | Configured | None = None
) -> list[Diagnostic]:
    """All findings of files and folders; without settings, those of the nearest settings file of each hold.

    Raises:
        MissingPath: a path does not exist.
        WrongSettings: the settings of a file cannot be used.
    """
    settings = settings or Configured()
    of_folder = settings_of(settings)
    files = discover([Path(path) for path in paths], lambda folder: of_folder(folder).file_choice)
    return check_files(files, settings).diagnostics


def _needed_elsewhere(work: Iterable[tuple[Task, Outcome]]) -> frozenset[Place]:
    """The comments that silence what was found while another file was checked, which imports theirs."""
    return frozenset(
        comment
        for task, outcome in work
        for diagnostic in outcome.diagnostics
        for comment in diagnostic.silenced_by
        if comment.filename != task.filename
    )


def _once(found: Iterable[Diagnostic]) -> list[Diagnostic]:
    """The findings, but of a rule that is not asked any more only the first that says so."""
    kept: dict[object, Diagnostic] = {}
    for diagnostic in found:
        repeated = diagnostic.code == RuleFailed.code and NOT_ASKED in diagnostic.message
        kept.setdefault(diagnostic.message if repeated else id(diagnostic), diagnostic)
    return list(kept.values())


def _different(settings: Iterable[Settings]) -> list[Settings]:
    return list({id(its): its for its in settings}.values())


def _selection(settings: Settings) -> Selection:
    from trainlint.engine.selection import selection_for  # brings all rules, and the plan that they ask

    return selection_for(settings)


def _plugin_problems(selection: Selection) -> list[Diagnostic]:
    if not selection.registry.problems or not selection.chooses(RuleFailed.name):
        return []
    from trainlint.engine.diagnose import own_diagnostic

    severity = selection.severities.get(RuleFailed.name)
    return [
        own_diagnostic(RuleFailed, problem.plugin, f"not loaded: {problem.reason}", severity, problem.row)
        for problem in selection.registry.problems
    ]
