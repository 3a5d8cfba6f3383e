"""What one element of a data set is, how many there are, and a batch of them."""

from __future__ import annotations

from dataclasses import replace

from trainlint.frameworks import catalogue
from trainlint.frameworks.call import Arguments, Call
from trainlint.frameworks.indexing import COUNTER, index
from trainlint.frameworks.torch.known_datasets import known_length, known_sample
from trainlint.frameworks.torch.parameters import defines
from trainlint.values.join import either
from trainlint.values.tensor import BATCH, DataFacts, Dimension, Operation, Tensor
from trainlint.values.value import (
    Instance,
    Items,
    Known,
    Mapped,
    OneOf,
    Unknown,
    Value,
    constant,
    integer,
    number,
)

TENSORS = "torch.utils.data.TensorDataset"
SUBSET = "torch.utils.data.Subset"
CONCATENATION = ("torch.utils.data.ConcatDataset", "torch.utils.data.ChainDataset")


def sample_of(dataset: Value | None, call: Call) -> Value:
    """One element of a data set, without a batch axis."""
    if isinstance(dataset, OneOf):
        return either(sample_of(option, call) for option in dataset.options)
    if isinstance(dataset, Tensor):
        return index(dataset, (Unknown(COUNTER),), call)
    if isinstance(dataset, Items):
        return call.machine.element(dataset, call.site)
    if not isinstance(dataset, Instance):
        return Unknown("an element of a data set that is not known")
    if catalogue.is_a(dataset, SUBSET):
        return _parted(sample_of(dataset.arguments.get("dataset"), call), dataset)
    if catalogue.is_a(dataset, *CONCATENATION):
        parts = dataset.arguments.get("datasets")
        return (
            sample_of(parts.items[0], call)
            if isinstance(parts, Items) and parts.items
            else Unknown("data sets")
        )
    if defines(dataset, "__getitem__"):
        get = call.machine.attribute(dataset, "__getitem__", call.site)
        return call.machine.call(get, Arguments((Unknown(COUNTER),)), call.site)
    if defines(dataset, "__iter__"):
        return call.machine.element(dataset, call.site)
    if catalogue.is_a(dataset, TENSORS):
        tensors = dataset.arguments.get("tensors")
        given = tensors.items if isinstance(tensors, Items) else ()
        parts_of_sample = [
            index(value, (Unknown(COUNTER),), call).changed(data=value.data)
            if isinstance(value, Tensor)
            else value
            for value in given
        ]
        return Items(parts_of_sample, "tuple")
    known = known_sample(dataset, call)
    return known if known is not None else Unknown(f"an element of {dataset.title}")


def _parted(sample: Value, part: Instance) -> Value:
    """A sample of a part: of what `random_split` gave, it says so."""
    if part.origin is None or part.origin.label != "random_split":
        return sample
    if isinstance(sample, Items):
        items = [_parted(item, part) for item in sample.items]
        return Items(items, sample.kind, complete=sample.complete, origin=sample.origin)
    if isinstance(sample, Tensor) and sample.operation is not None:
        return sample.changed(operation=Operation("select", "random_split", (sample,), origin=part.origin))
    return sample


def length_of(dataset: Value | None, call: Call) -> Value | None:
    """The number of elements, None when it is not known."""
    if isinstance(dataset, Tensor):
        return _samples_of_tensor(dataset)
    if isinstance(dataset, Items):
        return Known(len(dataset.items), dataset.origin) if dataset.is_certain else None
    if not isinstance(dataset, Instance):
        return None
    if defines(dataset, "__len__"):
        own = call.machine.attribute(dataset, "__len__", call.site)
        found = call.machine.call(own, Arguments(), call.site)
        return found if integer(found) is not None else None
    if catalogue.is_a(dataset, SUBSET):
        return dataset.arguments.get("length")
    if catalogue.is_a(dataset, *CONCATENATION):
        parts = dataset.arguments.get("datasets")
        lengths = (
            [integer(length_of(part, call)) for part in parts.items] if isinstance(parts, Items) else [None]
        )
        return None if None in lengths else Known(sum(n for n in lengths if n is not None), dataset.origin)
    if catalogue.is_a(dataset, TENSORS):
        tensors = dataset.arguments.get("tensors")
        first = tensors.items[0] if isinstance(tensors, Items) and tensors.items else None
        return _samples_of_tensor(first) if isinstance(first, Tensor) else None
    return known_length(dataset)


def _samples_of_tensor(tensor: Tensor) -> Value | None:
    if tensor.data is not None and integer(tensor.data.samples) is not None:
        return tensor.data.samples
    first = tensor.shape[0] if tensor.shape else None
    return Known(first, tensor.origin) if isinstance(first, int) else None


def subset_length(indices: Value | None, call: Call) -> Value | None:
    """How many indices there are."""
    if isinstance(indices, Tensor):
        return _samples_of_tensor(indices)
    found = constant(indices)
    if isinstance(found, range | list | tuple):
        return Known(len(found), indices.origin if indices else None)
    items = call.machine.items(indices) if indices is not None else None
    return Known(len(items), indices.origin if indices else None) if items is not None else None


def batched(sample: Value, size: Dimension, samples: Value | None, full: int | None, call: Call) -> Value:
    """What the default collate function makes of several samples: one more axis in front of every tensor."""
    if isinstance(sample, OneOf):
        return either(batched(option, size, samples, full, call) for option in sample.options)
    if isinstance(sample, Items):
        made = Items(
            [batched(item, size, samples, full, call) for item in sample.items], complete=sample.complete
        )
        made.fields = sample.fields
        return made
    if isinstance(sample, Mapped):
        entries = {
            key: batched(value, size, samples, full, call)
            for key, value in sample.slots.items()
            if isinstance(value, Value)
        }
        return Mapped(entries, complete=sample.complete)
    if isinstance(sample, Tensor):
        shape = None if sample.shape is None else (size, *sample.shape)
        return _batch(sample, shape, sample.dtype, samples, full, call)
    found = number(sample)
    if found is not None or isinstance(constant(sample), bool):
        dtype = "int64" if isinstance(constant(sample), int) else "float64"
        return _batch(Tensor(low=found, high=found), (size,), dtype, samples, full, call)
    return Unknown(sample.reason if isinstance(sample, Unknown) else "a batch of something that is no tensor")


def _batch(
    sample: Tensor, shape: object, dtype: str | None, samples: Value | None, full: int | None, call: Call
) -> Tensor:
    facts = sample.data or DataFacts()
    # How many rows a sample has says nothing of how many samples there are.
    facts = replace(facts, samples=samples, full_samples=full or facts.full_samples)
    operation = Operation("batch", "DataLoader", (sample,) if sample.operation else (), origin=call.origin)
    return sample.changed(
        shape=shape, dtype=dtype, data=facts, library="torch", operation=operation, origin=call.origin
    )


def batch_size_of(loader: Instance) -> Dimension:
    """The first axis of what a loader gives."""
    return integer(loader.arguments.get("batch_size")) or BATCH
