"""Layers that do not fit each other."""

from __future__ import annotations

from trainlint.api import Example, Fix, Misfit, Network, Rule, Shape, TrainingPlan, TrainingRun, replace_value


class LayerShapeMismatch(Rule):
    """A layer is made for another shape than the one before gives.

    ## What it does
    Works out shapes from the data, or from the first layer whose sizes are known, and compares: input sizes
    of `Linear`, convolutions, recurrent layers and normalisations with what comes in; the number of axes;
    windows with the maps they go over; groups with channels; maps that are added or put side by side; reshapes
    into another number of values a sample; and in Keras, the declared shape of a sample with that of the data. Of
    several layers in a row that do not fit, the first is reported.

    ## Why is this bad?
    The first forward pass ends with an error about shapes, which names matrices and not the layer to change.
    A window larger than its map leaves nothing of the map.

    ## When it stays silent
    A size is not known on either side: lazy modules, adaptive pooling, images of any size, operations that
    cannot be followed. Rows that a vector is only a part of, as in windows of a series. A feature map that goes into a linear layer without being flattened is another rule's
    (missing-flatten).

    ## Fix safety
    Unsafe: it changes the number of weights, so that saved weights fit no more; and the size may be right
    where the layer before is wrong.

    ## Sources
    Shapes: the "Shape" sections of torch.nn and the documentation of keras.layers. NeuraLint f013, f014,
    f021; Humbatova et al. 2020 (layers' dimension mismatch, wrong input sample size for a linear layer).
    """

    name = "layer-shape-mismatch"
    code = "TL314"
    family = "architecture"
    since = "0.1.0"
    frameworks = ("keras", "torch")
    severity = "error"
    message = "`{layer}` wants {wanted} but gets {given}: the first forward pass fails"
    help = "make the two sizes the same"

    good = [
        Example(
            "sizes that fit",
            """
            import torch
            from torch import nn

            model = nn.Sequential(
                nn.Conv2d(1, 8, 5), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(8 * 12 * 12, 10)
            )
            model(torch.zeros(4, 1, 28, 28))
            """,
        ),
        Example(
            "images of any size",
            """
            from torch import nn

            class Net(nn.Module):
                def __init__(self):
                    super().__init__()
                    self.conv = nn.Conv2d(3, 16, 5)
                    self.fc = nn.Linear(16 * 5 * 5, 10)

                def forward(self, x):
                    x = self.conv(x)
                    return self.fc(x.view(x.size(0), -1))
            """,
        ),
        Example(
            "a pooling that fits every size, a lazy layer",
            """
            import torch
            from torch import nn

            model = nn.Sequential(
                nn.Conv2d(3, 16, 3), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(16, 32),
                nn.ReLU(), nn.LazyLinear(10),
            )
            model(torch.zeros(4, 3, 32, 32))
            """,
        ),
        Example(
            "as large as the map",
            """
            import keras
            from keras import layers

            model = keras.Sequential([layers.Input((28, 28, 1))])
            for filters in (8, 16):
                model.add(layers.Conv2D(filters, 3, activation="relu"))
                model.add(layers.MaxPooling2D(2))
            model.add(layers.Conv2D(32, 5, activation="relu"))
            model.add(layers.Flatten())
            model.add(layers.Dense(10, activation="softmax"))
            model.compile(optimizer="adam", loss="sparse_categorical_crossentropy")
            """,
        ),
    ]
    bad = [
        Example(
            "made for another image size",
            """
            import torch
            from torch import nn
            from torchvision import datasets, transforms as T

            class LeNet(nn.Module):
                def __init__(self):
                    super().__init__()
                    self.conv1 = nn.Conv2d(1, 6, 5)
                    self.conv2 = nn.Conv2d(6, 16, 5)
                    self.fc = nn.Linear(16 * 5 * 5, 10)

                def forward(self, x):
                    x = nn.functional.max_pool2d(torch.relu(self.conv1(x)), 2)
                    x = nn.functional.max_pool2d(torch.relu(self.conv2(x)), 2)
                    return self.fc(x.flatten(1))

            data = datasets.MNIST("data", train=True, transform=T.ToTensor())
            model = LeNet()
            optimizer = torch.optim.Adam(model.parameters())
            for x, y in torch.utils.data.DataLoader(data, batch_size=64, shuffle=True):
                optimizer.zero_grad()
                nn.functional.cross_entropy(model(x), y).backward()
                optimizer.step()
            """,
            at="nn.Linear(16 * 5 * 5, 10)",
        ),
        Example(
            "two layers that do not meet, by other names",
            """
            import torch.nn.functional as F
            from torch.nn import Linear as Full, Module
            from torch.optim import Adam

            class Net(Module):
                def __init__(self, hidden):
                    super().__init__()
                    self.one = Full(20, hidden)
                    self.two = Full(120, 10)

                def forward(self, x):
                    return self.two(F.relu(self.one(x)))

            def build():
                return Net(100)

            net = build()
            optimizer = Adam(net.parameters())
            for x, y in loader:
                optimizer.zero_grad()
                F.cross_entropy(net(x), y).backward()
                optimizer.step()
            """,
            at="Full(120, 10)",
            fixed="""
            import torch.nn.functional as F
            from torch.nn import Linear as Full, Module
            from torch.optim import Adam

            class Net(Module):
                def __init__(self, hidden):
                    super().__init__()
                    self.one = Full(20, hidden)
                    self.two = Full(100, 10)

                def forward(self, x):
                    return self.two(F.relu(self.one(x)))

            def build():
                return Net(100)

            net = build()
            optimizer = Adam(net.parameters())
            for x, y in loader:
                optimizer.zero_grad()
                F.cross_entropy(net(x), y).backward()
                optimizer.step()
            """,
        ),
        Example(
            "nothing is left of the map",
            """
            import keras
            from keras import layers

            inputs = keras.Input((28, 28, 1))
            x = inputs
            for filters in (8, 16, 32):
                x = layers.Conv2D(filters, 5, activation="relu")(x)
                x = layers.MaxPooling2D(2)(x)
            outputs = layers.Dense(10, activation="softmax")(layers.Flatten()(x))
            model = keras.Model(inputs, outputs)
            model.compile(optimizer="adam", loss="sparse_categorical_crossentropy")
            """,
            at='layers.Conv2D(filters, 5, activation="relu")',
        ),
    ]

    def check(self, plan: TrainingPlan) -> None:
        for network in plan.networks:
            for misfit in network.misfits:
                if misfit.kind == "flatten":  # missing-flatten says what is missing
                    continue
                wanted, given = in_words(misfit)
                before = network.before(misfit.layer)
                self.report(
                    misfit.layer.origin,
                    subject=misfit.layer,
                    certainty=misfit.certainty,
                    because=(before.origin if before is not None else None,),
                    message=JOINED if misfit.kind in {"join", "sum"} else None,
                    fix=the_fix(misfit),
                    layer=misfit.layer.title,
                    wanted=wanted,
                    given=given,
                )
        for number, network in enumerate(plan.networks):
            runs = [run for run in plan.runs if run.network == number]
            if network.framework == "keras" and runs:
                self.check_data(network, runs)

    def check_data(self, network: Network, runs: list[TrainingRun]) -> None:
        """Samples of another shape than the one that a model of Keras was declared with: in each of its runs, since
        a model that was not declared takes the shape of the data."""
        declared = list(network.of_kind("input"))
        shape = declared[0].output_shape if len(declared) == 1 else None
        run = next((run for run in runs if is_array(run)), None)
        if not shape or run is None or any(is_accepted(shape[1:], (run.data.shape or ())[1:]) for run in runs):
            return
        reader = network.layers[network.users[declared[0].index][0]]
        self.report(
            reader.origin,
            subject=network,
            certainty=run.data.samples.certainty,
            because=(run.data.origin, run.origin),
            message=OTHER_DATA,
            wanted=by_axes(shape[1:]),
            given=by_axes(run.data.shape[1:] if run.data.shape else ()),
        )


