"""Inputs and labels that are shuffled apart from each other."""

from __future__ import annotations

from trainlint.api import Example, Rule, TrainingPlan


class InputsAndLabelsShuffledSeparately(Rule):
    """After two shuffles no sample has its own label any more.

    ## What it does
    Looks for arrays of inputs and of labels that are put into random order one after the other: in place, as a
    permutation of each, by an order that is drawn for each, or as pipelines of tf.data that are shuffled before
    they are zipped. Looks also for inputs and labels of one table of which only one is shuffled: `x = x.sample(frac=1)`.

    ## Why is this bad?
    Each shuffle draws an order of its own. Labels then belong to other samples: there is nothing to learn
    but how often each label occurs. The loss stops at that level, or the network learns all pairs by heart
    and is at chance on new data.

    ## When it stays silent
    The generator is set to a state between the two shuffles, which repeats the order; two generators; one
    permutation used for both; `sklearn.utils.shuffle(x, y)`, or with a `random_state`; pipelines with a `seed`; arrays
    that do not meet in training; labels that are taken by the names of the shuffled rows; data that a `train_step` of
    the program takes apart.

    ## Fix safety
    There is no fix: one permutation for both takes several statements, and which of the two orders is used elsewhere is
    not known.

    ## Sources
    Humbatova et al. 2020 (wrong labels for training data); TheDeepChecker (unaligned data and labels). That `shuffle`
    draws anew for each data set: documentation of `tf.data.Dataset.shuffle`; that Keras goes by the place of a row, not
    by its name: `keras.Model.fit`, which takes the values of a data frame.
    """

    name = "inputs-and-labels-shuffled-separately"
    code = "TL509"
    family = "data"
    since = "0.1.0"
    frameworks = ("keras", "torch")
    severity = "error"
    message = "inputs and labels are shuffled apart: samples no longer have their own labels"
    help = "draw one permutation and index both with it"

    good = [
        Example(
            "one permutation",
            """
            import keras
            import numpy as np

            x, y = np.load("x.npy"), np.load("y.npy")
            order = np.random.permutation(len(x))
            x, y = x[order], y[order]
            model = keras.Sequential([keras.layers.Input((20,)), keras.layers.Dense(1)])
            model.compile(optimizer="adam", loss="mse")
            model.fit(x, y, epochs=5)
            """,
        ),
        Example(
            "the same state before each",
            """
            import keras
            import numpy as np

            x, y = np.load("x.npy"), np.load("y.npy")
            np.random.seed(7)
            np.random.shuffle(x)
            np.random.seed(7)
            np.random.shuffle(y)
            model = keras.Sequential([keras.layers.Input((20,)), keras.layers.Dense(1)])
            model.compile(optimizer="adam", loss="mse")
            model.fit(x, y, epochs=5)
            """,
        ),
        Example(
            "one order for both, in PyTorch",
            """
            import torch
            from torch import nn

            order = torch.randperm(len(x))
            x, y = x[order], y[order]
            model = nn.Linear(20, 1)
            optimizer = torch.optim.Adam(model.parameters())
            for inputs, targets in zip(x.split(32), y.split(32)):
                optimizer.zero_grad()
                nn.functional.mse_loss(model(inputs), targets).backward()
                optimizer.step()
            """,
        ),
    ]
    bad = [
        Example(
            "zipped after they are shuffled",
            """
            import numpy as np
            import tensorflow as tf

            inputs = tf.data.Dataset.from_tensor_slices(np.load("x.npy")).shuffle(1000)
            labels = tf.data.Dataset.from_tensor_slices(np.load("y.npy")).shuffle(1000)
            pairs = tf.data.Dataset.zip((inputs, labels)).batch(32)
            model = tf.keras.Sequential([tf.keras.layers.Input((20,)), tf.keras.layers.Dense(1)])
            model.compile(optimizer="adam", loss="mse")
            model.fit(pairs, epochs=5)
            """,
            at='tf.data.Dataset.from_tensor_slices(np.load("y.npy")).shuffle(1000)',
        ),
        Example(
            "two shuffles",
            """
            import keras
            import numpy as np

            x, y = np.load("x.npy"), np.load("y.npy")
            np.random.shuffle(x)
            np.random.shuffle(y)
            model = keras.Sequential([keras.layers.Input((20,)), keras.layers.Dense(1)])
            model.compile(optimizer="adam", loss="mse")
            model.fit(x[:800], y[:800], epochs=5)
            """,
            at="np.random.shuffle(y)",
        ),
        Example(
            "in a function, before tensors are made",
            """
            import torch
            from numpy import load
            from numpy.random import shuffle as mix
            from torch import nn
            from torch.utils.data import DataLoader, TensorDataset

            def read(name):
                values = load(name)
                return values

            x, y = read("x.npy"), read("y.npy")
            for array in (x, y):
                mix(array)
            data = TensorDataset(torch.from_numpy(x), torch.from_numpy(y))
            net = nn.Sequential(nn.Linear(20, 64), nn.ReLU(), nn.Linear(64, 2))
            optimizer = torch.optim.Adam(net.parameters())
            for inputs, labels in DataLoader(data, batch_size=32, shuffle=True):
                optimizer.zero_grad()
                nn.functional.cross_entropy(net(inputs), labels).backward()
                optimizer.step()
            """,
            at="mix(array)",
        ),
    ]

    def check(self, plan: TrainingPlan) -> None:
        for shuffled in plan.shuffled_apart:
            self.report(shuffled.origin, certainty=shuffled.certainty, because=(shuffled.first,))
