"""Judges the comments that silence findings: those that silence nothing, and those that name no rule."""

from __future__ import annotations

import re
from collections.abc import Iterator

from trainlint.engine.diagnose import Texts, own_diagnostic
from trainlint.engine.diagnostic import Diagnostic, Edit, Fix
from trainlint.engine.own_rules import BareSuppression, OwnRule, UnusedSuppression
from trainlint.engine.registry import UnknownRule
from trainlint.engine.selection import Selection
from trainlint.engine.torchfix import COUNTERPARTS
from trainlint.sources.document import Document
from trainlint.syntax.positions import Place
from trainlint.syntax.suppressions import Suppression

_LIST = re.compile(r"\[[^\]]*\]?$")
_CODES = re.compile(r":[^:]*$")
_IMPORTABLE = "another file that imports this one may need it"


def remarks(texts: Texts, selection: Selection, *, trains: bool) -> list[Diagnostic]:
    """What is to be said about the comments of a document, once all its findings are known. `trains`: the
    document is a program of its own."""
    if not _may_be_ours(texts.checked.text):
        return []
    judge = _Judge(texts.checked, selection, trains)
    comments = texts.suppressions(texts.checked.filename).comments
    found = [remark for comment in comments for remark in judge.remarks(comment)]
    return [remark for remark in found if not _wanted(remark, comments)]


def _may_be_ours(text: str) -> bool:
    """Whether a comment may be one that is judged. To find out for sure takes longer than many a check."""
    lowered = text.lower()
    return "trainlint" in lowered or ("noqa" in lowered and _NOQA_OF_OURS.search(lowered) is not None)


# TL, or TO of TorchFix: what others' codes silence is not judged.
_NOQA_OF_OURS = re.compile(r"noqa[^\r\n]*t[lo]")


def _wanted(remark: Diagnostic, comments: list[Suppression]) -> bool:
    """Whether a comment says by name that a remark on its row is not to be made; ALL would silence itself."""
    words = {remark.code, remark.name.upper()}
    return any(
        comment.first_row <= remark.place.row <= comment.last_row
        and words & {selector.upper() for selector in comment.selectors}
        for comment in comments
    )


class _Judge:
    def __init__(self, document: Document, selection: Selection, trains: bool) -> None:
        self.document = document
        self.selection = selection
        self.registry = selection.registry
        self.trains = trains

    def remarks(self, comment: Suppression) -> Iterator[Diagnostic]:
        if self._asked(BareSuppression) and comment.bare and comment.kind != "noqa":
            yield self._made(BareSuppression, comment, f"`{comment.kind}` without names silences all rules")
        if not self._asked(UnusedSuppression):
            return
        judged = [(selector, self._objection(selector, comment)) for selector in comment.selectors]
        wrong = [(selector, objection) for selector, objection in judged if objection]
        if not wrong:
            return
        reason = "; ".join(dict.fromkeys(objection for _, objection in wrong))
        left = [selector for selector, objection in judged if not objection]
        found = self._made(UnusedSuppression, comment, reason)
        yield found.model_copy(update={"fix": self._fix(comment, left)})

    def _asked(self, rule: type[OwnRule]) -> bool:
        return self.selection.chooses(rule.name) and self.selection.runs_on(rule.name, self.document.filename)

    def _objection(self, selector: str, comment: Suppression) -> str | None:
        """Why a selector should go; None where it should stay, or where that is not known."""
        foreign = comment.kind == "noqa" and selector.upper()[:2] not in ("TL", "TO")
        if selector in comment.used or foreign or (comment.kind == "noqa" and comment.bare):
            return None
        try:
            members = self.registry.matching(selector)
        except UnknownRule as error:
            return None if comment.kind == "noqa" or selector.upper() in COUNTERPARTS else str(error)
        if not members:
            return None  # it may be a rule of a plugin that could not be loaded
        rules = self.registry.rules
        # What makes a remark on a comment is not known yet.
        members = frozenset(name for name in members if rules[name].family != "tool")
        # Only what is on by default is expected of a family or of ALL.
        usual = {name for name in members if rules[name].profile == "default"} or members
        filename = self.document.filename
        if not usual or not all(
            self.selection.chooses(name) and self.selection.runs_on(name, filename) for name in usual
        ):
            return None
        return "the comment silences nothing" if comment.bare else f"`{selector}` silences nothing here"

    def _made(self, rule: type[OwnRule], comment: Suppression, reason: str) -> Diagnostic:
        severity = self.selection.severities.get(rule.name)
        made = own_diagnostic(rule, self.document.filename, reason, severity)
        return made.model_copy(update={"place": comment.directive})

    def _fix(self, comment: Suppression, left: list[str]) -> Fix:
        edit = self._shortened(comment, left) if left else self._removed(comment)
        return Fix(
            applicability="safe" if self.trains else "unsafe",
            message="Shorten the comment" if left else "Remove the comment",
            edits=(edit,),
            reason="" if self.trains else _IMPORTABLE,
        )

    def _shortened(self, comment: Suppression, left: list[str]) -> Edit:
        place = comment.directive
        text = self._line(place)[place.column - 1 : place.end_column - 1]
        names = ", ".join(left)
        content = _CODES.sub(f": {names}", text) if comment.kind == "noqa" else _LIST.sub(f"[{names}]", text)
        return Edit(place=place, content=content)

    def _removed(self, comment: Suppression) -> Edit:
        """Takes out the directive with the reason after it; with the whole row where nothing else is left."""
        place = comment.directive
        line = self._line(place)
        before = line[: place.column - 1]
        end = line.find("#", place.end_column - 1)
        rest = line[end:] if end >= 0 else ""
        if before.strip() == "" and not rest:
            row = place.row
            return Edit(place=Place(place.filename, row, 1, row + 1, 1), content="")
        start = len(before) if rest else len(before.rstrip())
        last = end if rest else len(line)
        return Edit(place=Place(place.filename, place.row, start + 1, place.row, last + 1), content="")

    def _line(self, place: Place) -> str:
        return self.document.lines.line(place.row)
