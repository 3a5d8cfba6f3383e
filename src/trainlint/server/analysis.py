"""One state of a document in, plain data out: findings with their fixes, and later what can be told about them.

This runs in a process of its own. What it gives holds nothing but what JSON can say, with columns in the
client's units, so that the server only looks things up.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from trainlint.engine.check import Examination, examination, unreadable
from trainlint.engine.configured import Configured
from trainlint.engine.diagnostic import Diagnostic, reported
from trainlint.server import facts, ignoring
from trainlint.server.ranges import Ranges
from trainlint.server.texts import Encoding
from trainlint.sources import disk
from trainlint.sources.discovery import shown_name
from trainlint.sources.document import Document, Unreadable
from trainlint.sources.magics import python_of_cell
from trainlint.syntax.rewriting import content_for


def document_of(given: Mapping[str, Any]) -> Document:
    """The document that a client has open: `text` or `cells`, under a `path` or, where it lies in no file,
    under a `name`; with neither, the file itself.

    Raises:
        Unreadable: it cannot be read.
    """
    path = Path(given["path"]) if given["path"] else None
    name = shown_name(path) if path else given["name"]
    if given.get("cells") is not None:
        return Document.from_cells(given["cells"], name, path)
    if "text" not in given and path is not None:
        return Document.from_path(path, name)
    text: str = given["text"]
    if name.endswith(".ipynb"):  # a front end that joins the code cells itself
        text = python_of_cell(text.replace("\r\n", "\n"))
        return Document(name, text, path)
    return Document.from_text(text, name, path)


@dataclass
class Analysis:
    """What came of one state of a document."""

    document: Document
    encoding: Encoding
    examined: Examination
    rests_on: list[str] = field(default_factory=list)
    _ranges: Ranges | None = None

    @classmethod
    def of(cls, given: Mapping[str, Any], encoding: Encoding, configured: Configured) -> Analysis:
        """Works a document out.

        Raises:
            WrongSettings: the settings cannot be used.
        """
        settings = configured.settings_for(Path(given["path"] or "."))
        with disk.noting() as seen:
            try:
                document = document_of(given)
                examined = examination(document, settings, while_typed=True)
            except Unreadable as problem:
                document = Document(problem.filename, "")
                examined = Examination(unreadable(problem, settings))
        return cls(document, encoding, examined, sorted(_paths(seen)))

    @property
    def ranges(self) -> Ranges:
        if self._ranges is None:
            self._ranges = Ranges(self.document, self.encoding)
        return self._ranges

    @property
    def shown(self) -> list[Diagnostic]:
        return reported(self.examined.diagnostics)

    def findings(self) -> list[dict[str, Any]]:
        """The findings, each with its places and its fix."""
        return [self._finding(diagnostic) for diagnostic in self.shown]

    def facts(self) -> dict[str, Any]:
        """What hovering, hints and lenses show, and the comments that would silence each finding."""
        plan = self.examined.plan
        told = facts.of(plan, self.ranges) if plan is not None else facts.NONE
        return {**told, **ignoring.of(self.shown, self.examined.read or self.document, self.ranges)}

    def _finding(self, diagnostic: Diagnostic) -> dict[str, Any]:
        ranges = self.ranges
        return {
            **ranges.target(diagnostic.place, diagnostic.cell),
            "code": diagnostic.code,
            "name": diagnostic.name,
            "severity": diagnostic.severity.value,
            "message": diagnostic.message,
            "help": diagnostic.help,
            "url": diagnostic.url,
            "certainty": diagnostic.certainty.value,
            "fingerprint": diagnostic.fingerprint,
            "related": [
                {**ranges.target(related.place, related.cell), "message": related.message}
                for related in diagnostic.related
            ],
            "fix": self._fix(diagnostic),
        }

    def _fix(self, diagnostic: Diagnostic) -> dict[str, Any] | None:
        fix = diagnostic.fix
        if fix is None or not fix.edits:
            return None
        return {
            "safe": fix.applicability == "safe",
            "title": fix.message,
            "reason": fix.reason,
            "edits": [
                {
                    **self.ranges.target(edit.place, edit.cell),
                    "text": content_for(Path(edit.place.filename).suffix, edit.content),
                }
                for edit in fix.edits
            ],
        }


def _paths(seen: disk.Facts) -> Iterator[str]:
    """The paths that looks at the disk went to."""
    for question in seen:
        about, _, rest = question.partition(" ")
        if about == "kind":
            yield rest
        elif about in ("content", "names"):
            yield rest.partition(" ")[2]
