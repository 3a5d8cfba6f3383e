"""A network that scores more or fewer classes than there are."""

from __future__ import annotations

from trainlint.api import (
    Certainty,
    Example,
    Fix,
    Layer,
    Objective,
    Rule,
    Setting,
    TrainingPlan,
    add_argument,
    replace_value,
    weakest,
)

SINGLE_LABEL = frozenset(
    {"cross_entropy", "nll", "categorical_cross_entropy", "sparse_categorical_cross_entropy"}
)

SPARE = 1
"""Units more than classes that are left alone: background, padding, unknown, labels that count from 1 (judgement)."""


class OutputUnitsDifferFromClasses(Rule):
    """The last layer has another number of units than the labels have classes.

    ## What it does
    Compares the number of scores that a categorical loss gets with the number of classes of the labels: of a
    known data set, of `to_categorical(y, n)` or `one_hot(y, n)`, of a list of class names; and `num_labels` of a
    model of transformers, 2 unless it is told, with the classes of the data set that a `Trainer` gets.

    ## Why is this bad?
    With too few units some labels have no score: the run stops with an index out of range, on a GPU with an
    assertion that does not say where. With too many, no sample ever belongs to the spare units; the network
    spends its first steps on learning that, and the number is most often left over from another data set.

    It is an error for too few, a warning for too many on a known data set, else a hint.

    ## When it stays silent
    The number of classes or of units is not known. One unit more than classes, as for a background class. A
    class that the loss ignores. Losses for several labels a sample. A data set of the Hub whose labels may have
    been changed: by `map` with a function that mentions them, `filter`, `cast`.

    ## Fix safety
    Unsafe: the last layer gets another size, so stored weights no longer fit.

    ## Sources
    The range of labels: documentation of `torch.nn.CrossEntropyLoss` and of Keras' categorical losses. Numbers
    of classes: the data sets' own documentation; `num_labels`: `configuration_utils.py` of transformers. Stack Overflow 50079585. One spare unit is judgement.
    """

    name = "output-units-differ-from-classes"
    code = "TL214"
    family = "objective"
    since = "0.1.0"
    frameworks = ("keras", "torch")
    severity = "error"
    message = "{units} units score {classes} classes: labels without a score stop the run"
    help = "give the last layer {classes} units"

    good = [
        Example(
            "as many units as classes",
            """
            import keras

            (x_train, y_train), _ = keras.datasets.cifar100.load_data()
            model = keras.Sequential([
                keras.layers.Input((32, 32, 3)),
                keras.layers.Rescaling(1 / 255),
                keras.layers.Flatten(),
                keras.layers.Dense(100, activation="softmax"),
            ])
            model.compile(optimizer="adam", loss="sparse_categorical_crossentropy")
            model.fit(x_train, y_train, epochs=10)
            """,
        ),
        Example(
            "one more, for labels that count from 1",
            """
            import keras

            (x_train, y_train), _ = keras.datasets.mnist.load_data()
            model = keras.Sequential([
                keras.layers.Input((28, 28)),
                keras.layers.Rescaling(1 / 255),
                keras.layers.Flatten(),
                keras.layers.Dense(11, activation="softmax"),
            ])
            model.compile(optimizer="adam", loss="sparse_categorical_crossentropy")
            model.fit(x_train, y_train, epochs=10)
            """,
        ),
        Example(
            "a class that is ignored",
            """
            import torch
            from torch import nn

            model = nn.Conv2d(3, 4, 1)
            criterion = nn.CrossEntropyLoss(ignore_index=4)
            optimizer = torch.optim.Adam(model.parameters())
            y = torch.randint(0, 5, (8, 32, 32))
            for x in loader:
                optimizer.zero_grad()
                criterion(model(x), y).backward()
                optimizer.step()
            """,
        ),
    ]
    bad = [
        Example(
            "a hundred classes, ten units",
            """
            from tensorflow import keras
            from tensorflow.keras import layers as L

            def build(units):
                inputs = keras.Input((32, 32, 3))
                x = L.Flatten()(L.Rescaling(1 / 255)(inputs))
                return keras.Model(inputs, L.Dense(units)(x))

            (x_train, y_train), _ = keras.datasets.cifar100.load_data()
            model = build(10)
            loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
            model.compile(optimizer="adam", loss=loss)
            model.fit(x_train, y_train, epochs=10)
            """,
            at="L.Dense(units)",
            fixed="""
            from tensorflow import keras
            from tensorflow.keras import layers as L

            def build(units):
                inputs = keras.Input((32, 32, 3))
                x = L.Flatten()(L.Rescaling(1 / 255)(inputs))
                return keras.Model(inputs, L.Dense(units)(x))

            (x_train, y_train), _ = keras.datasets.cifar100.load_data()
            model = build(100)
            loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
            model.compile(optimizer="adam", loss=loss)
            model.fit(x_train, y_train, epochs=10)
            """,
        ),
        Example(
            "left over from another data set",
            """
            import torch
            import torch.nn as nn
            from torchvision import datasets, transforms

            class Net(nn.Module):
                def __init__(self, classes=100):
                    super().__init__()
                    self.hidden = nn.Linear(3072, 64)
                    self.out = nn.Linear(64, classes)

                def forward(self, x):
                    return self.out(torch.relu(self.hidden(torch.flatten(x, 1))))

            data = datasets.CIFAR10(".", train=True, transform=transforms.ToTensor())
            loader = torch.utils.data.DataLoader(data, batch_size=64, shuffle=True)
            net = Net()
            optimizer = torch.optim.Adam(net.parameters())
            for epoch in range(10):
                for x, y in loader:
                    optimizer.zero_grad()
                    nn.functional.cross_entropy(net(x), y).backward()
                    optimizer.step()
            """,
            at="nn.Linear(64, classes)",
            severity="warning",
        ),
        Example(
            "one-hot rows of more classes than `Sequential` ends in",
            """
            import keras
            from keras.utils import to_categorical

            labels = to_categorical(numbers, 12)
            model = keras.Sequential()
            model.add(keras.layers.Input((20,)))
            for _ in range(2):
                model.add(keras.layers.Dense(64, activation="relu"))
            model.add(keras.layers.Dense(10, activation="softmax"))
            model.compile(optimizer="adam", loss="categorical_crossentropy")
            model.fit(x_train, labels, epochs=10)
            """,
            at='keras.layers.Dense(10, activation="softmax")',
        ),
    ]

    def check(self, plan: TrainingPlan) -> None:
        for objective in plan.objectives:
            units, classes = objective.scores, objective.target.classes
            if objective.loss not in SINGLE_LABEL or not objective.target.numbers_classes:
                continue
            if units is None or classes is None or classes <= units <= classes + SPARE:
                continue
            if is_ignored(objective, classes):
                continue
            layer, is_spare = objective.scoring_layer or objective.head, units > classes
            origin = layer.origin if layer is not None else objective.origin
            setting = layer.settings.get("units") if layer is not None else None
            self.report(
                origin,
                subject=objective,
                severity=None if not is_spare else "warning" if objective.target.dataset else "info",
                certainty=weakest(objective.certainty, setting.certainty if setting else Certainty.EXACT),
                because=(objective.target.origin,),
                message=SPARE_MESSAGE if is_spare else None,
                fix=resized(layer, setting, classes),
                units=units,
                classes=classes,
            )


def resized(layer: Layer | None, setting: Setting[object] | None, classes: int) -> Fix | None:
    """Another number of units, or where a model of transformers is told none, that number."""
    if layer is None or setting is None:
        return None
    if layer.kind == "backbone" and setting.is_library_default:
        return add_argument(layer.origin, f"num_labels={classes}", "unsafe", RESIZED)
    return replace_value(setting, str(classes), RESIZED)


SPARE_MESSAGE = "{units} units score {classes} classes: the rest only learn to stay at zero"
RESIZED = "gives the last layer another size"


def is_ignored(objective: Objective, classes: int) -> bool:
    """Whether the loss leaves one of the classes out."""
    ignored = objective.settings.get("ignore_index")
    return ignored is not None and (not ignored.known or ignored.value in range(classes))
