"""The datasets library: how many samples there are, as far as a program says it.

datasets 4 (src/datasets/arrow_dataset.py, load.py); sizes as the data sets' pages on the Hub give them.
"""

from __future__ import annotations

import math
import re

from trainlint.frameworks.call import Call, Handler
from trainlint.frameworks.passing_on import itself, nothing, unknown
from trainlint.syntax.positions import NodeSite
from trainlint.values.origin import Made, Origin
from trainlint.values.value import (
    Function,
    Instance,
    Items,
    Known,
    Mapped,
    Reference,
    Unknown,
    Value,
    constant,
    integer,
    number,
)

DATASET = "datasets.Dataset"
SPLITS = "datasets.DatasetDict"

SAMPLES = "samples"
"""The slot of a data set that holds its number of samples."""

SIZES: dict[str, dict[str, int]] = {
    "imdb": {"train": 25_000, "test": 25_000},
    "ag_news": {"train": 120_000, "test": 7_600},
    "rotten_tomatoes": {"train": 8_530, "validation": 1_066, "test": 1_066},
    "squad": {"train": 87_599, "validation": 10_570},
    "conll2003": {"train": 14_041, "validation": 3_250, "test": 3_453},
    "emotion": {"train": 16_000, "validation": 2_000, "test": 2_000},
    "yelp_polarity": {"train": 560_000, "test": 38_000},
    "yelp_review_full": {"train": 650_000, "test": 50_000},
    "dbpedia_14": {"train": 560_000, "test": 70_000},
    "amazon_polarity": {"train": 3_600_000, "test": 400_000},
    "mnist": {"train": 60_000, "test": 10_000},
    "fashion_mnist": {"train": 60_000, "test": 10_000},
    "cifar10": {"train": 50_000, "test": 10_000},
    "cifar100": {"train": 50_000, "test": 10_000},
    "glue/cola": {"train": 8_551, "validation": 1_043},
    "glue/mrpc": {"train": 3_668, "validation": 408},
    "glue/sst2": {"train": 67_349, "validation": 872},
    "glue/mnli": {"train": 392_702},
    "glue/qnli": {"train": 104_743},
    "glue/qqp": {"train": 363_846},
    "glue/rte": {"train": 2_490},
    "glue/stsb": {"train": 5_749},
}

CLASSES: dict[str, int] = {
    "imdb": 2, "ag_news": 4, "rotten_tomatoes": 2, "emotion": 6, "yelp_polarity": 2, "yelp_review_full": 5,
    "dbpedia_14": 14, "amazon_polarity": 2, "mnist": 10, "fashion_mnist": 10, "cifar10": 10, "glue/cola": 2,
    "glue/mrpc": 2, "glue/sst2": 2, "glue/mnli": 3, "glue/qnli": 2, "glue/qqp": 2, "glue/rte": 2,
}  # fmt: skip
"""How many classes the column `label` has, as the same pages say."""

LABELLED = "labelled"
"""The slot of a data set, or of its splits, that holds the name of the one whose labels it has."""

_PART = re.compile(r"^(\w+)(?:\[(?::(\d+)(%?))\])?$")
"""A split as text: `train`, `train[:1000]`, `train[:10%]`."""


def _load(call: Call) -> Value:
    path, subset = constant(call.argument(0, "path")), constant(call.argument(1, "name"))
    name = f"{path}".rpartition("/")[2] + (f"/{subset}" if isinstance(subset, str) else "")
    split = call.argument(-1, "split")
    if split is None or (isinstance(split, Known) and split.value is None):
        splits = Instance(Reference(SPLITS), {"name": Known(name)}, call.origin)
        splits.slots[LABELLED] = Known(name)
        return splits
    made = _dataset(call, _size_of_part(name, split, call))
    made.slots[LABELLED] = Known(name)
    return made


def _size_of_part(name: str, split: Value, call: Call) -> Value | None:
    found = _PART.match(str(constant(split)))
    if found is None:
        return None
    part, wanted, percent = found.groups()
    whole = SIZES.get(name, {}).get(part)
    origin = split.origin or call.origin
    if wanted is None:
        return Known(whole, Origin(Made.LIBRARY, None, f"size of {name}")) if whole is not None else None
    if percent:
        return Known(round(whole * int(wanted) / 100), origin) if whole is not None else None
    return Known(min(int(wanted), whole or int(wanted)), origin)


def classes_of(dataset: Value | None) -> tuple[str, int] | None:
    """The name of a known data set and how many classes it has; None where its labels may have been changed."""
    name = constant(dataset.slots.get(LABELLED)) if isinstance(dataset, Instance) else None
    return (name, CLASSES[name]) if isinstance(name, str) and name in CLASSES else None


def _dataset(call: Call, samples: Value | None) -> Instance:
    """A part of a data set, or of what its splits hold."""
    made = Instance(Reference(DATASET), {}, call.origin)
    labelled = call.receiver.slots.get(LABELLED) if isinstance(call.receiver, Instance) else None
    if isinstance(labelled, Known):
        made.slots[LABELLED] = labelled
    if samples is not None:
        made.slots[SAMPLES] = samples
    return made


