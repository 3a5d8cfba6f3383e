"""A softmax that compares samples instead of classes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from trainlint.api import (
    Certainty,
    Edit,
    Example,
    Fix,
    Layer,
    Network,
    Rule,
    TrainingPlan,
    replace_value,
    unsafe,
)

SOFTMAX = frozenset({"softmax", "log_softmax", "softmin"})


class SoftmaxOverWrongAxis(Rule):
    """A softmax goes over the batch, or over an axis that was never chosen.

    ## What it does
    PyTorch: a softmax without `dim`; one with `dim=0` that ends a network whose rows are samples. Keras: a
    softmax with `axis=0`, the batch.

    ## Why is this bad?
    The shares of all samples of the batch then add up to 1 for each class, instead of those of all classes
    for each sample. A prediction depends on which other samples are in the batch, and evaluation with
    another batch size gives other answers. Without `dim` PyTorch guesses: axis 1 for matrices, axis 0 for
    tensors with three axes; the guess is deprecated.

    It is an error for the batch axis, a warning where PyTorch has to guess, a hint where the guess is right.

    ## When it stays silent
    `dim=0` inside a network, where it may compare experts or steps, and of tensors of one axis, or of a shape
    that is not known.

    ## Fix safety
    Safe where it writes down the axis that PyTorch guesses for a matrix. Unsafe where the axis becomes another one, or
    may: the shares are others then.

    ## Sources
    The guess: `_get_softmax_dim` in `torch/nn/functional.py` (0 for 0, 1 or 3 axes, else 1).
    """

    name = "softmax-over-wrong-axis"
    code = "TL207"
    family = "objective"
    since = "0.1.0"
    frameworks = ("torch", "keras")
    severity = "error"
    message = "`{layer}` goes over the batch: each answer depends on the other samples"
    help = "go over the classes: `{axis}=-1`"

    good = [
        Example(
            "over the classes",
            """
            import torch
            from torch import nn

            model = nn.Sequential(nn.Linear(20, 10), nn.LogSoftmax(dim=1))
            optimizer = torch.optim.Adam(model.parameters())
            for x, y in loader:
                optimizer.zero_grad()
                nn.functional.nll_loss(model(x), y).backward()
                optimizer.step()
            """,
        ),
        Example(
            "attention over the steps",
            """
            import keras
            from keras import layers

            inputs = keras.Input((50, 16))
            weights = layers.Softmax(axis=1)(layers.Dense(1)(inputs))
            context = layers.Flatten()(layers.Dot(axes=1)([weights, inputs]))
            model = keras.Model(inputs, layers.Dense(3, activation="softmax")(context))
            model.compile(optimizer="adam", loss="sparse_categorical_crossentropy")
            model.fit(x_train, y_train, epochs=10)
            """,
        ),
        Example(
            "experts, stacked on the first axis",
            """
            import torch
            from torch import nn

            class Mixture(nn.Module):
                def __init__(self):
                    super().__init__()
                    self.experts = nn.ModuleList(nn.Linear(20, 10) for _ in range(3))
                    self.out = nn.Linear(10, 2)

                def forward(self, x):
                    scores = torch.stack([expert(x) for expert in self.experts])
                    return self.out((torch.softmax(scores, dim=0) * scores).sum(0))

            model = Mixture()
            optimizer = torch.optim.Adam(model.parameters())
            for x, y in loader:
                optimizer.zero_grad()
                nn.functional.cross_entropy(model(x), y).backward()
                optimizer.step()
            """,
        ),
    ]
    bad = [
        Example(
            "over the batch",
            """
            import torch
            import torch.nn.functional as fn
            from torch import nn

            class Net(nn.Module):
                def __init__(self):
                    super().__init__()
                    self.out = nn.Linear(784, 10)

                def forward(self, x):
                    return fn.log_softmax(self.out(x.view(-1, 784)), dim=0)

            net = Net()
            optimizer = torch.optim.Adam(net.parameters())
            x = torch.rand(20000, 28, 28)
            for step in range(2000):
                optimizer.zero_grad()
                fn.nll_loss(net(x), y).backward()
                optimizer.step()
            """,
            at="fn.log_softmax(self.out(x.view(-1, 784)), dim=0)",
        ),
        Example(
            "the axis is guessed",
            """
            import torch
            from torch.nn import Linear, LogSoftmax, NLLLoss, Sequential

            def build():
                return Sequential(Linear(20, 10), LogSoftmax())

            model = build()
            criterion = NLLLoss()
            optimizer = torch.optim.Adam(model.parameters())
            for x, y in loader:
                optimizer.zero_grad()
                criterion(model(x), y).backward()
                optimizer.step()
            """,
            at="LogSoftmax()",
            severity="warning",
        ),
        Example(
            "the guess is right",
            """
            import torch
            from torch import nn

            x = torch.rand(20000, 20)
            model = nn.Sequential(nn.Linear(20, 10), nn.LogSoftmax())
            optimizer = torch.optim.Adam(model.parameters())
            for step in range(2000):
                optimizer.zero_grad()
                nn.functional.nll_loss(model(x), y).backward()
                optimizer.step()
            """,
            at="nn.LogSoftmax()",
            severity="info",
            fixed="""
            import torch
            from torch import nn

            x = torch.rand(20000, 20)
            model = nn.Sequential(nn.Linear(20, 10), nn.LogSoftmax(dim=-1))
            optimizer = torch.optim.Adam(model.parameters())
            for step in range(2000):
                optimizer.zero_grad()
                nn.functional.nll_loss(model(x), y).backward()
                optimizer.step()
            """,
        ),
        Example(
            "Keras, the axis of the batch",
            """
            import keras
            from keras import layers as L

            model = keras.Sequential()
            model.add(L.Input((20,)))
            for units in (64, 10):
                model.add(L.Dense(units))
                model.add(L.ReLU() if units == 64 else L.Softmax(axis=0))
            model.compile(optimizer="adam", loss="sparse_categorical_crossentropy")
            model.fit(x_train, y_train, epochs=10)
            """,
            at="L.Softmax(axis=0)",
        ),
    ]

    def check(self, plan: TrainingPlan) -> None:
        told: set[str] = set()
        for network, layer, is_last in softmaxes(plan):
            place = str(layer.origin.site.place) if layer.origin and layer.origin.site else ""
            if place not in told:
                told.add(place)
                self.judge(network, layer, is_last=is_last)

    def judge(self, network: Network, layer: Layer, *, is_last: bool) -> None:
        axis, shape = layer.settings.get("axis"), layer.input_shape
        if axis is None or not axis.known:
            return
        if network.framework == "keras":
            if axis.value == 0:
                self.tell(layer, network, fix=replace_value(axis, "-1", OTHER_SHARES))
        elif axis.value is None:
            if shape is None:
                self.tell(layer, network, severity="warning", message=GUESSED, fix=unsafely(with_axis(layer)))
            elif len(shape) == 3:
                self.tell(layer, network, fix=unsafely(with_axis(layer)))
            elif len(shape) == 2:
                self.tell(layer, network, severity="info", message=GUESSED, fix=with_axis(layer))
        elif axis.value == 0 and is_last and shape is not None and len(shape) == 2 and shape[1] != 1:
            self.tell(layer, network, fix=replace_value(axis, "-1", OTHER_SHARES))

    def tell(
        self,
        layer: Layer,
        network: Network,
        *,
        severity: Literal["error", "warning", "info"] | None = None,
        message: str | None = None,
        fix: Fix | None = None,
    ) -> None:
        self.report(
            layer.origin,
            severity=severity,
            certainty=Certainty.POSSIBLE if layer.optional else Certainty.EXACT,
            message=message,
            fix=fix,
            layer=layer.title,
            axis="axis" if network.framework == "keras" else "dim",
        )


OTHER_SHARES = "the shares are others: stored weights were trained with those of the other axis"
GUESSED = "`{layer}` has no `dim`: PyTorch guesses the axis by the number of axes"


def softmaxes(plan: TrainingPlan) -> Iterator[tuple[Network, Layer, bool]]:
    """Every softmax, and whether it is what a network or an objective's path ends in."""
    for objective in plan.objectives:
        found = objective.ends_in(SOFTMAX)
        if objective.network is not None and found is not None:
            yield objective.network, found[0], True
    for network in (*plan.networks, *(o.network for o in plan.objectives if o.network is not None)):
        for layer in network.of_kind(*SOFTMAX):
            yield network, layer, layer.index in network.outputs


def with_axis(layer: Layer) -> Fix | None:
    """A fix that writes down the last axis, at the end of the call."""
    site = layer.origin.site if layer.origin else None
    if site is None or not site.text.endswith(")") or "dim" in site.text or site.text[-2:-1] in ", \n":
        return None
    comma = "" if site.text.endswith("()") else ", "
    edit = Edit(place=site.place, content=f"{site.text[:-1]}{comma}dim=-1)")
    return Fix(applicability="safe", message="Write down the last axis", edits=(edit,))


def unsafely(fix: Fix | None) -> Fix | None:
    """The same edit where PyTorch may guess another axis."""
    return unsafe(fix.message, OTHER_SHARES, *fix.edits) if fix is not None else None
