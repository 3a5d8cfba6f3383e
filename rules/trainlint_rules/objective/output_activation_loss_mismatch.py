"""An output activation that does not go with the loss."""

from __future__ import annotations

from typing import Literal

from trainlint.api import (
    Certainty,
    Example,
    Fix,
    Layer,
    Objective,
    Rule,
    TrainingPlan,
    called_instead,
    unsafe,
    without,
)

CATEGORICAL = frozenset({"categorical_cross_entropy", "sparse_categorical_cross_entropy", "cross_entropy"})
BINARY = frozenset({"binary_cross_entropy"})
LIMITING = frozenset({"tanh", "hard_tanh", "relu", "relu6"})


class OutputActivationLossMismatch(Rule):
    """The activation at the end of the network works against the loss.

    ## What it does
    Compares the last activation with a cross entropy: tanh or ReLU in front of any of them; softmax over
    several classes in front of a binary one; sigmoid in front of a categorical one where each sample has one
    class.

    ## Why is this bad?
    Cross entropy needs scores that can move freely, or probabilities that belong together. ReLU cuts
    negative scores off, and with them their gradient; tanh keeps scores within 1 of each other, so the loss
    levels off (with K classes at ln(1 + (K - 1) / e²)). Softmax makes classes compete that a binary loss
    judges one by one; sigmoid scores classes alone that a categorical loss compares. The loss falls a
    little and then stays, and accuracy stays near chance.

    It is an error for tanh and ReLU, else a warning. Softmax over two classes in front of a binary loss
    works, up to a factor, and gets a hint.

    ## When it stays silent
    One of the two is not known. Several labels a sample: sigmoid with a binary loss is right there, and so
    is silence about a categorical loss whose labels are not known to be one class each. Softmax in front of
    a squared error is looked at by another rule, and so is no activation at all.

    ## Fix safety
    Unsafe: whoever reads the output gets other values; with a categorical loss `accuracy` counts classes, no longer
    single answers.

    ## Sources
    The pairs: documentation of the losses of Keras and PyTorch, AutoTrainer, NeuraLint f017, DeepFD. That
    the sigmoid pair is a mistake is judgement: normalised by Keras it can be trained."""

    name = "output-activation-loss-mismatch"
    code = "TL208"
    family = "objective"
    since = "0.1.0"
    frameworks = ("keras", "torch")
    severity = "warning"
    message = "`{loss}` cannot fall far: `{layer}` limits the scores it compares"

    good = [
        Example(
            "one class of ten",
            """
            import keras

            model = keras.Sequential([
                keras.layers.Input((20,)),
                keras.layers.Dense(10, activation="softmax"),
            ])
            model.compile(optimizer="adam", loss="categorical_crossentropy")
            model.fit(x_train, y_train, epochs=10)
            """,
        ),
        Example(
            "several labels a sample",
            """
            import keras

            model = keras.Sequential([
                keras.layers.Input((20,)),
                keras.layers.Dense(32, activation="tanh"),
                keras.layers.Dense(10, activation="sigmoid"),
            ])
            model.compile(optimizer="adam", loss="binary_crossentropy")
            model.fit(x_train, y_train, epochs=10)
            """,
        ),
        Example(
            "scaled after tanh",
            """
            import torch
            from torch import nn

            model = nn.Linear(20, 10)
            optimizer = torch.optim.Adam(model.parameters())
            for x, y in loader:
                optimizer.zero_grad()
                nn.functional.cross_entropy(10 * torch.tanh(model(x)), y).backward()
                optimizer.step()
            """,
        ),
    ]
    bad = [
        Example(
            "ReLU on the scores",
            """
            import torch
            import torch.nn as nn
            import torch.nn.functional as F

            class Net(nn.Module):
                def __init__(self):
                    super().__init__()
                    self.hidden = nn.Linear(20, 32)
                    self.out = nn.Linear(32, 10)

                def forward(self, x):
                    return F.relu(self.out(F.relu(self.hidden(x))))

            net = Net()
            criterion = nn.CrossEntropyLoss()
            optimizer = torch.optim.Adam(net.parameters())
            for x, y in loader:
                optimizer.zero_grad()
                criterion(net(x), y).backward()
                optimizer.step()
            """,
            at="F.relu(self.out(F.relu(self.hidden(x))))",
            severity="error",
        ),
        Example(
            "softmax over ten classes, judged one by one",
            """
            from tensorflow.keras import Sequential, layers as L

            model = Sequential([
                L.Dense(32, activation="relu", input_shape=(20,)),
                L.Dense(10, activation="softmax"),
            ])
            model.compile(optimizer="adam", loss="binary_crossentropy")
            model.fit(x_train, y_train, epochs=10)
            """,
            at='"softmax"',
        ),
        Example(
            "sigmoid scores, compared as one choice",
            """
            import keras

            def build():
                inputs = keras.Input((20,))
                outputs = keras.layers.Dense(10, activation="sigmoid")(inputs)
                return keras.Model(inputs, outputs)

            model = build()
            model.compile(optimizer="adam", loss="sparse_categorical_crossentropy")
            model.fit(x_train, y_train, epochs=10)
            """,
            at='"sigmoid"',
        ),
    ]

    def check(self, plan: TrainingPlan) -> None:
        for objective in plan.objectives:
            if objective.loss not in CATEGORICAL | BINARY:
                continue
            if found := objective.ends_in(LIMITING):
                self.tell(objective, *found, severity="error", help=LIMITED, fix=freed(objective, found[0]))
            elif objective.loss in BINARY and (found := objective.ends_in({"softmax"})):
                self.judge_softmax(objective, *found)
            elif is_one_choice(objective) and (found := objective.ends_in({"sigmoid", "hard_sigmoid"})):
                fix = activated(found[0], "softmax")
                self.tell(objective, *found, message=ALONE, help=USE_SOFTMAX, fix=fix)

    def judge_softmax(self, objective: Objective, layer: Layer, certainty: Certainty) -> None:
        if objective.scores == 2:
            self.tell(objective, layer, certainty, severity="info", message=PAIR, help=USE_SIGMOID)
        elif objective.scores is not None and objective.scores > 2:
            fix = categorical(objective)
            self.tell(objective, layer, certainty, message=COMPETING, help=USE_CATEGORICAL, fix=fix)

    def tell(
        self,
        objective: Objective,
        layer: Layer,
        certainty: Certainty,
        *,
        help: str,  # noqa: A002 - the word that users read
        severity: Literal["error", "warning", "info"] = "warning",
        message: str | None = None,
        fix: Fix | None = None,
    ) -> None:
        self.report(
            layer.origin,
            subject=objective,
            severity=severity,
            certainty=certainty,
            message=message,
            help=help,
            because=(objective.loss_origin,),
            fix=fix,
            loss=objective.title,
            layer=layer.title,
            classes=objective.scores,
        )


