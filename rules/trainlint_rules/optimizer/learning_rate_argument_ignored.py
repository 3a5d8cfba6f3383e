"""Arguments of an optimizer that present releases no longer read."""

from __future__ import annotations

from trainlint.api import Edit, Example, Fix, Origin, Rule, TrainingPlan, context


class LearningRateArgumentIgnored(Rule):
    """Keras' optimizers have no argument `lr` or `decay` any more.

    ## What it does
    Looks for `lr=` and `decay=` in the optimizers of Keras and `tf.keras`.

    ## Why is this bad?
    TensorFlow 2.11 to 2.15 print a warning and train with the default rate, whatever was written; Keras 3
    raises. A rate that was tuned with care is silently another one.

    It is an error where the program, or the requirements of its project, ask for such a release, or none of them
    says which and such a release is installed; else a hint, since older releases take both.

    ## When it stays silent
    Projects whose requirements allow no such release (`tensorflow==2.4.1`, `keras<2.11`): there `lr` is right. The
    optimizers in `tf.keras.optimizers.legacy`, which still take both; those of TensorFlow 1, whose
    `decay` is another thing; PyTorch's, where `lr` is the right name.

    ## Fix safety
    Safe: `lr` is renamed to `learning_rate`, as it has been called since Keras 2.3.

    ## Sources
    keras#17338, tensorflow#58831; `keras/src/optimizers/base_optimizer.py`.
    """

    name = "learning-rate-argument-ignored"
    code = "TL104"
    family = "optimizer"
    since = "0.1.0"
    frameworks = ("keras",)
    severity = "error"
    message = "`{optimizer}` does not read `{argument}`: {effect}"
    help = "{way}"
    silences = ("learning-rate-too-low", "learning-rate-too-high")

    good = [
        Example(
            "the present name",
            """
            import keras

            model = keras.Sequential([keras.layers.Input((20,)), keras.layers.Dense(1)])
            model.compile(optimizer=keras.optimizers.Adam(learning_rate=0.001), loss="mse")
            model.fit(x_train, y_train, epochs=10)
            """,
        ),
        Example(
            "optimizers that take it",
            """
            import tensorflow as tf
            import torch

            model = tf.keras.Sequential([tf.keras.layers.Dense(1, input_shape=(20,))])
            model.compile(optimizer=tf.keras.optimizers.legacy.SGD(lr=0.01, decay=1e-6), loss="mse")
            model.fit(x_train, y_train, epochs=10)
            other = torch.optim.SGD(torch.nn.Linear(2, 1).parameters(), lr=0.01)
            """,
        ),
    ]
    bad = [
        Example(
            "an old name",
            """
            from tensorflow.keras import Sequential, layers
            from tensorflow.keras.optimizers import Adam as Optimizer

            def build(rate):
                model = Sequential([layers.Dense(1, input_shape=(20,))])
                model.compile(optimizer=Optimizer(lr=rate), loss="mse")
                return model

            build(0.002).fit(x_train, y_train, epochs=10)
            """,
            at="lr",
            severity="info",
            fixed="""
            from tensorflow.keras import Sequential, layers
            from tensorflow.keras.optimizers import Adam as Optimizer

            def build(rate):
                model = Sequential([layers.Dense(1, input_shape=(20,))])
                model.compile(optimizer=Optimizer(learning_rate=rate), loss="mse")
                return model

            build(0.002).fit(x_train, y_train, epochs=10)
            """,
            files={"requirements.txt": "keras>=2.4\ntensorflow>=2.4"},
        ),
        Example(
            "an old name in a program for Keras 3",
            """
            import keras
            from keras import ops

            model = keras.Sequential([keras.layers.Input((20,)), keras.layers.Dense(1)])
            model.compile(optimizer=keras.optimizers.SGD(0.01, decay=1e-6), loss="mse")
            model.fit(ops.ones((20000, 20)), y_train, epochs=10)
            """,
            at="decay",
        ),
        Example(
            "an old name, and the requirements of the project",
            """
            import tensorflow as tf

            model = tf.keras.Sequential([tf.keras.layers.Dense(1, input_shape=(20,))])
            model.compile(optimizer=tf.keras.optimizers.Adam(lr=3e-4), loss="mse")
            model.fit(x_train, y_train, epochs=10)
            """,
            at="lr",
            files={"requirements.txt": "tensorflow==2.12.0"},
        ),
    ]

    def check(self, plan: TrainingPlan) -> None:
        if context.BEFORE_KERAS_2_11 in plan.context:
            return
        raises = context.KERAS_3 in plan.context
        is_new = raises or context.KERAS_2_11 in plan.context
        for optimizer in plan.optimizers:
            for argument, origin in optimizer.outdated.items():
                # An older release reads the rate: other rules judge it.
                self.report(
                    origin,
                    subject=optimizer if is_new and argument == "lr" else None,
                    severity=None if is_new else "info",
                    fix=renamed(origin) if argument == "lr" else None,
                    optimizer=optimizer.name,
                    argument=argument,
                    effect="Keras 3 raises" if raises else IGNORED[argument],
                    way=WAYS[argument],
                )


IGNORED = {
    "lr": "since TensorFlow 2.11 it trains at the default rate",
    "decay": "since TensorFlow 2.11 the rate stays constant",
}

WAYS = {
    "lr": "write `learning_rate`",
    "decay": "use `keras.optimizers.schedules.InverseTimeDecay`",
}


def renamed(origin: Origin) -> Fix | None:
    """A fix that renames the argument, where the word itself is what stands at the place."""
    site = origin.site
    if site is None or site.text != "lr":
        return None
    edit = Edit(place=site.place, content="learning_rate")
    return Fix(applicability="safe", message="Rename `lr` to `learning_rate`", edits=(edit,))
