"""Every example of every rule, and what every rule's page must have."""

from __future__ import annotations

import inspect
import re
from pathlib import Path

import pytest

from tests.rules.policing import Police, ensure_page, every_rule
from trainlint.engine.rule import Example, Rule

RULES = list(every_rule())
IMPORTS = {"keras": re.compile(r"\b(keras|tensorflow)\b"), "torch": re.compile(r"\btorch\b")}


def examples(kind: str) -> list[object]:
    return [
        pytest.param(rule, example, id=f"{rule.name}: {example.title}")
        for rule in RULES
        for example in getattr(rule, kind)
    ]


@pytest.mark.parametrize(("rule", "example"), examples("good"))
def test_a_good_example_is_left_alone(rule: type[Rule], example: Example, tmp_path: Path) -> None:
    Police(rule, example, tmp_path).stays_silent()


@pytest.mark.parametrize(("rule", "example"), examples("bad"))
def test_a_bad_example_is_reported(rule: type[Rule], example: Example, tmp_path: Path) -> None:
    Police(rule, example, tmp_path).speaks()


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_the_page_is_complete(rule: type[Rule]) -> None:
    ensure_page(rule)
    headings = re.findall(r"^ *## (.+)$", rule.__doc__ or "", re.MULTILINE)
    assert set(headings[3:]) <= {"Fix safety", "Sources", "Known problems"}
    assert "Sources" in headings
    text = Path(inspect.getfile(rule)).read_text("utf-8")
    assert "fix=" not in text or "Fix safety" in headings, "what the fix changes"


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_the_rule_is_named_and_placed(rule: type[Rule]) -> None:
    assert re.fullmatch(r"[a-z]+(-[a-z]+)+", rule.name)
    assert re.fullmatch(r"TL[1-8]\d\d", rule.code)
    assert Path(inspect.getfile(rule)).stem == rule.name.replace("-", "_")
    assert Path(inspect.getfile(rule)).parent.name == rule.family


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_each_framework_has_an_example(rule: type[Rule]) -> None:
    for framework in rule.frameworks:
        for kind in ("good", "bad"):
            examples = getattr(rule, kind)
            assert any(IMPORTS[framework].search(example.code) for example in examples), f"{kind}, {framework}"


def test_names_and_codes_are_taken_once() -> None:
    assert len({rule.name for rule in RULES}) == len(RULES)
    assert len({rule.code for rule in RULES}) == len(RULES)