LIMITED = "leave the scores free: no activation before a loss that takes logits, else softmax or sigmoid"
COMPETING = "`{loss}` judges classes singly that softmax makes compete"
USE_CATEGORICAL = "one of {classes} classes a sample: use a categorical loss; several labels: use sigmoid"
PAIR = "`{loss}` counts two softmax outputs: right up to a factor"
USE_SIGMOID = "one unit with sigmoid, or a categorical loss, says the same more plainly"
ALONE = "`{loss}` compares what sigmoid scores alone: accuracy stays low"
USE_SOFTMAX = "use softmax, or a binary loss when a sample may have several labels"


def freed(objective: Objective, layer: Layer) -> Fix | None:
    """A fix for an activation that limits scores: none for a loss of scores, else the one that fits."""
    if objective.takes_logits.value is True:
        return unsafe("Leave the scores free", OTHER_OUTPUT, without(layer.origin))
    if objective.framework != "keras":
        return None
    return activated(layer, "sigmoid" if objective.loss in BINARY else "softmax")


def activated(layer: Layer, activation: str) -> Fix | None:
    names = dict.fromkeys(("relu", "tanh", "sigmoid", "hard_sigmoid"), activation)
    return unsafe(f"Use {activation}", OTHER_OUTPUT, called_instead(layer.origin, names))


def categorical(objective: Objective) -> Fix | None:
    """The loss of Keras for one class of many, where the form of the labels is known."""
    encoding = objective.target.encoding
    if objective.framework != "keras" or encoding not in {"index", "one_hot"}:
        return None
    sparse = encoding == "index"
    names = {
        "binary_crossentropy": "sparse_categorical_crossentropy" if sparse else "categorical_crossentropy",
        "BinaryCrossentropy": "SparseCategoricalCrossentropy" if sparse else "CategoricalCrossentropy",
    }
    reason = "a metric named accuracy counts classes, no longer single answers"
    return unsafe("Use a categorical loss", reason, called_instead(objective.loss_origin, names))


OTHER_OUTPUT = "whoever reads this output gets other values"


def is_one_choice(objective: Objective) -> bool:
    """Whether each sample is known to have one class of several."""
    one_each = objective.loss == "sparse_categorical_cross_entropy"
    one_each |= objective.target.encoding in {"index", "one_hot"}
    return objective.loss in CATEGORICAL and one_each and (objective.scores or 3) >= 3
