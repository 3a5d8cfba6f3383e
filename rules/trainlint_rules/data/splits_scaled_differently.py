"""A network that is measured on inputs of another range than it is trained on."""

from __future__ import annotations

from pydantic import Field

from trainlint.api import (
    Data,
    Example,
    Fix,
    Options,
    Origin,
    Rule,
    Target,
    TrainingPlan,
    spoken,
    unsafe,
    without,
)


class SplitOptions(Options):
    """How far two ranges may differ."""

    ratio: float = Field(1.5, gt=1, description="how many times wider one range may be than the other")


class SplitsScaledDifferently(Rule):
    """Training data are scaled, the data for validation or testing are not, or with other numbers.

    ## What it does
    Compares the range of the inputs that a network is trained on with the range of those that it is measured
    on: `validation_data`, `evaluate`, `predict`; in PyTorch the test part of a known data set. Where the range is not
    known, it looks for a part of `train_test_split` that no scaler has seen, while the other went through one. Looks
    also for labels that were divided with the inputs.

    ## Why is this bad?
    The network has never seen values like these: its scores on them say nothing. Accuracy is at chance while
    that on the training data is near 1, which looks like over-fitting.

    ## When it stays silent
    One of the ranges is not known. Ranges that differ a little, since two parts need not have the same
    extremes. Scaling within the network, which holds for all. A part that was changed in a way that cannot be followed.

    ## Fix safety
    Unsafe for labels: what was trained on fractions has learned others. There is no fix for inputs: the scaling may be
    missing in one place or be too much in the other, and may stand in a helper.

    ## Sources
    DeepFD (Stack Overflow 59325381); Humbatova et al. 2020 (wrong preprocessing). The ratio of 1.5 is
    judgement.
    """

    name = "splits-scaled-differently"
    code = "TL503"
    family = "data"
    since = "0.1.0"
    frameworks = ("keras", "torch")
    severity = "error"
    message = "measured on inputs from {measured}, trained on {trained}: the scores say nothing"
    help = "prepare both parts in the same way, with numbers taken from the training data"
    options_model = SplitOptions

    good = [
        Example(
            "both parts",
            """
            import keras

            (x_train, y_train), (x_test, y_test) = keras.datasets.mnist.load_data()
            x_train, x_test = x_train / 255, x_test / 255
            model = keras.Sequential([
                keras.layers.Input((28, 28)), keras.layers.Flatten(),
                keras.layers.Dense(10, activation="softmax"),
            ])
            model.compile(optimizer="adam", loss="sparse_categorical_crossentropy")
            model.fit(x_train, y_train, epochs=5, validation_data=(x_test, y_test))
            """,
        ),
        Example(
            "augmented in training only",
            """
            import torch
            from torch import nn
            from torchvision import datasets, transforms as T

            augmented = T.Compose([T.RandomHorizontalFlip(), T.ToTensor()])
            train = datasets.CIFAR10("data", train=True, transform=augmented)
            test = datasets.CIFAR10("data", train=False, transform=T.ToTensor())
            net = nn.Sequential(nn.Flatten(), nn.Linear(3072, 10))
            optimizer = torch.optim.Adam(net.parameters())
            for x, y in torch.utils.data.DataLoader(train, 64, shuffle=True):
                optimizer.zero_grad()
                nn.functional.cross_entropy(net(x), y).backward()
                optimizer.step()
            with torch.no_grad():
                for x, y in torch.utils.data.DataLoader(test, 64):
                    print((net(x).argmax(1) == y).sum())
            """,
        ),
    ]
    bad = [
        Example(
            "only the training data",
            """
            from keras import Sequential, datasets, layers

            def load():
                (x_train, y_train), (x_test, y_test) = datasets.mnist.load_data()
                x_train = x_train.astype("float32") / 255
                return x_train, y_train, x_test, y_test

            x_train, y_train, x_test, y_test = load()
            model = Sequential([
                layers.Input((28, 28)), layers.Flatten(), layers.Dense(10, activation="softmax"),
            ])
            model.compile(optimizer="adam", loss="sparse_categorical_crossentropy")
            model.fit(x_train, y_train, epochs=5)
            model.evaluate(x_test, y_test)
            """,
            at="x_test",
        ),
        Example(
            "normalised in training only",
            """
            import torch
            from torch import nn
            from torchvision import datasets, transforms as T

            normalised = T.Compose([T.ToTensor(), T.Normalize((0.1307,), (0.3081,))])
            train = datasets.MNIST("data", train=True, transform=normalised)
            test = datasets.MNIST("data", train=False, transform=T.ToTensor())
            net = nn.Sequential(nn.Flatten(), nn.Linear(784, 10))
            optimizer = torch.optim.Adam(net.parameters())
            for x, y in torch.utils.data.DataLoader(train, 64, shuffle=True):
                optimizer.zero_grad()
                nn.functional.cross_entropy(net(x), y).backward()
                optimizer.step()
            net.eval()
            with torch.no_grad():
                for x, y in torch.utils.data.DataLoader(test, 64):
                    print((net(x).argmax(1) == y).sum())
            """,
            at="net(x)",
        ),
    ]

    def check(self, plan: TrainingPlan) -> None:
        for run in plan.runs:
            objective = plan.objective_of(run)
            if objective is not None and are_fractions(objective.target):
                scaled = objective.target.rescalings[-1].origin if objective.target.rescalings else None
                self.report(
                    scaled or objective.target.origin,
                    subject=run,
                    message=FRACTIONS,
                    help="scale the inputs only, and leave the labels whole numbers",
                    fix=whole(scaled, run.data),
                    high=f"{objective.target.high:.2g}",
                )
            trained = [other.data for other in plan.runs if other.network == run.network]
            told: set[str] = set()  # one scaling that is missing may show in many places
            for measured in run.measured:
                if limits(measured) in told:
                    continue
                if run.network is not None and all(skips_scaler(data, measured) for data in trained):
                    told.add(limits(measured))
                    self.report(
                        measured.origin,
                        subject=run,
                        message=SKIPS,
                        because=(run.data.part.origin if run.data.part else None,),
                        scaler=run.data.part.scaler if run.data.part else "",
                    )
                    continue
                if run.network is None or not all(self.differ(data, measured) for data in trained):
                    continue
                told.add(limits(measured))
                self.report(
                    measured.origin,
                    subject=run,
                    because=tuple(rescaling.origin for rescaling in run.data.rescalings) or (run.origin,),
                    measured=limits(measured),
                    trained=limits(run.data),
                )

    def differ(self, trained: Data, measured: Data) -> bool:
        """Whether two ranges are known and cannot be those of two parts prepared in the same way."""
        one, other = span(trained), span(measured)
        if one is None or other is None or trained.random or measured.random:
            return False
        return max(one, other) > float(self.options.ratio) * min(one, other)


