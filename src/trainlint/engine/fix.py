"""Applies fixes until none is left: in memory first, so that a file changes whole or not at all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from trainlint.engine.diagnostic import Diagnostic, Edit, Fix
from trainlint.engine.run import RunResult, result_of
from trainlint.engine.work import Outcome, perform
from trainlint.sources import disk
from trainlint.sources.document import Document, Unreadable
from trainlint.sources.notebook import sources_of_notebook
from trainlint.sources.writing import Changed, replace_content
from trainlint.syntax.positions import Place
from trainlint.syntax.rewriting import NotRewritable, PlacedEdit, rewritten

MOST_ROUNDS = 20
"""Rounds after which fixes that still come up are taken to fight each other."""


@dataclass
class Rewrite:
    """A file before and after, by its name as users read it."""

    filename: str
    before: bytes
    after: bytes

    def texts(self) -> Iterator[tuple[str, str, str]]:
        """The texts that changed, with a title each: the file's, or those of a notebook's cells."""
        if not self.filename.endswith(".ipynb"):
            yield self.filename, _decoded(self.before), _decoded(self.after)
            return
        before, after = (sources_of_notebook(_decoded(data)) for data in (self.before, self.after))
        for cell, source in before.items():
            if source != after[cell]:
                yield f"{self.filename}:cell {cell}", source, after[cell]


@dataclass
class Mended:
    """What fixes came to. `result` is what is found after them, `applied` counts fixes by file and rule,
    `left_alone` says why a file was not changed."""

    result: RunResult
    rewrites: list[Rewrite] = field(default_factory=list)
    applied: Counter[tuple[str, str]] = field(default_factory=Counter)
    reasons: dict[str, str] = field(default_factory=dict)
    left_alone: dict[str, str] = field(default_factory=dict)


def mended(result: RunResult, *, unsafe: bool = False) -> Mended:
    """Applies the fixes of a run's findings, and of those that come up then; writes nothing."""
    attempt = _Attempt(result, unsafe)
    for _ in range(MOST_ROUNDS):
        if not attempt.go_on():
            break
    else:
        attempt.give_up_fighting()
    return attempt.done()


def write(done: Mended) -> None:
    """Writes what fixes made; a file that changed meanwhile, or cannot be written, is left alone."""
    for rewrite in done.rewrites:
        try:
            replace_content(disk.absolute(Path(rewrite.filename)), rewrite.before, rewrite.after)
        except Changed:
            done.left_alone[rewrite.filename] = "it was changed while it was checked"
        except OSError as error:
            done.left_alone[rewrite.filename] = f"it cannot be written: {error.strerror or error}"
    for filename in done.left_alone:
        for key in [key for key in done.applied if key[0] == filename]:
            del done.applied[key]
    failed = {r.filename for r in done.rewrites if r.filename in done.left_alone}
    done.rewrites = [rewrite for rewrite in done.rewrites if rewrite.filename not in failed]
    if failed:
        done.result = _checked_again(done.result, failed)


