"""Monitors of the plan."""

from __future__ import annotations

from collections.abc import Iterator

from trainlint.evaluate.assembly.gathered import Gathered
from trainlint.evaluate.assembly.settings import setting
from trainlint.frameworks.facts import MonitorMade
from trainlint.plan.monitor import Monitor
from trainlint.plan.setting import Setting
from trainlint.values.origin import Certainty
from trainlint.values.value import Value


def monitors_of(gathered: Gathered) -> Iterator[Monitor]:
    seen: set[int] = set()
    for fact, certainty in gathered.of(MonitorMade):
        site = fact.watched.origin.site if fact.watched is not None and fact.watched.origin else None
        key = id(getattr(site, "node", fact.monitor))
        if key in seen:
            continue
        seen.add(key)
        yield Monitor(
            name=fact.monitor.title,
            framework=fact.framework,
            watched=_word(fact.watched, certainty),
            mode=_word(fact.mode, certainty),
            origin=fact.monitor.origin,
        )


def _word(value: Value | None, certainty: Certainty) -> Setting[str]:
    found = setting(value, certainty)
    return found if all(isinstance(entry, str) for entry in found.values) else Setting(reason="no word")
