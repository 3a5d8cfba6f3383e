"""A feature map that goes into a linear layer as it is."""

from __future__ import annotations

from math import prod

from trainlint.api import (
    Certainty,
    Example,
    Fix,
    Layer,
    Network,
    Objective,
    Rule,
    TrainingPlan,
    beside,
    put_before,
    unsafe,
)


class MissingFlatten(Rule):
    """Nothing turns the feature map into one vector a sample before the linear layers.

    ## What it does
    Looks for linear layers that read the output of a convolution or pooling with all its axes, or in Keras, every
    step of a recurrent layer (`return_sequences=True`). In Keras the shape of the prediction must also disagree
    with that of the labels; where that is not known, with the size of the images.

    ## Why is this bad?
    A linear layer works on the last axis. In Keras that is the channels: the network gives an answer for
    every place of the map, and the loss fails or compares it with labels of another shape. In PyTorch it is
    the width of the map, and the first forward pass fails.

    ## When it stays silent
    One answer for each place is wanted: labels of that shape, a map as large as the image; for sequences, labels of
    unknown shape, and `TimeDistributed`. A pooling, flattening or attention later on; axes that were moved before the linear layer; a linear layer as wide as the map.

    ## Fix safety
    Unsafe: the layer gets a weight for each place of the map. Offered where the size of the map is known and, in
    PyTorch, the linear layer reads as many values.

    ## Sources
    Humbatova et al. 2020 (missing flatten layer); NeuraLint f001, f011. `Dense` on more than two axes:
    documentation of keras.layers.Dense.
    """

    name = "missing-flatten"
    code = "TL313"
    family = "architecture"
    since = "0.1.0"
    frameworks = ("keras", "torch")
    severity = "error"
    message = "`{layer}` reads a map that is not flattened: {effect}"
    help = "put a Flatten, or a global pooling, before the first linear layer"

    good = [
        Example(
            "flattened",
            """
            import keras
            from keras import layers

            (x_train, y_train), _ = keras.datasets.mnist.load_data()
            model = keras.Sequential([
                layers.Input((28, 28)),
                layers.Rescaling(1 / 255),
                layers.Reshape((28, 28, 1)),
                layers.Conv2D(16, 3, activation="relu"),
                layers.Flatten(),
                layers.Dense(10, activation="softmax"),
            ])
            model.compile(optimizer="adam", loss="sparse_categorical_crossentropy")
            model.fit(x_train, y_train, epochs=5)
            """,
        ),
        Example(
            "pooled after the dense layer",
            """
            import keras
            from keras import layers

            inputs = keras.Input((64, 64, 3))
            x = layers.Conv2D(16, 3, strides=2, activation="relu")(inputs)
            x = layers.Dense(32, activation="relu")(x)
            x = layers.GlobalAveragePooling2D()(x)
            model = keras.Model(inputs, layers.Dense(5, activation="softmax")(x))
            model.compile(optimizer="adam", loss="sparse_categorical_crossentropy")
            model.fit(images, labels, epochs=5)
            """,
        ),
        Example(
            "channels last in PyTorch",
            """
            import torch
            from torch import nn

            class Block(nn.Module):
                def __init__(self):
                    super().__init__()
                    self.mix = nn.Conv2d(64, 64, 7, padding=3, groups=64)
                    self.widen = nn.Linear(64, 256)

                def forward(self, x):
                    x = self.mix(x)
                    return self.widen(x.permute(0, 2, 3, 1))
            """,
        ),
    ]
    bad = [
        Example(
            "a classifier without Flatten",
            """
            import keras
            from keras import layers

            (x_train, y_train), _ = keras.datasets.cifar10.load_data()
            model = keras.Sequential([
                layers.Input((32, 32, 3)),
                layers.Rescaling(1 / 255),
                layers.Conv2D(16, 3, activation="relu"),
                layers.MaxPooling2D(),
                layers.Dense(10, activation="softmax"),
            ])
            model.compile(optimizer="adam", loss="sparse_categorical_crossentropy")
            model.fit(x_train, y_train, epochs=5)
            """,
            at='layers.Dense(10, activation="softmax")',
        ),
        Example(
            "pooled to one place, but not flattened",
            """
            import torch.nn as nn
            import torch.nn.functional as F

            class Net(nn.Module):
                def __init__(self):
                    super().__init__()
                    self.conv = nn.Conv2d(3, 32, 3)
                    self.head = nn.Linear(32, 10)

                def forward(self, x):
                    x = F.adaptive_avg_pool2d(F.relu(self.conv(x)), 1)
                    return self.head(x)

            scores = Net()(images)
            """,
            at="nn.Linear(32, 10)",
        ),
    ]

    def check(self, plan: TrainingPlan) -> None:
        for network in plan.networks:
            for misfit in network.misfits:
                if misfit.kind == "flatten":
                    self.report(
                        misfit.layer.origin,
                        subject=misfit.layer,
                        certainty=misfit.certainty,
                        fix=flattened(misfit.layer),
                        layer=misfit.layer.title,
                        effect="the first forward pass fails",
                    )
            layer = answering_by_place(network)
            objective = next((o for o in plan.objectives if o.network is not None and same(o, layer)), None)
            if layer is not None and not places_are_meant(network, objective):
                self.report(
                    layer.origin,
                    subject=layer,
                    certainty=objective.certainty if objective is not None else Certainty.EXACT,
                    because=(objective.origin if objective is not None else None,),
                    fix=flattened(layer),
                    layer=layer.title,
                    effect=f"an answer for each of {places(layer)}",
                )


