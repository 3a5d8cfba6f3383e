"""Metrics of Keras that want outputs or labels of another form than the network and its loss have."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from trainlint.plan.decisions import BINARY, gets_raw_scores
from trainlint.plan.setting import Setting

if TYPE_CHECKING:
    from trainlint.plan.objective import Metric, Objective

CATEGORICAL, SPARSE = "categorical_cross_entropy", "sparse_categorical_cross_entropy"

Unfit = Literal[
    "equal numbers", "one by one", "largest of one", "every sample", "rows", "numbers", "area of raw scores",
    "raw scores above half",
]  # fmt: skip

THRESHOLDS = {
    "accuracy": "threshold", "acc": "threshold", "binary_accuracy": "threshold", "f1score": "threshold",
    "fbeta_score": "threshold", "precision": "thresholds", "recall": "thresholds", "true_positives": "thresholds",
    "false_positives": "thresholds", "true_negatives": "thresholds", "false_negatives": "thresholds",
}  # fmt: skip
"""Metrics that count a score above a number as yes, and the setting that holds the number."""


@dataclass(frozen=True)
class UnfitMetric:
    """What is wrong with a metric, and the name of the setting that would have to say so, with what it says."""

    fault: Unfit
    name: str = ""
    told: Setting[object] | None = None


def unfit_metric(metric: Metric, objective: Objective) -> UnfitMetric | None:
    """What a metric of Keras gets wrong beside a loss; None when nothing, or it is not known.

    The objective is one that chooses classes, whose scores are known.
    """
    units, loss, word = objective.scores, objective.loss, metric.word
    if metric.framework != "keras" or metric.decision is not None or units is None:
        return None
    if metric.name == "Accuracy":
        return UnfitMetric("equal numbers")
    if word == "binary_accuracy" and loss in (CATEGORICAL, SPARSE) and units > 2:
        return UnfitMetric("one by one")
    if loss == BINARY and units == 1:
        if word in ("categorical_accuracy", "sparse_categorical_accuracy"):
            return UnfitMetric("largest of one")
        if word in ("f1score", "fbeta_score") and _says_none(metric.settings.get("threshold")):
            return UnfitMetric("every sample", "threshold", metric.settings["threshold"])
    if metric.labels == "of the loss":
        if word == "categorical_accuracy" and loss == SPARSE and objective.target.encoding != "one_hot":
            return UnfitMetric("rows")
        if (
            word == "sparse_categorical_accuracy"
            and loss == CATEGORICAL
            and objective.target.encoding != "index"
        ):
            return UnfitMetric("numbers")
    # For several labels the word `accuracy` stands for the largest of them.
    is_resolved = units > 1 and word in ("accuracy", "acc")
    return (
        _misread(metric)
        if loss == BINARY and gets_raw_scores(metric, objective) and not is_resolved
        else None
    )


def _says_none(told: Setting[object] | None) -> bool:
    return told is not None and told.known and told.value is None


def _misread(metric: Metric) -> UnfitMetric | None:
    """What a metric for probabilities makes of raw scores."""
    if metric.word == "auc":
        told = metric.settings.get("from_logits")
        return (
            UnfitMetric("area of raw scores", "from_logits", told)
            if told is not None and told.value is False
            else None
        )
    name = THRESHOLDS.get(metric.word)
    told = metric.settings.get(name) if name is not None else None
    if name is None or (told is not None and told.value not in (None, 0.5)):
        return None
    return UnfitMetric("raw scores above half", name, told)
