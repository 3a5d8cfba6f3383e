"""A metric that counts something else than right answers."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from trainlint.api import Certainty, Edit, Example, Fix, Metric, Objective, Rule, TrainingPlan, kinds

CATEGORICAL, SPARSE, BINARY = (
    "categorical_cross_entropy", "sparse_categorical_cross_entropy", "binary_cross_entropy",
)  # fmt: skip

FITTING = {CATEGORICAL: "CategoricalAccuracy", SPARSE: "SparseCategoricalAccuracy", BINARY: "BinaryAccuracy"}
"""The accuracy that goes with each loss."""

THRESHOLDS = {
    "accuracy": "threshold", "acc": "threshold", "binary_accuracy": "threshold",
    "precision": "thresholds", "recall": "thresholds", "true_positives": "thresholds",
    "false_positives": "thresholds", "true_negatives": "thresholds", "false_negatives": "thresholds",
}  # fmt: skip
"""Metrics that count a score above a number as yes, and the setting that holds the number."""


class AccuracyMetricMismatch(Rule):
    """The metric wants outputs or labels of another form than the network and the loss have.

    ## What it does
    Compares the metrics of `compile` with its loss: `Accuracy`, which asks whether numbers are equal, on
    probabilities; binary accuracy of several classes; categorical accuracy on class numbers, and sparse
    accuracy on one-hot rows; either of them on one unit; a threshold of 0.5, or an area under a curve, on
    raw scores.

    ## Why is this bad?
    The number moves on its own: it stands at 0 or 1, at the share of one class, or near (K - 1) / K for K
    classes, while the loss falls. Epochs and models are chosen by it all the same.

    It is an error, and a warning for thresholds on raw scores, where 0.5 means a probability of 0.62.

    ## When it stays silent
    The word 'accuracy', which Keras resolves by the shapes, unless it meets raw scores of a binary loss. A
    threshold that was chosen. Outputs that cannot be followed, labels whose form is not known.

    ## Fix safety
    Safe: only what is reported beside the loss changes.

    ## Sources
    What the metrics compare: `keras/src/metrics/accuracy_metrics.py`, `confusion_metrics.py`; the word
    'accuracy': `keras/src/trainers/compile_utils.py`. 1 / (1 + e^-0.5) = 0.62.
    """

    name = "accuracy-metric-mismatch"
    code = "TL802"
    family = "evaluation"
    since = "0.1.0"
    frameworks = ("keras",)
    severity = "error"
    message = "`{metric}` {effect}"
    help = "{way}"

    good = [
        Example(
            "the word that Keras resolves",
            """
            import keras

            model = keras.Sequential([
                keras.layers.Input((20,)),
                keras.layers.Dense(10, activation="softmax"),
            ])
            model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
            model.fit(x_train, y_train, epochs=10)
            """,
        ),
        Example(
            "the threshold of raw scores",
            """
            import keras

            model = keras.Sequential([keras.layers.Input((20,)), keras.layers.Dense(1)])
            model.compile(
                optimizer="adam",
                loss=keras.losses.BinaryCrossentropy(from_logits=True),
                metrics=[keras.metrics.BinaryAccuracy(threshold=0.0), keras.metrics.AUC(from_logits=True)],
            )
            model.fit(x_train, y_train, epochs=10)
            """,
        ),
    ]
    bad = [
        Example(
            "equal numbers",
            """
            import keras

            model = keras.Sequential([
                keras.layers.Input((20,)),
                keras.layers.Dense(10, activation="softmax"),
            ])
            model.compile(
                optimizer="adam",
                loss="sparse_categorical_crossentropy",
                metrics=[keras.metrics.Accuracy()],
            )
            model.fit(x_train, y_train, epochs=10)
            """,
            at="keras.metrics.Accuracy()",
            fixed="""
            import keras

            model = keras.Sequential([
                keras.layers.Input((20,)),
                keras.layers.Dense(10, activation="softmax"),
            ])
            model.compile(
                optimizer="adam",
                loss="sparse_categorical_crossentropy",
                metrics=[keras.metrics.SparseCategoricalAccuracy()],
            )
            model.fit(x_train, y_train, epochs=10)
            """,
        ),
        Example(
            "ten classes, judged one by one",
            """
            import tensorflow as tf
            from tensorflow.keras import layers as L

            def build(classes):
                inputs = tf.keras.Input(shape=(20,))
                model = tf.keras.Model(inputs, L.Dense(classes, activation="softmax")(inputs))
                model.compile("adam", "categorical_crossentropy", metrics=["binary_accuracy"])
                return model

            build(10).fit(x_train, y_train, epochs=10)
            """,
            at='"binary_accuracy"',
        ),
        Example(
            "a threshold of 0.5 on raw scores",
            """
            import keras
            from keras.metrics import BinaryAccuracy as Share

            model = keras.Sequential()
            model.add(keras.layers.Input((20,)))
            for units in (32, 1):
                model.add(keras.layers.Dense(units))
                if units > 1:
                    model.add(keras.layers.ReLU())
            loss = keras.losses.BinaryCrossentropy(from_logits=True)
            model.compile(optimizer="adam", loss=loss, metrics=[Share()])
            model.fit(x_train, y_train, epochs=10)
            """,
            at="Share()",
            severity="warning",
        ),
    ]

    def check(self, plan: TrainingPlan) -> None:
        for objective in plan.objectives:
            if objective.loss not in FITTING or objective.framework != "keras":
                continue
            for metric in objective.metrics:
                misfit = None if metric.own else misfit_of(metric, objective)
                if misfit is not None:
                    self.report(
                        metric.origin,
                        subject=metric,
                        severity=misfit.severity,
                        certainty=objective.certainty,
                        because=(objective.loss_origin,),
                        fix=renamed(metric, FITTING[objective.loss]) if misfit.severity == "error" else None,
                        metric=metric.name,
                        effect=misfit.effect,
                        way=misfit.way or f"use `{FITTING[objective.loss]}`",
                    )


@dataclass(frozen=True)
class Misfit:
    effect: str
    way: str = ""
    severity: Literal["error", "warning"] = "error"


def misfit_of(metric: Metric, objective: Objective) -> Misfit | None:
    """What is wrong with a metric beside a loss; None when nothing is, or it is not known."""
    word, loss, units = word_of(metric.name), objective.loss, objective.scores
    encoding = objective.target.encoding
    ends = objective.ends_in(kinds.AFFINE | {"softmax", "sigmoid"})
    if units is None or ends is None or ends[1] is Certainty.POSSIBLE:
        return None
    if metric.name == "Accuracy":
        return Misfit("asks whether scores equal labels: it stays near 0")
    if word == "binary_accuracy" and loss != BINARY and units > 2:
        return Misfit(f"judges {units} classes one by one: near {(units - 1) / units:.2f} from the start")
    if word in {"categorical_accuracy", "sparse_categorical_accuracy"} and loss == BINARY and units == 1:
        return Misfit("looks for the largest of one score: it never changes")
    if word == "categorical_accuracy" and loss == SPARSE and encoding != "one_hot":
        return Misfit("wants one-hot rows: it takes every label for class 0")
    if word == "sparse_categorical_accuracy" and loss == CATEGORICAL and encoding != "index":
        return Misfit("wants class numbers: one-hot rows never equal them, or raise")
    if loss == BINARY and units == 1 and objective.takes_logits.value is True and is_raw(objective):
        return misread(metric, word)
    return None


def misread(metric: Metric, word: str) -> Misfit | None:
    """What a metric for probabilities makes of raw scores."""
    if word == "auc":
        setting = metric.settings.get("from_logits")
        wrong = setting is not None and setting.value is False
        return (
            Misfit("wants probabilities and gets raw scores", "say `from_logits=True`", "warning")
            if wrong
            else None
        )
    if word not in THRESHOLDS:
        return None
    setting = metric.settings.get(THRESHOLDS[word])
    if setting is not None and setting.value not in (None, 0.5):
        return None
    return Misfit(
        "counts raw scores above 0.5 as yes: a probability of 0.62",
        "put the threshold of raw scores at 0: `BinaryAccuracy(threshold=0.0)`",
        "warning",
    )


def is_raw(objective: Objective) -> bool:
    return objective.ends_in(kinds.AFFINE) is not None


def word_of(name: str) -> str:
    """The function that a class of metrics stands for: `BinaryAccuracy`, `binary_accuracy`."""
    return name.lower() if name.isupper() else re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower()


def renamed(metric: Metric, other: str) -> Fix | None:
    """A fix that names the accuracy that goes with the loss, in the same spelling."""
    origin = metric.origin
    site = (origin.source_edit_site or origin.site) if origin else None
    if site is None:
        return None
    content = None
    if site.text[1:-1] == metric.name:
        content = f"{site.text[0]}{word_of(other)}{site.text[-1]}"
    elif site.text.endswith(f".{metric.name}()"):
        content = site.text.removesuffix(f"{metric.name}()") + f"{other}()"
    if content is None:
        return None
    edit = Edit(place=site.place, content=content)
    return Fix(applicability="safe", message=f"Measure `{other}`", edits=(edit,))
