"""What every rule has to hold to; its examples are the tests."""

from __future__ import annotations

import ast
import importlib
import inspect
import pkgutil
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import trainlint
import trainlint_rules
from trainlint.config.settings import Settings
from trainlint.engine.diagnostic import Diagnostic, Fix
from trainlint.engine.rule import Example, Rule
from trainlint.syntax.positions import Place


def every_rule() -> Iterator[type[Rule]]:
    """The rule classes of the package, by code."""
    found: set[type[Rule]] = set()
    for module in pkgutil.walk_packages(trainlint_rules.__path__, "trainlint_rules."):
        for value in vars(importlib.import_module(module.name)).values():
            if inspect.isclass(value) and issubclass(value, Rule) and hasattr(value, "code"):
                found.add(value)
    yield from sorted(found, key=lambda rule: rule.code)


def code_of(text: str) -> str:
    """The program of an example as it would stand in a file."""
    return textwrap.dedent(text).strip("\n") + "\n"


@dataclass(frozen=True)
class Police:
    """Holds one rule to one of its examples. `folder` is empty, for examples of several files."""

    rule: type[Rule]
    example: Example
    folder: Path

    def check(self, text: str) -> list[Diagnostic]:
        """What the default rules, and this one, say about a program."""
        settings = Settings(extend_select=(self.rule.name,))
        if not self.example.files:
            return trainlint.check_source(text, filename="example.py", settings=settings)
        for name, content in {**self.example.files, "example.py": text}.items():
            path = self.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(code_of(content) if content != text else text, "utf-8", newline="")
        return list(trainlint.check_paths([self.folder / "example.py"], settings=settings))

    def stays_silent(self) -> None:
        """A good example: whatever else there is to say, this rule says nothing."""
        assert [
            found.message for found in self.check(code_of(self.example.code)) if self._is_ours(found)
        ] == []

    def speaks(self) -> None:
        """A bad example: this one finding and no other."""
        text = code_of(self.example.code)
        found = self._only_finding(text)
        assert found.severity.value == (self.example.severity or self.rule.severity)
        assert self.example.at is not None, "say what the finding points at"
        assert text_at(text, found.place) == self.example.at
        assert_message(found)
        assert Diagnostic.model_validate_json(found.model_dump_json()) == found
        self._survives_other_spellings(text, found)
        self._can_be_silenced(text, found)
        if found.fix is None:
            assert self.example.fixed is None, "there is no fix"
        else:
            self._is_mended_by(found.fix, text)

    def _is_ours(self, found: Diagnostic) -> bool:
        return found.name == self.rule.name

    def _only_finding(self, text: str) -> Diagnostic:
        found = self.check(text)
        assert [diagnostic.name for diagnostic in found] == [self.rule.name], [d.message for d in found]
        return found[0]

    def _survives_other_spellings(self, text: str, found: Diagnostic) -> None:
        """Line ends, tabs and a byte order mark change nothing but columns."""
        spellings = {
            "CRLF": text.replace("\n", "\r\n"),
            "tabs": "".join(with_tabs(line) for line in text.splitlines(keepends=True)),
            "BOM": "\ufeff" + text,
        }
        for name, spelling in spellings.items():
            other = self._only_finding(spelling)
            seen = (other.place.row, other.severity, other.message, text_at(spelling, other.place))
            wanted = (found.place.row, found.severity, found.message)
            assert seen[:3] == wanted, name
            assert flat(seen[3]) == flat(text_at(text, found.place)), name

    def _can_be_silenced(self, text: str, found: Diagnostic) -> None:
        lines = text.split("\n")
        for word in (self.rule.name, self.rule.code):
            beside = [*lines]
            beside[found.place.row - 1] += f"  # trainlint: ignore[{word}]"
            assert not any(map(self._is_ours, self.check("\n".join(beside)))), f"beside, by {word}"
        first = statement_row(text, found.place.row)
        margin = lines[first - 1][: len(lines[first - 1]) - len(lines[first - 1].lstrip())]
        above = [*lines[: first - 1], f"{margin}# trainlint: ignore[{self.rule.name}]", *lines[first - 1 :]]
        assert not any(map(self._is_ours, self.check("\n".join(above)))), "on the line above"

    def _is_mended_by(self, fix: Fix, text: str) -> None:
        """The fix makes a program of which nothing is reported, in one round."""
        assert fix.applicability == "safe" or fix.reason, "an unsafe fix says what it changes"
        mended = applied(fix, text)
        ast.parse(mended)
        assert mended != text
        assert self.check(mended) == []
        if self.example.fixed is not None:
            assert mended == code_of(self.example.fixed)


def assert_message(found: Diagnostic) -> None:
    """A message is one short sentence, and all its blanks are filled."""
    assert len(found.message) <= 90, found.message
    for text in (found.message, found.help):
        assert "{" not in text, text
        assert "None" not in text, text
        assert "  " not in text, text
    assert not found.message.endswith(".")
    assert not {"please", "detected", "should", "consider"} & set(found.message.lower().split())


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
