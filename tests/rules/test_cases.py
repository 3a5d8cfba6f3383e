"""All cases of all rules, over all default rules."""

from __future__ import annotations

import ast
from collections import Counter
from pathlib import Path

import pytest

import trainlint
from tests.rules.cases import Case, cases_in
from tests.rules.policing import every_rule
from trainlint.engine.diagnostic import Diagnostic, Fix
from trainlint.engine.policing import applied

FOLDER = Path(__file__).parent
RULES = {rule.name: rule for rule in every_rule()}

CASES = [
    pytest.param(case, id=f"{path.stem}: {case.title}")
    for path in sorted(FOLDER.rglob("*.md"))
    for case in cases_in(path)
]


@pytest.mark.parametrize("case", CASES)
def test_case(case: Case, tmp_path: Path) -> None:
    program = tmp_path / case.filename
    for name, content in {**case.files, case.filename: case.code}.items():
        (tmp_path / name).write_text(content, "utf-8")
    if case.files:
        found = trainlint.check_paths([program])
    else:
        found = trainlint.check_source(case.code, filename=case.filename)
    assert {(d.place.row, d.name, d.severity.value) for d in found} == case.expected
    for diagnostic in found:
        if diagnostic.fix is not None and not case.files:
            assert_mends(diagnostic.fix, diagnostic, found, case)


def assert_mends(fix: Fix, mended: Diagnostic, found: list[Diagnostic], case: Case) -> None:
    """A fix takes its finding away and brings no other, but those that stood in its shadow."""
    text = applied(fix, case.code)
    ast.parse(text)
    left = trainlint.check_source(text, filename=case.filename)
    told = Counter((diagnostic.name, diagnostic.message) for diagnostic in left)
    before = Counter((diagnostic.name, diagnostic.message) for diagnostic in found)
    key = (mended.name, mended.message)
    assert told[key] < before[key], f"{mended.name} is still there:\n{text}"
    shadowed = {mended.name, *RULES[mended.name].silences}
    more = {diagnostic.name for diagnostic in left} - {diagnostic.name for diagnostic in found} - shadowed
    assert not more, f"more is found:\n{text}"


@pytest.mark.parametrize("rule", list(every_rule()), ids=lambda rule: rule.name)
def test_every_rule_has_cases(rule: type[object]) -> None:
    path = FOLDER / rule.family / f"{rule.name}.md"  # type: ignore[attr-defined]
    assert path.is_file()
    expected = [expectation for case in cases_in(path) for expectation in case.expected]
    assert any(name == rule.name for _, name, _ in expected)  # type: ignore[attr-defined]
    assert any(not case.expected for case in cases_in(path)), "a near miss"
