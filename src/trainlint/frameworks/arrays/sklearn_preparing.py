"""scikit-learn: splitting, scaling and encoding data."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

from trainlint.frameworks.arrays.computing import encoded
from trainlint.frameworks.arrays.pandas import array_of, frame_like, is_frame, sampled
from trainlint.frameworks.arrays.subject import Subject, shuffled_alone, tensor_of
from trainlint.frameworks.call import Call, Handler
from trainlint.frameworks.facts import ScalerFitted
from trainlint.frameworks.signatures import Signature
from trainlint.values.origin import Made, Origin
from trainlint.values.tensor import DataFacts, Shape, Tensor
from trainlint.values.value import (
    Instance,
    Items,
    Known,
    Reference,
    Unknown,
    Value,
    constant,
    integer,
    number,
)

_PREFIX = "sklearn.preprocessing."

SPLITS = ("train_test_split", "random_split")
"""What makes of one array or data set a part to train on and parts to measure on."""

_DEFAULT_TEST_SHARE = 0.25  # sklearn/model_selection/_split.py


def train_test_split(call: Call) -> Value:
    """Two parts of each array: `x_train, x_test, y_train, y_test = …`."""
    if not call.arguments.complete or not call.arguments.positional:
        return Unknown("a split with hidden arguments")
    test, train = call.argument(-1, "test_size"), call.argument(-1, "train_size")
    parts: list[Value] = []
    for value in call.arguments.positional:
        parts += _split(call, value, test, train)
    return Items(parts, "list")


def _split(call: Call, value: Value, test: Value | None, train: Value | None) -> list[Value]:
    if isinstance(value, Instance):  # a data frame stays one
        frames = [frame_like(call), frame_like(call)]
        if not is_frame(value):
            return list(frames)
        for frame, part in zip(frames, _split(call, array_of(value, call), test, train), strict=True):
            call.machine.write(frame, "array", part)
        return list(frames)
    if isinstance(value, Reference):
        value = Unknown("defined elsewhere", value.origin)
    tensor = tensor_of(value, "numpy", call)
    if tensor is None:
        return [Unknown("a part of the data"), Unknown("a part of the data")]
    total = integer(tensor.data.samples) if tensor.data is not None else None
    if total is None and tensor.shape and isinstance(tensor.shape[0], int):
        total = tensor.shape[0]
    sizes = split_sizes(total, test, train)
    parents = tuple(found.origin for found in (test, train) if found is not None and found.origin is not None)
    if tensor.data is not None and tensor.data.samples is not None and tensor.data.samples.origin is not None:
        parents = (*parents, tensor.data.samples.origin)
    origin = Origin(Made.COMPUTED, call.site, "train_test_split", parents)
    share = number(test) if train is None else None if (kept := number(train)) is None else 1 - kept
    return [
        _part(call, tensor, size, total, role, origin, {} if share is None else {"test_share": Known(share)})
        for size, role in zip(sizes, ("train", "test"), strict=True)
    ]


def split_sizes(total: int | None, test: Value | None, train: Value | None) -> tuple[int | None, int | None]:
    """Sizes of the training and the test part: the test part is rounded up, the training part down."""
    test_given = test is not None and not (isinstance(test, Known) and test.value is None)
    train_given = train is not None and not (isinstance(train, Known) and train.value is None)
    test_share, train_share = number(test), number(train)
    if total is None or (test_given and test_share is None) or (train_given and train_share is None):
        test_count = test_share if isinstance(test_share, int) else None
        train_count = train_share if isinstance(train_share, int) else None
        return train_count, test_count
    if not test_given and not train_given:
        test_share, test_given = _DEFAULT_TEST_SHARE, True
    test_count = _count(test_share, total, math.ceil) if test_given else None
    train_count = _count(train_share, total, math.floor) if train_given else None
    if train_count is None and test_count is not None:
        train_count = total - test_count
    if test_count is None and train_count is not None:
        test_count = total - train_count
    return train_count, test_count


def _count(share: float | None, total: int, rounded: Callable[[float], int]) -> int | None:
    if share is None:
        return None
    return share if isinstance(share, int) else rounded(share * total)


def _part(
    call: Call,
    tensor: Tensor,
    size: int | None,
    total: int | None,
    role: str,
    origin: Origin,
    told: dict[str, Value],
) -> Tensor:
    facts = tensor.data or DataFacts(origin=tensor.origin)
    samples: Value = Unknown("size of a split") if size is None else Known(size, origin)
    full = facts.full_samples if facts.full_samples is not None else total
    return call.tensor(
        "select",
        (tensor,),
        None if not tensor.shape else (size, *tensor.shape[1:]),
        settings=told,
        dtype=tensor.dtype,
        low=tensor.low,
        high=tensor.high,
        scale=tensor.scale,
        library="numpy",
        data=replace(facts, samples=samples, full_samples=full, role=role),
    )


def shuffle(call: Call) -> Value:
    """`sklearn.utils.shuffle(x, y)`: one order for all; of a single array without a state, one of its own."""
    given = call.arguments.positional
    if len(given) != 1:
        order = Unknown("one order for all")
        return Items([_mixed(call, value, order) for value in given], "list")
    tensor = given[0]
    if is_frame(tensor):
        return sampled(call, tensor)
    return shuffled_alone(call, tensor) if isinstance(tensor, Tensor) else tensor


def _mixed(call: Call, value: Value, order: Value) -> Value:
    if is_frame(value):
        frame = frame_like(call)
        call.machine.write(frame, "array", _mixed(call, array_of(value, call), order))
        return frame
    if not isinstance(value, Tensor):
        return value
    return Subject(call, value, 1).made("shuffle", value.shape, settings={"order": order})


# -- scalers ----------------------------------------------------------------------------------------------

SCALERS = {
    "StandardScaler": Signature("*, copy=True, with_mean=True, with_std=True"),
    "MinMaxScaler": Signature("feature_range=(0, 1), *, copy=True, clip=False"),
    "MaxAbsScaler": Signature("*, copy=True"),
    "RobustScaler": Signature("*, with_centering=True, with_scaling=True"),
    "Normalizer": Signature("norm='l2', *, copy=True"),
    "PowerTransformer": Signature("method='yeo-johnson', *, standardize=True, copy=True"),
    "QuantileTransformer": Signature("*, n_quantiles=1000, output_distribution='uniform'"),
    "PCA": Signature("n_components=None, *, copy=True, whiten=False, svd_solver='auto'"),
}

ENCODERS = {
    "LabelEncoder": Signature(""),
    "OneHotEncoder": Signature("*, categories='auto', drop=None, sparse_output=True"),
    "LabelBinarizer": Signature("*, neg_label=0, pos_label=1, sparse_output=False"),
    "MultiLabelBinarizer": Signature("*, classes=None, sparse_output=False"),
    "OrdinalEncoder": Signature("*, categories='auto'"),
}


def construct(call: Call) -> Value:
    signature = SCALERS.get(call.title) or ENCODERS[call.title]
    return Instance(Reference(_PREFIX + call.title), call.bind(signature), call.origin)


def fit(call: Call) -> Value:
    noted(call, data_of(call, "X"))
    return call.receiver if call.receiver is not None else call.unknown()


def noted(call: Call, tensor: Tensor | None) -> None:
    """Keeps that the receiver has taken its numbers from an array."""
    if tensor is not None and isinstance(call.receiver, Instance):
        call.machine.note(ScalerFitted(call.receiver, tensor, call.site))


def scale(call: Call) -> Value:
    """`transform` and `fit_transform` of a scaler."""
    scaler, tensor = call.receiver, data_of(call, "X")
    assert isinstance(scaler, Instance)
    if tensor is None:
        return call.unknown()
    if call.title == "fit_transform":
        noted(call, tensor)
    low: float | None = None
    high: float | None = None
    state: str | None = None
    match scaler.title:
        case "StandardScaler" | "PowerTransformer" | "RobustScaler":
            state = "standardised"
        case "MinMaxScaler":
            ends = scaler.arguments.get("feature_range")
            if isinstance(ends, Items) and len(ends.items) == 2:
                low, high = number(ends.items[0]), number(ends.items[1])
        case "PCA" if constant(scaler.arguments.get("whiten")) is True:
            state = "standardised"
        case "QuantileTransformer":
            low, high = 0.0, 1.0
        case "MaxAbsScaler" | "Normalizer":
            low, high = -1.0, 1.0
    shape = tensor.shape
    if scaler.title == "PCA":
        shape = (shape[0], integer(scaler.arguments.get("n_components"))) if shape else None
    return Subject(call, tensor, 1).made(
        "normalization", shape, low=low, high=high, scale=state, dtype="float64", library="numpy",
        settings={"scaler": scaler},
    )  # fmt: skip


def data_of(call: Call, *names: str) -> Tensor | None:
    """The array that a call is given; of a data frame, its numbers."""
    value = call.argument(0, *names)
    if is_frame(value):
        return array_of(value, call)
    if isinstance(value, Instance):
        value = Unknown("an object", value.origin)
    return tensor_of(value, "numpy", call)


def inverse(call: Call) -> Value:
    tensor = data_of(call, "X", "y")
    if tensor is None:
        return call.unknown()
    return Subject(call, tensor, 1).made("normalization", tensor.shape, low=None, high=None, scale=None)


def encode(call: Call) -> Value:
    """`transform` and `fit_transform` of an encoder."""
    encoder, tensor = call.receiver, data_of(call, "y", "X")
    assert isinstance(encoder, Instance)
    if tensor is None:
        return call.unknown()
    facts = tensor.data or DataFacts(origin=call.origin)
    subject = Subject(call, tensor.changed(data=facts), 1)
    if encoder.title in ("LabelEncoder", "OrdinalEncoder"):
        facts = replace(facts, labels=encoder.title == "LabelEncoder", encoding="index")
        return subject.made("encode", tensor.shape, low=0, high=None, scale=None, dtype="int64", data=facts)
    if encoder.title == "MultiLabelBinarizer":
        facts = replace(facts, labels=True, encoding="multi_hot")
        shape: Shape | None = None if not tensor.shape else (tensor.shape[0], None)
        return subject.made("encode", shape, low=0, high=1, scale=None, dtype="int64", data=facts)
    if encoder.title == "LabelBinarizer" and facts.classes == 2:
        shape = None if not tensor.shape else (tensor.shape[0], 1)
        return subject.made("encode", shape, low=0, high=1, scale=None, data=facts)
    return encoded(subject, facts.classes).changed(library="numpy")


def scale_once(state: str | None, low: float | None, high: float | None) -> Callable[[Call], Value]:
    """`sklearn.preprocessing.scale(x)` and its relatives."""

    def handler(call: Call) -> Value:
        tensor = data_of(call, "X")
        if tensor is None:
            return call.unknown()
        return Subject(call, tensor, 1).made("normalization", tensor.shape, low=low, high=high, scale=state)

    return handler


FUNCTIONS: dict[str, Handler] = {
    "sklearn.model_selection.train_test_split": train_test_split,
    "sklearn.cross_validation.train_test_split": train_test_split,
    "sklearn.utils.shuffle": shuffle,
    "sklearn.decomposition.PCA": construct,
    _PREFIX + "scale": scale_once("standardised", None, None),
    _PREFIX + "minmax_scale": scale_once(None, 0.0, 1.0),
    _PREFIX + "normalize": scale_once(None, -1.0, 1.0),
} | {_PREFIX + name: construct for name in [*SCALERS, *ENCODERS]}

METHODS = {
    _PREFIX + name: {"fit": fit, "transform": scale, "fit_transform": scale, "inverse_transform": inverse}
    for name in SCALERS
} | {
    _PREFIX + name: {"fit": fit, "transform": encode, "fit_transform": encode, "inverse_transform": inverse}
    for name in ENCODERS
}
