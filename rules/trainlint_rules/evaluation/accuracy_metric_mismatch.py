"""A metric that counts something else than right answers."""

from __future__ import annotations

import re

from trainlint.api import (
    Certainty,
    Edit,
    Example,
    Fix,
    Layer,
    Metric,
    Objective,
    Rule,
    TrainingPlan,
    UnfitMetric,
    WrongDecision,
    add_argument,
    kinds,
    replace_value,
    safe,
    unsafe,
    weakest,
)

FITTING = {
    "categorical_cross_entropy": "CategoricalAccuracy",
    "sparse_categorical_cross_entropy": "SparseCategoricalAccuracy",
    "binary_cross_entropy": "BinaryAccuracy",
}
"""The accuracy of Keras that goes with each loss."""

CLASSIFYING = FITTING.keys() | {"cross_entropy", "nll"}


class AccuracyMetricMismatch(Rule):
    """The metric wants outputs or labels of another form than the network and the loss have.

    ## What it does
    Compares the metrics of Keras, in `compile` or in a loop, with the loss: `Accuracy`, which asks whether
    numbers are equal, on probabilities; binary accuracy of several classes; categorical accuracy on class
    numbers, and sparse accuracy on one-hot rows; either of them, or an F1 without a threshold, on one unit; a
    threshold of 0.5, or an area under a curve, on raw scores.

    In loops of any framework it follows predictions to where they meet the labels, in `==`, in TorchMetrics or
    scikit-learn: scores that no class was chosen from; the largest of one score, or of the samples instead of
    the classes; raw scores that are rounded or cut at 0.5; probabilities that are cut at 0 or 1, or made whole
    numbers; a task or a number of classes that is not the network's.

    ## Why is this bad?
    The number moves on its own: it stands at 0 or 1, at the share of one class, or near (K - 1) / K for K
    classes, while the loss falls. Epochs and models are chosen by it all the same.

    It is an error, and a warning for thresholds on raw scores, where 0.5 means a probability of 0.62.

    ## When it stays silent
    The word 'accuracy', which Keras resolves by the shapes, unless it meets raw scores of a binary loss. A
    threshold that was chosen. Outputs that cannot be followed, labels whose form is not known. One score in
    front of a categorical loss: `single-unit-categorical-output` says that.

    ## Fix safety
    Safe for metrics of Keras: only what is reported beside the loss changes. Unsafe in a loop, where the same
    choice may be read elsewhere.

    ## Sources
    What the metrics compare: `keras/src/metrics/accuracy_metrics.py`, `confusion_metrics.py`,
    `f_score_metrics.py`; `torchmetrics/functional/classification/stat_scores.py`;
    `sklearn/metrics/_classification.py`. The word 'accuracy': `keras/src/trainers/compile_utils.py`.
    1 / (1 + e^-0.5) = 0.62.
    """

    name = "accuracy-metric-mismatch"
    code = "TL802"
    family = "evaluation"
    since = "0.1.0"
    frameworks = ("keras", "torch")
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
        Example(
            "the largest score of each sample, a threshold on a probability",
            """
            import torch
            from torch import nn
            from torchmetrics import Accuracy

            model = nn.Sequential(nn.Linear(20, 64), nn.ReLU(), nn.Linear(64, 10))
            criterion, share = nn.CrossEntropyLoss(), Accuracy(task="multiclass", num_classes=10)
            optimizer = torch.optim.Adam(model.parameters())
            for x, y in loader:
                optimizer.zero_grad()
                scores = model(x)
                criterion(scores, y).backward()
                optimizer.step()
                share(scores, y)
                right = (scores.argmax(dim=1) == y).sum().item()
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
        Example(
            "raw scores, rounded",
            """
            import torch
            from torch import nn

            def right_answers(scores, labels):
                return (torch.round(scores) == labels).sum().item()

            model = nn.Sequential(nn.Linear(20, 64), nn.ReLU(), nn.Linear(64, 1))
            optimizer = torch.optim.Adam(model.parameters())
            for x, y in loader:
                optimizer.zero_grad()
                scores = model(x)
                nn.functional.binary_cross_entropy_with_logits(scores, y).backward()
                optimizer.step()
                print(right_answers(scores, y))
            """,
            at="torch.round(scores)",
            fixed="""
            import torch
            from torch import nn

            def right_answers(scores, labels):
                return (torch.round(torch.sigmoid(scores)) == labels).sum().item()

            model = nn.Sequential(nn.Linear(20, 64), nn.ReLU(), nn.Linear(64, 1))
            optimizer = torch.optim.Adam(model.parameters())
            for x, y in loader:
                optimizer.zero_grad()
                scores = model(x)
                nn.functional.binary_cross_entropy_with_logits(scores, y).backward()
                optimizer.step()
                print(right_answers(scores, y))
            """,
        ),
    ]

    def check(self, plan: TrainingPlan) -> None:
        for objective in plan.objectives:
            ends = objective.ends_in(kinds.AFFINE | {"softmax", "log_softmax", "sigmoid"})
            if objective.loss not in CLASSIFYING or objective.scores is None or ends is None:
                continue
            for metric in objective.metrics:
                if metric.own or ends[1] is Certainty.POSSIBLE:
                    continue
                wrong = objective.wrong_decision(metric) if metric.steps is not None else None
                unfit = objective.unfit_metric(metric)
                if wrong is not None:
                    self.tell_of(wrong, metric, objective)
                elif unfit is not None:
                    self.tell(unfit, metric, objective)

    def tell(self, unfit: UnfitMetric, metric: Metric, objective: Objective) -> None:
        effect, way = UNFIT[unfit.fault]
        fitting, units = FITTING.get(objective.loss), objective.scores or 1
        is_raw = "raw" in unfit.fault
        self.report(
            metric.origin,
            subject=metric,
            severity="warning" if is_raw else "error",
            certainty=weakest(objective.certainty, metric.certainty),
            because=(objective.loss_origin,),
            fix=told_about_scores(metric, unfit) if is_raw else renamed(metric, fitting),
            metric=metric.name,
            effect=effect.format(units=units, share=(units - 1) / units),
            way=way or f"use `{fitting}`",
        )

    def tell_of(self, wrong: WrongDecision, metric: Metric, objective: Objective) -> None:
        effect, way = DECISIONS[wrong.fault]
        told = wrong.told.value if wrong.told is not None else None
        self.report(
            (wrong.step.origin if wrong.step is not None else None) or metric.origin,
            subject=metric,
            severity="warning" if wrong.fault == "raw above half" else "error",
            certainty=weakest(objective.certainty, metric.certainty, wrong.certainty),
            because=(objective.loss_origin, wrong.told, metric.origin if wrong.step is not None else None),
            fix=decided_otherwise(wrong, metric, objective),
            metric=wrong.step.title if wrong.step is not None else metric.name,
            effect=effect.format(told=told, units=objective.scores),
            way=way,
        )


DECISIONS = {
    "no class": (
        "asks whether scores equal labels: it counts next to none",
        "choose a class first: the largest score, or for a yes or no a threshold",
    ),
    "refuses scores": (
        "takes classes and gets scores: it raises an error",
        "choose a class first: the largest score, or for a yes or no a threshold",
    ),
    "largest of one": (
        "looks for the largest of one score: it is always the first",
        "ask whether the score is above 0, or the probability above 0.5",
    ),
    "largest of samples": (
        "looks for the sample with the largest score, not for the class",
        "go over the classes: axis 1",
    ),
    "raw rounded": (
        "takes raw scores: what is above 1.5 or below -0.5 equals no label",
        "apply sigmoid first, or ask whether the score is above 0",
    ),
    "raw above half": (
        "0.5 counts a raw score as yes from a probability of 0.62 on",
        "compare raw scores with 0, or apply sigmoid first",
    ),
    "cut to whole numbers": ("makes every probability 0: no sample counts as yes", "round it first"),
    "always yes": ("{told} counts every probability as yes: it never changes", "compare with 0.5"),
    "always no": ("{told} counts no probability as yes: it never changes", "compare with 0.5"),
    "two answers": (
        "wants one answer of two, and the network knows {units} classes",
        'say `task="multiclass"` and the number of classes',
    ),
    "other number": (
        "is told {told} classes, and the network scores {units}",
        "tell it the number of outputs of the network",
    ),
}
"""What each wrong decision comes to, and what to write instead."""

INSTEAD = {"largest of samples": "1", "raw above half": "0", "always yes": "0.5", "always no": "0.5"}
"""The number to write where another one decides."""

ELSEWHERE = "the same choice may be read elsewhere"


def decided_otherwise(wrong: WrongDecision, metric: Metric, objective: Objective) -> Fix | None:
    if wrong.fault == "raw rounded":
        return through_sigmoid(wrong.step, metric)
    if wrong.told is None:
        return None
    if wrong.fault == "other number":
        return replace_value(
            wrong.told, str(objective.scores), "the number may stand for more than this metric"
        )
    instead = INSTEAD.get(wrong.fault)
    return replace_value(wrong.told, instead, ELSEWHERE) if instead is not None else None


def through_sigmoid(step: Layer | None, metric: Metric) -> Fix | None:
    """`torch.round(torch.sigmoid(x))`, `x.sigmoid().round()`."""
    site = step.origin.site if step is not None and step.origin is not None else None
    if site is None or metric.framework != "torch":
        return None
    text = re.sub(r"^torch\.round\(([^,]+)\)$", r"torch.round(torch.sigmoid(\1))", site.text)
    text = text if text != site.text else re.sub(r"\.round\(\)$", ".sigmoid().round()", text)
    edit = Edit(place=site.place, content=text) if text != site.text else None
    return unsafe("Apply sigmoid", ELSEWHERE, edit)


UNFIT = {
    "equal numbers": ("asks whether scores equal labels: it stays near 0", ""),
    "one by one": ("judges {units} classes one by one: near {share:.2f} from the start", ""),
    "largest of one": ("looks for the largest of one score: it never changes", ""),
    "every sample": (
        "takes the largest of one score: every sample counts as yes",
        "say from which score on a sample is a yes: `threshold=0.5`",
    ),
    "rows": ("wants one-hot rows: it takes every label for class 0", ""),
    "numbers": ("wants class numbers: one-hot rows never equal them, or raise", ""),
    "area of raw scores": ("wants probabilities and gets raw scores", "say `from_logits=True`"),
    "raw scores above half": (
        "counts raw scores above 0.5 as yes: a probability of 0.62",
        "put the threshold of raw scores at 0: `BinaryAccuracy(threshold=0.0)`",
    ),
}
"""What each metric of Keras that does not fit comes to, and what to write instead of the one that fits."""


def told_about_scores(metric: Metric, unfit: UnfitMetric) -> Fix | None:
    """The metric, told that it gets raw scores: half of the way is at 0."""
    value = "True" if unfit.name == "from_logits" else "0.0"
    if unfit.told is None:
        return None
    if unfit.told.is_written and unfit.told.value is not None:
        fix = replace_value(unfit.told, value, "")
        return safe(fix.message, *fix.edits) if fix is not None else None
    return add_argument(metric.origin, f"{unfit.name}={value}", "safe")


def renamed(metric: Metric, other: str | None) -> Fix | None:
    """A fix that names the accuracy that goes with the loss, in the same spelling."""
    origin = metric.origin
    site = (origin.source_edit_site or origin.site) if origin else None
    if site is None or other is None:
        return None
    content = None
    if site.text[1:-1] == metric.name:
        word = metric.model_copy(update={"name": other}).word
        content = f"{site.text[0]}{word}{site.text[-1]}"
    elif site.text.endswith(f".{metric.name}()"):
        content = site.text.removesuffix(f"{metric.name}()") + f"{other}()"
    edit = Edit(place=site.place, content=content) if content is not None else None
    return safe(f"Measure `{other}`", edit)
