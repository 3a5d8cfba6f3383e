"""Two layers with nothing nonlinear between them."""

from __future__ import annotations

from itertools import pairwise

from trainlint.api import (
    Example,
    Fix,
    Layer,
    Rule,
    TrainingPlan,
    add_argument,
    beside,
    context,
    put_before,
    unsafe,
)


class MissingNonlinearity(Rule):
    """Two layers with weights follow each other without an activation.

    ## What it does
    Looks for `Dense`, `Linear` and convolution layers whose output goes straight into the next one;
    dropout, flattening and batch normalisation do not count as something between. One finding a run of such
    layers, at the first.

    ## Why is this bad?
    A linear map of a linear map is one linear map. However many layers follow each other, the network can
    draw no other line than one of them could: the loss settles at what a linear model reaches.

    In tests it is a hint.

    ## When it stays silent
    A narrow layer between two wider ones (factorisation, LoRA, autoencoder, the linear bottleneck of
    inverted residuals) or that may be one; a linear layer that makes the map of a convolution, of a code or of
    what stands at each place; depthwise and separable convolutions, convolutions with a kernel like 1 x 3. An
    output that something else reads as well, layer normalisation between, operations that cannot be
    followed.

    ## Fix safety
    Unsafe: the network becomes another function. Offered where the layer of Keras has no activation, and inside
    `Sequential` of PyTorch.

    ## Sources
    UMLAUT (MissingActivation), NeuraLint f009. Linear bottlenecks: MobileNetV2 (Sandler et al. 2018).
    """

    name = "missing-nonlinearity"
    code = "TL303"
    family = "architecture"
    since = "0.1.0"
    frameworks = ("keras", "torch")
    severity = "warning"
    message = "no activation between `{first}` and `{second}`: they act as one linear map"
    help = "put an activation such as ReLU between them, or leave one of the layers out"

    good = [
        Example(
            "activations between",
            """
            import keras

            model = keras.Sequential([
                keras.layers.Input((20,)),
                keras.layers.Dense(64),
                keras.layers.BatchNormalization(),
                keras.layers.Activation("relu"),
                keras.layers.Dense(32, activation="tanh"),
                keras.layers.Dense(1),
            ])
            model.compile(optimizer="adam", loss="mse")
            model.fit(x_train, y_train, epochs=10)
            """,
        ),
        Example(
            "a bottleneck is meant to be linear",
            """
            import torch
            from torch import nn

            model = nn.Sequential(nn.Linear(100, 4, bias=False), nn.Linear(4, 100))
            optimizer = torch.optim.Adam(model.parameters())
            for x, y in loader:
                optimizer.zero_grad()
                nn.functional.mse_loss(model(x), y).backward()
                optimizer.step()
            """,
        ),
        Example(
            "the activation is in `forward`",
            """
            import torch
            import torch.nn as nn
            import torch.nn.functional as F

            class Net(nn.Module):
                def __init__(self):
                    super().__init__()
                    self.first = nn.Linear(20, 64)
                    self.second = nn.Linear(64, 32)
                    self.third = nn.Linear(32, 1)

                def forward(self, x):
                    x = F.gelu(self.first(x))
                    x = self.second(x).clamp(min=0)
                    return self.third(x)

            net = Net()
            optimizer = torch.optim.Adam(net.parameters())
            for x, y in loader:
                optimizer.zero_grad()
                F.mse_loss(net(x), y).backward()
                optimizer.step()
            """,
        ),
    ]
    bad = [
        Example(
            "Keras layers are linear unless told otherwise",
            """
            import tensorflow as tf
            import tensorflow.keras.layers as L

            model = tf.keras.Sequential([
                L.Dense(64, input_shape=(20,)),
                L.Dropout(0.2),
                L.Dense(32, activation="relu"),
                L.Dense(1),
            ])
            model.compile(optimizer="adam", loss="mse")
            model.fit(x_train, y_train, epochs=10)
            """,
            at="L.Dense(64, input_shape=(20,))",
        ),
        Example(
            "forgotten in `forward`",
            """
            import torch
            from torch import nn
            from torch.nn import functional as F

            class Net(nn.Module):
                def __init__(self):
                    super().__init__()
                    self.first = nn.Linear(20, 64)
                    self.second = nn.Linear(64, 32)
                    self.third = nn.Linear(32, 10)

                def forward(self, x):
                    x = self.first(x)
                    x = F.relu(self.second(x))
                    return self.third(x)

            net = Net()
            optimizer = torch.optim.Adam(net.parameters())
            for x, y in loader:
                optimizer.zero_grad()
                F.cross_entropy(net(x), y).backward()
                optimizer.step()
            """,
            at="nn.Linear(20, 64)",
        ),
    ]

    def check(self, plan: TrainingPlan) -> None:
        for network in plan.networks:
            for chain in network.linear_chains:
                pairs = [pair for pair in pairwise(chain) if not is_meant(*pair)]
                if pairs:
                    first, second = pairs[0]
                    self.report(
                        first.origin,
                        subject=network,
                        severity="info" if context.DEMO in plan.context else "warning",
                        because=(second.origin,),
                        fix=with_activations(pairs),
                        first=first.title,
                        second=second.title,
                    )


