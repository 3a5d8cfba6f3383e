"""How a rule's findings are put to the test, in words: a part of its page."""

from __future__ import annotations

from trainlint.engine.pages import page_of
from trainlint.engine.rule import Rule
from trainlint.probe.claims import CLAIMS, NOT_JUDGED, Claim, Group
from trainlint.probe.judge import TOLD

TITLE = "Put to the test"


def whole_page(rule: type[Rule]) -> str:
    """The page of a rule with how its findings are put to the test: what lies beside the rules, what the command
    line and the editor show."""
    return "\n".join(part for part in (page_of(rule), explanation(rule.name)) if part)


def explanation(rule: str) -> str:
    """What `trainlint probe` does with findings of a rule, as Markdown; empty for the tool's own findings and for
    plugins, of which nothing is known."""
    claim = CLAIMS.get(rule)
    if claim is None:
        reason = NOT_JUDGED.get(rule)
        return f"## {TITLE}\n\n`trainlint probe` has no judgement of it: {reason}.\n" if reason else ""
    lines = [f"## {TITLE}", "", _means(claim), "", f"- Confirmed when {_groups(claim.confirm)}."]
    if claim.refute:
        lines.append(f"- Refuted when {_groups(claim.refute)}.")
    lines.append("- Inconclusive otherwise, and when one of these could not be measured.")
    return "\n".join(lines) + "\n"


def _means(claim: Claim) -> str:
    how = "trains on made-up data" if "synthetic" in claim.modes else "runs the program (`--script`)"
    seeds = "a fact that one seed shows" if claim.settled else "all seeds must agree"
    steps = f"after at least {claim.steps} steps" if claim.steps > 1 else "at once"
    return f"`trainlint probe` {how} and judges {steps}; {seeds}."


def _groups(groups: tuple[Group, ...]) -> str:
    return "; or ".join(" and ".join(_condition(c.statistic, c.threshold) for c in group) for group in groups)


def _condition(statistic: str, threshold: str) -> str:
    if statistic in ("failure", "misfit"):
        return "the program fails there"
    if statistic == "loss_takes_logits":
        return (
            "the loss applies its own activation"
            if threshold.startswith(">")
            else "the loss takes probabilities"
        )
    words = TOLD.get(statistic, (statistic.replace("_", " "), ""))[0]
    return f"{words} (`{statistic}`) {threshold}"
