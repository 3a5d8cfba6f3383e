"""Findings that are known: a file of them lets an old project begin with what is new.

An entry is a path, a rule and the text of a line, with blanks made equal, and how many such findings there are:
of equal ones the first ones count as known. So code may move within its file, and a line that is written anew
brings its finding back.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from trainlint.engine.diagnostic import Diagnostic
from trainlint.sources import disk

if TYPE_CHECKING:
    from trainlint.engine.run import RunResult

USUAL_NAME = "trainlint-baseline.json"

_VERSION = 1


class WrongBaseline(Exception):
    """A baseline that cannot be read; the text says why and what to do."""


@dataclass(frozen=True, order=True)
class Entry:
    """What is known: findings of a rule on lines with this text, in the file at this path, which is relative to
    the folder of the baseline."""

    path: str
    line: str
    rule: str


@dataclass
class Baseline:
    """How many findings are known of each kind."""

    file: Path
    counts: Counter[Entry] = field(default_factory=Counter)

    @classmethod
    def read(cls, file: Path, shown: str) -> Baseline:
        """Reads a baseline.

        Raises:
            WrongBaseline: there is none, or it is not of this form.
        """
        try:
            written = _Written.model_validate_json(file.read_bytes())
        except FileNotFoundError:
            raise WrongBaseline(
                f"baseline `{shown}` does not exist; `trainlint baseline` writes it"
            ) from None
        except OSError as error:
            raise WrongBaseline(f"baseline `{shown}` cannot be read: {error.strerror or error}") from None
        except ValidationError as error:
            raise WrongBaseline(f"baseline `{shown}` is no baseline: {_first(error)}") from None
        counts: Counter[Entry] = Counter()
        for known in written.findings:
            counts[Entry(known.path, known.line, known.rule)] += known.count
        return cls(file, counts)

    def text(self) -> str:
        """The content of the file: sorted, one entry a line, so that merging is easy."""
        rows = [
            json.dumps({"path": e.path, "rule": e.rule, "line": e.line, "count": count}, ensure_ascii=False)
            for e, count in sorted(self.counts.items())
            if count > 0
        ]
        body = ",\n".join(f"    {row}" for row in rows)
        findings = f"[\n{body}\n  ]" if rows else "[]"
        return f'{{\n  "version": {_VERSION},\n  "findings": {findings}\n}}\n'

    def entry(self, diagnostic: Diagnostic, line: str | None) -> Entry:
        """The entry that stands for a finding."""
        return Entry(self.path_of(diagnostic.place.filename), " ".join((line or "").split()), diagnostic.name)

    def path_of(self, filename: str) -> str:
        """A file's path as entries hold it."""
        try:
            return Path(os.path.relpath(disk.absolute(Path(filename)), self.file.parent)).as_posix()
        except ValueError:  # another drive
            return Path(filename).as_posix()

    def exists(self, entry: Entry) -> bool:
        """Whether the file of an entry is still there."""
        return (self.file.parent / entry.path).exists()


@dataclass
class Known:
    """What baselines did to a run: how many findings they hid, and entries that match nothing any more."""

    hidden: int = 0
    stale: dict[str, int] = field(default_factory=dict)


def without_known(result: RunResult, baselines: Mapping[str, str | None]) -> tuple[list[Diagnostic], Known]:
    """The findings of a run that are new. `baselines` are the files that hold what is known, by file name.

    Raises:
        WrongBaseline: one of them cannot be read.
    """
    read = {
        path: Baseline.read(Path(path), _shown(path)) for path in dict.fromkeys(baselines.values()) if path
    }
    left = {path: Counter(baseline.counts) for path, baseline in read.items()}
    # A finding in a file that was not checked itself came with one that imports it.
    otherwise = next(iter(read)) if len(read) == 1 else None
    new, known = [], Known()
    for diagnostic in result.diagnostics:
        place = diagnostic.place
        path = baselines.get(place.filename, otherwise)
        if path:
            entry = read[path].entry(diagnostic, result.line(place.filename, diagnostic.cell, place.row))
            if left[path][entry] > 0:
                left[path][entry] -= 1
                known.hidden += 1
                continue
        new.append(diagnostic)
    for path, baseline in read.items():
        stale = _stale(baseline, left[path], [name for name, its in baselines.items() if its == path])
        if stale:
            known.stale[_shown(path)] = sum(stale.values())
    return new, known


def updated(old: Baseline, result: RunResult, *, prune: bool) -> Baseline:
    """The baseline after a run: files that were not checked keep their entries, unless they are gone. To
    `prune` adds nothing."""
    found = Counter(
        old.entry(diagnostic, result.line(diagnostic.place.filename, diagnostic.cell, diagnostic.place.row))
        for diagnostic in result.diagnostics
    )
    checked = {old.path_of(filename) for filename in result.filenames}
    kept = Counter(
        {
            entry: count
            for entry, count in old.counts.items()
            if entry.path not in checked and old.exists(entry) and entry not in found
        }
    )
    if prune:
        found = Counter({entry: min(count, old.counts[entry]) for entry, count in found.items()})
    return Baseline(old.file, kept + found)


def _stale(baseline: Baseline, left: Counter[Entry], filenames: Iterable[str]) -> Counter[Entry]:
    """The entries that matched nothing although their file was checked, or is gone."""
    checked = {baseline.path_of(filename) for filename in filenames}
    return Counter(
        {
            entry: count
            for entry, count in left.items()
            if count > 0 and (entry.path in checked or not baseline.exists(entry))
        }
    )


class _KnownFinding(BaseModel):
    model_config = ConfigDict(extra="forbid")

    path: str
    rule: str
    line: str
    count: int = Field(1, ge=1)


class _Written(BaseModel):
    model_config = ConfigDict(extra="forbid")

    version: int = Field(le=_VERSION, ge=1)
    findings: list[_KnownFinding]


def _first(error: ValidationError) -> str:
    problem: Any = error.errors()[0]
    where = ".".join(str(part) for part in problem["loc"])
    return f"{where}: {problem['msg']}" if where else str(problem["msg"])


def _shown(path: str) -> str:
    from trainlint.sources.discovery import shown_name

    return shown_name(Path(path))
