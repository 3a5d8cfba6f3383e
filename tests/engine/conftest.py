"""A bench on which a check runs with rules and plans of a test's own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from trainlint.engine import check, selection
from trainlint.engine.diagnostic import Diagnostic
from trainlint.engine.own_rules import OWN_RULES
from trainlint.engine.registry import Registry
from trainlint.engine.rule import Rule
from trainlint.plan.optimizer import Optimizer
from trainlint.plan.plan import TrainingPlan
from trainlint.plan.setting import Setting
from trainlint.sources.document import Document
from trainlint.syntax.positions import Place, TextSite
from trainlint.values.origin import Made, Origin


def site(filename: str, row: int, column: int, text: str) -> TextSite:
    """A piece of text within one row."""
    return TextSite(Place(filename, row, column, row, column + len(text)), text)


def plan_of_calls(document: Document, versions: dict[str, str] | None = None) -> TrainingPlan:
    """A plan with an optimizer for each `Adam(...)` of the text; its rate is what stands in the brackets."""
    optimizers = []
    for row in range(1, len(document.lines) + 1):
        line = document.lines.line(row)
        if "Adam(" in line:
            column = line.index("Adam(") + 1
            rate = line[column + 4 : line.index(")")]
            number = Origin(Made.WRITTEN, site(document.filename, row, column + 5, rate))
            call = Origin(Made.COMPUTED, site(document.filename, row, column, "Adam"))
            optimizers.append(
                Optimizer(
                    name="Adam",
                    framework="torch",
                    learning_rate=Setting(values=(float(rate),), origins=(number,)),
                    origin=call,
                )
            )
    return TrainingPlan(filename=document.filename, optimizers=tuple(optimizers))


class RateTooLow(Rule):
    """A rate that moves nothing."""

    name = "rate-too-low"
    code = "TL101"
    family = "optimizer"
    since = "0.1.0"
    frameworks = ("torch",)
    severity = "error"
    message = "the rate {rate} moves nothing"
    help = "write 0.001"
    good = []
    bad = []

    def check(self, plan: TrainingPlan) -> None:
        for optimizer in plan.optimizers:
            rate = optimizer.learning_rate
            if rate.value is not None and rate.value < 1e-6:
                self.report(optimizer.origin, subject=optimizer, rate=rate.value, because=(rate,))


@dataclass
class Bench:
    """Holds the rules that are installed for a test."""

    installed: Registry

    def install(self, *rules: type[Rule]) -> None:
        for rule in rules:
            self.installed.add(rule, "test")

    def check(self, text: str, filename: str = "train.py", **settings: Any) -> list[Diagnostic]:
        from trainlint.config.settings import Settings

        return check.check_source(text, filename, Settings.model_validate(settings))


@pytest.fixture
def bench(monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    registry = Registry()
    for rule in OWN_RULES:
        registry.add(rule, "trainlint")
    monkeypatch.setattr(selection, "installed", lambda plugins=(): registry)
    monkeypatch.setattr(check, "plan_of_document", plan_of_calls)
    selection._selection.cache_clear()
    yield Bench(registry)
    selection._selection.cache_clear()
