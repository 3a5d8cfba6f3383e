"""Inputs that are divided by 255 a second time."""

from __future__ import annotations

from pydantic import Field

from trainlint.api import (
    Certainty,
    Example,
    Fix,
    Layer,
    Network,
    Options,
    Origin,
    Rule,
    TrainingPlan,
    TrainingRun,
    unsafe,
    without,
)

SCALE_THEMSELVES = {
    "EfficientNetB": 1 / 255,
    "EfficientNetV2B": 1 / 255,
    "EfficientNetV2": 1 / 128,
    "MobileNetV3": 1 / 127.5,
    "ConvNeXt": 1 / 58,
}
"""Networks of keras.applications by the beginning of their names, and what their first layer multiplies pixels by
(keras/src/applications; ConvNeXt divides by the deviations of ImageNet, of 57 to 58)."""


class ScaledTwiceOptions(Options):
    """What counts as one scaling."""

    factor: float = Field(50, gt=1, description="how much smaller a scaling makes the range")
    scaled: float = Field(10, gt=0, description="largest range that counts as scaled already")


class InputScaledTwice(Rule):
    """Pixels that are between 0 and 1 are divided by 255 again.

    ## What it does
    Follows the range of the data: a division, a `Rescaling` layer or a transform that makes values 50 times
    smaller although their range was 10 or less. `EfficientNet`, `MobileNetV3` and `ConvNeXt` of Keras, which scale their
    own input unless they get `include_preprocessing=False`, count as one more scaling.

    ## Why is this bad?
    The network sees an almost constant picture, all values between 0 and 0.004. Signals and gradients of the
    first layer are 255 times too small: training crawls, and a trained network sees black.

    ## When it stays silent
    `Normalize(mean, std)` after `ToTensor`; a scaling that undoes an earlier `* 255`; a range that is not
    known; a `StandardScaler` after another one, which changes nothing.

    ## Fix safety
    Unsafe: weights trained before expect inputs that were scaled twice. Not offered where the data for measuring are
    scaled by operations of their own.

    ## Sources
    The range of `torchvision.transforms.ToTensor` and of keras.applications: their documentation.
    TheDeepChecker (normalisation applied twice). The factor of 50 is judgement: it tells a division by 255
    or 127.5 from a normalisation.
    """

    name = "input-scaled-twice"
    code = "TL502"
    family = "data"
    since = "0.1.0"
    frameworks = ("keras", "torch")
    severity = "error"
    message = "inputs are scaled a second time: the network sees values within {span} of each other"
    help = "scale once: leave out one of the two"
    options_model = ScaledTwiceOptions
    silences = ("input-not-scaled",)

    good = [
        Example(
            "normalised after ToTensor",
            """
            import torch
            from torch import nn
            from torchvision import datasets, transforms as T

            prepare = T.Compose([T.ToTensor(), T.Normalize((0.1307,), (0.3081,))])
            loader = torch.utils.data.DataLoader(
                datasets.MNIST("data", transform=prepare), batch_size=64, shuffle=True
            )
            net = nn.Sequential(nn.Flatten(), nn.Linear(784, 10))
            optimizer = torch.optim.Adam(net.parameters())
            for x, y in loader:
                optimizer.zero_grad()
                nn.functional.cross_entropy(net(x), y).backward()
                optimizer.step()
            """,
        ),
        Example(
            "there and back",
            """
            import keras
            from keras import layers

            (x_train, y_train), _ = keras.datasets.cifar10.load_data()
            x_train = x_train / 255
            model = keras.Sequential([layers.Input((32, 32, 3)), layers.Flatten(), layers.Dense(10)])
            model.compile("adam", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
            model.fit(x_train * 255 / 127.5 - 1, y_train)
            """,
        ),
    ]
    bad = [
        Example(
            "divided, and rescaled in the network",
            """
            import keras
            from keras import layers

            def load():
                (x_train, y_train), _ = keras.datasets.cifar10.load_data()
                return x_train.astype("float32") / 255, y_train

            x, y = load()
            model = keras.Sequential([
                layers.Input((32, 32, 3)),
                layers.Rescaling(1 / 255),
                layers.Conv2D(16, 3, activation="relu"),
                layers.Flatten(),
                layers.Dense(10, activation="softmax"),
            ])
            model.compile(optimizer="adam", loss="sparse_categorical_crossentropy")
            model.fit(x, y, epochs=5)
            """,
            at="layers.Rescaling(1 / 255)",
        ),
        Example(
            "after ToTensor",
            """
            import torch
            from torch import nn
            from torchvision import datasets
            from torchvision import transforms as T

            data = datasets.MNIST("data", transform=T.ToTensor())
            loader = torch.utils.data.DataLoader(data, batch_size=64, shuffle=True)
            net = nn.Sequential(nn.Flatten(), nn.Linear(784, 10))
            optimizer = torch.optim.Adam(net.parameters())
            for x, y in loader:
                x = x / 255.0
                optimizer.zero_grad()
                nn.functional.cross_entropy(net(x), y).backward()
                optimizer.step()
            """,
            at="x / 255.0",
        ),
    ]

    def check(self, plan: TrainingPlan) -> None:
        for run in plan.runs:
            network = plan.network_of(run)
            found = self.before_the_network(run) or self.within(run, network)
            if found is not None:
                origin, span = found
                self.report(
                    origin,
                    subject=run,
                    certainty=Certainty.EXACT,
                    because=(run.data.rescalings[0].origin if run.data.rescalings else None,),
                    fix=None if self.is_measured_apart(run, origin) else once(origin),
                    span=f"{span:.2g}",
                )

    def is_measured_apart(self, run: TrainingRun, origin: Origin | None) -> bool:
        """Whether other data are scaled by an operation of their own, which would be left."""
        own = any(rescaling.origin is origin for rescaling in run.data.rescalings)
        return own and any(all(r.origin is not origin for r in data.rescalings) for data in run.measured)

    def before_the_network(self, run: TrainingRun) -> tuple[Origin | None, float] | None:
        """The operation that scales data which are scaled already."""
        for rescaling in run.data.rescalings:
            if rescaling.before <= self.options.scaled and self.shrinks(rescaling.before / rescaling.after):
                return rescaling.origin, rescaling.after
        return None

    def within(self, run: TrainingRun, network: Network | None) -> tuple[Origin | None, float] | None:
        """The layer of the network that scales data which are scaled already."""
        low, high = run.data.low, run.data.high
        if network is None or low is None or high is None or not 0 < high - low <= self.options.scaled:
            return None
        if not run.data.image:
            return None
        for layer in network.meeting_input():
            scale = layer.number("scale") if layer.kind == "rescale" else None
            if layer.kind == "backbone":
                scale = own_scale(layer)
            if scale is not None and scale > 0 and self.shrinks(1 / scale):
                return layer.origin, (high - low) * scale
        return None

    def shrinks(self, factor: float) -> bool:
        return factor >= float(self.options.factor)


def own_scale(layer: Layer) -> float | None:
    """What a network that scales its own input multiplies it by."""
    told = layer.settings.get("include_preprocessing")
    if told is not None and told.value is not True:
        return None
    return next((scale for name, scale in SCALE_THEMSELVES.items() if layer.title.startswith(name)), None)


def once(origin: Origin | None) -> Fix | None:
    """A fix that leaves the second scaling out."""
    return unsafe(
        "Scale once", "weights trained before expect inputs that were scaled twice", without(origin)
    )
