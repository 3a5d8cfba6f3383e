"""pandas: data frames whose contents are not known, and the arrays that come out of them."""

from __future__ import annotations

from typing import TypeGuard

from trainlint.frameworks.arrays.subject import shuffled_alone
from trainlint.frameworks.call import Call
from trainlint.values.tensor import DataFacts, Shape, Tensor
from trainlint.values.value import Instance, Items, Known, Reference, Unknown, Value

FRAME = "pandas.DataFrame"
SERIES = "pandas.Series"


def frame(call: Call) -> Value:
    """A frame read from a file: nothing is known of it."""
    return frame_like(call)


def frame_like(call: Call) -> Instance:
    """A frame made from another one, whose numbers it holds."""
    made = Instance(Reference(FRAME), {}, call.origin)
    if is_frame(call.receiver):
        call.machine.write(made, "array", _again([array_of(call.receiver, call)], call))
    return made


def frame_of(call: Call) -> Value:
    """`pd.DataFrame(array, columns=…)`: a frame of these numbers."""
    given = call.argument(0, "data")
    return _holding([given] if given is not None else [], call)


def joined(call: Call) -> Value:
    """`pd.concat([one, other])`, `pd.merge(one, other)`: a frame of the numbers of several."""
    given = call.argument(0, "objs", "left")
    parts = list(given.items) if isinstance(given, Items) else [given, call.argument(1, "right")]
    return _holding([part for part in parts if part is not None], call)


def _holding(parts: list[Value], call: Call) -> Instance:
    made = frame_like(call)
    arrays = [array_of(part, call) if is_frame(part) else part for part in parts]
    if found := [array for array in arrays if isinstance(array, Tensor)]:
        call.machine.write(made, "array", _again(found, call))
    return made


def _again(arrays: list[Tensor], call: Call) -> Tensor:
    """Numbers of one or several frames in another one: other rows or columns, perhaps."""
    facts = None
    if arrays[0].data is not None:
        facts = DataFacts(role=arrays[0].data.role, origin=call.origin)
    shape: Shape | None = None if call.title == "apply" else (None, None)
    return call.tensor("identity", arrays, shape, library="numpy", data=facts)


def is_frame(value: Value | None) -> TypeGuard[Instance]:
    return isinstance(value, Instance) and FRAME in value.library_names


def array_of(frame: Instance, call: Call) -> Tensor:
    """The numbers of a frame: the same array each time."""
    known = frame.slots.get("array")
    if isinstance(known, Tensor):
        return known
    made = _numbers(frame, call)
    call.machine.write(frame, "array", made)
    return made


def as_numbers(value: Value, call: Call) -> Value:
    """The numbers of a frame, or of each frame of a tuple; other values as they are."""
    if isinstance(value, Items) and any(is_frame(item) for item in value.items):
        return Items([as_numbers(item, call) for item in value.items], value.kind, complete=value.complete)
    return array_of(value, call) if is_frame(value) else value


def array(call: Call) -> Value:
    """`.values`, `.to_numpy()`."""
    known = call.receiver.slots.get("array") if isinstance(call.receiver, Instance) else None
    if isinstance(known, Tensor):  # the rows may have been changed since: not the same array
        return call.tensor("identity", (known,), known.shape, library="numpy", data=known.data)
    return _numbers(call.receiver, call)


def _numbers(frame: Value | None, call: Call) -> Tensor:
    """Rows and columns, unless `apply` has made a single column."""
    made_by = frame.origin.label if frame is not None and frame.origin else ""
    shape: Shape | None = None if made_by == "apply" else (None, None)
    tensor = call.tensor("input", (), shape, library="numpy", data=DataFacts(origin=call.origin))
    assert tensor.operation is not None
    tensor.operation.reason = "values of a data frame"
    return tensor


def item(call: Call) -> Value:
    """`frame['column']`, `frame[['a', 'b']]`, `frame.iloc[:, -1]`: the same numbers each time."""
    frame, key = call.receiver, call.argument(0)
    if not is_frame(frame):
        return Tensor(_shape_of(key), library="numpy", data=DataFacts(origin=call.origin), origin=call.origin)
    slot = _slot(key)
    known = frame.slots.get(slot) if slot is not None else None
    if isinstance(known, Tensor):
        return known
    whole = array_of(frame, call)
    facts = DataFacts(role=whole.data.role if whole.data is not None else None, origin=call.origin)
    order: dict[str, Value] = {} if slot is not None or key is None else {"order": key}
    made = call.tensor("select", [whole], _shape_of(key), settings=order, library="numpy", data=facts)
    if slot is not None:
        call.machine.write(frame, slot, made)
    return made


def _slot(key: Value | None) -> str | None:
    """Where a frame keeps the numbers of its columns; None when which they are is not known."""
    keys = key.items if isinstance(key, Items) and key.is_certain else (key,)
    names = [part.value for part in keys if isinstance(part, Known)]
    return f"{names}" if len(names) == len(keys) else None


