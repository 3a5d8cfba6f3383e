"""A squared or absolute error between classes."""

from __future__ import annotations

from trainlint.api import (
    Example,
    Fix,
    Metric,
    Objective,
    Rule,
    TrainingPlan,
    called_instead,
    context,
    unsafe,
)

DISTANCES = frozenset({"mse", "mae", "smooth_l1", "huber", "log_cosh", "mape", "msle"})

SQUASHING = frozenset({"softmax", "sigmoid", "hard_sigmoid"})

ACCURACIES = frozenset(
    "accuracy acc Accuracy categorical_accuracy CategoricalAccuracy sparse_categorical_accuracy "
    "SparseCategoricalAccuracy binary_accuracy BinaryAccuracy MulticlassAccuracy".split()
)
"""Metrics that count right answers, by the names that Keras and TorchMetrics know."""


class SquaredErrorForClassification(Rule):
    """A loss for distances is trained on classes.

    ## What it does
    Looks for a squared, absolute or Huber error where the task is to choose a class: the labels are class
    numbers or one-hot rows, or the network ends in a softmax over several classes and is judged by accuracy,
    by name or by counting in a loop how often the largest is the right one.

    ## Why is this bad?
    Behind a sigmoid or softmax the gradient of a squared error carries the slope of that function, at most
    0.25 and close to zero exactly where the network is sure and wrong: it learns slowly and may stop on
    wrong answers. With class numbers as targets, a cat (3) counts as nearer to a bird (2) than to a truck
    (9), which means nothing; PyTorch raises, or compares everything with everything by broadcasting.

    ## When it stays silent
    One linear unit, which may well be a regression on grades. Programs with several optimizers (a least
    squares GAN), reinforcement learning, targets that are the input. Labels that are not known, unless
    softmax and accuracy both speak of classes.

    ## Fix safety
    Unsafe: the loss is of another size, so a rate or a threshold chosen for the old one may not fit. Offered for Keras,
    where the output is a probability already; in PyTorch the network would have to end in scores as well.

    ## Sources
    The slope: Nielsen, *Neural Networks and Deep Learning*, chapter 3; Goodfellow et al., *Deep Learning*,
    6.2. That it can work on scores without softmax: Hui and Belkin, 2020. Faults of this kind: DeepFD, HUM.
    """

    name = "squared-error-for-classification"
    code = "TL211"
    family = "objective"
    since = "0.1.0"
    frameworks = ("keras", "torch")
    severity = "warning"
    message = "`{loss}` on classes: gradients vanish where the network is sure and wrong"
    help = "use {better}"
    silences = ("accuracy-for-regression", "bounded-output-for-regression", "loss-broadcasts-shapes")

    good = [
        Example(
            "a loss for classes",
            """
            import keras

            (x_train, y_train), _ = keras.datasets.mnist.load_data()
            model = keras.Sequential([
                keras.layers.Input((28, 28)),
                keras.layers.Rescaling(1 / 255),
                keras.layers.Flatten(),
                keras.layers.Dense(10, activation="softmax"),
            ])
            model.compile("adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
            model.fit(x_train, y_train, epochs=10)
            """,
        ),
        Example(
            "a regression",
            """
            import keras

            model = keras.Sequential([
                keras.layers.Input((13,)),
                keras.layers.Dense(32, activation="relu"),
                keras.layers.Dense(1),
            ])
            model.compile("adam", loss="mse", metrics=["mae"])
            model.fit(x_train, y_train, epochs=10)
            """,
        ),
        Example(
            "an autoencoder gives back its input",
            """
            import torch
            from torch import nn

            model = nn.Sequential(nn.Linear(784, 32), nn.ReLU(), nn.Linear(32, 784), nn.Sigmoid())
            optimizer = torch.optim.Adam(model.parameters())
            for x, y in loader:
                optimizer.zero_grad()
                nn.functional.mse_loss(model(x), x).backward()
                optimizer.step()
            """,
        ),
    ]
    bad = [
        Example(
            "softmax, one-hot rows, squared error",
            """
            from tensorflow import keras as k
            from tensorflow.keras.utils import to_categorical

            (x_train, y_train), _ = k.datasets.mnist.load_data()
            model = k.Sequential()
            model.add(k.layers.Rescaling(1 / 255, input_shape=(28, 28)))
            model.add(k.layers.Flatten())
            for units in (64, 32):
                model.add(k.layers.Dense(units, activation="relu"))
            model.add(k.layers.Dense(10, activation="softmax"))
            model.compile(optimizer="adam", loss="mean_squared_error", metrics=["accuracy"])
            model.fit(x_train, to_categorical(y_train), epochs=10)
            """,
            at='"mean_squared_error"',
        ),
        Example(
            "nothing is known about the labels, but all else speaks of classes",
            """
            import keras

            inputs = keras.Input((4,))
            x = keras.layers.Dense(16, activation="relu")(inputs)
            model = keras.Model(inputs, keras.layers.Dense(3, activation="softmax")(x))
            model.compile(optimizer="adam", loss=keras.losses.MeanSquaredError(), metrics=["accuracy"])
            model.fit(x_train, y_train, epochs=10)
            """,
            at="keras.losses.MeanSquaredError()",
        ),
        Example(
            "PyTorch, class numbers as targets",
            """
            import torch
            from torch.nn import Linear, Module, MSELoss
            from torchvision import datasets, transforms

            class Net(Module):
                def __init__(self):
                    super().__init__()
                    self.out = Linear(784, 10)

                def forward(self, x):
                    return self.out(x.view(-1, 784))

            data = datasets.MNIST(".", train=True, transform=transforms.ToTensor())
            loader = torch.utils.data.DataLoader(data, batch_size=64, shuffle=True)
            net, criterion = Net(), MSELoss()
            optimizer = torch.optim.Adam(net.parameters())
            for epoch in range(10):
                for x, y in loader:
                    optimizer.zero_grad()
                    criterion(net(x), y.float()).backward()
                    optimizer.step()
            """,
            at="MSELoss()",
        ),
    ]

    def check(self, plan: TrainingPlan) -> None:
        if plan.context & {context.GAN, context.REINFORCEMENT_LEARNING, context.SELF_SUPERVISED}:
            return
        for objective in plan.objectives:
            if objective.loss in DISTANCES and is_choice(objective):
                self.report(
                    objective.loss_origin,
                    subject=objective,
                    certainty=objective.certainty,
                    because=(objective.target.origin,),
                    fix=cross_entropy(objective),
                    loss=objective.title,
                    better=better(objective),
                )


