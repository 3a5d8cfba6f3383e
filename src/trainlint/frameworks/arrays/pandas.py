"""pandas: data frames whose contents are not known, and the arrays that come out of them."""

from __future__ import annotations

from typing import TypeGuard

from trainlint.frameworks.call import Call
from trainlint.values.tensor import DataFacts, Shape, Tensor
from trainlint.values.value import Instance, Items, Known, Reference, Unknown, Value

FRAME = "pandas.DataFrame"
SERIES = "pandas.Series"


def frame(call: Call) -> Value:
    """A frame read from a file: nothing is known of it."""
    return frame_like(call)


def frame_like(call: Call) -> Instance:
    """A frame made from another one."""
    return Instance(Reference(FRAME), {}, call.origin)


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
    """`frame['column']`, `frame[['a', 'b']]`, `frame.iloc[:, -1]`."""
    return Tensor(
        _shape_of(call.argument(0)), library="numpy", data=DataFacts(origin=call.origin), origin=call.origin
    )


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


def same(call: Call) -> Value:
    """A frame again: dropped columns, filled gaps, sorted rows."""
    replaces = call.arguments.keyword.get("inplace")
    if isinstance(replaces, Known) and replaces.value is True:
        return Known(None)
    return frame_like(call)


def not_known(call: Call) -> Value:
    return Unknown(f"{call.title} of a data frame", call.origin)


def nothing(call: Call) -> Value:
    return Known(None)


def indexer(call: Call) -> Value:
    """`.iloc`, `.loc`: indexing gives a frame again."""
    return frame_like(call)


def dummies(call: Call) -> Value:
    """get_dummies: one-hot columns."""
    facts = DataFacts(labels=True, encoding="one_hot", origin=call.origin)
    return Tensor(low=0.0, high=1.0, library="numpy", data=facts, origin=call.origin)


def shape(call: Call) -> Value:
    return Items([Unknown("rows of a data frame"), Unknown("columns of a data frame")], "tuple")


_READERS = (
    "read_csv read_table read_excel read_json read_parquet read_pickle read_sql read_hdf read_feather"
).split()

FUNCTIONS = {f"pandas.{name}": frame for name in _READERS} | {
    "pandas.DataFrame": frame,
    "pandas.Series": column,
    "pandas.concat": frame,
    "pandas.merge": frame,
    "pandas.get_dummies": dummies,
    "pandas.to_numeric": column,
    "pandas.to_datetime": column,
}

_SAME = (
    "drop dropna fillna reset_index set_index sort_values sort_index sample copy head tail astype replace "
    "rename query filter select_dtypes drop_duplicates apply assign join merge interpolate clip round"
).split()

METHODS = {
    FRAME: dict.fromkeys(_SAME, same)
    | {
        "to_numpy": array,
        "as_matrix": array,
        "pop": column,
        "__getitem__": item,
        "get": column,
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
        "index": not_known,
        "shape": shape,
        "T": frame,
    }
}
