"""Data sets of scikit-learn: bundled, downloaded, and made up."""

from __future__ import annotations

from dataclasses import dataclass

from trainlint.frameworks.call import Call, Handler
from trainlint.frameworks.signatures import Signature
from trainlint.values.origin import Made, Origin
from trainlint.values.tensor import DataFacts, Dimension, Tensor
from trainlint.values.value import Instance, Items, Known, Reference, Unknown, Value, constant, integer

BUNCH = "sklearn.utils.Bunch"


@dataclass(frozen=True)
class Bundled:
    """A data set. Bounds are those of the values as loaded; a data set without classes is a regression."""

    samples: int
    features: int
    classes: int | None
    low: float | None
    high: float | None
    target_low: float | None = None
    target_high: float | None = None
    image: tuple[int, ...] | None = None
    scale: str | None = None
    dtype: str = "float64"


BUNDLED = {
    "load_iris": Bundled(150, 4, 3, 0.1, 7.9),
    "load_wine": Bundled(178, 13, 3, 0.13, 1680.0),
    "load_breast_cancer": Bundled(569, 30, 2, 0.0, 4254.0),
    "load_digits": Bundled(1797, 64, 10, 0.0, 16.0, image=(8, 8)),
    "load_diabetes": Bundled(442, 10, None, -0.1378, 0.1988, 25.0, 346.0),
    "fetch_california_housing": Bundled(20_640, 8, None, -124.35, 35_682.0, 0.14999, 5.00001),
    "fetch_covtype": Bundled(581_012, 54, 7, -173.0, 7173.0),
    "fetch_olivetti_faces": Bundled(400, 4096, 40, 0.0, 1.0, image=(64, 64), dtype="float32"),
}
"""scikit-learn 1.x (sklearn/datasets); the bundled ones are compared with the loaders by the tests."""


def load(call: Call) -> Value:
    """`load_iris()` gives a Bunch, `load_iris(return_X_y=True)` a pair."""
    name = call.title
    known = BUNDLED[name]
    origin = Origin(Made.LIBRARY, call.site, f"{name}()")
    dataset = name.partition("_")[2]
    samples = Known(known.samples, origin)
    facts = DataFacts(
        name=dataset,
        dataset=dataset,
        samples=samples,
        full_samples=known.samples,
        classes=known.classes,
        image=known.image is not None,
        origin=origin,
    )
    data = Tensor(
        shape=(known.samples, known.features),
        dtype=known.dtype,
        low=known.low,
        high=known.high,
        scale=known.scale,
        library="numpy",
        data=facts,
        origin=origin,
    )
    target = _target(known.samples, known.classes, samples, origin, dataset, known)
    if constant(call.argument(-1, "return_X_y")) is True:
        return Items([data, target], "tuple")
    images = None if known.image is None else data.changed(shape=(known.samples, *known.image))
    return _bunch(call, data, target, images)


def _target(
    samples: Dimension,
    classes: int | None,
    count: Value,
    origin: Origin,
    dataset: str | None,
    known: Bundled | None = None,
) -> Tensor:
    low = 0 if classes is not None else known.target_low if known else None
    high = classes - 1 if classes is not None else known.target_high if known else None
    facts = DataFacts(
        name=dataset or "",
        dataset=dataset,
        samples=count,
        full_samples=known.samples if known else None,
        classes=classes,
        labels=True,
        encoding="index" if classes is not None else "number",
        origin=origin,
    )
    dtype = "int64" if classes is not None else "float64"
    return Tensor((samples,), dtype, low, high, library="numpy", data=facts, origin=origin)


def _bunch(call: Call, data: Tensor, target: Tensor, images: Tensor | None) -> Value:
    bunch = Instance(Reference(BUNCH), {}, call.origin)
    call.machine.write(bunch, "data", data)
    call.machine.write(bunch, "target", target)
    if images is not None:
        call.machine.write(bunch, "images", images)
    return bunch


def bunch_item(call: Call) -> Value:
    """`bunch['data']`."""
    name = constant(call.argument(0, "key"))
    found = call.receiver.slots.get(name) if isinstance(call.receiver, Instance) else None
    return found if isinstance(found, Value) else Unknown("an entry of a data set")


def fetch_openml(call: Call) -> Value:
    """Only MNIST is known by its name: rows of 784 pixels, labels as strings."""
    name = constant(call.argument(0, "name"))
    if not isinstance(name, str) or not name.lower().startswith("mnist_784"):
        return Unknown("a downloaded data set")
    origin = Origin(Made.LIBRARY, call.site, "fetch_openml('mnist_784')")
    samples = Known(70_000, origin)
    facts = DataFacts("mnist", "mnist", samples, 70_000, 10, image=True, origin=origin)
    data = Tensor((70_000, 784), "float64", 0, 255, library="numpy", data=facts, origin=origin)
    target = _target(70_000, 10, samples, origin, "mnist").changed(dtype="object", low=None, high=None)
    if constant(call.argument(-1, "return_X_y")) is True:
        return Items([data, target], "tuple")
    return _bunch(call, data, target, None)


