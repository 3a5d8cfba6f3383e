"""Accuracy of numbers that are predicted."""

from __future__ import annotations

import re
from typing import Literal

from trainlint.api import (
    Edit,
    Example,
    Fix,
    Metric,
    Objective,
    Rule,
    Target,
    TrainingPlan,
    called_instead,
    kinds,
    safe,
    weakest,
)

DISTANCES = frozenset({"mse", "mae", "smooth_l1", "huber", "log_cosh", "mape", "msle", "poisson"})

ACCURACIES = frozenset(
    "accuracy acc Accuracy categorical_accuracy CategoricalAccuracy sparse_categorical_accuracy "
    "SparseCategoricalAccuracy binary_accuracy BinaryAccuracy MulticlassAccuracy accuracy_score "
    "balanced_accuracy_score classification_report confusion_matrix ==".split()
)
"""What counts right answers: metrics of Keras, TorchMetrics and scikit-learn, and a comparison written out."""

RELATIVE = frozenset({"mape", "MAPE", "mean_absolute_percentage_error", "MeanAbsolutePercentageError"})
"""Metrics that divide by the target."""

CHOOSING = frozenset({"softmax", "sigmoid", "hard_sigmoid", "log_softmax"})
"""Activations that speak of classes, which a squared error may be trained on."""

NUMBERS = kinds.AFFINE | kinds.ACTIVATIONS - CHOOSING
"""Layers that give plain numbers when they come last."""


class AccuracyForRegression(Rule):
    """A regression is judged by the share of right answers.

    ## What it does
    Looks at a model that is trained on a loss for distances and ends in plain numbers: for accuracy among the
    metrics that Keras is told, and in loops for predictions that meet their targets in `==`, in an accuracy of
    TorchMetrics or of scikit-learn. Also for a percentage error on targets whose range contains 0.

    ## Why is this bad?
    Accuracy counts predictions that equal the target. A predicted price never equals the true one to the
    last digit, so accuracy stands at zero, or at the share of one value, whatever is learned; early stopping
    or a checkpoint that watches it picks a random epoch.

    A percentage error divides by the target; near 0 Keras divides by 1e-7, and one sample outweighs all others.

    It is a warning for one output, a hint for several, for percentages, and where nothing is fitted in the program.

    ## When it stays silent
    The network ends in sigmoid or softmax, or the labels are two classes: then the loss is what does not fit,
    and `squared-error-for-classification` says so. One number on targets whose name is that of an answer (label,
    class, survived, churn, is_…), of which Keras counts those above 0.5 as yes. A last layer that cannot be followed. Predictions that are
    rounded, or turned into classes by a threshold or the largest of several, before they are compared.

    ## Fix safety
    Safe: only what is reported beside the loss changes, to the mean distance from the target.

    ## Sources
    What 'accuracy' stands for: `keras/src/trainers/compile_utils.py`; what a percentage is divided by:
    `mean_absolute_percentage_error` in `keras/src/losses/losses.py`. Stack Overflow 51181393, 62566558.
    """

    name = "accuracy-for-regression"
    code = "TL801"
    family = "evaluation"
    since = "0.1.0"
    frameworks = ("keras", "torch")
    severity = "warning"
    message = "`{metric}` of a regression says nothing: no prediction equals its target"
    help = "measure distances, such as `mae`, where `{loss}` is the loss"

    good = [
        Example(
            "the mean distance",
            """
            import keras

            model = keras.Sequential([
                keras.layers.Input((13,)),
                keras.layers.Dense(32, activation="relu"),
                keras.layers.Dense(1),
            ])
            model.compile(optimizer="adam", loss="mse", metrics=["mae"])
            model.fit(x_train, y_train, epochs=100)
            """,
        ),
        Example(
            "accuracy of classes",
            """
            import keras

            model = keras.Sequential([
                keras.layers.Input((13,)),
                keras.layers.Dense(1, activation="sigmoid"),
            ])
            model.compile(optimizer="adam", loss="binary_crossentropy", metrics=["accuracy"])
            model.fit(x_train, y_train, epochs=100)
            """,
        ),
        Example(
            "grades are rounded before they are compared",
            """
            import torch
            from torch import nn

            model = nn.Sequential(nn.Linear(13, 32), nn.ReLU(), nn.Linear(32, 1))
            optimizer = torch.optim.Adam(model.parameters())
            for x, y in loader:
                optimizer.zero_grad()
                nn.functional.mse_loss(model(x), y).backward()
                optimizer.step()
            with torch.no_grad():
                right = sum((model(x).round() == y).sum().item() for x, y in test_loader)
            """,
        ),
    ]
    bad = [
        Example(
            "a word out of habit",
            """
            import keras

            model = keras.Sequential()
            model.add(keras.layers.Input((13,)))
            for units in (64, 32):
                model.add(keras.layers.Dense(units, activation="relu"))
            model.add(keras.layers.Dense(1))
            model.compile(optimizer="adam", loss="mean_squared_error", metrics=["accuracy"])
            model.fit(x_train, y_train, epochs=100)
            """,
            at='"accuracy"',
            fixed="""
            import keras

            model = keras.Sequential()
            model.add(keras.layers.Input((13,)))
            for units in (64, 32):
                model.add(keras.layers.Dense(units, activation="relu"))
            model.add(keras.layers.Dense(1))
            model.compile(optimizer="adam", loss="mean_squared_error", metrics=["mae"])
            model.fit(x_train, y_train, epochs=100)
            """,
        ),
        Example(
            "in a function, with aliases",
            """
            from tensorflow import keras as k
            from tensorflow.keras.metrics import Accuracy as Share

            def build(watched):
                inputs = k.Input((13,))
                x = k.layers.Dense(32, activation="relu")(inputs)
                model = k.Model(inputs, k.layers.Dense(1)(x))
                model.compile("adam", k.losses.Huber(), metrics=[watched])
                return model

            build(Share()).fit(x_train, y_train, epochs=100)
            """,
            at="Share()",
        ),
        Example(
            "counted in a loop",
            """
            import torch
            from torch import nn, optim

            def right_answers(predictions, targets):
                return (predictions == targets).sum().item()

            model = nn.Sequential(nn.Linear(13, 32), nn.ReLU(), nn.Linear(32, 1))
            criterion = nn.MSELoss()
            optimizer = optim.Adam(model.parameters())
            for x, y in loader:
                optimizer.zero_grad()
                criterion(model(x), y).backward()
                optimizer.step()
            with torch.no_grad():
                right = sum(right_answers(model(x), y) for x, y in test_loader)
            """,
            at="predictions == targets",
        ),
    ]

    def check(self, plan: TrainingPlan) -> None:
        elsewhere = [
            metric.origin for o in plan.objectives if o.loss not in DISTANCES for metric in o.metrics
        ]
        for objective in plan.objectives:
            if objective.loss not in DISTANCES or not gives_numbers(objective):
                continue
            for metric in objective.metrics:
                if any(metric.origin is origin for origin in elsewhere) or metric.own:
                    continue
                if metric.name in ACCURACIES and counts_numbers(metric, objective):
                    is_plain = objective.scores == 1 and objective.target.origin is not None
                    self.tell(metric, objective, None if is_plain else "info")
                elif metric.name in RELATIVE and has_zero(objective.target):
                    self.tell(metric, objective, "info", PERCENTAGE)

    def tell(
        self,
        metric: Metric,
        objective: Objective,
        severity: Literal["info"] | None,
        message: str | None = None,
    ) -> None:
        self.report(
            metric.origin,
            subject=objective,
            severity=severity,
            certainty=weakest(objective.certainty, metric.certainty),
            message=message,
            because=(objective.loss_origin,),
            fix=measured_as_distance(metric, objective),
            metric=metric.name,
            loss=objective.title,
        )


