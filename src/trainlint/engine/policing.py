"""What every rule has to hold to: a whole page, and examples that are its tests."""

from __future__ import annotations

import ast
import inspect
import re
import textwrap
from dataclasses import dataclass, field
from pathlib import Path

from trainlint.config.settings import Settings
from trainlint.engine.check import check_source
from trainlint.engine.diagnostic import Diagnostic, Fix
from trainlint.engine.own_rules import RuleFailed
from trainlint.engine.rule import Example, Rule
from trainlint.engine.run import check_paths
from trainlint.syntax.positions import Place

HEADINGS = ("What it does", "Why is this bad?", "When it stays silent")
"""The headings with which every page begins."""

_NOT_SAID = {"please", "detected", "should", "consider"}
_LONGEST_MESSAGE = 90


class Complaint(Exception):
    """What a rule does not hold to."""


@dataclass(frozen=True)
class Police:
    """Holds one rule to one of its examples. `folder` is empty, for examples of several files; `settings` know the
    rule. `alone`: of a bad example, this rule reports and no other."""

    rule: type[Rule]
    example: Example
    folder: Path
    settings: Settings = field(default_factory=Settings)
    alone: bool = True

    def check(self, text: str) -> list[Diagnostic]:
        """What the rules, this one among them, say about a program."""
        settings = self.settings.model_copy(update={"extend_select": (self.rule.name,)})
        if self.example.files:
            for name, content in {**self.example.files, "example.py": text}.items():
                path = self.folder / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(code_of(content) if content != text else text, "utf-8", newline="")
            found = check_paths([self.folder / "example.py"], settings)
        else:
            found = check_source(text, "example.py", settings)
        for broken in found:
            if broken.name == RuleFailed.name and f"`{self.rule.name}`" in broken.message:
                raise Complaint(broken.message)
        return found if self.alone else [diagnostic for diagnostic in found if self._is_ours(diagnostic)]

    def stays_silent(self) -> None:
        """A good example: whatever else there is to say, this rule says nothing.

        Raises:
            Complaint: it does.
        """
        for found in filter(self._is_ours, self.check(code_of(self.example.code))):
            raise Complaint(f"reports `{found.message}` in line {found.place.row}")

    def speaks(self) -> None:
        """A bad example: this one finding and no other, with a fix that mends it if there is one.

        Raises:
            Complaint: something else.
        """
        text = code_of(self.example.code)
        found = self._only_finding(text)
        wanted = self.example.severity or self.rule.severity
        _ensure(found.severity.value == wanted, f"is {found.severity.value}, should be {wanted}")
        at = self.example.at
        _ensure(at is not None, "has no `at`: say what the finding points at")
        pointed = text_at(text, found.place)
        _ensure(pointed == at, f"points at `{pointed}`, should be `{at}`")
        _hold_to_form(found)
        self._survives_other_spellings(text, found)
        self._can_be_silenced(text, found)
        if found.fix is None:
            _ensure(self.example.fixed is None, "has no fix, but the example says what it makes")
        else:
            self._is_mended_by(found.fix, text)

    def _is_ours(self, found: Diagnostic) -> bool:
        return found.name == self.rule.name

    def _only_finding(self, text: str) -> Diagnostic:
        found = self.check(text)
        if [diagnostic.name for diagnostic in found] != [self.rule.name]:
            said = "; ".join(f"{d.name}: {d.message}" for d in found) or "nothing"
            raise Complaint(f"should be the one finding; reported is {said}")
        return found[0]

    def _survives_other_spellings(self, text: str, found: Diagnostic) -> None:
        """Line ends, tabs and a byte order mark change nothing but columns."""
        spellings = {
            "CRLF line ends": text.replace("\n", "\r\n"),
            "tabs": "".join(with_tabs(line) for line in text.splitlines(keepends=True)),
            "a byte order mark": "\ufeff" + text,
        }
        for name, spelling in spellings.items():
            other = self._only_finding(spelling)
            seen = (other.place.row, other.severity, other.message, flat(text_at(spelling, other.place)))
            wanted = (found.place.row, found.severity, found.message, flat(text_at(text, found.place)))
            _ensure(seen == wanted, f"is another with {name}")

    def _can_be_silenced(self, text: str, found: Diagnostic) -> None:
        lines = text.split("\n")
        for word in (self.rule.name, self.rule.code):
            beside = [*lines]
            beside[found.place.row - 1] += f"  # trainlint: ignore[{word}]"
            self._ensure_silent("\n".join(beside), f"beside it, by `{word}`")
        first = statement_row(text, found.place.row)
        margin = lines[first - 1][: len(lines[first - 1]) - len(lines[first - 1].lstrip())]
        above = [*lines[: first - 1], f"{margin}# trainlint: ignore[{self.rule.name}]", *lines[first - 1 :]]
        self._ensure_silent("\n".join(above), "on the line above")

    def _ensure_silent(self, text: str, where: str) -> None:
        _ensure(not any(map(self._is_ours, self.check(text))), f"is not silenced by a comment {where}")

    def _is_mended_by(self, fix: Fix, text: str) -> None:
        """The fix makes a program of which nothing is reported, in one round."""
        _ensure(
            bool(fix.applicability == "safe" or fix.reason),
            "has an unsafe fix that does not say what it changes",
        )
        mended = applied(fix, text)
        ast.parse(mended)
        _ensure(mended != text, "has a fix that changes nothing")
        left = self.check(mended)
        _ensure(not left, f"is still there after its fix: {left and left[0].message}")
        if self.example.fixed is not None:
            _ensure(mended == code_of(self.example.fixed), f"has a fix that makes another program:\n{mended}")


