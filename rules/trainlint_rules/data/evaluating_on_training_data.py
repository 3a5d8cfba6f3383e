"""What is measured on the samples that were learned."""

from __future__ import annotations

from typing import Literal

from trainlint.api import Example, Rule, TrainingPlan, context


class EvaluatingOnTrainingData(Rule):
    """The network is measured on the very data that it is trained on.

    ## What it does
    Looks for `fit` with the training data as `validation_data`, for trainers of Lightning and Hugging Face that get
    the same data for both, for `evaluate` on the training data, and for loops that measure a network over
    the loader or data set of the training loop (also two objects made with `train=True`), where nothing
    measures it on other data. Looks also for training on the test part of a split or of a known data set, and for
    an epoch that is chosen by the very data whose score is then reported: a callback that keeps the best weights, a
    trainer of Hugging Face or Lightning that goes back to them, or the best value kept by hand over a test set.

    ## Why is this bad?
    A network can learn its samples by heart. Measured on them, it looks the better the more it does so:
    over-fitting stays hidden, early stopping and checkpoints choose the worst epoch, and the reported
    accuracy is not what new data will show. The best of many epochs is in part the luckiest one: what chose it
    cannot tell how good it is.

    It is an error where one call gets the same data for both, and where the program has other data at hand that it
    does not use; else a warning. It is a hint where the epoch is chosen by the data it is scored on.

    ## When it stays silent
    The network is measured on other data as well. Loaders with samplers, which may choose other samples.
    Training on the test part as well as on the training part; known data sets whose test part is the larger one.
    Truth tables such as XOR, and random data. Callbacks of the program, which may measure.
    Programs that try to over-fit on purpose, by their name or a trainer's flag, tests and demonstrations; a
    program that measures speed gets a hint.

    ## Fix safety
    There is no fix: which data were kept apart, the program does not say; where it has a test part, that has labels
    and often another scaling, which would have to change with it.

    ## Sources
    Zhang et al., *Code Smells for Machine Learning Applications* (data leakage); UMLAUT; Humbatova et al. (missing
    validation set); scikit-learn, "Cross-validation: evaluating estimator performance" (what is tuned on the test set
    leaks into the model).
    """

    name = "evaluating-on-training-data"
    code = "TL512"
    family = "data"
    since = "0.1.0"
    frameworks = ("keras", "torch")
    severity = "error"
    message = "the network is measured on what it was trained on: over-fitting stays hidden"
    help = "measure on data that is kept apart: a test set, a split"

    good = [
        Example(
            "other data for validation",
            """
            import keras

            (x_train, y_train), (x_test, y_test) = keras.datasets.mnist.load_data()
            model = keras.Sequential([
                keras.layers.Input((28, 28)),
                keras.layers.Rescaling(1 / 255),
                keras.layers.Flatten(),
                keras.layers.Dense(10, activation="softmax"),
            ])
            model.compile(optimizer="adam", loss="sparse_categorical_crossentropy")
            model.fit(x_train, y_train, epochs=10, validation_data=(x_test, y_test))
            """,
        ),
        Example(
            "training data beside other data",
            """
            import torch
            from torch import nn
            from torch.utils.data import DataLoader
            from torchvision import datasets, transforms

            def accuracy(loader):
                model.eval()
                with torch.no_grad():
                    right = sum((model(x).argmax(1) == y).sum().item() for x, y in loader)
                return right / len(loader.dataset)

            to_tensor = transforms.ToTensor()
            loader = DataLoader(datasets.MNIST(".", train=True, transform=to_tensor), 64, shuffle=True)
            test_loader = DataLoader(datasets.MNIST(".", train=False, transform=to_tensor), 64)
            model = nn.Sequential(nn.Flatten(), nn.Linear(784, 10))
            optimizer = torch.optim.Adam(model.parameters())
            for epoch in range(10):
                model.train()
                for x, y in loader:
                    optimizer.zero_grad()
                    nn.functional.cross_entropy(model(x), y).backward()
                    optimizer.step()
                print(accuracy(loader), accuracy(test_loader))
            """,
        ),
    ]
    bad = [
        Example(
            "the same arrays",
            """
            from tensorflow import keras as k

            (x_train, y_train), (x_test, y_test) = k.datasets.mnist.load_data()
            model = k.Sequential()
            model.add(k.layers.Rescaling(1 / 255, input_shape=(28, 28)))
            model.add(k.layers.Flatten())
            for units in (64, 10):
                model.add(k.layers.Dense(units, activation="relu" if units > 10 else "softmax"))
            model.compile(optimizer="adam", loss="sparse_categorical_crossentropy")
            model.fit(x_train, y_train, epochs=10, validation_data=(x_train, y_train))
            """,
            at="(x_train, y_train)",
        ),
        Example(
            "the wrong loader",
            """
            import torch
            from torch import nn
            from torch.utils import data as d
            from torchvision.datasets import FashionMNIST as Clothes
            from torchvision.transforms import ToTensor

            train_loader = d.DataLoader(Clothes(".", train=True, transform=ToTensor()), 64, shuffle=True)
            test_loader = d.DataLoader(Clothes(".", train=False, transform=ToTensor()), 64)

            class Net(nn.Module):
                def __init__(self):
                    super().__init__()
                    self.out = nn.Linear(784, 10)

                def forward(self, x):
                    return self.out(x.flatten(1))

            def test(net):
                right = 0
                net.eval()
                with torch.no_grad():
                    for x, y in train_loader:
                        right += (net(x).argmax(1) == y).sum().item()
                return right / len(test_loader.dataset)

            net = Net()
            optimizer = torch.optim.Adam(net.parameters())
            for epoch in range(10):
                net.train()
                for x, y in train_loader:
                    optimizer.zero_grad()
                    nn.functional.cross_entropy(net(x), y).backward()
                    optimizer.step()
            print(test(net))
            """,
            at="train_loader",
        ),
        Example(
            "two objects, both the training part",
            """
            import torch
            from torch import nn
            from torch.utils.data import DataLoader
            from torchvision import datasets, transforms

            to_tensor = transforms.ToTensor()
            train_loader = DataLoader(datasets.KMNIST(".", train=True, transform=to_tensor), 64, shuffle=True)
            test_loader = DataLoader(datasets.KMNIST(".", train=True, transform=to_tensor), 64)
            model = nn.Sequential(nn.Flatten(), nn.Linear(784, 10))
            optimizer = torch.optim.Adam(model.parameters())
            for epoch in range(10):
                for x, y in train_loader:
                    optimizer.zero_grad()
                    nn.functional.cross_entropy(model(x), y).backward()
                    optimizer.step()
            model.eval()
            with torch.no_grad():
                right = 0
                for x, y in test_loader:
                    right += (model(x).argmax(1) == y).sum().item()
            """,
            at="test_loader",
            severity="warning",
        ),
    ]

    def check(self, plan: TrainingPlan) -> None:
        is_demo = context.DEMO in plan.context
        if is_demo and context.MEASURES_SPEED not in plan.context:
            return
        for evaluation in plan.evaluations:
            is_error = evaluation.given_twice or evaluation.spares_others
            severity: Literal["error", "warning", "info"] = "error" if is_error else "warning"
            if is_demo or evaluation.kind == "chosen by test":
                severity = "info"
            told = TOLD.get(evaluation.kind)
            self.report(
                evaluation.origin,
                severity=severity,
                certainty=evaluation.certainty,
                message=told[0] if told else None,
                help=told[1] if told else None,
                because=(evaluation.trained,),
            )


TOLD = {
    "trained on test": (
        "the network is trained on the test part: no data are left to measure it on",
        "train on the training part, keep the test part for measuring",
    ),
    "chosen by test": (
        "the epoch is chosen by the data it is scored on: the score comes out too good",
        "choose by a part of the training data, for example `validation_split`, and score on the test part once",
    ),
}
