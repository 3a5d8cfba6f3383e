"""Makes diagnostics of what rules found: place, severity, explanation, link, fingerprint."""

from __future__ import annotations

import hashlib
import os
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path

from trainlint.engine.diagnostic import Diagnostic, Edit, Fix, Related, Severity
from trainlint.engine.history import places_of
from trainlint.engine.pages import page_url
from trainlint.engine.rule import Finding, Rule
from trainlint.sources.discovery import repository_root
from trainlint.sources.disk import absolute
from trainlint.sources.document import Document, Unreadable
from trainlint.syntax.positions import Place
from trainlint.syntax.suppressions import Suppressions, suppressions_of


@dataclass
class Texts:
    """The documents that findings of one check point into: the one that is checked, and what it imports."""

    checked: Document
    _others: dict[str, Document | None] = field(default_factory=dict)
    _suppressions: dict[str, Suppressions] = field(default_factory=dict)

    def document(self, filename: str) -> Document | None:
        """The document with this name, None when it cannot be read."""
        if filename == self.checked.filename:
            return self.checked
        if filename not in self._others:
            try:
                self._others[filename] = Document.from_path(Path(filename), filename)
            except Unreadable:
                self._others[filename] = None
        return self._others[filename]

    def suppressions(self, filename: str) -> Suppressions:
        """The suppression comments of a document; none where it cannot be read."""
        if filename not in self._suppressions:
            document = self.document(filename)
            self._suppressions[filename] = suppressions_of(document) if document else Suppressions()
        return self._suppressions[filename]

    def line(self, place: Place) -> str:
        document = self.document(place.filename)
        return document.lines.line(place.row) if document else ""


def diagnostic_of(finding: Finding, severity: Severity | None) -> Diagnostic:
    """The diagnostic for a finding, with rows of the whole text. `severity` is what the user set."""
    rule = type(finding.rule)
    site = next(step.site for step in finding.origin.chain() if step.site)
    return Diagnostic(
        code=rule.code,
        name=rule.name,
        severity=severity.lowered(finding.certainty) if severity else finding.severity,
        message=finding.message,
        help=finding.help,
        url=page_url(rule),
        place=site.place,
        certainty=finding.certainty,
        related=places_of(finding.because, site.place),
        fix=finding.fix,
    )


def own_diagnostic(
    rule: type[Rule], filename: str, reason: str, severity: Severity | None, row: int = 1, column: int = 1
) -> Diagnostic:
    """What the engine itself has to say about a file."""
    return Diagnostic(
        code=rule.code,
        name=rule.name,
        severity=severity or Severity(rule.severity),
        message=rule.message.format(reason=reason),
        help=rule.help,
        url=page_url(rule),
        place=Place(filename, row, column, row, column + 1),
    )


def fingerprinted(diagnostics: Iterable[Diagnostic], texts: Texts) -> list[Diagnostic]:
    """Gives each diagnostic a fingerprint that survives other edits of the file.

    It is made of the rule, the file's path within its repository, the text of the line, and a number for the
    same finding on an equal line.
    """
    seen: Counter[tuple[str, str, str]] = Counter()
    marked = []
    for diagnostic in diagnostics:
        line = " ".join(texts.line(diagnostic.place).split())
        key = (diagnostic.code, _path_in_repository(diagnostic.place.filename, texts), line)
        digest = hashlib.sha256("\0".join((*key, str(seen[key]))).encode("utf-8", "replace"))
        seen[key] += 1
        marked.append(diagnostic.model_copy(update={"fingerprint": digest.hexdigest()[:32]}))
    return marked


def placed_in_cells(diagnostic: Diagnostic, texts: Texts) -> Diagnostic:
    """The diagnostic with rows that count within the cells of a notebook; itself where there are no cells."""
    if not texts.checked.cells:
        return diagnostic
    cell, place = _in_cell(diagnostic.place, texts)
    return diagnostic.model_copy(
        update={
            "cell": cell,
            "place": place,
            "related": tuple(_related_in_cell(related, texts) for related in diagnostic.related),
            "fix": _fix_in_cells(diagnostic.fix, texts) if diagnostic.fix else None,
        }
    )


def _in_cell(place: Place, texts: Texts) -> tuple[int | None, Place]:
    document = texts.document(place.filename)
    cell = document.cell_at(place.row) if document else None
    if cell is None:
        return None, place
    shift = cell.first_row - 1
    return cell.number, replace(place, row=place.row - shift, end_row=place.end_row - shift)


def _related_in_cell(related: Related, texts: Texts) -> Related:
    cell, place = _in_cell(related.place, texts)
    return Related(message=related.message, place=place, cell=cell)


def _fix_in_cells(fix: Fix, texts: Texts) -> Fix:
    moved = ((edit.content, *_in_cell(edit.place, texts)) for edit in fix.edits)
    edits = tuple(Edit(content=content, cell=cell, place=place) for content, cell, place in moved)
    return fix.model_copy(update={"edits": edits})


def _path_in_repository(filename: str, texts: Texts) -> str:
    document = texts.document(filename)
    path = document.path if document else None
    root = repository_root(path.parent) if path else None
    return Path(os.path.relpath(absolute(path), root)).as_posix() if path and root else filename
