"""tf.data: data sets whose element is carried through map, batch and shuffle."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from trainlint.frameworks.arrays.subject import tensor_of
from trainlint.frameworks.call import Arguments, Call
from trainlint.frameworks.facts import LoaderMade, ShuffledAlone
from trainlint.frameworks.signatures import Signature
from trainlint.values.tensor import BATCH, Operation, Tensor
from trainlint.values.value import (
    Instance,
    Items,
    Known,
    Mapped,
    OneOf,
    Reference,
    Unknown,
    Value,
    constant,
    integer,
)

DATASET = "tensorflow.data.Dataset"


def dataset(call: Call, element: Value, **facts: Value) -> Instance:
    """A data set. Slots: `element`, `batch_size` (None: not batched), `shuffled`, `shuffle_buffer` (what the
    samples or batches are drawn from), `shuffles_batches` (whole ones: their samples stay together),
    `shuffled_once` (in one order for all epochs)."""
    made = Instance(Reference(DATASET), {}, call.origin)
    facts.setdefault("batch_size", Known(None))
    facts.setdefault("shuffled", Known(False))
    for name, value in {"element": element, **facts}.items():
        call.machine.write(made, name, value)
    # What plans ask of a data loader, by the names that other libraries have for it.
    made.arguments["batch_size"] = facts["batch_size"]
    made.arguments["shuffle"] = facts["shuffled"]
    made.arguments["shuffle_buffer"] = facts.get("shuffle_buffer", Unknown("no buffer"))
    made.arguments["shuffles_batches"] = facts.get("shuffles_batches", Known(False))
    made.arguments["shuffled_once"] = facts.get("shuffled_once", Known(False))
    made.arguments["drop_last"] = facts.get("drop_remainder", Known(False))
    return made


def changed(call: Call, element: Value | None = None, **facts: Value) -> Instance:
    """The receiver with some facts replaced; the receiver itself stays."""
    receiver = call.receiver
    assert isinstance(receiver, Instance)
    slots = {name: value for name, value in receiver.slots.items() if isinstance(value, Value)}
    kept = slots.pop("element", Unknown("an element"))
    return dataset(call, kept if element is None else element, **(slots | facts))


def each(value: Value, change: Callable[[Tensor], Tensor]) -> Value:
    """A change of every tensor of an element."""
    if isinstance(value, Items):
        return Items([each(item, change) for item in value.items], value.kind, complete=value.complete)
    if isinstance(value, Mapped):
        return Mapped({key: each(item, change) for key, item in value.slots.items()}, complete=value.complete)
    return change(value) if isinstance(value, Tensor) else value


def from_tensor_slices(call: Call) -> Value:
    """One sample after the other."""
    given = call.argument(0, "tensors")
    return dataset(call, _sliced(given, call) if given is not None else Unknown("data"))


def _sliced(value: Value, call: Call) -> Value:
    if isinstance(value, Items) and value.kind == "tuple":
        return Items([_sliced(item, call) for item in value.items], "tuple", complete=value.complete)
    if isinstance(value, Mapped):
        return Mapped(
            {key: _sliced(item, call) for key, item in value.slots.items()}, complete=value.complete
        )
    tensor = tensor_of(value, "keras", call)
    if tensor is None:
        return Unknown("an element")
    shape = None if not tensor.shape else tensor.shape[1:]
    return call.tensor(
        "select", (tensor,), shape, low=tensor.low, high=tensor.high, scale=tensor.scale, dtype=tensor.dtype,
        library="keras",
    )  # fmt: skip


def of_unknown(call: Call) -> Value:
    """Files and generators: elements are not known."""
    return dataset(call, Unknown(f"elements of {call.title}"))


def zipped(call: Call) -> Value:
    given = call.argument(0, "datasets", "args")
    parts = given.items if isinstance(given, Items) else call.arguments.positional
    elements = [part.slots.get("element") for part in parts if isinstance(part, Instance)]
    if len(elements) < len(parts):
        return of_unknown(call)
    return dataset(call, Items([item for item in elements if isinstance(item, Value)], "tuple"))


def batch(call: Call) -> Value:
    size = call.argument(0, "batch_size") or Unknown("a batch size")
    receiver = call.receiver
    element = receiver.slots.get("element") if isinstance(receiver, Instance) else None
    drops = constant(call.argument(1, "drop_remainder")) is True
    first = integer(size) if drops else BATCH

    def grouped(tensor: Tensor) -> Tensor:
        return tensor.changed(shape=None if tensor.shape is None else (first, *tensor.shape))

    made = changed(
        call,
        each(element, grouped) if isinstance(element, Value) else None,
        batch_size=size,
        drop_remainder=Known(drops, call.origin),
    )
    call.machine.note(LoaderMade(made, call.site))
    return made


def unbatch(call: Call) -> Value:
    receiver = call.receiver
    element = receiver.slots.get("element") if isinstance(receiver, Instance) else None

    def single(tensor: Tensor) -> Tensor:
        return tensor.changed(shape=tensor.shape[1:] if tensor.shape else None)

    return changed(
        call, each(element, single) if isinstance(element, Value) else None, batch_size=Known(None)
    )


def mapped(call: Call) -> Value:
    """Calls the function on the element; a tuple is spread over its parameters."""
    receiver, function = call.receiver, call.argument(0, "map_func")
    assert isinstance(receiver, Instance)
    element = receiver.slots.get("element")
    if function is None or not isinstance(element, Value):
        return changed(call, Unknown("a mapped element"))
    spread = isinstance(element, Items) and element.kind == "tuple"
    arguments = Arguments(element.items if spread and isinstance(element, Items) else (element,))
    return changed(call, call.machine.call(function, arguments, call.site))


def shuffle(call: Call) -> Value:
    buffer = call.argument(0, "buffer_size") or Unknown("a buffer size")
    receiver = call.receiver
    slots = receiver.slots if isinstance(receiver, Instance) else {}
    before, size = slots.get("shuffled"), slots.get("batch_size")
    anew = constant(call.argument(2, "reshuffle_each_iteration")) is not False
    facts: dict[str, Value] = {
        "shuffled": Known(True, call.origin),
        "shuffle_buffer": buffer,
        "shuffled_once": Known(not anew, call.origin),
    }
    if not (isinstance(before, Known) and before.value is False):
        facts["shuffle_buffer"] = Unknown("two buffers")
    else:
        facts["shuffles_batches"] = (
            size if isinstance(size, Unknown) else Known(constant(size) is not None, call.origin)
        )
    return changed(call, _ordered(call, slots.get("element")), **facts)


def _ordered(call: Call, element: object) -> Value | None:
    """An element in an order that was drawn for its data set."""
    order = Unknown("an order that was drawn")
    call.machine.note(ShuffledAlone(order, None, call.site, call.argument(1, "seed") is not None))

    def drawn(tensor: Tensor) -> Tensor:
        operation = Operation("shuffle", "shuffle", (tensor,), None, {"order": order}, origin=call.origin)
        return tensor.changed(operation=operation)

    return each(element, drawn) if isinstance(element, Value) else None


def cached(call: Call) -> Value:
    """What is kept of the first time through keeps its order."""
    slots = call.receiver.slots if isinstance(call.receiver, Instance) else {}
    if constant(slots.get("shuffled")) is not True:
        return changed(call)
    return changed(call, shuffled_once=Known(True, call.origin))


def repeat(call: Call) -> Value:
    return changed(call, repeated=call.argument(0, "count") or Known(None))


def take(call: Call) -> Value:
    """The first so many elements: samples, or batches of them."""
    return _counted(call, lambda had, count: count if had is None else min(had, count))


def skip(call: Call) -> Value:
    return _counted(call, lambda had, count: None if had is None else max(had - count, 0))


def _counted(call: Call, left: Callable[[int | None, int], int | None]) -> Value:
    receiver, given = call.receiver, call.argument(0, "count")
    assert isinstance(receiver, Instance)
    count, element = integer(given), receiver.slots.get("element")
    size = receiver.slots.get("batch_size")
    batch_size = integer(size) if isinstance(size, Value) else None
    batched = isinstance(size, Value) and not (isinstance(size, Known) and size.value is None)
    if batched:
        count = None if count is None or batch_size is None else count * batch_size
    if not isinstance(element, Value):
        return changed(call)

    def fewer(tensor: Tensor) -> Tensor:
        if tensor.data is None:
            return tensor
        had = integer(tensor.data.samples)
        found = None if count is None or count < 0 else left(had, count)
        origin = given.origin if given is not None else None
        samples: Value = Unknown("number of samples") if found is None else Known(found, origin)
        full = tensor.data.full_samples if tensor.data.full_samples is not None else had
        return tensor.changed(data=replace(tensor.data, samples=samples, full_samples=full))

    return changed(call, each(element, fewer))


def filtered(call: Call) -> Value:
    receiver = call.receiver
    assert isinstance(receiver, Instance)
    element = receiver.slots.get("element")

    def some(tensor: Tensor) -> Tensor:
        if tensor.data is None:
            return tensor
        return tensor.changed(data=replace(tensor.data, samples=Unknown("samples that pass a filter")))

    return changed(call, each(element, some) if isinstance(element, Value) else None)


def same(call: Call) -> Value:
    return changed(call)


def enumerated(call: Call) -> Value:
    receiver = call.receiver
    assert isinstance(receiver, Instance)
    element = receiver.slots.get("element")
    counted = Items([Unknown("a counter"), element if isinstance(element, Value) else Unknown()], "tuple")
    return changed(call, counted)


def one_element(call: Call) -> Value:
    """One turn of a loop over a data set."""
    receiver = call.receiver
    element = receiver.slots.get("element") if isinstance(receiver, Instance) else None
    return element if isinstance(element, Value) else Unknown("an element of a data set")


def applied(call: Call) -> Value:
    """`ds.apply(transformation)`: the function on the whole data set."""
    function = call.argument(0, "transformation_func")
    if function is None or call.receiver is None:
        return changed(call, Unknown("a transformed element"))
    result = call.machine.call(function, Arguments((call.receiver,)), call.site)
    return result if isinstance(result, Instance) else changed(call, Unknown("a transformed element"))


def windowed(call: Call) -> Value:
    """`ds.window(size)`: each element is a data set of its own."""
    receiver = call.receiver
    element = receiver.slots.get("element") if isinstance(receiver, Instance) else None
    inner = dataset(call, element if isinstance(element, Value) else Unknown("an element of a window"))
    return changed(call, inner)


def flat_mapped(call: Call) -> Value:
    """`ds.flat_map(function)`, `ds.interleave(function)`: the elements of the data sets that it gives."""
    receiver, function = call.receiver, call.argument(0, "map_func")
    assert isinstance(receiver, Instance)
    element = receiver.slots.get("element")
    if function is None or not isinstance(element, Value):
        return changed(call, Unknown("an element of an inner data set"))
    spread = element.items if isinstance(element, Items) and element.kind == "tuple" else (element,)
    inner = call.machine.call(function, Arguments(spread), call.site)
    found = inner.slots.get("element") if isinstance(inner, Instance) else None
    return changed(call, found if isinstance(found, Value) else Unknown("an element of an inner data set"))


def bucketed(call: Call) -> Value:
    """`ds.bucket_by_sequence_length(…, bucket_batch_sizes)`: a size for each bucket."""
    sizes = call.argument(2, "bucket_batch_sizes")
    known = call.machine.items(sizes) if sizes is not None else None
    size: Value = OneOf(known) if known and len(known) > 1 else Unknown("batch sizes of buckets")
    return changed(call, Unknown("a batch of a bucket"), batch_size=size)


def length(call: Call) -> Value:
    return Unknown("number of batches")


_WINDOWS = Signature(
    "data, targets, sequence_length, sequence_stride=1, sampling_rate=1, batch_size=128, shuffle=False, seed=None, "
    "start_index=None, end_index=None"
)
_TABLE = Signature(
    "file_pattern, batch_size, column_names=None, column_defaults=None, label_name=None, select_columns=None, "
    "field_delim=',', use_quote_delim=True, na_value='', header=True, num_epochs=None, shuffle=True"
)


def windows(call: Call) -> Value:
    """`keras.utils.timeseries_dataset_from_array`: batches of stretches of a series, with what follows them."""
    bound = call.bind(_WINDOWS)
    series = tensor_of(bound.get("data"), "keras", call)
    targets = bound.get("targets")
    element: Value = Unknown("stretches of a series")
    if series is not None:
        shape = (BATCH, integer(bound.get("sequence_length")), *series.shape[1:]) if series.shape else None
        element = series.changed(shape=shape, library="keras", data=None)
        if not (isinstance(targets, Known) and targets.value is None):
            wanted = tensor_of(targets, "keras", call)
            if wanted is None:
                element = Unknown("stretches of a series and targets")
            else:
                after = (BATCH, *wanted.shape[1:]) if wanted.shape else None
                element = Items([element, wanted.changed(shape=after, library="keras", data=None)], "tuple")
    told = bound["shuffle"]
    order = told if constant(told) is True else Unknown("stretches of a series follow each other")
    made = dataset(call, element, batch_size=bound["batch_size"], shuffled=order)
    call.machine.note(LoaderMade(made, call.site))
    return made


def table(call: Call) -> Value:
    """`tf.data.experimental.make_csv_dataset`: batches of columns."""
    bound = call.bind(_TABLE)
    size = bound.get("batch_size") or Unknown("a batch size")
    made = dataset(call, Unknown("columns of a table"), batch_size=size, shuffled=bound["shuffle"])
    call.machine.note(LoaderMade(made, call.site))
    return made


def mixed(call: Call) -> Value:
    """`tf.data.Dataset.sample_from_datasets([a, b])`: elements of the first stand for all."""
    given = call.argument(0, "datasets")
    parts = call.machine.items(given) if given is not None else None
    first = parts[0] if parts else None
    element = first.slots.get("element") if isinstance(first, Instance) else None
    return dataset(
        call, element if isinstance(element, Value) else Unknown("an element of several data sets")
    )


FUNCTIONS = {
    **dict.fromkeys(
        [f"keras.{home}.timeseries_dataset_from_array" for home in ("utils", "preprocessing")], windows
    ),
    "tensorflow.data.experimental.make_csv_dataset": table,
    **dict.fromkeys(
        [f"{home}.{name}" for home in (DATASET, "tensorflow.data.experimental")
         for name in ("sample_from_datasets", "choose_from_datasets")],
        mixed,
    ),
    f"{DATASET}.load": of_unknown,
    "tensorflow.data.experimental.load": of_unknown,
    f"{DATASET}.from_tensor_slices": from_tensor_slices,
    f"{DATASET}.from_tensors": of_unknown,
    f"{DATASET}.from_generator": of_unknown,
    f"{DATASET}.list_files": of_unknown,
    f"{DATASET}.range": of_unknown,
    f"{DATASET}.zip": zipped,
    "tensorflow.data.TFRecordDataset": of_unknown,
    "tensorflow.data.TextLineDataset": of_unknown,
}  # fmt: skip

METHODS = {
    DATASET: {
        "batch": batch,
        "padded_batch": batch,
        "unbatch": unbatch,
        "map": mapped,
        "shuffle": shuffle,
        "repeat": repeat,
        "take": take,
        "skip": skip,
        "filter": filtered,
        "enumerate": enumerated,
        "prefetch": same,
        "cache": cached,
        "with_options": same,
        "as_numpy_iterator": same,
        "__len__": length,
        "cardinality": length,
        "apply": applied,
        "window": windowed,
        "shard": same,
        "concatenate": same,
        "interleave": flat_mapped,
        "flat_map": flat_mapped,
        "bucket_by_sequence_length": bucketed,
        "snapshot": same,
        "ragged_batch": batch,
        "rebatch": batch,
        "get_single_element": one_element,
    }
}

ELEMENTS = {DATASET: one_element}