def ensure_page(rule: type[Rule]) -> None:
    """Holds a rule to a page that says what, why and when not, and to examples.

    Raises:
        Complaint: something is missing.
    """
    page = inspect.cleandoc(rule.__doc__ or "")
    headings = re.findall(r"^## (.+)$", page, re.MULTILINE)
    wanted = " and ".join(f"`## {heading}`" for heading in HEADINGS)
    _ensure(
        tuple(headings[: len(HEADINGS)]) == HEADINGS, f"its docstring should have {wanted}, in this order"
    )
    _ensure(page.partition("\n")[0].endswith("."), "the first line of its docstring should be a sentence")
    for kind in ("good", "bad"):
        _ensure(bool(getattr(rule, kind)), f"it has no `{kind}` example")


def code_of(text: str) -> str:
    """The program of an example as it would stand in a file."""
    return textwrap.dedent(text).strip("\n") + "\n"


def text_at(text: str, place: Place) -> str:
    """The text that a place covers."""
    lines = text.removeprefix("\ufeff").splitlines()[place.row - 1 : place.end_row]
    lines[-1] = lines[-1][: place.end_column - 1]
    lines[0] = lines[0][place.column - 1 :]
    return "\n".join(lines)


def flat(text: str) -> str:
    """Text without its white space."""
    return "".join(text.split())


def with_tabs(line: str) -> str:
    """A line whose margin is made of tabs."""
    rest = line.lstrip(" ")
    return "\t" * ((len(line) - len(rest)) // 4) + rest


def statement_row(text: str, row: int) -> int:
    """The first row of the innermost statement that a row belongs to."""
    statements = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.stmt)]
    spans = ((first_row(statement), statement.end_lineno or statement.lineno) for statement in statements)
    return max(first for first, last in spans if first <= row <= last)


def first_row(statement: ast.stmt) -> int:
    """Where a statement begins, its decorators included."""
    decorators: list[ast.expr] = getattr(statement, "decorator_list", [])
    return min([statement.lineno, *(decorator.lineno for decorator in decorators)])


def applied(fix: Fix, text: str) -> str:
    """The text with the edits of a fix made, last first."""
    lines = text.splitlines(keepends=True)
    for edit in sorted(fix.edits, key=lambda edit: edit.place, reverse=True):
        place = edit.place
        before = lines[place.row - 1][: place.column - 1]
        after = lines[place.end_row - 1][place.end_column - 1 :]
        lines[place.row - 1 : place.end_row] = [before + edit.content + after]
    return "".join(lines)


def _hold_to_form(found: Diagnostic) -> None:
    """A message is one short sentence, and all its blanks are filled."""
    message = found.message
    _ensure(
        len(message) <= _LONGEST_MESSAGE,
        f"has a message of {len(message)} characters, {_LONGEST_MESSAGE} may be",
    )
    for text in (message, found.help):
        for odd in ("{", "None", "  "):
            _ensure(odd not in text, f"says `{odd}` in `{text}`")
    _ensure(not message.endswith("."), "has a message that ends with a full stop")
    for word in sorted(_NOT_SAID & set(message.lower().split())):
        raise Complaint(f"says `{word}`: a message states what happens, advice goes to `help`")
    _ensure(Diagnostic.model_validate_json(found.model_dump_json()) == found, "is another after JSON")


def _ensure(holds: bool, otherwise: str) -> None:
    if not holds:
        raise Complaint(otherwise)
