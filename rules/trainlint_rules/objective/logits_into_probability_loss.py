"""Raw scores in a loss that wants probabilities."""

from __future__ import annotations

from trainlint.api import (
    Example,
    Fix,
    Layer,
    Objective,
    Rule,
    TrainingPlan,
    add_argument,
    called_instead,
    kinds,
    unsafe,
    weakest,
)

LOSSES = frozenset({"categorical_cross_entropy", "sparse_categorical_cross_entropy", "binary_cross_entropy"})


class LogitsIntoProbabilityLoss(Rule):
    """The last layer has no activation, but the loss wants probabilities.

    ## What it does
    Looks for a network whose last layer is a plain `Dense`, `Linear` or convolution in front of a cross
    entropy that takes probabilities: Keras' losses unless `from_logits=True`, PyTorch's `BCELoss`.

    ## Why is this bad?
    Keras divides the scores by their sum and clips them to [1e-7, 1 - 1e-7]. Negative scores and large ones
    are cut off, and where they are cut the gradient is zero: the loss stands at a multiple of 16.1, or
    becomes NaN. PyTorch's `BCELoss` raises as soon as a score leaves [0, 1].

    ## When it stays silent
    The last layer is a `Lambda`, a layer of one's own, or anything else that cannot be followed. The value
    of `from_logits` is not known. Activations that do not fit are looked at by
    `output-activation-loss-mismatch`.

    ## Fix safety
    Safe where a loss of one class of many gets `from_logits=True`: the network gives what it gave before. Unsafe
    where an activation is added, which turns scores into probabilities for all that read them, and where `BCELoss`
    becomes `BCEWithLogitsLoss`: what counts as a yes is then a score above 0.

    ## Sources
    Keras' `from_logits=False` and its clipping: `keras/src/losses/losses.py` and the backends' `nn.py`. The
    error of `BCELoss`: checked with PyTorch 2.15. -ln(1e-7) = 16.1.
    """

    name = "logits-into-probability-loss"
    code = "TL203"
    family = "objective"
    since = "0.1.0"
    frameworks = ("keras", "torch")
    severity = "error"
    message = "`{loss}` clips raw scores of `{layer}`: gradients vanish"
    help = (
        "set `from_logits=True` in the loss, or end the network with softmax (one class of many) or sigmoid"
    )
    silences = ("output-activation-loss-mismatch",)

    good = [
        Example(
            "the network ends in probabilities",
            """
            import keras

            model = keras.Sequential([
                keras.layers.Input((20,)),
                keras.layers.Dense(32, activation="relu"),
                keras.layers.Dense(10, activation="softmax"),
            ])
            model.compile(optimizer="adam", loss="sparse_categorical_crossentropy")
            model.fit(x_train, y_train, epochs=10)
            """,
        ),
        Example(
            "the loss is told about scores",
            """
            import tensorflow as tf

            model = tf.keras.Sequential([
                tf.keras.layers.Dense(32, activation="relu", input_shape=(20,)),
                tf.keras.layers.Dense(10),
            ])
            loss = tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True)
            model.compile(optimizer="adam", loss=loss)
            model.fit(x_train, y_train, epochs=10)
            """,
        ),
        Example(
            "the last layer cannot be followed",
            """
            import keras

            inputs = keras.Input((20,))
            scores = keras.layers.Dense(10)(inputs)
            model = keras.Model(inputs, keras.layers.Lambda(calibrated)(scores))
            model.compile(optimizer="adam", loss="categorical_crossentropy")
            model.fit(x_train, y_train, epochs=10)
            """,
        ),
        Example(
            "the softmax is a layer of its own",
            """
            import keras

            model = keras.Sequential()
            model.add(keras.layers.Input((20,)))
            model.add(keras.layers.Dense(10))
            model.add(keras.layers.Activation("softmax"))
            model.compile(optimizer="adam", loss="categorical_crossentropy")
            model.fit(x_train, y_train, epochs=10)
            """,
        ),
        Example(
            "probabilities in PyTorch",
            """
            import torch
            from torch import nn

            model = nn.Sequential(nn.Linear(20, 64), nn.ReLU(), nn.Linear(64, 1), nn.Sigmoid())
            criterion = nn.BCELoss()
            optimizer = torch.optim.Adam(model.parameters())
            for x, y in loader:
                optimizer.zero_grad()
                criterion(model(x), y).backward()
                optimizer.step()
            """,
        ),
    ]
    bad = [
        Example(
            "no activation",
            """
            import keras

            model = keras.Sequential([
                keras.layers.Input((20,)),
                keras.layers.Dense(32, activation="relu"),
                keras.layers.Dense(10),
            ])
            model.compile(optimizer="adam", loss="sparse_categorical_crossentropy")
            model.fit(x_train, y_train, epochs=10)
            """,
            at="keras.layers.Dense(10)",
        ),
        Example(
            "the functional interface, built in a function",
            """
            import tensorflow as tf
            import tensorflow.keras.layers as L

            def build(units):
                inputs = tf.keras.Input(shape=(20,))
                x = L.Dense(32, activation="relu")(inputs)
                return tf.keras.Model(inputs, L.Dense(units)(x))

            model = build(1)
            model.compile(optimizer="adam", loss=tf.keras.losses.BinaryCrossentropy())
            model.fit(x_train, y_train, epochs=10)
            """,
            at="L.Dense(units)",
        ),
        Example(
            "PyTorch",
            """
            import torch
            from torch import nn

            model = nn.Sequential(nn.Linear(20, 32), nn.ReLU(), nn.Linear(32, 1))
            criterion = nn.BCELoss()
            optimizer = torch.optim.Adam(model.parameters())
            for x, y in loader:
                optimizer.zero_grad()
                criterion(model(x), y).backward()
                optimizer.step()
            """,
            at="nn.Linear(32, 1)",
        ),
    ]

    def check(self, plan: TrainingPlan) -> None:
        for objective in plan.objectives:
            takes_probabilities = objective.takes_logits.violates(lambda takes_logits: not takes_logits)
            found = objective.ends_in(kinds.AFFINE)
            if objective.loss not in LOSSES or takes_probabilities is None or found is None:
                continue
            layer, certainty = found
            raises = objective.framework == "torch"
            self.report(
                layer.origin,
                subject=objective,
                certainty=weakest(certainty, takes_probabilities),
                because=(objective.loss_origin,),
                message=RAISES if raises else None,
                help=RAISES_HELP if raises else None,
                fix=with_logits(objective)
                if raises
                else from_logits(objective) or activated(objective, layer),
                loss=objective.title,
                layer=layer.title,
            )


