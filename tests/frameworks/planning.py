"""Plans of small programs, and what tests ask of them."""

from __future__ import annotations

from textwrap import dedent

from trainlint.engine.check import plan_of
from trainlint.plan.plan import TrainingPlan
from trainlint.plan.setting import Setting
from trainlint.values.origin import Origin


def plan(*parts: str) -> TrainingPlan:
    """The plan of a program written in parts, each indented as it likes."""
    return plan_of("\n".join(dedent(part) for part in parts), "program.py")


def kinds(made: TrainingPlan) -> list[str]:
    """The kinds of all events, in the order of the text."""
    return [event.kind for tree in made.events for event in tree.walk()]


def within(wanted: list[str], found: list[str]) -> bool:
    """Whether some events come in this order, whatever stands between them."""
    rest = iter(found)
    return all(kind in rest for kind in wanted)


def row(setting: Setting[float] | Setting[int]) -> int | None:
    """The row of the program in which a number stands; None for a default of a library."""
    origin: Origin | None = setting.origin
    site = origin.root.site if origin is not None else None
    return site.place.row if site is not None else None
