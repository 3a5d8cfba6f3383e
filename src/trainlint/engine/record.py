"""What was measured about a rule: planted faults that it finds, and findings in public code that were read."""

from __future__ import annotations

import json
import sys
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict

from trainlint.engine.rule import Rule


class Record(BaseModel):
    """Counts for one rule. `mutants`: how many faults were planted in healthy programs, `found`: how many of
    them the rule reports. `true` and `false`: findings in public code as judged by a reader. `files`: how many of
    all repositories, the further ones among them, where this rule was read there."""

    model_config = ConfigDict(extra="forbid")

    mutants: int = 0
    found: int = 0
    true: int = 0
    false: int = 0
    files: int | None = None


class Measurement(BaseModel):
    """The content of `measured.json` in a package of rules. `repositories` were read for all rules,
    `further_repositories` for some."""

    model_config = ConfigDict(extra="forbid")

    mutated_programs: int
    public_files: int
    repositories: list[str]
    further_repositories: list[str] = []
    rules: dict[str, Record]


def sentence(rule: type[Rule]) -> str:
    """The record of a rule in words; empty when nothing was measured."""
    package = sys.modules.get(rule.__module__.partition(".")[0])
    source = getattr(package, "__file__", None)
    measured = _measurement(Path(source).parent / "measured.json") if source else None
    if measured is None:
        return ""
    record = measured.rules.get(rule.code, Record())
    parts = []
    if record.mutants:
        parts.append(
            f"Of {record.mutants} faults planted in {measured.mutated_programs} healthy programs it finds "
            f"{record.found}."
        )
    repositories = len(measured.repositories) + (len(measured.further_repositories) if record.files else 0)
    where = f"In {record.files or measured.public_files} files of {repositories} public repositories"
    found = record.true + record.false
    if found:
        parts.append(f"{where} it reports {found}, of which {record.true} were judged true.")
    else:
        parts.append(f"{where} it reports nothing.")
    return " ".join(parts)


@cache
def _measurement(path: Path) -> Measurement | None:
    if not path.is_file():
        return None
    content: Any = json.loads(path.read_text("utf-8"))
    return Measurement.model_validate(content)
