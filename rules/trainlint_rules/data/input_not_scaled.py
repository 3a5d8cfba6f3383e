"""Inputs of the order of hundreds in front of the first weights."""

from __future__ import annotations

from pydantic import Field

from trainlint.api import (
    Example,
    Fix,
    Layer,
    Network,
    Options,
    Rule,
    TrainingPlan,
    beside,
    context,
    kinds,
    put_before,
    spoken,
    unsafe,
)

TABLE = 10
"""How many times wider the columns of a table may be than pixels: tables of such a range are trained on as they are in
public code, with small rates (judgement)."""

FIRST_WEIGHTS = kinds.WEIGHTED - {"embedding", "embedding_bag"}


class ScalingOptions(Options):
    """Which inputs count as unscaled."""

    largest: float = Field(
        10,
        gt=0,
        description="largest absolute value of a pixel that counts as scaled; ten times as much for other inputs",
    )


class InputNotScaled(Rule):
    """Raw pixels, or other large numbers, go straight into the first layer with weights.

    ## What it does
    Follows the range of the data from where it is loaded to the first layer with weights: known data sets,
    image loaders, pictures that OpenCV or PIL read, 8-bit integers; divisions, `Rescaling`, `ToTensor`, scalers and
    whitening on the way.

    ## Why is this bad?
    Initial weights are made for inputs of the order of 1. With pixels from 0 to 255 the first activations
    and gradients are hundreds of times too large: measured with SGD, the loss stays at ln K, where it
    starts, at every usual rate; with Adam it still falls, to five times what scaled input reaches in the
    same steps.

    It is a warning for images. For other data of a known range, from 100 on, it is a hint, and so it is when a
    normalisation comes before the first weights or right behind them.

    ## When it stays silent
    The range is not known; an operation on the way cannot be followed; `Rescaling` or `Normalization` in the
    network; integers for an embedding; networks that scale their input themselves.

    ## Fix safety
    Unsafe: whoever uses the network must give it unscaled inputs from then on. Offered for pixels and networks of Keras.

    ## Sources
    UMLAUT (InputNotNormalized), TheDeepChecker, Humbatova et al. 2020, where missing scaling is the fault
    named most often in interviews. Measured on a task with ten classes: SGD with and without momentum stays
    at 2.30, Adam at 1e-3 ends at 0.10 against 0.02. The bound of 10, and of 100 for tables, are
    judgement.
    """

    name = "input-not-scaled"
    code = "TL501"
    family = "data"
    since = "0.1.0"
    frameworks = ("keras", "torch")
    severity = "warning"
    message = "{data} reach the network in the range {low} to {high}: {effect}"
    help = "scale them to about -1 to 1 first{how}"
    options_model = ScalingOptions

    good = [
        Example(
            "divided by 255",
            """
            import keras

            (x_train, y_train), (x_test, y_test) = keras.datasets.mnist.load_data()
            x_train = x_train.astype("float32") / 255
            model = keras.Sequential([
                keras.layers.Flatten(input_shape=(28, 28)),
                keras.layers.Dense(10, activation="softmax"),
            ])
            model.compile(optimizer="sgd", loss="sparse_categorical_crossentropy")
            model.fit(x_train, y_train, epochs=5)
            """,
        ),
        Example(
            "scaled in the network",
            """
            import keras
            from keras import layers

            (x_train, y_train), _ = keras.datasets.cifar10.load_data()
            model = keras.Sequential([
                layers.Input((32, 32, 3)),
                layers.Rescaling(1 / 255),
                layers.Conv2D(16, 3, activation="relu"),
                layers.GlobalAveragePooling2D(),
                layers.Dense(10, activation="softmax"),
            ])
            model.compile(optimizer="adam", loss="sparse_categorical_crossentropy")
            model.fit(x_train, y_train, epochs=5)
            """,
        ),
        Example(
            "a helper that cannot be followed",
            """
            import keras
            from preparation import prepare

            (x_train, y_train), _ = keras.datasets.mnist.load_data()
            x_train = prepare(x_train)
            model = keras.Sequential([
                keras.layers.Flatten(input_shape=(28, 28)),
                keras.layers.Dense(10, activation="softmax"),
            ])
            model.compile(optimizer="sgd", loss="sparse_categorical_crossentropy")
            model.fit(x_train, y_train, epochs=5)
            """,
        ),
        Example(
            "scaled by its transform in PyTorch",
            """
            import torch
            from torch import nn
            from torchvision import datasets, transforms

            data = datasets.MNIST("data", train=True, transform=transforms.ToTensor())
            loader = torch.utils.data.DataLoader(data, batch_size=64, shuffle=True)
            model = nn.Sequential(nn.Flatten(), nn.Linear(784, 128), nn.ReLU(), nn.Linear(128, 10))
            optimizer = torch.optim.Adam(model.parameters())
            for epoch in range(5):
                for x, y in loader:
                    optimizer.zero_grad()
                    nn.functional.cross_entropy(model(x), y).backward()
                    optimizer.step()
            """,
        ),
    ]
    bad = [
        Example(
            "raw pixels",
            """
            import keras

            (x_train, y_train), (x_test, y_test) = keras.datasets.mnist.load_data()
            model = keras.Sequential([
                keras.layers.Flatten(input_shape=(28, 28)),
                keras.layers.Dense(10, activation="softmax"),
            ])
            model.compile(optimizer="sgd", loss="sparse_categorical_crossentropy")
            model.fit(x_train, y_train, epochs=5)
            """,
            at="keras.datasets.mnist.load_data()",
        ),
        Example(
            "converted to float, not scaled",
            """
            import torch
            from torch import nn
            from torchvision import datasets, transforms as T

            data = datasets.MNIST("data", train=True, transform=T.PILToTensor())
            loader = torch.utils.data.DataLoader(data, batch_size=64, shuffle=True)
            model = nn.Sequential(nn.Flatten(), nn.Linear(784, 10))
            optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
            for epoch in range(5):
                for x, y in loader:
                    optimizer.zero_grad()
                    nn.functional.cross_entropy(model(x.float()), y).backward()
                    optimizer.step()
            """,
            at='datasets.MNIST("data", train=True, transform=T.PILToTensor())',
        ),
    ]

    def check(self, plan: TrainingPlan) -> None:
        for run in plan.runs if context.INFERENCE_ONLY not in plan.context else ():
            network, data = plan.network_of(run), run.data
            if network is None or data.low is None or data.high is None:
                continue
            largest = self.options.largest if data.image else self.options.largest * TABLE
            if max(abs(data.low), abs(data.high)) <= largest or not meets_weights(network):
                continue
            optimizer = plan.optimizer_of(run)
            stalls = optimizer is not None and optimizer.name == "SGD"
            self.report(
                data.origin,
                subject=run,
                severity="warning" if data.image and not is_normalised_first(network) else "info",
                fix=rescaled(network) if data.image and (data.low, data.high) == (0, 255) else None,
                data="pixels" if data.image else "inputs",
                low=spoken(data.low),
                high=spoken(data.high),
                effect="with SGD the loss stays put" if stalls else "the loss falls slowly",
                how=", for example `/ 255` or a `Rescaling(1 / 255)` layer" if data.image else "",
            )