# -- made up ----------------------------------------------------------------------------------------------

MADE_UP: dict[str, Signature] = {
    "make_classification": Signature("n_samples=100, n_features=20, *, n_classes=2"),
    "make_regression": Signature("n_samples=100, n_features=100, *, n_informative=10, n_targets=1"),
    "make_blobs": Signature("n_samples=100, n_features=2, *, centers=None"),
    "make_moons": Signature("n_samples=100, *, noise=None"),
    "make_circles": Signature("n_samples=100, *, noise=None, factor=0.8"),
    "make_gaussian_quantiles": Signature("*, n_samples=100, n_features=2, n_classes=3"),
    "make_hastie_10_2": Signature("n_samples=12000, *, random_state=None"),
    "make_friedman1": Signature("n_samples=100, n_features=10, *, noise=0.0"),
    "make_s_curve": Signature("n_samples=100, *, noise=0.0"),
    "make_swiss_roll": Signature("n_samples=100, *, noise=0.0"),
    "make_multilabel_classification": Signature("n_samples=100, n_features=20, *, n_classes=5"),
}
"""Sizes by default of the generators (sklearn/datasets/_samples_generator.py)."""

_FEATURES = {
    "make_moons": 2,
    "make_circles": 2,
    "make_hastie_10_2": 10,
    "make_s_curve": 3,
    "make_swiss_roll": 3,
}
_CLASSES = {"make_moons": 2, "make_circles": 2, "make_hastie_10_2": 2}
_REGRESSION = ("make_regression", "make_friedman1", "make_s_curve", "make_swiss_roll")
_UNSCALED = (
    "make_blobs",
    "make_friedman1",
    "make_s_curve",
    "make_swiss_roll",
    "make_multilabel_classification",
)


def make(call: Call) -> Value:
    name = call.title
    bound = call.bind(MADE_UP[name])
    count = bound["n_samples"]
    if isinstance(count, Items):  # a number for each cluster
        counts = [integer(item) for item in count.items]
        known = None if None in counts else sum(size for size in counts if size is not None)
        count = Unknown("sizes of clusters") if known is None else Known(known, count.origin)
    samples = integer(count)
    features = integer(bound.get("n_features")) if name not in _FEATURES else _FEATURES[name]
    facts = DataFacts(name=name, samples=count, random=True, origin=call.origin)
    data = Tensor(
        shape=(samples, features),
        dtype="float64",
        scale=None if name in _UNSCALED else "standardised",
        library="numpy",
        data=facts,
        origin=call.origin,
    )
    classes = _classes(name, bound)
    target = _target(samples, None if name in _REGRESSION else classes, count, call.origin, None)
    if target.data is not None and name not in _REGRESSION and classes is None:
        target = target.changed(dtype="int64", low=0, high=None, data=_indexed(target.data))
    if name == "make_hastie_10_2":
        target = target.changed(dtype="float64", low=-1, high=1, data=facts)
    if name == "make_multilabel_classification":
        target = target.changed(shape=(samples, classes), low=0, high=1)
    if name == "make_regression" and (targets := integer(bound["n_targets"])) is not None and targets > 1:
        target = target.changed(shape=(samples, targets))
    return Items([data, target], "tuple")


def _indexed(facts: DataFacts) -> DataFacts:
    return DataFacts(samples=facts.samples, labels=True, encoding="index", random=True, origin=facts.origin)


def _classes(name: str, bound: dict[str, Value]) -> int | None:
    if name in _CLASSES:
        return _CLASSES[name]
    if name == "make_blobs":
        centers = bound["centers"]
        if isinstance(centers, Items):
            return len(centers.items) if centers.is_certain else None
        return 3 if isinstance(centers, Known) and centers.value is None else integer(centers)
    return integer(bound.get("n_classes"))


_LOADERS: dict[str, Handler] = dict.fromkeys(BUNDLED, load)
_GENERATORS: dict[str, Handler] = dict.fromkeys(MADE_UP, make)

FUNCTIONS: dict[str, Handler] = {
    f"sklearn.datasets.{name}": handler
    for name, handler in (_LOADERS | _GENERATORS | {"fetch_openml": fetch_openml}).items()
}

METHODS = {BUNCH: {"__getitem__": bunch_item, "get": bunch_item}}