FRACTIONS = "labels are scaled with the inputs: classes become fractions of at most {high}"


def are_fractions(target: Target) -> bool:
    """Whether numbers of classes were divided until none but the first is a whole number."""
    return target.encoding == "index" and (target.classes or 0) > 2 and 0 < (target.high or 0) < 1


def whole(scaled: Origin | None, data: Data) -> Fix | None:
    """Labels as they were, unless the same operation scales the inputs."""
    site = scaled.site if scaled is not None else None
    scalings = [found.origin.site for found in data.rescalings if found.origin is not None]
    if site is None or any(found is not None and found.place == site.place for found in scalings):
        return None
    return unsafe(
        "Leave the labels as they are", "what was trained on fractions has learned others", without(scaled)
    )


SKIPS = "measured on inputs that skip the `{scaler}` of the training data: scores say nothing"


def skips_scaler(trained: Data, measured: Data) -> bool:
    """Whether one part of a split went through a scaler and the other is as it was split off."""
    one, other = trained.part, measured.part
    if one is None or other is None or one.origin is None or other.origin is None:
        return False
    same = (
        one.origin.site is not None
        and other.origin.site is not None
        and one.origin.site.place == other.origin.site.place
    )
    return same and bool(one.scaler) and not other.scaler and other.plain


def span(data: Data) -> float | None:
    return data.high - data.low if data.low is not None and data.high is not None else None


def limits(data: Data) -> str:
    if data.low is None or data.high is None:
        return ""
    low, high = (round(value, 2) for value in (data.low or 0, data.high or 0))
    return f"{spoken(float(low))} to {spoken(float(high))}"
