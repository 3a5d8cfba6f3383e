"""From the statistics of runs to an answer with its evidence."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from trainlint.engine.verdict import Answer, Evidence
from trainlint.plan.setting import spoken
from trainlint.probe.claims import Claim, Condition, Group
from trainlint.probe.protocol import number
from trainlint.probe.symptoms import SYMPTOMS

LEARNS = 0.1
"""Share of its loss that a control run must lose to say anything."""


@dataclass(frozen=True)
class Seen:
    """What came of one run: its statistics, its losses, what it could not build, where it stopped."""

    statistics: Mapping[str, Any] = field(default_factory=dict)
    losses: tuple[float, ...] = ()
    cannot: str = ""
    misfit: str = ""
    line: int | None = None
    layers: tuple[Mapping[str, Any], ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Judgement:
    """An answer and what carries it."""

    answer: Answer
    evidence: tuple[Evidence, ...]


def judge(
    claim: Claim,
    runs: Sequence[Seen],
    controls: Sequence[Seen | None] = (),
    lines: frozenset[int] = frozenset(),
    beside: Sequence[Seen] = (),
) -> Judgement:
    """The answer of all seeds together: they must agree. `controls` are the runs of the same seeds with the fix
    applied, `beside` the runs as written that took as many steps, where these are others than `runs`; `lines` those
    that the finding is about, at one of which the program must stop if that confirms it."""
    reasons = [run.cannot for run in runs if run.cannot]
    if reasons:
        return inconclusive(reasons[0])
    if not runs:
        return inconclusive("nothing was trained")
    paired = [*controls, *(None for _ in range(len(runs) - len(controls)))]
    each = [_one(claim, run, control, lines) for run, control in zip(runs, paired, strict=True)]
    answers = {judgement.answer for judgement in each}
    if len(answers) == 1:
        middle = each[len(each) // 2]
        return Judgement(middle.answer, (*middle.evidence, *_about_control(beside or runs, controls)))
    told = ", ".join(
        f"{sum(1 for one in each if one.answer == answer)} {answer}" for answer in sorted(answers)
    )
    first = next(one for one in each if one.answer != "inconclusive")
    text = f"The seeds do not agree ({told})"
    return Judgement("inconclusive", (Evidence(statistic="seeds", value=told, text=text), *first.evidence))


def inconclusive(reason: str) -> Judgement:
    """No answer, and why."""
    return Judgement("inconclusive", (Evidence(statistic="reason", value=None, text=_sentence(reason)),))


def with_symptoms(judgement: Judgement, runs: Sequence[Seen]) -> Judgement:
    """The judgement with what all the runs show besides."""
    known = {evidence.statistic for evidence in judgement.evidence}
    found = [
        answer.evidence[0]
        for answer in (judge(claim, runs) for claim in SYMPTOMS.values())
        if answer.answer == "confirmed" and answer.evidence[0].statistic not in known
    ]
    told = (
        seen.model_copy(update={"text": f"Besides, {seen.text[:1].lower()}{seen.text[1:]}"}) for seen in found
    )
    return Judgement(judgement.answer, (*judgement.evidence, *told))


def _one(claim: Claim, run: Seen, control: Seen | None, lines: frozenset[int]) -> Judgement:
    if run.misfit and lines and run.line not in lines:
        return inconclusive(f"the program stops elsewhere, at {run.misfit}")
    statistics = _derived(run, control)
    for answer, groups in (("confirmed", claim.confirm), ("refuted", claim.refute)):
        for group in groups:
            if all(_holds(condition, statistics) for condition in group) and _long_enough(
                claim, group, statistics
            ):
                return Judgement(answer, tuple(_evidence(condition, statistics) for condition in group))  # type: ignore[arg-type]
    if run.misfit or "failure" in statistics:
        return inconclusive(f"the program stops: {run.misfit or statistics['failure']}")
    if _steps(statistics) < claim.steps:
        return inconclusive(
            f"only {_steps(statistics)} steps were taken in the time that there was; {claim.steps} are needed"
        )
    return _nothing_follows(claim, statistics)


def _derived(run: Seen, control: Seen | None) -> dict[str, Any]:
    found = dict(run.statistics)
    if run.misfit:
        found["misfit"] = run.misfit
    classes, scores = found.get("target_classes"), found.get("scores")
    if classes and scores:
        found["outputs_without_label"] = scores - classes
    start = number(found.get("loss_start"))
    kind = found.get("loss_kind")
    if start is not None and kind in _OF_CLASSES and scores and scores > 1:
        found["loss_start_ratio"] = start / math.log(scores)
    elif start is not None and kind in _OF_TWO:
        found["loss_start_ratio"] = start / math.log(2)
    gain = _gain(run, control)
    if gain is not None:
        found["control_gain"] = gain
    return found


_OF_CLASSES = ("cross_entropy", "categorical", "sparse_categorical")
_OF_TWO = ("binary_cross_entropy", "binary_cross_entropy_with_logits")


def _gain(run: Seen, control: Seen | None) -> float | None:
    """How much lower the control's loss ends, as a share of where it began; None when the control learns nothing
    itself, so that it says nothing."""
    if control is None or control.cannot or control.misfit:
        return None
    end, other = number(run.statistics.get("loss_end")), number(control.statistics.get("loss_end"))
    first, drop = number(control.statistics.get("loss_first")), number(control.statistics.get("loss_drop"))
    if None in (end, other, first, drop):
        return None
    assert end is not None
    assert other is not None
    assert first is not None
    assert drop is not None
    if drop <= LEARNS:
        return None
    return (end - other) / max(abs(first), 1e-12) if math.isfinite(end) else math.inf


def _holds(condition: Condition, statistics: Mapping[str, Any]) -> bool:
    if condition.sign == "says":
        return re.search(str(condition.bound), str(statistics.get(condition.statistic, ""))) is not None
    if condition.sign == "is":
        value = statistics.get(condition.statistic)
        return value is not None and condition.bound in ("said", value)
    value, bound = number(statistics.get(condition.statistic)), condition.bound
    if value is None or math.isnan(value):
        return False
    assert not isinstance(bound, str)
    return {
        "<": value < bound, "<=": value <= bound, ">": value > bound, ">=": value >= bound,
    }[condition.sign]  # fmt: skip


def _long_enough(claim: Claim, group: Group, statistics: Mapping[str, Any]) -> bool:
    """Whether the run took the steps that a group of conditions needs: what fails or is no number needs none."""
    at_once = {"failure", "misfit", "non_finite"}
    return bool(at_once & {condition.statistic for condition in group}) or _steps(statistics) >= claim.steps


def _steps(statistics: Mapping[str, Any]) -> int:
    return max(int(statistics.get("steps", 0)), int(statistics.get("backward_passes", 0)))


def _nothing_follows(claim: Claim, statistics: Mapping[str, Any]) -> Judgement:
    """Evidence for no answer: the statistic that is between the bounds, or the one that is missing."""
    condition = claim.confirm[0][0]
    value = number(statistics.get(condition.statistic))
    if value is None:
        words = TOLD.get(condition.statistic, (condition.statistic.replace("_", " "), ""))[0]
        return inconclusive(f"{words} could not be measured")
    evidence = _evidence(condition, statistics)
    text = f"{evidence.text}, which neither confirms nor refutes it"
    return Judgement("inconclusive", (evidence.model_copy(update={"text": text}),))


def _about_control(runs: Sequence[Seen], controls: Sequence[Seen | None]) -> tuple[Evidence, ...]:
    """What the control runs add; they never prove anything alone."""
    pairs = [(run, control) for run, control in zip(runs, controls, strict=False) if control is not None]
    if not pairs:
        return ()
    run, control = pairs[len(pairs) // 2]
    if control.cannot or control.misfit or number(control.statistics.get("loss_drop")) is None:
        return ()
    drop = number(control.statistics.get("loss_drop")) or 0.0
    steps = int(control.statistics.get("steps", 0))
    own = number(run.statistics.get("loss_drop"))
    if drop <= LEARNS:
        text = f"With the fix the loss does not fall in {steps} steps either, so the comparison says nothing"
        return (Evidence(statistic="control_drop", value=drop, threshold=f"> {LEARNS:g}", text=text),)
    beside = f"; as written by {100 * own:.1f} %" if own is not None and math.isfinite(own) else ""
    text = f"With the fix the loss falls by {100 * drop:.0f} % in {steps} steps{beside}"
    return (Evidence(statistic="control_drop", value=drop, threshold=f"> {LEARNS:g}", text=text),)


def _evidence(condition: Condition, statistics: Mapping[str, Any]) -> Evidence:
    raw = statistics.get(condition.statistic)
    value = number(raw)
    words, form = TOLD.get(f"{condition.statistic} {condition.sign}") or TOLD.get(
        condition.statistic, (condition.statistic.replace("_", " "), "{words} is {value}")
    )
    shown = raw if value is None else spoken(value)
    percent = f"{100 * value:.3g} %" if value is not None and math.isfinite(value) else str(shown)
    details = {
        name: _shown(entry) for name, entry in statistics.items() if not isinstance(entry, list | dict)
    }
    text = form.format_map(_Known({**details, "words": words, "value": shown, "percent": percent}))
    finite = value if value is not None and math.isfinite(value) else None
    kept: float | str | None = finite if finite is not None else None if raw is None else str(raw)
    return Evidence(
        statistic=condition.statistic, value=kept, threshold=condition.threshold, text=_sentence(text)
    )


class _Known(dict[str, object]):
    """What a sentence may name; a statistic that is missing leaves a gap in it."""

    def __missing__(self, name: str) -> str:
        return "?"


def _shown(value: object) -> object:
    told = number(value)
    return value if told is None or isinstance(value, bool) else spoken(told)


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


TOLD: dict[str, tuple[str, str]] = {
    # A statistic in words, and the sentence with its value.
    "update_ratio": ("the size of a step", "a step changes a weight by {value} of its size (median)"),
    "rate_rises": ("the learning rate", "the learning rate does not rise in the run"),
    "non_finite": ("the loss", "the loss is no number in {value} steps"),
    "loss_rise": ("the highest loss", "the loss rises to {value} times its start"),
    "loss_drop": ("the fall of the loss", "the loss falls by {percent} in {steps} steps"),
    "loss_end_ratio": ("the last loss", "it ends at {value} times its start"),
    "loss_lowest": ("the lowest loss", "the loss falls to {value}, below zero"),
    "weights_grown": ("the growth of weights", "a weight grew to {value} times its size"),
    "weights_shrunk": ("the shrinking of weights", "a weight shrank to {value} of its size"),
    "gradient_spike": ("gradients", "the largest gradient is {value} times the usual one"),
    "dead_units": ("units", "{percent} of the units of a layer never fire"),
    "dead_samples": ("samples", "they saw {value} samples"),
    "weights_frozen": ("weights", "{value} of {weights_applied} weights are frozen"),
    "gradient_ratio": ("gradients", "the first layer's gradient is {value} of the last layer's"),
    "output_spread": ("the spread of the output", "the output differs by {value} between samples"),
    "loss_probabilities": (
        "what the loss is given",
        "{percent} of the loss's inputs are probabilities already",
    ),
    "loss_within_unit": (
        "what the loss is given",
        "{percent} of the loss's inputs lie between 0 and 1 already",
    ),
    "loss_outside_unit": (
        "what the loss is given",
        "{percent} of the loss's inputs are no probabilities (from {prediction_low} to {prediction_high})",
    ),
    "loss_rows_unequal": (
        "what the loss is given",
        "the scores of a sample add up to 1 plus or minus {value}",
    ),
    "loss_log_rows_unequal": (
        "what the loss is given",
        "the probabilities of a sample add up to 1 plus or minus {value}",
    ),
    "loss_kind": ("the loss", "the loss is {value}"),
    "zero_gradients": ("gradients", "{percent} of all gradients are exactly 0"),
    "target_low": ("targets", "targets go down to {value}"),
    "target_high": ("targets", "targets go up to {value}"),
    "reach_low": ("outputs", "outputs go down to {value} only, whatever the input"),
    "reach_high": ("outputs", "outputs go up to {value} only, whatever the input"),
    "loss_takes_logits >=": ("the loss", "the loss applies its softmax or sigmoid itself"),
    "loss_takes_logits <=": ("the loss", "the loss takes its inputs for probabilities"),
    "outputs_without_label": ("outputs", "{value} outputs have no label"),
    "loss_broadcast": ("shapes", "the loss combines shapes that differ in {percent} of its calls"),
    "no_gradient": ("gradients", "{percent} of the weights get no gradient"),
    "affinity_error": ("whether the network bends", "the network is a straight line up to {value}"),
    "weighted_layers": ("layers", "it has {value} layers with weights"),
    "failure": ("the run", "the first step fails with {value}"),
    "misfit": ("the run", "the forward pass fails at {value}"),
    "weights_left_out": ("weights", "{value} of {weights_applied} weights are held by no optimizer"),
    "identical_units": (
        "units",
        "{percent} of the units of a layer have the same weights after {steps} steps",
    ),
    "loss_start_ratio": ("the first loss", "the loss starts at {value} times that of a guess"),
    "first_spread_high": ("first activations", "activations start with a spread of {value}"),
    "first_spread_low": ("first activations", "activations start with a spread of {value}"),
    "sample_dependence": ("samples", "a sample's output changes by {value} when the other samples change"),
    "evaluation_difference": ("evaluation", "two evaluations of the same batch differ by {value}"),
    "penalty_share": ("the penalty", "the penalty on weights is {percent} of the loss"),
    "input_largest": ("inputs", "inputs reach {value}"),
    "input_spread": ("inputs", "inputs have a spread of {value}"),
    "control_gain": ("the fix", "with the fix the loss ends lower by {percent} of its start"),
    "label_entropy": ("labels", "a batch holds {percent} of the variety of labels"),
    "stale_gradients": (
        "old gradients",
        "{percent} of the backward passes after a step add to its old gradients",
    ),
    "steps": ("steps", "{backward_passes} backward passes, {value} steps of the optimizer"),
    "backward_passes": ("backward passes", "{value} backward passes ran"),
    "unchanged_weights": ("weights", "{value} of {weights} weights never change"),
    "trained_in_evaluation": ("the mode", "{percent} of the training passes run in evaluation mode"),
    "evaluated_in_training": ("the mode", "{percent} of the evaluating passes run in training mode"),
    "input_certain": ("the shape of the input", "the shape of the input is known"),
}