def set_item(call: Call) -> Value:
    """`frame[columns] = numbers`, `frame.loc[:, columns] = numbers`: the frame holds these, too."""
    frame, key, value = call.receiver, call.argument(0), call.argument(1)
    assert isinstance(frame, Instance)
    whole = frame.arguments.get("of")
    frame = whole if is_frame(whole) else frame
    for slot in [slot for slot in frame.slots if isinstance(slot, str) and slot.startswith("[")]:
        call.machine.write(frame, slot, Known(None))
    if isinstance(value, Tensor):
        call.machine.write(frame, "array", _again([array_of(frame, call), value], call))
    if isinstance(key, Known) and isinstance(key.value, str) and value is not None:
        call.machine.write(frame, key.value, value)
    return Known(None)


def _shape_of(key: Value | None) -> Shape | None:
    """The shape of what a key chooses: a column has one axis, columns have two."""
    if isinstance(key, Known):
        return (None,) if isinstance(key.value, str) else None
    if not isinstance(key, Items) or not key.is_certain:
        return None
    if key.kind == "list":
        names = all(isinstance(name, Known) and isinstance(name.value, str) for name in key.items)
        return (None, len(key.items)) if names else None
    if len(key.items) != 2 or isinstance(key.items[0], Unknown) or isinstance(key.items[1], Unknown):
        return None
    single = [isinstance(part, Known) and isinstance(part.value, int | str) for part in key.items]
    return None if all(single) else (None,) if any(single) else (None, None)


def column(call: Call) -> Value:
    """A column stands for an array: it is scaled, split and trained on like one."""
    return Tensor(library="numpy", data=DataFacts(origin=call.origin), origin=call.origin)


def taken_out(call: Call) -> Value:
    """`frame.pop('column')`, `frame.get('column')`."""
    frame = call.receiver
    if not is_frame(frame):
        return column(call)
    whole = array_of(frame, call)
    facts = DataFacts(role=whole.data.role if whole.data is not None else None, origin=call.origin)
    return call.tensor("select", [whole], None, library="numpy", data=facts)


def same(call: Call) -> Value:
    """A frame again: dropped columns, filled gaps, sorted rows."""
    replaces = call.arguments.keyword.get("inplace")
    if isinstance(replaces, Known) and replaces.value is True:
        return Known(None)
    return frame_like(call)


def sample(call: Call) -> Value:
    """`frame.sample(frac=1)`: rows in random order."""
    return sampled(call, call.receiver)


def sampled(call: Call, frame: Value | None) -> Value:
    made = Instance(Reference(FRAME), {}, call.origin)
    if is_frame(frame):
        whole = array_of(frame, call)
        call.machine.write(made, "array", shuffled_alone(call, whole))
    return made


def index(call: Call) -> Value:
    """`frame.index`: the names of the rows, in their order."""
    frame = call.receiver
    return (
        not_known(call) if not is_frame(frame) else call.tensor("identity", [array_of(frame, call)], (None,))
    )


def not_known(call: Call) -> Value:
    return Unknown(f"{call.title} of a data frame", call.origin)


def nothing(call: Call) -> Value:
    return Known(None)


def indexer(call: Call) -> Value:
    """`.iloc`, `.loc`: the frame by its rows and columns."""
    made = frame_like(call)
    if call.receiver is not None:
        made.arguments["of"] = call.receiver
    return made


def dummies(call: Call) -> Value:
    """get_dummies: one-hot columns in the place of words; of a column, an array of its own."""
    if is_frame(given := call.argument(0, "data")):
        return _holding([given], call)
    facts = DataFacts(labels=True, encoding="one_hot", origin=call.origin)
    return Tensor(low=0.0, high=1.0, library="numpy", data=facts, origin=call.origin)


def shape(call: Call) -> Value:
    return Items([Unknown("rows of a data frame"), Unknown("columns of a data frame")], "tuple")


_READERS = (
    "read_csv read_table read_excel read_json read_parquet read_pickle read_sql read_hdf read_feather"
).split()

FUNCTIONS = {f"pandas.{name}": frame for name in _READERS} | {
    "pandas.DataFrame": frame_of,
    "pandas.Series": column,
    "pandas.concat": joined,
    "pandas.merge": joined,
    "pandas.get_dummies": dummies,
    "pandas.to_numeric": column,
    "pandas.to_datetime": column,
}

_SAME = (
    "drop dropna fillna reset_index set_index sort_values sort_index copy head tail astype replace "
    "rename query filter select_dtypes drop_duplicates apply assign join merge interpolate clip round"
).split()

METHODS = {
    FRAME: dict.fromkeys(_SAME, same)
    | {
        "sample": sample,
        "to_numpy": array,
        "as_matrix": array,
        "pop": taken_out,
        "__getitem__": item,
        "__setitem__": set_item,
        "get": taken_out,
        "info": nothing,
        "__len__": not_known,
        "groupby": not_known,
        "value_counts": not_known,
        "describe": not_known,
        "mean": not_known,
        "std": not_known,
        "min": not_known,
        "max": not_known,
        "corr": not_known,
        "isnull": not_known,
        "unique": not_known,
    }
}

ATTRIBUTES = {
    FRAME: {
        "values": array,
        "iloc": indexer,
        "loc": indexer,
        "columns": not_known,
        "index": index,
        "shape": shape,
        "T": frame,
    }
}
