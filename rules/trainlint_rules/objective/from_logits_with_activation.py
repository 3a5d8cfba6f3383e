"""A loss that is told to expect scores, behind a softmax or sigmoid."""

from __future__ import annotations

from trainlint.api import Edit, Example, Fix, Objective, Rule, TrainingPlan, context, weakest

LOSSES = frozenset(
    "categorical_cross_entropy sparse_categorical_cross_entropy binary_cross_entropy "
    "binary_focal_cross_entropy categorical_focal_cross_entropy".split()
)

ACTIVATIONS = frozenset({"softmax", "sigmoid"})


class FromLogitsWithActivation(Rule):
    """`from_logits=True`, but the network ends in probabilities.

    ## What it does
    Looks for a loss of Keras with `from_logits=True` behind a softmax or sigmoid, and for TensorFlow's
    softmax losses of raw scores (`tf.nn.softmax_cross_entropy_with_logits`) behind a softmax.

    ## Why is this bad?
    The loss applies the activation a second time. Scores between 0 and 1 make every class look alike: the
    loss cannot come near 0, and gradients are small. On TensorFlow, Keras finds the scores from before the
    activation, uses them and warns; on JAX and PyTorch it does not, and neither do the losses of `tf.nn`.

    It is an error there, else a warning.

    ## When it stays silent
    The value of `from_logits`, or the last layer, is not known.

    ## Fix safety
    Safe: the loss then takes what it is given for what it is.

    ## Sources
    The scores that Keras remembers: `_get_logits` in `keras/src/backend/tensorflow/nn.py`, which the other
    backends lack; keras#15271, tensorflow#50190.
    """

    name = "from-logits-with-activation"
    code = "TL204"
    family = "objective"
    since = "0.1.0"
    frameworks = ("keras",)
    severity = "warning"
    message = "`{loss}` applies a second {activation}: gradients shrink"
    help = "leave `from_logits=True` out, or the activation"
    silences = ("output-activation-loss-mismatch",)

    good = [
        Example(
            "scores, and a loss for scores",
            """
            import keras

            model = keras.Sequential([keras.layers.Input((20,)), keras.layers.Dense(10)])
            loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
            model.compile(optimizer="adam", loss=loss)
            model.fit(x_train, y_train, epochs=10)
            """,
        ),
        Example(
            "probabilities, and a loss for probabilities",
            """
            import keras

            model = keras.Sequential([
                keras.layers.Input((20,)),
                keras.layers.Dense(10, activation="softmax"),
            ])
            loss = keras.losses.CategoricalCrossentropy(from_logits=False)
            model.compile(optimizer="adam", loss=loss)
            model.fit(x_train, y_train, epochs=10)
            """,
        ),
    ]
    bad = [
        Example(
            "softmax, and a loss for scores",
            """
            import tensorflow as tf

            model = tf.keras.Sequential([
                tf.keras.layers.Dense(32, activation="relu", input_shape=(20,)),
                tf.keras.layers.Dense(10, activation="softmax"),
            ])
            loss = tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True)
            model.compile(optimizer="adam", loss=loss)
            model.fit(x_train, y_train, epochs=10)
            """,
            at="True",
            fixed="""
            import tensorflow as tf

            model = tf.keras.Sequential([
                tf.keras.layers.Dense(32, activation="relu", input_shape=(20,)),
                tf.keras.layers.Dense(10, activation="softmax"),
            ])
            loss = tf.keras.losses.SparseCategoricalCrossentropy(from_logits=False)
            model.compile(optimizer="adam", loss=loss)
            model.fit(x_train, y_train, epochs=10)
            """,
        ),
        Example(
            "on a backend that does not find the scores",
            """
            import os

            os.environ["KERAS_BACKEND"] = "jax"

            from keras import Input, Model, layers as L
            from keras.losses import BinaryCrossentropy as BCE

            def build():
                inputs = Input((20,))
                return Model(inputs, L.Dense(1, activation="sigmoid")(inputs))

            model = build()
            model.compile(optimizer="adam", loss=BCE(from_logits=True))
            model.fit(x_train, y_train, epochs=10)
            """,
            at="True",
            severity="error",
        ),
        Example(
            "TensorFlow's own loss",
            """
            import tensorflow as tf
            from tensorflow.nn import sparse_softmax_cross_entropy_with_logits as entropy

            model = tf.keras.Sequential([tf.keras.layers.Dense(10, activation="softmax", input_shape=(20,))])
            optimizer = tf.keras.optimizers.Adam()
            for x, y in batches:
                with tf.GradientTape() as tape:
                    loss = tf.reduce_mean(entropy(labels=y, logits=model(x)))
                gradients = tape.gradient(loss, model.trainable_variables)
                optimizer.apply_gradients(zip(gradients, model.trainable_variables))
            """,
            at="entropy(labels=y, logits=model(x))",
            severity="error",
        ),
    ]

    def check(self, plan: TrainingPlan) -> None:
        for objective in plan.objectives:
            expects_scores = objective.takes_logits.violates(lambda takes_logits: takes_logits is True)
            if objective.framework != "keras" or objective.loss not in LOSSES or expects_scores is None:
                continue
            has_switch = "from_logits" in objective.settings
            found = objective.ends_in(ACTIVATIONS if has_switch else {"softmax"})
            if found is None:
                continue
            layer, certainty = found
            is_lost = not has_switch or context.OTHER_BACKEND in plan.context
            self.report(
                objective.takes_logits.origin if has_switch else objective.origin,
                subject=objective,
                severity="error" if is_lost else None,
                certainty=weakest(certainty, expects_scores),
                because=(layer.origin,),
                help=None if has_switch else "give the loss the scores from before the softmax",
                fix=switched_off(objective) if has_switch else None,
                loss=objective.title,
                activation=layer.kind,
            )


def switched_off(objective: Objective) -> Fix | None:
    origin = objective.takes_logits.origin
    site = origin.source_edit_site if origin else None
    if site is None:
        return None
    edit = Edit(place=site.place, content="False")
    return Fix(applicability="safe", message="Expect probabilities", edits=(edit,))
