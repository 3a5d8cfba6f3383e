"""The measured record of a rule, in words."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from types import ModuleType

import pytest
from pydantic import ValidationError

from trainlint.engine import record
from trainlint.engine.rule import Rule


class Measured(Rule):
    name = "measured"
    code = "XX001"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a package that `Measured` seems to come from."""
    package = ModuleType("measured_rules")
    package.__file__ = str(tmp_path / "__init__.py")
    monkeypatch.setitem(sys.modules, "measured_rules", package)
    monkeypatch.setattr(Measured, "__module__", "measured_rules.rule")
    return tmp_path


def write(folder: Path, **rule: int) -> None:
    content = {
        "mutated_programs": 53,
        "public_files": 400,
        "repositories": ["a/b", "c/d"],
        "further_repositories": ["e/f"],
        "rules": {"XX001": rule} if rule else {},
    }
    (folder / "measured.json").write_text(json.dumps(content), "utf-8")


def test_counts_are_told(folder: Path) -> None:
    write(folder, mutants=6, found=5, true=3, false=1)
    assert record.sentence(Measured) == (
        "Of 6 faults planted in 53 healthy programs it finds 5. "
        "In 400 files of 2 public repositories it reports 4, of which 3 were judged true."
    )


def test_no_findings_are_told(folder: Path) -> None:
    write(folder)
    assert record.sentence(Measured) == "In 400 files of 2 public repositories it reports nothing."


def test_a_rule_may_have_been_read_in_more_files(folder: Path) -> None:
    write(folder, true=3, files=900)
    assert record.sentence(Measured) == "In 900 files of 3 public repositories it reports 3, of which 3 were judged true."


def test_nothing_measured_nothing_told(folder: Path) -> None:
    assert record.sentence(Measured) == ""


def test_an_unknown_key_is_an_error(folder: Path) -> None:
    write(folder, mutant=6)
    with pytest.raises(ValidationError, match="mutant"):
        record.sentence(Measured)
