"""Labels in a form that the loss does not take."""

from __future__ import annotations

import re

from trainlint.api import Edit, Example, Fix, Objective, Origin, Rule, TrainingPlan, unsafe

TWINS = {
    "sparse_categorical_crossentropy": "categorical_crossentropy",
    "SparseCategoricalCrossentropy": "CategoricalCrossentropy",
}
TWINS |= {twin: name for name, twin in TWINS.items()}
"""Losses of Keras that compare the same, with labels in the other form."""

NUMBERS, ROWS = "class numbers", "one-hot rows"


class LabelEncodingMismatch(Rule):
    """The labels are class numbers where the loss wants one-hot rows, or the other way round.

    ## What it does
    Follows the labels to the loss. Keras: one-hot rows (`to_categorical`, `one_hot`, `class_mode=
    "categorical"`) in a sparse loss, class numbers (`LabelEncoder`, a known data set, `label_mode="int"`) in
    a categorical one. PyTorch: `CrossEntropyLoss` with numbers of a float type, in a column of shape (N, 1),
    or in one-hot rows of whole numbers; `NLLLoss` with one-hot rows. Both: class numbers that begin at 1, so
    that the last one has no score.

    ## Why is this bad?
    The loss compares numbers with shapes that do not belong together and raises at the first batch. Where
    the shapes happen to agree, it trains towards another question.

    ## When it stays silent
    It is not known how the labels are written. One-hot rows of floats in PyTorch's `CrossEntropyLoss`: they
    are taken as probabilities. Networks with one unit, which `single-unit-categorical-output` looks at.

    ## Fix safety
    Safe for Keras: the loss of the other name computes the same from labels in the form that they have. Unsafe for
    PyTorch, where the labels are put into another form as the loss gets them.

    ## Sources
    Forms of labels: Keras' documentation of `CategoricalCrossentropy` and `SparseCategoricalCrossentropy`,
    PyTorch's of `CrossEntropyLoss` and `NLLLoss`; the errors: checked with PyTorch 2.15. Defaults of Keras'
    readers of folders: `label_mode="int"` of `image_dataset_from_directory`, but `class_mode="categorical"`
    of `flow_from_directory`.
    """

    name = "label-encoding-mismatch"
    code = "TL213"
    family = "objective"
    since = "0.1.0"
    frameworks = ("keras", "torch")
    severity = "error"
    message = "`{loss}` raises: its labels are {given}, not {wanted}"
    help = "{way}"
    silences = ("output-units-differ-from-classes",)

    good = [
        Example(
            "one-hot rows and the loss that takes them",
            """
            import keras
            from keras.utils import to_categorical

            (x_train, y_train), _ = keras.datasets.mnist.load_data()
            model = keras.Sequential([
                keras.layers.Input((28, 28)),
                keras.layers.Rescaling(1 / 255),
                keras.layers.Flatten(),
                keras.layers.Dense(10, activation="softmax"),
            ])
            model.compile(optimizer="adam", loss="categorical_crossentropy")
            model.fit(x_train, to_categorical(y_train, 10), epochs=10)
            """,
        ),
        Example(
            "images from a folder: one reader gives numbers, the other rows",
            """
            import keras
            from keras.preprocessing.image import ImageDataGenerator

            data = keras.utils.image_dataset_from_directory("photos", image_size=(64, 64))
            model = keras.Sequential([
                keras.layers.Input((64, 64, 3)),
                keras.layers.Rescaling(1 / 255),
                keras.layers.Flatten(),
                keras.layers.Dense(5, activation="softmax"),
            ])
            model.compile(optimizer="adam", loss="sparse_categorical_crossentropy")
            model.fit(data, epochs=10)
            rows = ImageDataGenerator(rescale=1 / 255).flow_from_directory("photos", target_size=(64, 64))
            model.compile(optimizer="adam", loss="categorical_crossentropy")
            model.fit(rows, epochs=10)
            """,
        ),
        Example(
            "PyTorch takes floats in one-hot rows as probabilities",
            """
            import torch
            import torch.nn.functional as F

            model = torch.nn.Linear(20, 10)
            optimizer = torch.optim.Adam(model.parameters())
            for x, y in loader:
                optimizer.zero_grad()
                F.cross_entropy(model(x), F.one_hot(y, 10).float()).backward()
                optimizer.step()
            """,
        ),
    ]
    bad = [
        Example(
            "one-hot rows in a sparse loss",
            """
            import keras
            from keras.utils import to_categorical as one_hot

            y_train = one_hot(numbers, 10)
            model = keras.Sequential()
            model.add(keras.layers.Input((20,)))
            for units in (64, 32):
                model.add(keras.layers.Dense(units, activation="relu"))
            model.add(keras.layers.Dense(10, activation="softmax"))
            model.compile(optimizer="adam", loss="sparse_categorical_crossentropy")
            model.fit(x_train, y_train, epochs=10)
            """,
            at='"sparse_categorical_crossentropy"',
            fixed="""
            import keras
            from keras.utils import to_categorical as one_hot

            y_train = one_hot(numbers, 10)
            model = keras.Sequential()
            model.add(keras.layers.Input((20,)))
            for units in (64, 32):
                model.add(keras.layers.Dense(units, activation="relu"))
            model.add(keras.layers.Dense(10, activation="softmax"))
            model.compile(optimizer="adam", loss="categorical_crossentropy")
            model.fit(x_train, y_train, epochs=10)
            """,
        ),
        Example(
            "class numbers in a categorical loss",
            """
            import tensorflow as tf
            from sklearn.preprocessing import LabelEncoder

            y_train = LabelEncoder().fit_transform(names)
            inputs = tf.keras.Input(shape=(20,))
            x = tf.keras.layers.Dense(32, activation="relu")(inputs)
            model = tf.keras.Model(inputs, tf.keras.layers.Dense(7)(x))
            loss = tf.keras.losses.CategoricalCrossentropy(from_logits=True)
            model.compile(optimizer="adam", loss=loss)
            model.fit(x_train, y_train, epochs=10)
            """,
            at="tf.keras.losses.CategoricalCrossentropy(from_logits=True)",
            fixed="""
            import tensorflow as tf
            from sklearn.preprocessing import LabelEncoder

            y_train = LabelEncoder().fit_transform(names)
            inputs = tf.keras.Input(shape=(20,))
            x = tf.keras.layers.Dense(32, activation="relu")(inputs)
            model = tf.keras.Model(inputs, tf.keras.layers.Dense(7)(x))
            loss = tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True)
            model.compile(optimizer="adam", loss=loss)
            model.fit(x_train, y_train, epochs=10)
            """,
        ),
        Example(
            "numbers of a float type",
            """
            import torch
            from torch import nn

            x = torch.randn(500, 20)
            y = torch.randint(0, 3, (500,)).float()

            class Net(nn.Module):
                def __init__(self):
                    super().__init__()
                    self.hidden = nn.Linear(20, 32)
                    self.out = nn.Linear(32, 3)

                def forward(self, x):
                    return self.out(torch.relu(self.hidden(x)))

            net = Net()
            criterion = nn.CrossEntropyLoss()
            optimizer = torch.optim.Adam(net.parameters())
            for epoch in range(100):
                optimizer.zero_grad()
                criterion(net(x), y).backward()
                optimizer.step()
            """,
            at="criterion(net(x), y)",
        ),
        Example(
            "one-hot rows in a function that wants numbers",
            """
            import torch
            from torch.nn import functional as fn

            def step(model, optimizer, x, y):
                optimizer.zero_grad()
                scores = fn.log_softmax(model(x), dim=1)
                fn.nll_loss(scores, fn.one_hot(y, 10)).backward()
                optimizer.step()

            model = torch.nn.Linear(20, 10)
            optimizer = torch.optim.Adam(model.parameters())
            for x, y in loader:
                step(model, optimizer, x, y)
            """,
            at="fn.nll_loss(scores, fn.one_hot(y, 10))",
        ),
    ]

    def check(self, plan: TrainingPlan) -> None:
        for objective in plan.objectives:
            if objective.scores == 1:
                continue
            if counts_from_one(objective):
                numbers = f"from 1 to {objective.scores}"
                below = f"from 0 to {(objective.scores or 1) - 1}"
                fix = rewritten(objective, " - 1")
                self.tell(objective, objective.origin, numbers, below, None, way=SHIFT, fix=fix)
            elif objective.framework == "torch":
                self.judge_torch(objective)
            elif objective.loss == "categorical_cross_entropy" and objective.target.encoding == "index":
                self.tell(objective, objective.loss_origin, NUMBERS, ROWS, twin(objective))
            elif objective.loss == "sparse_categorical_cross_entropy" and is_one_hot(objective):
                self.tell(objective, objective.loss_origin, ROWS, NUMBERS, twin(objective))

    def judge_torch(self, objective: Objective) -> None:
        """PyTorch's losses want whole numbers, one axis less than the scores have."""
        target, scores = objective.target, objective.prediction_shape
        if objective.loss not in {"cross_entropy", "nll"}:
            return
        is_float = target.dtype is not None and target.dtype.startswith(("float", "bfloat"))
        if is_one_hot(objective) and (objective.loss == "nll" or target.dtype == "int64"):
            wanted = NUMBERS if objective.loss == "nll" else "probabilities"
            given = ROWS if objective.loss == "nll" else "one-hot whole numbers"
            form = ".argmax(dim=1)" if objective.loss == "nll" else ".float()"
        elif scores is None or target.shape is None:
            return
        elif len(scores) == len(target.shape) == 2 and target.shape[1] == 1:
            given, wanted, form = "a column (N, 1)", "of shape (N,)", ".squeeze(1)"
        elif is_float and len(target.shape) == len(scores) - 1:
            given, wanted, form = "of a float type", "whole numbers", ".long()"
        else:
            return
        self.tell(objective, objective.origin, given, wanted, None, fix=rewritten(objective, form))

    def tell(
        self,
        objective: Objective,
        origin: Origin | None,
        given: str,
        wanted: str,
        other: str | None,
        way: str | None = None,
        fix: Fix | None = None,
    ) -> None:
        numbers = "give the loss class numbers: whole numbers of shape (N,), `y.long()`, `y.argmax(1)`"
        self.report(
            origin,
            subject=objective,
            certainty=objective.certainty,
            because=(objective.target.origin,),
            fix=fix or renamed(objective, other),
            loss=objective.title,
            given=given,
            wanted=wanted,
            way=way or f"`{other}` takes labels in this form" if other else numbers,
        )