PERCENTAGE = "`{metric}` divides by targets that may be 0: a few samples outweigh the others"


def counts_numbers(metric: Metric, objective: Objective) -> bool:
    """Whether plain numbers are counted as right or wrong; Keras turns one number into yes or no by itself."""
    if metric.steps is None:
        return not may_be_binary(objective)
    return metric.decision is None and metric.labels != "unknown"


def has_zero(target: Target) -> bool:
    return target.low is not None and target.high is not None and target.low <= 0 <= target.high


def may_be_binary(objective: Objective) -> bool:
    """Whether one number may choose between two classes: Keras counts an answer above 0.5 as yes."""
    target = objective.target
    if target.numbers_classes:
        return (target.classes or 2) == 2
    texts = (step.site.text for step in (target.origin.chain() if target.origin else ()) if step.site)
    return any(ANSWER.search(text) for text in texts)


ANSWER = re.compile(
    r"(?<![a-zA-Z])(labels?|class(es)?|survived|churn(ed)?|outcome|default(ed)?|fraud|spam|died|diagnosis|"
    r"clicked|species|category|(is|has)_\w+)(?![a-zA-Z])",
    re.IGNORECASE,
)
"""Names of targets that are a yes or no, or a class."""


def gives_numbers(objective: Objective) -> bool:
    """Whether the output is known, and known not to choose a class."""
    return objective.ends_in(NUMBERS) is not None and objective.ends_in(CHOOSING) is None


def measured_as_distance(metric: Metric, objective: Objective) -> Fix | None:
    """A fix that names the mean absolute error instead, unless it is measured already."""
    if metric.steps is not None or MEAN_ERRORS & {other.name for other in objective.metrics}:
        return None
    site = metric.origin.source_edit_site if metric.origin else None
    quote = site.text[:1] if site is not None else ""
    if site is not None and quote and quote in "\"'":
        edit: Edit | None = Edit(place=site.place, content=f"{quote}mae{quote}")
    else:
        edit = called_instead(metric.origin, dict.fromkeys((metric.name,), "MeanAbsoluteError"))
    return safe("Measure the mean absolute error instead", edit)


MEAN_ERRORS = frozenset({"mae", "mean_absolute_error", "MeanAbsoluteError"})
