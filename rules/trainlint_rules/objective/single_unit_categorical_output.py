"""A choice among one class."""

from __future__ import annotations

from trainlint.api import (
    Example,
    Fix,
    Layer,
    Network,
    Objective,
    Rule,
    TrainingPlan,
    called_instead,
    kinds,
    unsafe,
)

LOSSES = frozenset({"categorical_cross_entropy", "sparse_categorical_cross_entropy", "cross_entropy"})


class SingleUnitCategoricalOutput(Rule):
    """Softmax or a categorical loss over one single score.

    ## What it does
    Looks for a softmax over an axis of size 1, and for a categorical cross entropy on an output with one
    unit.

    ## Why is this bad?
    Softmax over one number is 1 whatever the number is. The loss is 0 from the first batch (or whatever a
    prediction of 1 costs), every gradient is 0, and accuracy stays at the share of one class.

    ## When it stays silent
    A softmax over another axis of the same tensor, such as time in an attention with one score a step; sizes
    and axes that are not known.

    ## Fix safety
    Unsafe: the output becomes the probability of a yes, which those who read it must know. For Keras only, where the
    loss and the activation are named by words or classes.

    ## Sources
    softmax(x) = exp(x) / exp(x) = 1; checked with PyTorch 2.15: the loss is exactly 0. Keras 3 warns about a
    softmax over an axis of size 1 when it runs. Stack Overflow 33969059 and 42800203.
    """

    name = "single-unit-categorical-output"
    code = "TL206"
    family = "objective"
    since = "0.1.0"
    frameworks = ("keras", "torch")
    severity = "error"
    message = "softmax over one value is always 1: no weight gets a gradient"
    help = "for two classes use one unit with sigmoid and binary cross entropy, or two units"
    silences = (
        "output-activation-loss-mismatch",
        "logits-into-probability-loss",
        "output-units-differ-from-classes",
        "softmax-before-cross-entropy",
    )

    good = [
        Example(
            "one unit, binary loss",
            """
            import keras

            model = keras.Sequential([
                keras.layers.Input((20,)),
                keras.layers.Dense(32, activation="relu"),
                keras.layers.Dense(1, activation="sigmoid"),
            ])
            model.compile(optimizer="adam", loss="binary_crossentropy")
            model.fit(x_train, y_train, epochs=10)
            """,
        ),
        Example(
            "attention: one score a step, softmax over the steps",
            """
            import keras
            from keras import layers

            inputs = keras.Input((50, 16))
            scores = layers.Dense(1)(inputs)
            weights = layers.Softmax(axis=1)(scores)
            context = layers.Dot(axes=1)([weights, inputs])
            outputs = layers.Dense(3, activation="softmax")(layers.Flatten()(context))
            model = keras.Model(inputs, outputs)
            model.compile(optimizer="adam", loss="sparse_categorical_crossentropy")
            model.fit(x_train, y_train, epochs=10)
            """,
        ),
        Example(
            "a unit for each class in PyTorch",
            """
            import torch
            from torch import nn

            model = nn.Sequential(nn.Linear(20, 64), nn.ReLU(), nn.Linear(64, 2))
            criterion = nn.CrossEntropyLoss()
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
            "softmax on one unit",
            """
            import keras

            model = keras.Sequential([
                keras.layers.Input((20,)),
                keras.layers.Dense(32, activation="relu"),
                keras.layers.Dense(1, activation="softmax"),
            ])
            model.compile(optimizer="adam", loss="binary_crossentropy")
            model.fit(x_train, y_train, epochs=10)
            """,
            at='keras.layers.Dense(1, activation="softmax")',
        ),
        Example(
            "a categorical loss on one score",
            """
            import torch
            from torch import nn as layers

            class Net(layers.Module):
                def __init__(self):
                    super().__init__()
                    self.hidden = layers.Linear(20, 32)
                    self.out = layers.Linear(32, 1)

                def forward(self, x):
                    return self.out(torch.relu(self.hidden(x)))

            net = Net()
            criterion = layers.CrossEntropyLoss()
            optimizer = torch.optim.Adam(net.parameters())
            for x, y in loader:
                optimizer.zero_grad()
                criterion(net(x), y).backward()
                optimizer.step()
            """,
            at="layers.Linear(32, 1)",
        ),
    ]

    def check(self, plan: TrainingPlan) -> None:
        for objective in plan.objectives:
            head = objective.head
            if objective.network is None or head is None:
                continue
            found = objective.ends_in({"softmax", "log_softmax"})
            if found and objective.network.softmax_size(found[0]) == 1:
                layer, certainty = found
                origin = scoring_layer(objective.network, layer).origin
                fix = as_a_yes(objective, layer)
                self.report(origin, subject=objective, certainty=certainty, because=(layer.origin,), fix=fix)
            elif objective.loss in LOSSES and objective.scores == 1:
                self.report(
                    scoring_layer(objective.network, head).origin,
                    subject=objective,
                    certainty=objective.certainty,
                    because=(objective.loss_origin,),
                    fix=as_a_yes(objective, None) if objective.ends_in({"sigmoid"}) else None,
                    message="`{loss}` over one score is always 0: no weight gets a gradient",
                    loss=objective.title,
                )


def as_a_yes(objective: Objective, softmax: Layer | None) -> Fix | None:
    """A fix for Keras that makes the one unit the probability of a yes."""
    if objective.framework != "keras":
        return None
    edits = [called_instead(softmax.origin, {"softmax": "sigmoid"})] if softmax is not None else []
    if objective.loss != "binary_cross_entropy":
        edits.append(called_instead(objective.loss_origin, BINARY))
    return unsafe("Decide between yes and no", "the output becomes the probability of a yes", *edits)


BINARY = {
    "categorical_crossentropy": "binary_crossentropy",
    "sparse_categorical_crossentropy": "binary_crossentropy",
    "CategoricalCrossentropy": "BinaryCrossentropy",
    "SparseCategoricalCrossentropy": "BinaryCrossentropy",
}
"""Losses of Keras for one class of many, and the one for a yes or no."""


def scoring_layer(network: Network, layer: Layer) -> Layer:
    """The layer with weights that gives the scores which `layer` passes on; itself when there is none."""
    current: Layer | None = layer
    while current is not None and current.kind not in kinds.AFFINE:
        current = network.before(current)
    return current or layer