SHIFT = "count the classes from 0: take 1 from every label"


def counts_from_one(objective: Objective) -> bool:
    """Whether class numbers are known to begin at 1 and to end beyond the last score."""
    target, scores = objective.target, objective.scores
    wants_numbers = objective.loss in {"cross_entropy", "nll", "sparse_categorical_cross_entropy"}
    if not wants_numbers or target.encoding != "index" or scores is None:
        return False
    return target.low == 1 and target.high == scores


def is_one_hot(objective: Objective) -> bool:
    return objective.target.encoding == "one_hot"


def twin(objective: Objective) -> str | None:
    """The loss that takes labels in the other form, under the name of the same kind."""
    return TWINS.get(objective.title)


def rewritten(objective: Objective, form: str) -> Fix | None:
    """The labels, put into another form where PyTorch's loss gets them."""
    site = objective.asked.site if objective.asked is not None else None
    if site is None:
        return None
    is_plain = re.fullmatch(r"[\w.()\[\],:]+", site.text) is not None
    edit = Edit(place=site.place, content=f"{site.text if is_plain else f'({site.text})'}{form}")
    return unsafe(f"Write `{form.strip()}`", "the loss gets labels in another form than the program made", edit)


def renamed(objective: Objective, other: str | None) -> Fix | None:
    """A fix that names the other loss, where this one is named by a string or as part of its module."""
    origin = objective.loss_origin
    site = (origin.source_edit_site or origin.site) if origin else None
    if site is None or other is None:
        return None
    text = next(
        (
            site.text.replace(before + objective.title, before + other, 1)
            for before in ('"', "'", ".")
            if before + objective.title in site.text
        ),
        None,
    )
    if text is None:
        return None
    edit = Edit(place=site.place, content=text)
    return Fix(applicability="safe", message=f"Use `{other}`", edits=(edit,))
