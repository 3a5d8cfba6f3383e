"""What a rule is: a page of documentation, examples that are its tests, and a question to the plan."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict

from trainlint.engine.diagnostic import Edit, Fix, Severity
from trainlint.values.origin import Certainty, Origin, weakest

if TYPE_CHECKING:  # a run whose findings are all kept needs what rules are, and no plan
    from trainlint.plan.plan import TrainingPlan
    from trainlint.plan.setting import Setting


@dataclass(frozen=True)
class Example:
    """A small program. For a bad one, `at` is the text the finding points at and `fixed` what the fix makes
    of the whole program. `severity` is given where it differs from the rule's own. `files` are further files
    of the same project by name."""

    title: str
    code: str
    at: str | None = None
    severity: str | None = None
    fixed: str | None = None
    files: dict[str, str] = field(default_factory=dict)


class Options(BaseModel):
    """Base of a rule's own settings; unknown keys are errors."""

    model_config = ConfigDict(extra="forbid", frozen=True)


@dataclass
class Finding:
    """What a rule reports; the engine makes a diagnostic of it."""

    rule: Rule
    origin: Origin
    subject: int
    message: str
    help: str
    severity: Severity
    certainty: Certainty
    because: tuple[Origin, ...]
    fix: Fix | None


class Rule:
    """Base class of all rules. The docstring of a subclass is its page; see CONTRIBUTING.md for its headings.

    A rule is made afresh for each program, with its options, and asked once: `check` calls `report`.
    `silences` names rules whose findings about the same subject this rule's finding makes redundant.
    """

    name: ClassVar[str]
    code: ClassVar[str]
    family: ClassVar[str]
    since: ClassVar[str]
    frameworks: ClassVar[tuple[str, ...]]
    severity: ClassVar[Literal["error", "warning", "info"]]
    profile: ClassVar[Literal["default", "strict", "off"]] = "default"
    message: ClassVar[str]
    help: ClassVar[str] = ""
    silences: ClassVar[tuple[str, ...]] = ()
    good: ClassVar[list[Example]]
    bad: ClassVar[list[Example]]
    options_model: ClassVar[type[Options]] = Options

    def __init__(self, options: Options | None = None) -> None:
        self.options: Any = options or self.options_model()
        self.findings: list[Finding] = []

    def check(self, plan: TrainingPlan) -> None:
        """Asks the plan and reports what is wrong."""
        raise NotImplementedError

    def usual(self, plan: TrainingPlan) -> Iterable[tuple[Setting[Any], str]]:
        """Settings of a program with what is usual for them, such as `1e-5 to 3e-3`, whether they are wrong or
        not: editors show it beside their values."""
        return ()

    def report(
        self,
        origin: Origin | None,
        *,
        subject: object = None,
        message: str | None = None,
        help: str | None = None,  # noqa: A002 - the word that users read
        severity: Literal["error", "warning", "info"] | None = None,
        certainty: Certainty | None = Certainty.EXACT,
        because: tuple[Setting[Any] | Origin | None, ...] = (),
        fix: Fix | None = None,
        **fields: object,
    ) -> None:
        """Reports a finding at `origin`; nothing when there is no place to point at.

        `subject` is the part of the plan that the finding is about (default: the origin); precedence between
        rules looks at it. `because` are the settings whose history explains the finding. `fields` fill the
        message and the help.
        """
        if origin is None or certainty is None:
            return
        site = next((step.site for step in origin.chain() if step.site), None)
        if site is None:
            return
        history = tuple(
            step
            for reason in because
            for step in ((reason,) if isinstance(reason, Origin) else reason.origins if reason else ())
        )
        self.findings.append(
            Finding(
                rule=self,
                origin=origin,
                subject=id(origin if subject is None else subject),
                message=(message or self.message).format(**fields),
                help=(self.help if help is None else help).format(**fields),
                severity=Severity(severity or self.severity).lowered(certainty),
                certainty=certainty,
                because=history,
                fix=fix,
            )
        )


def flaws(rule: type[Rule]) -> list[str]:
    """What is wrong with how a rule describes itself; nothing can be done with it then."""
    missing = [name for name in _NEEDED if not hasattr(rule, name)]
    if missing:
        return [f"does not say its {' and '.join(f'`{name}`' for name in missing)}"]
    found = []
    for name, pattern, meant in _FORMS:
        value = getattr(rule, name)
        if not isinstance(value, str) or not re.fullmatch(pattern, value):
            found.append(f"has {value!r} for `{name}`: {meant}")
    if not (isinstance(rule.options_model, type) and issubclass(rule.options_model, Options)):
        found.append("has an `options_model` that is no kind of `Options`")
    return found


_NEEDED = ("name", "code", "family", "since", "frameworks", "severity", "message", "good", "bad")
_FORMS = (
    ("name", r"[a-z][a-z0-9]*(-[a-z0-9]+)*", "small words joined by `-`, such as `learning-rate-too-low`"),
    ("code", r"[A-Z]+\d+", "capital letters and a number, such as `HS101`"),
    ("family", r"[a-z][a-z0-9-]*", "a small word, such as `optimizer`"),
    ("severity", "error|warning|info", "`error`, `warning` or `info`"),
    ("profile", "default|strict|off", "`default`, `strict` or `off`"),
    ("message", r"(?s).+", "one sentence"),
    ("help", r"(?s).*", "text"),
)


def replace_value(setting: Setting[Any], content: str, reason: str) -> Fix | None:
    """A fix that writes another value where this one stands; None when it is not written in one place."""
    origin = setting.origin
    site = origin.source_edit_site if origin else None
    if site is None or len(setting.origins) != 1:
        return None
    return Fix(
        applicability="unsafe",
        message=f"Write `{content}` instead of `{site.text}`",
        edits=(Edit(place=site.place, content=content),),
        reason=reason,
    )


def add_argument(
    call: Origin | None, argument: str, applicability: Literal["safe", "unsafe"], reason: str = ""
) -> Fix | None:
    """A fix that adds `name=value` at the end of a call; None when there is no such call in the text."""
    site = call.site if call is not None else None
    if site is None or "#" in site.text or not site.text.endswith(")"):
        return None
    kept = site.text[:-1].rstrip().removesuffix(",")
    content = f"{kept}{argument})" if kept.endswith("(") else f"{kept}, {argument})"
    return Fix(
        applicability=applicability,
        message=f"Add `{argument}`",
        edits=(Edit(place=site.place, content=content),),
        reason=reason,
    )


__all__ = [
    "Certainty", "Example", "Finding", "Options", "Rule", "add_argument", "flaws", "replace_value", "weakest",
]  # fmt: skip
