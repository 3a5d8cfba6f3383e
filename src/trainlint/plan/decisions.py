"""What a program makes of scores before it counts right answers, and where that cannot be right."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from trainlint.plan.kinds import AFFINE
from trainlint.plan.setting import Setting
from trainlint.values.origin import Certainty

if TYPE_CHECKING:
    from trainlint.plan.network import Layer
    from trainlint.plan.objective import Metric, Objective

Fault = Literal[
    "no class", "refuses scores", "largest of one", "largest of samples", "raw rounded", "raw above half", "cut to whole numbers",
    "always yes", "always no", "two answers", "other number",
]  # fmt: skip

BINARY = "binary_cross_entropy"


@dataclass(frozen=True)
class WrongDecision:
    """What is wrong, the step that decides so (None: the metric itself), and the setting that says so."""

    fault: Fault
    step: Layer | None = None
    told: Setting[object] | None = None
    certainty: Certainty = Certainty.EXACT


def gets_raw_scores(metric: Metric, objective: Objective) -> bool:
    """Whether what is measured, or decided upon, did not go through a sigmoid."""
    if objective.takes_logits.value is not True or objective.ends_in(AFFINE) is None:
        return False
    return metric.squashed is None


def wrong_decision(metric: Metric, objective: Objective) -> WrongDecision | None:
    """What is wrong with how classes are chosen in a loop; None when nothing is, or it is not known.

    The objective is one that chooses classes, whose scores are known.
    """
    step = metric.decision
    if metric.framework == "torchmetrics" and (step is None or step.kind == "argmax"):
        return _other_classes(metric, objective)
    if step is None:
        if metric.framework == "sklearn":
            return WrongDecision("refuses scores")
        return WrongDecision("no class") if metric.name == "==" and metric.labels != "unknown" else None
    if step.kind == "argmax":
        return _largest(step, metric, objective)
    if objective.loss != BINARY:
        return None
    if gets_raw_scores(metric, objective):
        if step.kind == "round":
            return WrongDecision("raw rounded", step)
        return WrongDecision("raw above half", step, step.settings["value"]) if _above(step) == 0.5 else None
    if metric.squashed is None or metric.squashed.kind != "sigmoid":
        return None
    if step.kind == "truncate":
        return WrongDecision("cut to whole numbers", step)
    threshold = _above(step)
    if threshold is None or 0 < threshold < 1:
        return None
    return WrongDecision("always yes" if threshold <= 0 else "always no", step, step.settings["value"])


def _above(step: Layer) -> float | None:
    """The number above which a score counts as yes."""
    return step.number("value") if step.title in {">", ">="} and "reflected" not in step.settings else None


def _largest(step: Layer, metric: Metric, objective: Objective) -> WrongDecision | None:
    """The largest along an axis that is not that of the classes."""
    told, shape = step.settings.get("axis"), step.input_shape
    axis = told.value if told is not None else None
    moved = {"permute", "select"} & {other.kind for other in metric.steps or ()}
    if not isinstance(axis, int) or moved:
        return None
    if objective.scores == 1 and objective.loss == BINARY:
        size = shape[axis] if shape is not None and -len(shape) <= axis < len(shape) else None
        if size == 1 or (shape is None and axis in (1, -1)):
            # The second axis is that of the scores unless there is another in between.
            sure = size == 1 or axis == -1
            return WrongDecision(
                "largest of one", step, told, Certainty.EXACT if sure else Certainty.POSSIBLE
            )
    if axis in (0, -2) and shape is not None and len(shape) == 2 and shape[1] == objective.scores != 1:
        return WrongDecision("largest of samples", step, told)
    return None


def _other_classes(metric: Metric, objective: Objective) -> WrongDecision | None:
    """A task or a number of classes of TorchMetrics that is not the network's."""
    units, task = objective.scores, metric.settings.get("task")
    if task is None or not units or any(step.kind == "select" for step in metric.steps or ()):
        return None
    one_class = objective.loss != BINARY
    if task.value == "binary" and one_class and units > 2:
        return WrongDecision("two answers", told=task)
    told = metric.settings.get("num_labels" if task.value == "multilabel" else "num_classes")
    count = told.value if told is not None else None
    if not isinstance(count, int) or units == 1 or (task.value == "multiclass") != one_class:
        return None
    fits = count >= units if metric.decision is not None else count == units
    return None if fits else WrongDecision("other number", told=told)