RAISES = "`{loss}` raises on raw scores of `{layer}`: they leave [0, 1]"
RAISES_HELP = "use `BCEWithLogitsLoss`, or end the network with a sigmoid"


def with_logits(objective: Objective) -> Fix | None:
    """PyTorch's twin that takes scores."""
    edit = called_instead(objective.loss_origin, WITH_LOGITS)
    return unsafe("Take scores", "a yes is a score above 0, no longer a probability above 0.5", edit)


WITH_LOGITS = {
    "BCELoss": "BCEWithLogitsLoss",
    "binary_cross_entropy": "binary_cross_entropy_with_logits",
}


def from_logits(objective: Objective) -> Fix | None:
    """A fix that tells the loss about scores, where it is an object for one class of many."""
    origin = objective.loss_origin
    site = origin.site if origin is not None else None
    is_object = site is not None and f"{objective.title}(" in site.text and "from_logits" not in site.text
    if not is_object or objective.loss == "binary_cross_entropy":
        return None  # metrics of a yes or no compare probabilities with 0.5
    return add_argument(origin, "from_logits=True", "safe")


def activated(objective: Objective, layer: Layer) -> Fix | None:
    """A fix that ends the network in probabilities, where the last layer of Keras says nothing about them."""
    site = layer.origin.site if layer.origin is not None else None
    if site is None or "activation" in site.text or layer.title not in site.text:
        return None
    activation = "sigmoid" if objective.loss == "binary_cross_entropy" else "softmax"
    reason = "all that read this output get probabilities"
    return add_argument(layer.origin, f'activation="{activation}"', "unsafe", reason)
