"""The table of claims: every default rule is judged, or it is said why not."""

from __future__ import annotations

import pytest

from trainlint.engine.pages import page_path
from trainlint.engine.registry import registry
from trainlint.probe.claims import CLAIMS, NOT_JUDGED
from trainlint.probe.explained import explanation
from trainlint.probe.judge import TOLD
from trainlint.probe.symptoms import SYMPTOMS

ALL = {**CLAIMS, **SYMPTOMS}

DEFAULT = [
    rule
    for rule in registry().rules.values()
    if rule.profile == "default" and not rule.code.startswith("TL9")
]


def test_every_default_rule_is_judged_or_has_a_reason() -> None:
    assert {rule.name for rule in DEFAULT} <= CLAIMS.keys() | NOT_JUDGED.keys()
    assert not CLAIMS.keys() & NOT_JUDGED.keys()
    assert CLAIMS.keys() | NOT_JUDGED.keys() <= registry().rules.keys()


def test_at_least_30_default_rules_have_a_judgement() -> None:
    assert len([rule for rule in DEFAULT if rule.name in CLAIMS]) >= 30


@pytest.mark.parametrize("name", sorted(ALL))
def test_each_statistic_has_words(name: str) -> None:
    for group in (*ALL[name].confirm, *ALL[name].refute):
        for condition in group:
            assert {condition.statistic, f"{condition.statistic} {condition.sign}", "scores"} & {
                *TOLD,
                "scores",
            }


def test_a_page_says_how_its_rule_is_put_to_the_test() -> None:
    told = explanation("learning-rate-too-low")
    assert (
        "Confirmed when the size of a step (`update_ratio`) < 1e-06 and the learning rate (`rate_rises`) <= 0."
        in told
    )
    assert "all seeds must agree" in told
    assert "--script" in explanation("training-data-not-shuffled")
    assert "it needs a GPU" in explanation("grad-scaler-misused")
    assert explanation("file-not-parsed") == ""


def test_the_page_that_lies_beside_the_rules_says_it_too() -> None:
    path = page_path(registry().find("learning-rate-too-low"))
    assert path is not None
    assert path.read_text("utf-8").endswith(f"\n\n{explanation('learning-rate-too-low')}")
