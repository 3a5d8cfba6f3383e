"""Asks a rule about a plan. Whatever a rule of somebody else does wrong costs its own finding, and nothing else."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from trainlint.engine.limits import TookTooLong, limited
from trainlint.engine.packages import BUILT_IN
from trainlint.engine.rule import Finding, Options, Rule
from trainlint.engine.timings import timed

if TYPE_CHECKING:
    from trainlint.plan.plan import TrainingPlan

RULE_LIMIT = 5.0
"""Seconds that a plugin's rule may take for one program; the built-in ones take milliseconds."""

NOT_ASKED = "is not asked any more"
"""How the failure of a rule begins that took too long before."""

_left_out: dict[str, str] = {}
"""Rules that are not asked in this process, by `identity`, and what they did."""

_NOT_WATCHED = contextlib.nullcontext()

_KEPT = 200
"""Characters that are kept of what a rule prints."""


@dataclass
class Answer:
    """What a rule reported before it was done or broke, and what it did that it should not."""

    findings: list[Finding] = field(default_factory=list)
    failure: str = ""
    printed: str = ""


def nobody_watches(identity: str) -> None:
    """What hears of rules where nobody outlives this process."""


watcher: Callable[[str], None] = nobody_watches
"""Hears which rule of a plugin is being asked, and an empty text when it has answered: who runs a process hears by
this what ended it."""


@contextlib.contextmanager
def without(rules: Mapping[str, str]) -> Iterator[None]:
    """Leaves rules out for a while, by `identity`, with what they did."""
    before = dict(_left_out)
    _left_out.update(rules)
    try:
        yield
    finally:
        for identity in rules:
            _left_out.pop(identity, None)
        _left_out.update({name: reason for name, reason in before.items() if name in rules})


def ask(rule: type[Rule], options: Options, plan: TrainingPlan) -> Answer:
    """Lets a rule look at a plan."""
    if _left_out and (reason := _left_out.get(identity(rule))):
        return Answer(failure=reason)
    answer = Answer()
    try:
        with timed(f"rule {rule.name}"), _NOT_WATCHED if is_built_in(rule) else _watched(rule, answer):
            asked = rule(options)
            answer.findings = asked.findings
            asked.check(plan)
    except TookTooLong as error:
        answer.failure = str(error)
        _left_out[identity(rule)] = f"{NOT_ASKED}: it {error}"
    except (Exception, SystemExit) as error:
        answer.failure = f"raised {named(error)}"
    return answer


def is_built_in(rule: type[Rule]) -> bool:
    """Whether a rule is trainlint's own."""
    return rule.__module__.partition(".")[0] in BUILT_IN


def identity(rule: type[Rule]) -> str:
    """A name that a changed rule does not share with what it was before."""
    return f"{rule.__module__}:{rule.name}"


def named(error: BaseException) -> str:
    """An exception in one line."""
    text = " ".join(str(error).split())
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


@contextlib.contextmanager
def _watched(rule: type[Rule], answer: Answer) -> Iterator[None]:
    """While a rule of somebody else is asked. What it prints must not get into the report."""
    watcher(identity(rule))
    said = _Said()
    try:
        with contextlib.redirect_stdout(said), limited(RULE_LIMIT):
            yield
    finally:
        answer.printed = " ".join(said.getvalue().split())
        watcher("")


class _Said(io.StringIO):
    """Keeps the beginning of what is printed."""

    def write(self, text: str) -> int:
        if self.tell() < _KEPT:
            super().write(text[:_KEPT])
        return len(text)
