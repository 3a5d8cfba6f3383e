"""The packages that rules come from, as far as that is known before any of them is imported."""

from __future__ import annotations

from functools import cache
from importlib.metadata import EntryPoint, entry_points

from trainlint.config.plugin import Plugin

GROUP = "trainlint.rules"
"""The entry point by which an installed package says that it has rules."""

BUILT_IN = ("trainlint", "trainlint_rules")


@cache
def announced() -> tuple[EntryPoint, ...]:
    """What the packages that are installed say."""
    return tuple(entry_points(group=GROUP))


def only_built_in(plugins: tuple[Plugin, ...]) -> bool:
    """Whether there are the built-in rules and no others: no plugin that settings name, and none that is installed."""
    return not plugins and _announced_only_built_in()


@cache
def _announced_only_built_in() -> bool:
    return {point.module for point in announced()} == {BUILT_IN[1]}