def rescaled(network: Network) -> Fix | None:
    """A `Rescaling` before the first weights of a network of Keras."""
    first = list(network.meeting_input())
    site = first[0].origin.site if len(first) == 1 and first[0].origin is not None else None
    if network.framework != "keras" or site is None or "input_" in site.text:
        return None
    layer = beside(first[0].origin, "Rescaling")
    edit = put_before(first[0].origin, f"{layer}(1 / 255)") if layer else None
    return unsafe("Scale inside the network", "who uses the network must not scale its inputs any more", edit)


def meets_weights(network: Network) -> bool:
    """Whether all that comes in goes straight into weights, or into a normalisation before them."""
    first = list(network.meeting_input())
    return bool(first) and all(layer.kind in FIRST_WEIGHTS | kinds.NORMALISATIONS for layer in first)


def is_normalised_first(network: Network) -> bool:
    """Whether a normalisation takes the scale away, before the first weights or right behind them."""
    first = network.meeting_input()
    return all(layer.kind in kinds.NORMALISATIONS or feeds_normalisation(network, layer) for layer in first)


def feeds_normalisation(network: Network, layer: Layer) -> bool:
    readers = [network.layers[index] for index in network.users[layer.index]]
    return bool(readers) and all(reader.kind in kinds.NORMALISATIONS for reader in readers)
