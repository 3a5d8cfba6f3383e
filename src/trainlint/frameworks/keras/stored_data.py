"""tensorflow_datasets: data sets by name, with the sizes, shapes and classes that its catalogue gives."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from trainlint.frameworks.call import Arguments, Call, Handler
from trainlint.frameworks.keras.pipelines import batch, dataset
from trainlint.frameworks.signatures import Signature
from trainlint.values.origin import Made, Origin
from trainlint.values.tensor import DataFacts, Shape, Tensor
from trainlint.values.value import Instance, Items, Known, Mapped, Reference, Unknown, Value, constant

INFO, BUILDER = "tensorflow_datasets.core.DatasetInfo", "tensorflow_datasets.core.DatasetBuilder"
_SPLITS, _SPLIT = "tensorflow_datasets.core.SplitDict", "tensorflow_datasets.core.SplitInfo"


@dataclass(frozen=True)
class Stored:
    """A data set of the catalogue; a shape of None stands for text."""

    classes: int
    shape: Shape | None
    splits: Mapping[str, int] = field(default_factory=dict)


_PHOTOGRAPH = (None, None, 3)

STORED: dict[str, Stored] = {
    "mnist": Stored(10, (28, 28, 1), {"train": 60_000, "test": 10_000}),
    "fashion_mnist": Stored(10, (28, 28, 1), {"train": 60_000, "test": 10_000}),
    "kmnist": Stored(10, (28, 28, 1), {"train": 60_000, "test": 10_000}),
    "cifar10": Stored(10, (32, 32, 3), {"train": 50_000, "test": 10_000}),
    "cifar100": Stored(100, (32, 32, 3), {"train": 50_000, "test": 10_000}),
    "svhn_cropped": Stored(10, (32, 32, 3), {"train": 73_257, "test": 26_032}),
    "cats_vs_dogs": Stored(2, _PHOTOGRAPH, {"train": 23_262}),
    "tf_flowers": Stored(5, _PHOTOGRAPH, {"train": 3_670}),
    "oxford_flowers102": Stored(102, _PHOTOGRAPH, {"train": 1_020, "test": 6_149, "validation": 1_020}),
    "rock_paper_scissors": Stored(3, (300, 300, 3), {"train": 2_520, "test": 372}),
    "horses_or_humans": Stored(2, (300, 300, 3), {"train": 1_027, "test": 256}),
    "malaria": Stored(2, _PHOTOGRAPH, {"train": 27_558}),
    "imdb_reviews": Stored(2, None, {"train": 25_000, "test": 25_000, "unsupervised": 50_000}),
}
"""As tensorflow.org/datasets/catalog lists them."""

_LOAD = Signature(
    "name, split=None, data_dir=None, batch_size=None, shuffle_files=False, download=True, as_supervised=False, "
    "decoders=None, read_config=None, with_info=False"
)
_AS_DATASET = Signature(
    "split=None, batch_size=None, shuffle_files=False, decoders=None, as_supervised=False"
)


def _load(call: Call) -> Value:
    bound = call.bind(_LOAD)
    made = _by_split(call, _catalogued(bound.get("name")), bound)
    if constant(bound["with_info"]) is True:
        return Items([made, _info(call, bound.get("name") or Unknown("a name"))], "tuple")
    return made


def _catalogued(name: Value | None) -> tuple[str, Stored | None]:
    found = constant(name)
    word = found.partition(":")[0].partition("/")[0] if isinstance(found, str) else ""
    return word, STORED.get(word)


def _by_split(call: Call, named: tuple[str, Stored | None], bound: dict[str, Value]) -> Value:
    """One data set for a split, a list for a list, all of them by name when none is asked for."""
    split = bound["split"]
    if isinstance(split, Known) and split.value is None:
        splits = named[1].splits if named[1] is not None else {}
        entries: dict[str, Value] = {name: _one(call, named, Known(name), bound) for name in splits}
        return Mapped(entries, complete=named[1] is not None)
    if isinstance(split, Items):
        return Items(
            [_one(call, named, item, bound) for item in split.items], split.kind, complete=split.complete
        )
    return _one(call, named, split, bound)


def _one(call: Call, named: tuple[str, Stored | None], split: Value, bound: dict[str, Value]) -> Value:
    made = dataset(
        call, _element(call, named, constant(split), bound["as_supervised"]), shuffled=bound["shuffle_files"]
    )
    size = bound["batch_size"]
    if isinstance(size, Known) and size.value is None:
        return made
    return batch(Call("batch", Arguments((size,)), call.site, call.machine, made))


def _element(call: Call, named: tuple[str, Stored | None], split: object, supervised: Value) -> Value:
    name, stored = named
    if stored is None:
        return Unknown("an element of a stored data set")
    whole = stored.splits.get(split) if isinstance(split, str) else None
    samples: Value = Known(whole, call.origin) if whole is not None else Unknown("samples of a part")
    first = str(split).partition("[")[0]
    facts = DataFacts(
        name, name, samples, stored.splits.get(first), stored.classes, "train" if first == "train" else None,
        origin=call.origin,
    )  # fmt: skip
    is_image = stored.shape is not None
    inputs = Tensor(
        stored.shape if is_image else (), "uint8" if is_image else "string", 0 if is_image else None,
        255 if is_image else None, library="keras", data=replace(facts, image=is_image),
        origin=call.origin,
    )  # fmt: skip
    labels = Tensor(
        (), "int64", 0, stored.classes - 1, library="keras",
        data=replace(facts, labels=True, encoding="index"), origin=call.origin,
    )  # fmt: skip
    if constant(supervised) is True:
        return Items([inputs, labels], "tuple")
    if constant(supervised) is False:
        return Mapped({"image" if is_image else "text": inputs, "label": labels})
    return Unknown("an element of a stored data set")


# -- what is told about a data set ------------------------------------------------------------------------


def _info(call: Call, name: Value) -> Instance:
    return Instance(Reference(INFO), {"name": name}, call.origin)


def _splits(call: Call) -> Value:
    told = call.receiver.arguments if isinstance(call.receiver, Instance) else {}
    return Instance(Reference(_SPLITS), told, call.origin)


def _one_split(call: Call) -> Value:
    told = call.receiver.arguments if isinstance(call.receiver, Instance) else {}
    return Instance(
        Reference(_SPLIT), {**told, "split": call.argument(0, "key") or Unknown("a split")}, call.origin
    )


def _sample_count(call: Call) -> Value:
    told = call.receiver.arguments if isinstance(call.receiver, Instance) else {}
    _, stored = _catalogued(told.get("name"))
    count = stored.splits.get(constant(told.get("split"))) if stored is not None else None
    if count is None:
        return Unknown("the number of samples of a split")
    return Known(count, Origin(Made.LIBRARY, None, "samples of the data set"))


def _features(call: Call) -> Value:
    told = call.receiver.arguments if isinstance(call.receiver, Instance) else {}
    _, stored = _catalogued(told.get("name"))
    label = Instance(Reference("tensorflow_datasets.features.ClassLabel"), {}, call.origin)
    if stored is not None:
        classes = Known(stored.classes, Origin(Made.LIBRARY, None, "classes of the data set"))
        call.machine.write(label, "num_classes", classes)
    return Mapped({"label": label}, complete=False)


def _builder(call: Call) -> Value:
    return Instance(Reference(BUILDER), {"name": call.argument(0, "name") or Unknown("a name")}, call.origin)


def _as_dataset(call: Call) -> Value:
    told = call.receiver.arguments if isinstance(call.receiver, Instance) else {}
    return _by_split(call, _catalogued(told.get("name")), call.bind(_AS_DATASET))


def _nothing(call: Call) -> Value:
    return Known(None)


def _info_of_builder(call: Call) -> Value:
    told = call.receiver.arguments if isinstance(call.receiver, Instance) else {}
    return _info(call, told.get("name", Unknown("a name")))


def _same(call: Call) -> Value:
    return call.argument(0, "dataset", "ds") or Unknown("a data set")


FUNCTIONS: dict[str, Handler] = {
    "tensorflow_datasets.load": _load,
    "tensorflow_datasets.builder": _builder,
    "tensorflow_datasets.as_numpy": _same,
    **dict.fromkeys(
        ("tensorflow_datasets.disable_progress_bar", "tensorflow_datasets.show_examples"), _nothing
    ),
}

METHODS: dict[str, dict[str, Handler]] = {
    BUILDER: {"download_and_prepare": _nothing, "as_dataset": _as_dataset},
    _SPLITS: {"__getitem__": _one_split},
}

ATTRIBUTES: dict[str, dict[str, Handler]] = {
    INFO: {"splits": _splits, "features": _features},
    BUILDER: {"info": _info_of_builder},
    _SPLIT: {"num_examples": _sample_count},
}
