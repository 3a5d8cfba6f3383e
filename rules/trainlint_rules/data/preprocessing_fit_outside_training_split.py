"""Scalers that have seen the data for testing."""

from __future__ import annotations

from trainlint.api import Edit, Example, Fix, Leak, Rule, TrainingPlan


class PreprocessingFitOutsideTrainingSplit(Rule):
    """A scaler takes its mean and range from data that the network is then tested on.

    ## What it does
    Follows the arrays and data frames that are trained and tested on back to where they were scaled, and looks for
    what learned from the data before `train_test_split` or `random_split`, or was fitted again on the test part:
    scalers of scikit-learn, its `PCA` and kin, what it chooses features and fills gaps with, and pipelines of these;
    a `Normalization` layer of Keras; an oversampler of imbalanced-learn; and, as a hint, vocabularies: `Tokenizer`,
    `TextVectorization`, `CountVectorizer`.

    ## Why is this bad?
    Fitted before the split, the scaler knows the test data: the score is a little too good, the more so the
    smaller the data; much too good where the labels had a say, as in `SelectKBest`. Samples that are repeated or made
    up before the split stand on both sides of it: the test asks for what was learned by heart. Fitted again on the
    test part, it scales that part by other numbers: the network gets inputs that mean something else than in training.
    A vocabulary of all texts knows words that new texts will not bring; that changes scores least.

    ## When it stays silent
    No split is to be seen; encoders of labels and categories, `get_dummies`; scaling of each sample by itself
    (`Normalizer`); a scaler whose result is not used; frames that are changed after the split.

    ## Fix safety
    Safe: `transform` scales the test part by the numbers of the training part, which is what it is for. It
    is offered where the scaler was fitted before. None for what is fitted before the split: several statements would
    change places.

    ## Sources
    scikit-learn, "Common pitfalls and recommended practices" (data leakage). Zhang et al. 2022; dslinter
    W5518. Humbatova et al. 2020 (incorrect train/test data split).
    """

    name = "preprocessing-fit-outside-training-split"
    code = "TL504"
    family = "data"
    since = "0.1.0"
    frameworks = ("keras", "torch")
    severity = "warning"
    message = "`{scaler}` {acts} {where}: {effect}"
    help = "split the data first; fit on the training part only, `transform` the rest"

    good = [
        Example(
            "fitted on the training part",
            """
            import keras
            import numpy as np
            from sklearn.model_selection import train_test_split
            from sklearn.preprocessing import StandardScaler

            x, y = np.load("x.npy"), np.load("y.npy")
            x_train, x_test, y_train, y_test = train_test_split(x, y, test_size=0.2)
            scaler = StandardScaler().fit(x_train)
            x_train, x_test = scaler.transform(x_train), scaler.transform(x_test)
            model = keras.Sequential([keras.layers.Input((20,)), keras.layers.Dense(1)])
            model.compile(optimizer="adam", loss="mse")
            model.fit(x_train, y_train, validation_data=(x_test, y_test), epochs=5)
            """,
        ),
        Example(
            "labels in words",
            """
            import keras
            import numpy as np
            from sklearn.model_selection import train_test_split
            from sklearn.preprocessing import LabelEncoder

            x, y = np.load("x.npy"), np.load("y.npy")
            y = LabelEncoder().fit_transform(y)
            x_train, x_test, y_train, y_test = train_test_split(x, y, test_size=0.2)
            model = keras.Sequential([
                keras.layers.Input((20,)), keras.layers.Dense(3, activation="softmax"),
            ])
            model.compile(optimizer="adam", loss="sparse_categorical_crossentropy")
            model.fit(x_train, y_train, validation_data=(x_test, y_test), epochs=5)
            """,
        ),
        Example(
            "fitted to the training data, in PyTorch",
            """
            import torch
            from sklearn.model_selection import train_test_split
            from sklearn.preprocessing import StandardScaler
            from torch import nn

            x_train, x_test, y_train, y_test = train_test_split(x, y, test_size=0.2)
            scaler = StandardScaler().fit(x_train)
            data = torch.utils.data.TensorDataset(torch.tensor(scaler.transform(x_train)), torch.tensor(y_train))
            model = nn.Sequential(nn.Linear(20, 64), nn.ReLU(), nn.Linear(64, 1))
            optimizer = torch.optim.Adam(model.parameters())
            for inputs, targets in torch.utils.data.DataLoader(data, batch_size=32, shuffle=True):
                optimizer.zero_grad()
                nn.functional.mse_loss(model(inputs), targets).backward()
                optimizer.step()
            """,
        ),
    ]
    bad = [
        Example(
            "before the split",
            """
            import keras
            import numpy as np
            from sklearn.model_selection import train_test_split as split
            from sklearn.preprocessing import MinMaxScaler

            def load():
                return MinMaxScaler().fit_transform(np.load("x.npy")), np.load("y.npy")

            x, y = load()
            x_train, x_test, y_train, y_test = split(x, y, test_size=0.2)
            model = keras.Sequential([keras.layers.Input((20,)), keras.layers.Dense(1)])
            model.compile(optimizer="adam", loss="mse")
            model.fit(x_train, y_train, validation_data=(x_test, y_test), epochs=5)
            """,
            at='MinMaxScaler().fit_transform(np.load("x.npy"))',
        ),
        Example(
            "again on the test part",
            """
            import keras
            import numpy as np
            from sklearn.model_selection import train_test_split
            from sklearn.preprocessing import StandardScaler

            x, y = np.load("x.npy"), np.load("y.npy")
            x_train, x_test, y_train, y_test = train_test_split(x, y, test_size=0.2)
            scaler = StandardScaler()
            x_train = scaler.fit_transform(x_train)
            x_test = scaler.fit_transform(x_test)
            model = keras.Sequential([keras.layers.Input((20,)), keras.layers.Dense(1)])
            model.compile(optimizer="adam", loss="mse")
            model.fit(x_train, y_train, epochs=5)
            model.evaluate(x_test, y_test)
            """,
            at="scaler.fit_transform(x_test)",
            severity="error",
            fixed="""
            import keras
            import numpy as np
            from sklearn.model_selection import train_test_split
            from sklearn.preprocessing import StandardScaler

            x, y = np.load("x.npy"), np.load("y.npy")
            x_train, x_test, y_train, y_test = train_test_split(x, y, test_size=0.2)
            scaler = StandardScaler()
            x_train = scaler.fit_transform(x_train)
            x_test = scaler.transform(x_test)
            model = keras.Sequential([keras.layers.Input((20,)), keras.layers.Dense(1)])
            model.compile(optimizer="adam", loss="mse")
            model.fit(x_train, y_train, epochs=5)
            model.evaluate(x_test, y_test)
            """,
        ),
        Example(
            "before the split, for PyTorch",
            """
            import numpy as np
            import torch
            from sklearn import preprocessing
            from sklearn.model_selection import train_test_split
            from torch import nn

            x, y = np.load("x.npy"), np.load("y.npy")
            scaler = preprocessing.StandardScaler()
            scaler.fit(x)
            x_train, x_test, y_train, y_test = train_test_split(x, y)
            x_train, x_test = scaler.transform(x_train), scaler.transform(x_test)
            inputs = torch.from_numpy(x_train).float()
            labels = torch.from_numpy(y_train)
            net = nn.Sequential(nn.Linear(20, 64), nn.ReLU(), nn.Linear(64, 2))
            optimizer = torch.optim.Adam(net.parameters())
            for epoch in range(200):
                optimizer.zero_grad()
                nn.functional.cross_entropy(net(inputs), labels).backward()
                optimizer.step()
            """,
            at="scaler.fit(x)",
        ),
    ]

    def check(self, plan: TrainingPlan) -> None:
        for leak in plan.leaks:
            on_test = leak.kind == "test part"
            is_hint = leak.words and (leak.again or not on_test)
            self.report(
                leak.origin,
                severity="info" if is_hint else "error" if on_test else "warning",
                certainty=leak.certainty,
                because=(leak.split,),
                fix=transform_only(leak) if on_test and leak.again else None,
                scaler=leak.scaler,
                acts="repeats samples" if leak.repeats else "is fitted",
                where="on the test part" if on_test else "before the split",
                effect=effect(leak),
            )


def effect(leak: Leak) -> str:
    """What it does to training or to the score."""
    if leak.repeats:
        return (
            "the test asks for what was learned"
            if leak.kind == "before split"
            else "some of them count twice"
        )
    if leak.kind == "before split":
        return "words of the test part count as known" if leak.words else "test scores come out too good"
    if leak.words:
        return "its words count as known" if leak.again else "it numbers words unlike in training"
    return "it scales unlike in training"


def transform_only(leak: Leak) -> Fix | None:
    """`transform` instead of `fit_transform`."""
    site = leak.origin.site if leak.origin is not None else None
    if site is None or ".fit_transform(" not in site.text:
        return None
    content = site.text.replace(".fit_transform(", ".transform(", 1)
    return Fix(
        applicability="safe",
        message="Call `transform`",
        edits=(Edit(place=site.place, content=content),),
    )