def with_activations(pairs: list[tuple[Layer, Layer]]) -> Fix | None:
    """ReLU between the layers of each pair: in Keras' first layer, in PyTorch as a layer of `Sequential`."""
    edits = []
    for first, second in pairs:
        rectifier = beside(second.origin, "ReLU")
        if first.title in {"Dense", "Conv1D", "Conv2D", "Conv3D"}:
            added = add_argument(first.origin, 'activation="relu"', "unsafe", "")
            site = first.origin.site if first.origin is not None else None
            is_free = added is not None and site is not None and "activation" not in site.text
            edits.append(added.edits[0] if added is not None and is_free else None)
        else:
            edits.append(put_before(second.origin, f"{rectifier}()") if rectifier else None)
    return unsafe("Put ReLU between them", "the network becomes another function", *edits)


def is_meant(first: Layer, second: Layer) -> bool:
    """Whether two layers are linear together on purpose."""
    if {first.kind, second.kind} & {"depthwise_conv", "separable_conv1d", "separable_conv2d"}:
        return True
    if any(is_grouped(layer) or has_flat_kernel(layer) for layer in (first, second)):
        return True
    if first.kind == "linear" and second.kind in SPREADING:
        return True
    width, before, after = first.units, features_in(first), second.units
    if width is None or (before is None and after is None):
        return True  # it may be a bottleneck
    return all(size is None or width < size for size in (before, after))


SPREADING = frozenset(f"{kind}{axes}d" for kind in ("conv", "conv_transpose") for axes in (1, 2, 3))
"""What reads a map that a linear layer has made: of a code, as in a generator, or of the values at each place. Both
libraries have convolutions over one, two and three axes (documentation of torch.nn and of keras.layers)."""


def is_grouped(layer: Layer) -> bool:
    """Whether a convolution looks at its channels in groups, or may do so."""
    groups = layer.settings.get("groups")
    return groups is not None and groups.value != 1


def has_flat_kernel(layer: Layer) -> bool:
    """Whether a convolution's kernel is longer one way than the other: half of a factorised one."""
    setting = layer.settings.get("kernel_size")
    kernel = setting.value if setting else None
    return isinstance(kernel, tuple | list) and len(set(kernel)) > 1


def features_in(layer: Layer) -> int | None:
    """How many values a layer reads for each place, as its shape or its weights say."""
    setting = layer.settings.get("input_units")
    if setting is not None and isinstance(setting.value, int):
        return setting.value
    last = layer.input_shape[-1] if layer.input_shape else None
    return last if isinstance(last, int) else None