def is_array(run: TrainingRun) -> bool:
    """Whether the shape of the data counts samples on its first axis, not those of a batch."""
    first, count = run.data.shape[0] if run.data.shape else None, run.data.samples.value
    return isinstance(first, int) and count is not None and first >= count


def is_accepted(declared: Shape, given: Shape) -> bool:
    """Whether Keras takes samples of a shape: a last axis of 1 may be missing or too many.

    keras/src/models/functional.py, _adjust_input_rank.
    """
    if len(given) == len(declared) + 1 and given[-1] == 1:
        given = given[:-1]
    elif len(given) == len(declared) - 1 and declared[-1] == 1:
        declared = declared[:-1]
    return len(given) == len(declared) and all(
        size == other or not isinstance(size, int) or not isinstance(other, int)
        for size, other in zip(declared, given, strict=True)
    )


def by_axes(shape: Shape) -> str:
    """A shape without its batch axis, as people say it."""
    return " x ".join("?" if size is None else str(size) for size in shape) or "one number"


OTHER_DATA = "the network is made for samples of {wanted}, the data has {given}: the first step fails"
JOINED = "`{layer}` puts maps of {wanted} and of {given} together: the first forward pass fails"


def in_words(misfit: Misfit) -> tuple[str, str]:
    """What the layer wants and what it gets."""
    if misfit.kind == "rank":
        return f"{misfit.wanted} axes", str(misfit.given)
    if misfit.kind == "reshape":
        return f"rows of {misfit.wanted}", f"{misfit.given} values a sample"
    if misfit.kind == "window":
        return f"a map of at least {misfit.wanted}", f"one of {max(misfit.given, 0)}"
    if misfit.kind == "groups":
        return f"channels in {misfit.wanted} groups", str(misfit.given)
    if misfit.kind in {"join", "sum"}:
        return str(misfit.wanted), str(misfit.given)
    return f"{misfit.wanted} inputs", str(misfit.given)


def the_fix(misfit: Misfit) -> Fix | None:
    """The size that comes in, where another one is written as a number."""
    if misfit.kind != "size" or misfit.setting is None:
        return None
    return replace_value(misfit.setting, str(misfit.given), "the number of weights changes")
