"""Profiles and selectors choose rules; the more specific word holds."""

from __future__ import annotations

from typing import Any

import pytest

from tests.engine.conftest import RateTooLow
from trainlint.config.settings import Settings
from trainlint.engine.diagnostic import Severity
from trainlint.engine.own_rules import OWN_RULES
from trainlint.engine.registry import Registry, UnknownRule
from trainlint.engine.rule import Options
from trainlint.engine.selection import Selection, WrongOption


class LowOptions(Options):
    low: float = 1e-7


class Tunable(RateTooLow):
    """Has an option."""

    name = "tunable"
    code = "TL102"
    options_model = LowOptions


class Strict(RateTooLow):
    """For the strict."""

    name = "strict-rate"
    code = "TL103"
    profile = "strict"


class Off(RateTooLow):
    """Only by name."""

    name = "convention"
    code = "TL201"
    family = "objective"
    profile = "off"


def selection(**settings: Any) -> Selection:
    registry = Registry()
    for rule in (*OWN_RULES, RateTooLow, Tunable, Strict, Off):
        registry.add(rule, "test")
    return Selection.of(Settings.model_validate(settings), registry)


def codes(**settings: Any) -> list[str]:
    return [rule.code for rule, _ in selection(**settings).chosen if rule.family != "tool"]


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({}, ["TL101", "TL102"]),
        ({"profile": "strict"}, ["TL101", "TL102", "TL103"]),
        ({"profile": "all"}, ["TL101", "TL102", "TL103", "TL201"]),
        ({"select": ["TL103"]}, ["TL103"]),
        ({"select": ["ALL"]}, ["TL101", "TL102", "TL103", "TL201"]),
        ({"extend-select": ["convention"]}, ["TL101", "TL102", "TL201"]),
        ({"ignore": ["TL101"]}, ["TL102"]),
        ({"ignore": ["ALL"]}, []),
        ({"select": ["TL1"], "ignore": ["TL101"]}, ["TL102", "TL103"]),
        ({"select": ["TL101"], "ignore": ["TL1"]}, ["TL101"]),
        ({"select": ["TL1"], "ignore": ["TL1"]}, []),
        ({"ignore": ["optimizer"], "extend-select": ["objective"]}, ["TL201"]),
        ({"select": []}, []),
    ],
)
def test_rules_are_chosen(settings: dict[str, Any], expected: list[str]) -> None:
    assert codes(**settings) == expected


def test_the_tools_own_findings_stay_on() -> None:
    assert selection(select=["TL101"]).chooses("file-not-parsed")
    assert not selection(ignore=["TL900"]).chooses("file-not-parsed")


@pytest.mark.parametrize("key", ["select", "extend-select", "ignore"])
def test_unknown_selectors_are_errors(key: str) -> None:
    with pytest.raises(UnknownRule, match="rate-too-lo"):
        selection(**{key: ["rate-too-lo"]})


def test_unknown_rules_are_errors_everywhere() -> None:
    for settings in ({"severity": {"x": "info"}}, {"per-file-ignores": {"*": ["x"]}}, {"rules": {"x": {}}}):
        with pytest.raises(UnknownRule, match="`x`"):
            selection(**settings)


def test_the_narrowest_severity_holds() -> None:
    chosen = selection(severity={"tunable": "error", "ALL": "info", "TL1": "warning"})
    assert chosen.severities["tunable"] is Severity.ERROR
    assert chosen.severities["rate-too-low"] is Severity.WARNING
    assert chosen.severities["convention"] is Severity.INFO


def test_options_reach_their_rule() -> None:
    given = dict(selection(rules={"TL102": {"low": 1e-9}}).chosen)
    assert given[Tunable] == LowOptions(low=1e-9)


def test_wrong_options_are_named() -> None:
    with pytest.raises(WrongOption, match="unknown option `lo` of rule `tunable`; did you mean `low`"):
        selection(rules={"tunable": {"lo": 1}})
    with pytest.raises(WrongOption, match="option `low` of rule `tunable` is 'small'"):
        selection(rules={"tunable": {"low": "small"}})
    with pytest.raises(WrongOption, match="its options: none"):
        selection(rules={"rate-too-low": {"lo": 1}})


def test_files_are_exempted_by_pattern() -> None:
    chosen = selection(**{"per-file-ignores": {"tests/**": ["TL1"]}})
    assert not chosen.runs_on("rate-too-low", "tests/a/train.py")
    assert chosen.runs_on("rate-too-low", "src/train.py")
    assert chosen.runs_on("convention", "tests/train.py")