def _split(call: Call) -> Value:
    """`splits["train"]`"""
    part = call.argument(0)
    splits = call.receiver
    own = splits.slots.get(constant(part)) if isinstance(splits, Instance) else None
    if isinstance(own, Value):
        return own
    name = constant(splits.arguments.get("name")) if isinstance(splits, Instance) else None
    size = SIZES.get(str(name), {}).get(str(constant(part)))
    known = Known(size, Origin(Made.LIBRARY, None, f"size of {name}")) if size is not None else None
    made = _dataset(call, known)
    if isinstance(splits, Instance) and isinstance(constant(part), str):
        call.machine.write(splits, constant(part), made)  # the same each time it is asked for
    return made


def _select(call: Call) -> Value:
    """`select(range(1000))`: as many samples as there are indices."""
    indices = call.argument(0, "indices")
    if isinstance(indices, Known) and isinstance(indices.value, range | list | tuple):
        return _dataset(call, Known(len(indices.value), indices.origin or call.origin))
    items = call.machine.items(indices) if indices is not None else None
    return _dataset(
        call, Known(len(items), indices.origin if indices else None) if items is not None else None
    )


def _take(call: Call) -> Value:
    return _dataset(call, call.argument(0, "n"))


def _mapped(call: Call) -> Value:
    """`map(tokenize)`, `cast_column(…)`: the same samples; with other labels where these are mentioned."""
    changes = [value for value in call.arguments if isinstance(value, Function)]
    text = NodeSite(changes[0].chunk, changes[0].node).text if changes else "label"
    if "label" in text and isinstance(call.receiver, Instance):
        call.machine.write(call.receiver, LABELLED, Unknown("labels that may be others"))
    return itself(call)


def _filter(call: Call) -> Value:
    found = _left(call)
    found.slots[LABELLED] = Unknown("labels of which some may be left out")
    return found


def _left(call: Call) -> Instance:
    if (
        call.receiver is not None
        and isinstance(call.receiver, Instance)
        and SPLITS in call.receiver.library_names
    ):
        return Instance(Reference(SPLITS), {}, call.origin)
    return _dataset(call, None)


def _train_test_split(call: Call) -> Value:
    """Two parts; `test_size` is a share or a number, a quarter when neither is told."""
    total, wanted = integer(_length(call)), number(call.argument(0, "test_size") or Known(0.25))
    test = None
    if total is not None and wanted is not None:
        test = math.ceil(total * wanted) if wanted < 1 else int(wanted)
    sizes = {"train": None if test is None or total is None else total - test, "test": test}
    made = Instance(Reference(SPLITS), {}, call.origin)
    if isinstance(call.receiver, Instance) and LABELLED in call.receiver.slots:
        made.slots[LABELLED] = call.receiver.slots[LABELLED]
    for name, size in sizes.items():
        made.slots[name] = _dataset(call, Known(size, call.origin) if size is not None else None)
    return made


def _from_columns(call: Call) -> Value:
    """`Dataset.from_dict({"text": [...], …})`"""
    columns = call.argument(0, "mapping")
    entries = (
        [v for v in columns.slots.values() if isinstance(v, Items)] if isinstance(columns, Mapped) else []
    )
    size = len(entries[0].items) if entries and entries[0].is_certain else None
    return _dataset(call, Known(size, entries[0].origin) if size is not None else None)


def _length(call: Call) -> Value:
    samples = call.receiver.slots.get(SAMPLES) if isinstance(call.receiver, Instance) else None
    return samples if isinstance(samples, Value) else Unknown("the size of a data set", call.origin)


_KEEPING = (
    "shuffle with_format with_transform set_transform remove_columns rename_column rename_columns flatten sort "
    "select_columns flatten_indices"
).split()
_CHANGING = "map cast cast_column class_encode_column add_column".split()

FUNCTIONS: dict[str, Handler] = {
    "datasets.load_dataset": _load,
    "datasets.Dataset.from_dict": _from_columns,
    "datasets.load_from_disk": unknown("a data set on disk"),
}

METHODS: dict[str, dict[str, Handler]] = {
    DATASET: {
        **dict.fromkeys(_KEEPING, itself),
        **dict.fromkeys(_CHANGING, _mapped),
        "set_format": nothing,
        "select": _select,
        "take": _take,
        "filter": _filter,
        "train_test_split": _train_test_split,
        "__len__": _length,
    },
    SPLITS: {
        **dict.fromkeys(_KEEPING, itself),
        **dict.fromkeys(_CHANGING, _mapped),
        "set_format": nothing,
        "filter": _filter,
        "__getitem__": _split,
    },
}

ATTRIBUTES: dict[str, dict[str, Handler]] = {DATASET: {"num_rows": _length}}
