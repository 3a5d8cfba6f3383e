"""A finding: what is wrong, where, how sure, why, and what to write instead."""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum
from typing import Literal

from pydantic import BaseModel, ConfigDict

from trainlint.engine.verdict import Verdict
from trainlint.syntax.positions import Place
from trainlint.values.origin import Certainty


class Severity(Enum):
    """error: wrong for any intent we can name; warning: very likely harmful; info: advice."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"

    @property
    def rank(self) -> int:
        """0 is the most severe."""
        return list(Severity).index(self)

    def lowered(self, certainty: Certainty) -> Severity:
        """One step down for an overridable default, information for what holds on some path only."""
        if certainty is Certainty.POSSIBLE:
            return Severity.INFO
        if certainty is Certainty.DEFAULT:
            return Severity.WARNING if self is Severity.ERROR else Severity.INFO
        return self

    @property
    def raised(self) -> Severity:
        """One step more severe."""
        return Severity.ERROR if self is not Severity.INFO else Severity.WARNING


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, defer_build=True)  # a clean project makes none


class Related(_Frozen):
    """A place that explains a finding: where a value comes from."""

    message: str
    place: Place
    cell: int | None = None


class Edit(_Frozen):
    """Replace the text at `place` by `content`."""

    place: Place
    content: str
    cell: int | None = None


class Fix(_Frozen):
    """Edits that belong together. Unsafe: they change what is trained; `reason` says how."""

    applicability: Literal["safe", "unsafe"]
    message: str
    edits: tuple[Edit, ...]
    reason: str = ""


class Diagnostic(_Frozen):
    """One finding at one place. Rows of a notebook count within the `cell`, which counts from 1."""

    code: str
    name: str
    severity: Severity
    message: str
    help: str = ""
    url: str = ""
    place: Place
    cell: int | None = None
    certainty: Certainty = Certainty.EXACT
    related: tuple[Related, ...] = ()
    fix: Fix | None = None
    fingerprint: str = ""
    silenced_by: tuple[Place, ...] = ()
    """The comments that keep it out of reports."""
    probe: Verdict | None = None
    """What a short training said about it."""

    def judged(self, verdict: Verdict) -> Diagnostic:
        """The finding with an answer: confirmed it is one step more severe, refuted it is information."""
        severity = {"confirmed": self.severity.raised, "refuted": Severity.INFO}.get(
            verdict.verdict, self.severity
        )
        return self.model_copy(update={"severity": severity, "probe": verdict})

    @property
    def sort_key(self) -> tuple[str, int, int, int, str]:
        return (self.place.filename, self.cell or 0, self.place.row, self.place.column, self.code)


def reported(found: Iterable[Diagnostic]) -> list[Diagnostic]:
    """The findings without those that a comment silences."""
    return [diagnostic for diagnostic in found if not diagnostic.silenced_by]