@dataclass
class _Attempt:
    """The state between rounds; files go by their names as users read them."""

    result: RunResult
    unsafe: bool
    before: dict[str, bytes] = field(default_factory=dict)
    after: dict[str, bytes] = field(default_factory=dict)
    applied: list[tuple[Diagnostic, Fix]] = field(default_factory=list)
    last_round: list[tuple[Diagnostic, Fix]] = field(default_factory=list)
    frozen: dict[str, str] = field(default_factory=dict)

    def go_on(self) -> bool:
        """One round; whether it changed anything."""
        while True:
            chosen = list(_compatible(self._fixes()))
            try:
                changed = self._rewritten(chosen)
                break
            except _Stuck as problem:
                self._freeze({problem.filename: problem.reason})
        if not chosen:
            return False
        self.after.update(changed)
        self.applied += chosen
        self.last_round = chosen
        self._check_again(set(changed))
        return True

    def give_up_fighting(self) -> None:
        """Puts the files back on which fixes were still made in the last round, and names the rules."""
        if not list(_compatible(self._fixes())):
            return
        fighting: dict[str, set[str]] = {}
        for diagnostic, fix in [*self.last_round, *_compatible(self._fixes())]:
            for filename in _files_of(fix):
                fighting.setdefault(filename, set()).add(f"`{diagnostic.name}`")
        reason = "the fixes of {} undo each other"
        self._freeze({name: reason.format(" and ".join(sorted(rules))) for name, rules in fighting.items()})

    def done(self) -> Mended:
        done = Mended(self.result, left_alone=dict(self.frozen))
        for filename, after in sorted(self.after.items()):
            if after != self.before[filename]:
                done.rewrites.append(Rewrite(filename, self.before[filename], after))
        for diagnostic, fix in self.applied:
            done.applied[_files_of(fix)[0], diagnostic.name] += 1
            if fix.applicability == "unsafe":
                done.reasons[diagnostic.name] = fix.reason
        return done

    def _fixes(self) -> Iterator[tuple[Diagnostic, Fix]]:
        seen: set[Fix] = set()
        for diagnostic in self.result.diagnostics:
            fix = diagnostic.fix
            if (
                fix is None
                or not fix.edits
                or fix in seen
                or (fix.applicability == "unsafe" and not self.unsafe)
            ):
                continue
            seen.add(fix)
            if not any(filename in self.frozen for filename in _files_of(fix)):
                yield diagnostic, fix

    def _rewritten(self, chosen: list[tuple[Diagnostic, Fix]]) -> dict[str, bytes]:
        by_file: dict[str, list[Edit]] = {}
        for _, fix in chosen:
            for edit in fix.edits:
                by_file.setdefault(edit.place.filename, []).append(edit)
        changed = {}
        for filename, edits in by_file.items():
            placed = [PlacedEdit(edit.place, edit.content, edit.cell) for edit in edits]
            try:
                changed[filename] = rewritten(self._content(filename), filename, placed)
            except NotRewritable as problem:
                raise _Stuck(filename, str(problem)) from problem
        return changed

    def _content(self, filename: str) -> bytes:
        if filename not in self.before:
            path = disk.absolute(Path(filename))
            try:
                data = disk.read(path)
            except OSError as error:
                raise _Stuck(filename, f"it cannot be read: {error.strerror or error}") from error
            seen = {outcome.rests_on.get(f"content None {path}") for _, outcome in self.result.work} - {None}
            if seen and disk.digest(data) not in seen:
                raise _Stuck(filename, "it was changed while it was checked")
            self.before[filename] = data
        return self.after.get(filename, self.before[filename])

    def _freeze(self, reasons: dict[str, str]) -> None:
        """Puts files back as they were, and with them those that share a fix with them."""
        self.frozen.update(reasons)
        while True:
            linked = [entry for entry in self.applied if set(_files_of(entry[1])) & set(self.frozen)]
            more = {name for _, fix in linked for name in _files_of(fix)} - set(self.frozen)
            if not more:
                break
            self.frozen.update(dict.fromkeys(more, next(iter(reasons.values()))))
        self.applied = [entry for entry in self.applied if entry not in linked]
        put_back = {name for name in self.frozen if self.after.pop(name, None) is not None}
        self._check_again(put_back)

    def _check_again(self, filenames: set[str]) -> None:
        """Checks the programs anew that files are part of, as they stand after the fixes so far."""
        if not filenames:
            return
        with disk.overlaid({str(disk.absolute(Path(name))): text for name, text in self.after.items()}):
            self.result = _checked_again(self.result, filenames)


def _checked_again(result: RunResult, filenames: set[str]) -> RunResult:
    touched = {str(disk.absolute(Path(filename))) for filename in filenames}
    return result_of(
        [(task, perform(task) if _rests_on(outcome, touched) else outcome) for task, outcome in result.work]
    )


def _decoded(data: bytes) -> str:
    try:
        return Document.from_bytes(data, "").text
    except Unreadable:
        return data.decode("utf-8", "replace")


class _Stuck(Exception):
    def __init__(self, filename: str, reason: str) -> None:
        super().__init__(reason)
        self.filename = filename
        self.reason = reason


def _compatible(fixes: Iterable[tuple[Diagnostic, Fix]]) -> Iterator[tuple[Diagnostic, Fix]]:
    """Fixes of which no two change the same text; the others have their turn in the next round."""
    taken: list[Edit] = []
    for diagnostic, fix in fixes:
        if not any(_meet(edit, other) for edit in fix.edits for other in taken):
            taken += fix.edits
            yield diagnostic, fix


def _meet(one: Edit, other: Edit) -> bool:
    if (one.place.filename, one.cell) != (other.place.filename, other.cell):
        return False
    (start, end), (other_start, other_end) = _range(one.place), _range(other.place)
    if start == end or other_start == other_end:
        return start <= other_end and other_start <= end
    return start < other_end and other_start < end


def _range(place: Place) -> tuple[tuple[int, int], tuple[int, int]]:
    return (place.row, place.column), (place.end_row, place.end_column)


def _files_of(fix: Fix) -> list[str]:
    return list(dict.fromkeys(edit.place.filename for edit in fix.edits))


def _rests_on(outcome: Outcome, paths: set[str]) -> bool:
    return any(
        question.startswith("content ") and question.split(" ", 2)[2] in paths
        for question in outcome.rests_on
    )
