"""Accuracy of numbers that are predicted."""

from __future__ import annotations

from trainlint.api import Edit, Example, Fix, Metric, Objective, Rule, TrainingPlan, kinds

DISTANCES = frozenset({"mse", "mae", "smooth_l1", "huber", "log_cosh", "mape", "msle", "poisson"})

ACCURACIES = frozenset(
    "accuracy acc Accuracy categorical_accuracy CategoricalAccuracy sparse_categorical_accuracy "
    "SparseCategoricalAccuracy binary_accuracy BinaryAccuracy".split()
)

CHOOSING = frozenset({"softmax", "sigmoid", "hard_sigmoid", "log_softmax"})
"""Activations that speak of classes, which a squared error may be trained on."""

NUMBERS = kinds.AFFINE | kinds.ACTIVATIONS - CHOOSING
"""Layers that give plain numbers when they come last."""


class AccuracyForRegression(Rule):
    """A regression is judged by the share of right answers.

    ## What it does
    Looks for accuracy among the metrics of a model that is compiled with a loss for distances and ends in
    plain numbers.

    ## Why is this bad?
    Accuracy counts predictions that equal the target. A predicted price never equals the true one to the
    last digit, so accuracy stands at zero, or at the share of one value, whatever is learned; early stopping
    or a checkpoint that watches it picks a random epoch.

    It is a warning for one output, a hint for several.

    ## When it stays silent
    The network ends in sigmoid or softmax, or the labels are two classes: then the loss is what does not fit,
    and `squared-error-for-classification` says so. A last layer that cannot be followed.

    ## Fix safety
    Safe: only what is reported beside the loss changes, to the mean distance from the target.

    ## Sources
    What 'accuracy' stands for: `keras/src/trainers/compile_utils.py`. Stack Overflow 51181393, 62566558.
    """

    name = "accuracy-for-regression"
    code = "TL801"
    family = "evaluation"
    since = "0.1.0"
    frameworks = ("keras",)
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
    ]

    def check(self, plan: TrainingPlan) -> None:
        elsewhere = [
            metric.origin for o in plan.objectives if o.loss not in DISTANCES for metric in o.metrics
        ]
        for objective in plan.objectives:
            if objective.loss not in DISTANCES or not gives_numbers(objective) or may_be_binary(objective):
                continue
            for metric in objective.metrics:
                is_shared = any(metric.origin is origin for origin in elsewhere)
                if metric.name in ACCURACIES and not metric.own and not is_shared:
                    self.report(
                        metric.origin,
                        subject=objective,
                        severity=None if objective.scores == 1 else "info",
                        certainty=objective.certainty,
                        because=(objective.loss_origin,),
                        fix=measured_as_distance(metric, objective),
                        metric=metric.name,
                        loss=objective.title,
                    )


def may_be_binary(objective: Objective) -> bool:
    """Whether one number may choose between two classes: Keras counts an answer above 0.5 as yes."""
    return objective.target.numbers_classes and (objective.target.classes or 2) == 2


def gives_numbers(objective: Objective) -> bool:
    """Whether the output is known, and known not to choose a class."""
    return objective.ends_in(NUMBERS) is not None and objective.ends_in(CHOOSING) is None


def measured_as_distance(metric: Metric, objective: Objective) -> Fix | None:
    """A fix that names the mean absolute error instead, unless it is measured already."""
    site = metric.origin.source_edit_site if metric.origin else None
    if site is None or {"mae", "mean_absolute_error"} & {other.name for other in objective.metrics}:
        return None
    quote = site.text[:1]
    if quote not in "\"'":
        return None
    edit = Edit(place=site.place, content=f"{quote}mae{quote}")
    return Fix(applicability="safe", message="Measure the mean absolute error instead", edits=(edit,))
