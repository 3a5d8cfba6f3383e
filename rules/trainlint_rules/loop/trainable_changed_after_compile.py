"""Freezing that comes too late."""

from __future__ import annotations

from trainlint.api import Example, Fix, Origin, Rule, TrainingPlan, line_before, line_of, see_the_same, unsafe


class TrainableChangedAfterCompile(Rule):
    """`trainable` is changed after `compile`, and the model is not compiled again.

    ## What it does
    Looks for `layer.trainable = …` or `model.trainable = …` between `compile()` and `fit()` of a model that
    the layer belongs to.

    ## Why is this bad?
    `compile` decides which weights are trained. A layer that is frozen afterwards trains along, a layer that
    is thawed for fine-tuning stays as it is, and `fit` says nothing about it.

    ## When it stays silent
    The model is compiled again before it is fitted, or not fitted any more; the layer is not known to belong
    to the model; several models that share layers, each compiled at a state of its own, as in a GAN.

    ## Fix safety
    Unsafe: compiling once more makes the change count, and forgets what the optimizer had gathered.

    ## Sources
    Keras guide "Transfer learning & fine-tuning": "calling compile() on a model is meant to freeze the
    behavior of that model".
    """

    name = "trainable-changed-after-compile"
    code = "TL614"
    family = "loop"
    since = "0.1.0"
    frameworks = ("keras",)
    severity = "error"
    message = "`{target}` is set after `compile()`, so `fit()` does not respect it"
    help = "compile the model again after the change, or make the change before `compile()`"

    good = [
        Example(
            "frozen before compile, thawed and compiled again",
            """
            from tensorflow import keras

            base = keras.Sequential([keras.layers.Dense(64, activation="relu", input_shape=(20,))])
            base.trainable = False
            model = keras.Sequential([base, keras.layers.Dense(1)])
            model.compile(optimizer="adam", loss="mse")
            model.fit(x, y, epochs=20)
            base.trainable = True
            model.compile(optimizer=keras.optimizers.Adam(1e-5), loss="mse")
            model.fit(x, y, epochs=20)
            """,
        ),
        Example(
            "only predicts afterwards",
            """
            from tensorflow import keras

            model = keras.Sequential([keras.layers.Dense(64, activation="relu", input_shape=(20,)),
                                      keras.layers.Dense(1)])
            model.compile(optimizer="adam", loss="mse")
            model.fit(x, y, epochs=20)
            model.trainable = False
            model.predict(x)
            """,
        ),
        Example(
            "a critic, frozen within the combined model",
            """
            from tensorflow import keras

            critic = keras.Sequential([keras.layers.Dense(64, activation="relu", input_shape=(20,)),
                                       keras.layers.Dense(1, activation="sigmoid")])
            critic.compile(optimizer="adam", loss="binary_crossentropy")
            critic.trainable = False
            generator = keras.Sequential([keras.layers.Dense(20, input_shape=(8,))])
            combined = keras.Sequential([generator, critic])
            combined.compile(optimizer="adam", loss="binary_crossentropy")
            for step in range(1000):
                critic.train_on_batch(real(), ones)
                combined.train_on_batch(noise(), ones)
            """,
        ),
    ]
    bad = [
        Example(
            "frozen too late",
            """
            from tensorflow import keras

            base = keras.Sequential([keras.layers.Dense(64, activation="relu", input_shape=(20,))])
            model = keras.Sequential([base, keras.layers.Dense(1)])
            model.compile(optimizer="adam", loss="mse")
            base.trainable = False
            model.fit(x, y, epochs=20)
            """,
            at="base.trainable",
            fixed="""
            from tensorflow import keras

            base = keras.Sequential([keras.layers.Dense(64, activation="relu", input_shape=(20,))])
            model = keras.Sequential([base, keras.layers.Dense(1)])
            model.compile(optimizer="adam", loss="mse")
            base.trainable = False
            model.compile(optimizer="adam", loss="mse")
            model.fit(x, y, epochs=20)
            """,
        ),
        Example(
            "thawed in a loop and not compiled again, functional, with other names",
            """
            import tensorflow.keras as tk

            inputs = tk.Input((20,))
            hidden = tk.layers.Dense(64, activation="relu")
            net = tk.Model(inputs, tk.layers.Dense(1)(hidden(inputs)))
            hidden.trainable = False
            net.compile("adam", "mse")
            net.fit(x, y, epochs=20)
            for layer in net.layers:
                layer.trainable = True
            net.fit(x, y, epochs=20)
            """,
            at="layer.trainable",
            fixed="""
            import tensorflow.keras as tk

            inputs = tk.Input((20,))
            hidden = tk.layers.Dense(64, activation="relu")
            net = tk.Model(inputs, tk.layers.Dense(1)(hidden(inputs)))
            hidden.trainable = False
            net.compile("adam", "mse")
            net.fit(x, y, epochs=20)
            for layer in net.layers:
                layer.trainable = True
            net.compile("adam", "mse")
            net.fit(x, y, epochs=20)
            """,
        ),
    ]

    def check(self, plan: TrainingPlan) -> None:
        for changed in plan.changed_after_compile:
            self.report(
                changed.origin,
                subject=plan.networks[changed.network],
                certainty=changed.certainty,
                because=(changed.compiled, changed.fitted),
                fix=compiled_again(changed.compiled, changed.fitted),
                target=changed.origin.site.text if changed.origin.site else "trainable",
            )


def compiled_again(compiled: Origin, fitted: Origin) -> Fix | None:
    """The same `compile` once more, before `fit`."""
    code = line_of(compiled)
    edit = line_before(fitted, code) if code is not None and see_the_same(compiled, fitted) else None
    return unsafe(
        "Compile again before `fit`", "the optimizer starts anew, with other weights to change", edit
    )