def is_choice(objective: Objective) -> bool:
    """Whether the task is known to be choosing classes."""
    several = objective.scores is not None and objective.scores > 1
    if objective.target.numbers_classes:
        return several or objective.ends_in(SQUASHING) is not None
    judged = any(counts_classes(metric) for metric in objective.metrics)
    return several and judged and objective.ends_in({"softmax"}) is not None


def counts_classes(metric: Metric) -> bool:
    """Whether right answers are counted: by name, or by the largest score in a loop, against the loss's labels."""
    if metric.steps is None:
        return metric.name in ACCURACIES and not metric.own
    chosen = metric.decision is not None and metric.decision.kind == "argmax"
    return metric.labels == "of the loss" and (chosen or metric.name in ACCURACIES)


def cross_entropy(objective: Objective) -> Fix | None:
    """The loss of Keras for the same labels, where the output is a probability already."""
    name = better(objective).strip("`")
    if objective.framework != "keras" or objective.ends_in(ENDS[name]) is None:
        return None
    made = "".join(word.capitalize() for word in name.split("_"))
    names = dict.fromkeys(WORDS, name) | dict.fromkeys(CLASSES, made)
    reason = "the loss is of another size: rates and thresholds were chosen for the old one"
    return unsafe(f"Use `{name}`", reason, called_instead(objective.loss_origin, names))


WORDS = ("mse", "mean_squared_error", "mae", "mean_absolute_error")
CLASSES = ("MeanSquaredError", "MeanAbsoluteError")
ENDS = {
    "binary_crossentropy": {"sigmoid"},
    "categorical_crossentropy": {"softmax"},
    "sparse_categorical_crossentropy": {"softmax"},
}


def better(objective: Objective) -> str:
    """The loss for the same labels."""
    several = objective.scores is None or objective.scores > 1
    if objective.framework == "torch":
        loss = "`CrossEntropyLoss` on the scores, without softmax"
        return loss if several else "`BCEWithLogitsLoss` on the score, without sigmoid"
    if not several:
        return "`binary_crossentropy`"
    sparse = objective.target.encoding == "index"
    return "`sparse_categorical_crossentropy`" if sparse else "`categorical_crossentropy`"