def flattened(layer: Layer) -> Fix | None:
    """A Flatten before a linear layer that can read all values of the map."""
    sizes = layer.input_shape[1:] if layer.input_shape else (None,)
    if not all(isinstance(size, int) for size in sizes):
        return None
    wanted = layer.settings.get("input_units")
    values = prod(size for size in sizes if isinstance(size, int))
    if layer.title == "Linear" and (wanted is None or wanted.value != values):
        return None
    flatten = beside(layer.origin, "Flatten")
    edit = put_before(layer.origin, f"{flatten}()") if flatten else None
    return unsafe("Put a Flatten before it", "the layer gets a weight for each place of the map", edit)


def answering_by_place(network: Network) -> Layer | None:
    """The first linear layer of Keras on a feature map or sequence, where the one output still has its axes."""
    if len(network.outputs) != 1 or not network.complete:
        return None
    shape = network.layers[network.outputs[0]].output_shape
    if shape is None or len(shape) < 3:
        return None
    linear = [layer for layer in network.of_kind("linear") if layer.title == "Dense"]
    return next((layer for layer in linear if network.reads_unflattened(layer)), None)


def same(objective: Objective, layer: Layer | None) -> bool:
    """Whether an objective's network holds a layer."""
    origins = [found.origin for found in objective.network.layers] if objective.network else []
    return layer is not None and any(origin is layer.origin for origin in origins)


def places_are_meant(network: Network, objective: Objective | None) -> bool:
    """Whether an answer for each place may be wanted: labels of that shape, a map as large as the image.

    Where labels are not known, an answer for each step of a sequence is taken for meant.
    """
    shape = network.layers[network.outputs[0]].output_shape or ()
    if objective is not None and objective.target.shape is not None:
        labels = objective.target.shape
        return len(labels) >= len(shape) - 1 and all(
            size == other or None in (size, other) or isinstance(other, str)
            for size, other in zip(shape[1:-1], labels[1:], strict=False)
        )
    if len(shape) == 3:
        return True
    images = [layer.output_shape for layer in network.of_kind("input") if layer.output_shape]
    known = [image[1:-1] for image in images if len(image) == len(shape) and None not in image[1:-1]]
    return not known or None in shape[1:-1] or shape[1:-1] in known


def places(layer: Layer) -> str:
    """How many answers a sample gets."""
    sizes = layer.input_shape[1:-1] if layer.input_shape else ()
    return " x ".join(str(size) for size in sizes) + " places" if None not in sizes else "many places"
