"""torch.utils.data: loaders, data sets made of tensors or of other data sets, samplers."""

from __future__ import annotations

import math

from trainlint.frameworks.call import Call, Handler
from trainlint.frameworks.facts import LoaderMade
from trainlint.frameworks.signatures import Signature
from trainlint.frameworks.torch.samples import (
    SUBSET,
    TENSORS,
    batch_size_of,
    batched,
    length_of,
    sample_of,
    subset_length,
)
from trainlint.frameworks.torch.sizes import flag, is_none
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

LOADER = "torch.utils.data.DataLoader"

LOADER_SIGNATURE = Signature(
    "dataset, batch_size=1, shuffle=None, sampler=None, batch_sampler=None, num_workers=0, collate_fn=None, "
    "pin_memory=False, drop_last=False, timeout=0, worker_init_fn=None, multiprocessing_context=None, "
    "generator=None, *, prefetch_factor=None, persistent_workers=False, pin_memory_device='', in_order=True"
)
"""torch 2.13, compared with the installed torch by a test."""

_SAMPLERS = {
    "SequentialSampler": "data_source",
    "RandomSampler": "data_source, replacement=False, num_samples=None, generator=None",
    "SubsetRandomSampler": "indices, generator=None",
    "WeightedRandomSampler": "weights, num_samples, replacement=True, generator=None",
    "BatchSampler": "sampler, batch_size, drop_last",
    "DistributedSampler": "dataset, num_replicas=None, rank=None, shuffle=True, seed=0, drop_last=False",
}


def _loader(call: Call) -> Value:
    made = Instance(Reference(LOADER), call.bind(LOADER_SIGNATURE), call.origin)
    call.machine.note(LoaderMade(made, call.site))
    return made


def _init_loader(call: Call) -> Value:
    if isinstance(call.receiver, Instance):
        call.receiver.arguments.update(call.bind(LOADER_SIGNATURE))
        call.machine.note(LoaderMade(call.receiver, call.site))
    return Known(None)


def _batch(call: Call) -> Value:
    """One turn of a loop over a loader."""
    loader = call.receiver
    if not isinstance(loader, Instance):
        return Unknown("a batch")
    dataset = loader.arguments.get("dataset")
    samples = length_of(dataset, call)
    full = None
    if isinstance(dataset, Instance) and SUBSET in dataset.library_names:
        full = integer(length_of(dataset.arguments.get("dataset"), call))
    if not is_none(loader.arguments, "collate_fn"):
        return Unknown("a batch made by a collate function of the program", loader.origin)
    sample = sample_of(dataset, call)
    if is_none(loader.arguments, "batch_size") and is_none(loader.arguments, "batch_sampler"):
        return sample  # automatic batching is off
    return batched(sample, batch_size_of(loader), samples, full, call)


def _loader_length(call: Call) -> Value:
    """Batches in a pass: ceil(samples / batch), or floor with drop_last."""
    loader = call.receiver
    if not isinstance(loader, Instance):
        return Unknown("length of a loader")
    samples = integer(length_of(loader.arguments.get("dataset"), call))
    size, drop = integer(loader.arguments.get("batch_size")), flag(loader.arguments, "drop_last")
    plain = all(is_none(loader.arguments, name) for name in ("sampler", "batch_sampler"))
    if samples is None or not size or drop is None or not plain:
        return Unknown("length of a loader", call.origin)
    return Known(samples // size if drop else math.ceil(samples / size), call.origin)


def _dataset_length(call: Call) -> Value:
    return length_of(call.receiver, call) or Unknown("length of a data set", call.origin)


def _dataset_item(call: Call) -> Value:
    return sample_of(call.receiver, call)


def _tensor_dataset(call: Call) -> Value:
    given = Items(call.arguments.positional, "tuple", complete=call.arguments.complete)
    return Instance(Reference(TENSORS), {"tensors": given}, call.origin)


def _subset(call: Call) -> Value:
    dataset, indices = call.argument(0, "dataset"), call.argument(1, "indices")
    return _part(call, dataset, subset_length(indices, call), indices)


def _part(call: Call, dataset: Value | None, length: Value | None, indices: Value | None = None) -> Instance:
    arguments = {"dataset": dataset or Unknown("data set"), "indices": indices or Unknown("indices")}
    if length is not None:
        arguments["length"] = length
    return Instance(Reference(SUBSET), arguments, call.origin)


def _random_split(call: Call) -> Value:
    """Parts of given lengths, or of given shares of the whole (the remainder goes to the first parts)."""
    dataset, lengths = call.argument(0, "dataset"), call.argument(1, "lengths")
    given = call.machine.items(lengths) if lengths is not None else None
    if given is None:
        return Unknown("parts of a data set", call.origin)
    total = integer(length_of(dataset, call))
    return Items([_part(call, dataset, length) for length in _shares(given, total, call)], origin=call.origin)


def _shares(given: tuple[Value, ...], total: int | None, call: Call) -> list[Value | None]:
    numbers = [number(value) for value in given]
    if any(isinstance(constant(value), float) for value in given):
        if total is None or None in numbers:
            return [None] * len(given)
        counts = [math.floor(total * share) for share in numbers if share is not None]
        for position in range(total - sum(counts) if math.isclose(sum(n for n in numbers if n), 1) else 0):
            counts[position % len(counts)] += 1
        return [Known(count, value.origin or call.origin) for count, value in zip(counts, given, strict=True)]
    return [value if integer(value) is not None else None for value in given]


def _concatenation(name: str) -> Handler:
    def handler(call: Call) -> Value:
        return Instance(
            Reference(name), {"datasets": call.argument(0, "datasets") or Unknown("data sets")}, call.origin
        )

    return handler


def _added(call: Call) -> Value:
    """dataset + dataset"""
    parts = Items([value for value in (call.receiver, call.argument(0)) if value is not None])
    return Instance(Reference("torch.utils.data.ConcatDataset"), {"datasets": parts}, call.origin)


def _sampler(short: str) -> Handler:
    name, signature = f"torch.utils.data.{short}", Signature(_SAMPLERS[short])

    def handler(call: Call) -> Value:
        return Instance(Reference(name), call.bind(signature), call.origin)

    return handler


def _nothing(call: Call) -> Value:
    return Known(None)


FUNCTIONS: dict[str, Handler] = {
    LOADER: _loader,
    TENSORS: _tensor_dataset,
    SUBSET: _subset,
    "torch.utils.data.random_split": _random_split,
    **{
        name: _concatenation(name)
        for name in ("torch.utils.data.ConcatDataset", "torch.utils.data.ChainDataset")
    },
    **{f"torch.utils.data.{short}": _sampler(short) for short in _SAMPLERS},
    "torch.utils.data.distributed.DistributedSampler": _sampler("DistributedSampler"),
}

METHODS: dict[str, dict[str, Handler]] = {
    LOADER: {"__init__": _init_loader, "__len__": _loader_length},
    "torch.utils.data.Dataset": {
        "__init__": _nothing,
        "__len__": _dataset_length,
        "__getitem__": _dataset_item,
        "__add__": _added,
    },
    "torch.utils.data.Sampler": {"__init__": _nothing, "set_epoch": _nothing},
}

ELEMENTS: dict[str, Handler] = {LOADER: _batch, "torch.utils.data.Dataset": _dataset_item}
