"""The data sets that Keras downloads: sizes, classes and ranges as `load_data()` returns them."""

from __future__ import annotations

from dataclasses import dataclass

from trainlint.frameworks.call import Call
from trainlint.values.origin import Made, Origin
from trainlint.values.tensor import DataFacts, Shape, Tensor
from trainlint.values.value import Items, Known, Value, constant, integer, number


@dataclass(frozen=True)
class KnownData:
    """A data set. `shape` and `targets` are the shapes of one sample and of one label."""

    train: int
    test: int
    shape: Shape
    low: float | None
    high: float | None
    dtype: str = "uint8"
    classes: int | None = None
    targets: Shape = ()
    image: bool = True
    target_low: float | None = None
    target_high: float | None = None


DATASETS = {
    "mnist": KnownData(60_000, 10_000, (28, 28), 0, 255, classes=10),
    "fashion_mnist": KnownData(60_000, 10_000, (28, 28), 0, 255, classes=10),
    "cifar10": KnownData(50_000, 10_000, (32, 32, 3), 0, 255, classes=10, targets=(1,)),
    "cifar100": KnownData(50_000, 10_000, (32, 32, 3), 0, 255, classes=100, targets=(1,)),
    "imdb": KnownData(25_000, 25_000, (), 0, None, "object", classes=2, image=False),
    "reuters": KnownData(8_982, 2_246, (), 0, None, "object", classes=46, image=False),
    "boston_housing": KnownData(
        404, 102, (13,), 0.0, 711.0, "float64", image=False, target_low=5.0, target_high=50.0
    ),
    "california_housing": KnownData(
        16_512,
        4_128,
        (8,),
        -124.35,
        39_320.0,
        "float32",
        image=False,
        target_low=14_999.0,
        target_high=500_001.0,
    ),
}
"""Keras' documentation of each `load_data` (keras.io/api/datasets); pixels are not scaled."""


def load_data(call: Call) -> Value:
    """`((x_train, y_train), (x_test, y_test))`."""
    name = call.name.split(".")[-2]
    known = DATASETS[name]
    train, test = known.train, known.test
    if name == "california_housing" and constant(call.argument(-1, "version")) == "small":
        train, test = 480, 120
    if name == "cifar100" and constant(call.argument(0, "label_mode")) == "coarse":
        known = KnownData(train, test, known.shape, 0, 255, classes=20, targets=(1,))
    share = number(call.argument(-1, "test_split"))
    if share is not None and name in ("boston_housing", "reuters"):
        total = train + test
        train = int(total * (1 - share))
        test = total - train
    return Items([_pair(call, name, known, train, "train"), _pair(call, name, known, test, "test")], "tuple")


def _pair(call: Call, name: str, known: KnownData, size: int, role: str) -> Value:
    origin = Origin(Made.LIBRARY, call.site, f"{name}.load_data()")
    samples = Known(size, origin)
    high = known.high
    words = integer(call.argument(1 if name == "imdb" else -1, "num_words"))
    if not known.image and words is not None:
        high = words - 1
    facts = DataFacts(
        name=name,
        dataset=name,
        samples=samples,
        full_samples=size,
        classes=known.classes,
        role=role,
        image=known.image,
        origin=origin,
    )
    inputs = Tensor(
        shape=(size, *known.shape),
        dtype=known.dtype,
        low=known.low,
        high=high,
        library="numpy",
        data=facts,
        origin=origin,
    )
    encoding = "index" if known.classes is not None else "number"
    labels = Tensor(
        shape=(size, *known.targets),
        dtype="float64" if known.classes is None else "int64" if not known.image else "uint8",
        low=0 if known.classes else known.target_low,
        high=known.classes - 1 if known.classes else known.target_high,
        library="numpy",
        data=DataFacts(
            name=name,
            dataset=name,
            samples=samples,
            full_samples=size,
            classes=known.classes,
            role=role,
            labels=True,
            encoding=encoding,
            origin=origin,
        ),
        origin=origin,
    )
    return Items([inputs, labels], "tuple")


FUNCTIONS = {f"keras.datasets.{name}.load_data": load_data for name in DATASETS}
