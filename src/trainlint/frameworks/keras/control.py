"""Control of TensorFlow: loops and choices as functions, tensors that are put together in them, strategies."""

from __future__ import annotations

from trainlint.frameworks.arrays.subject import dimensions_in, tensor_of
from trainlint.frameworks.call import Arguments, Call, Handler
from trainlint.values.join import either
from trainlint.values.origin import Made, Origin
from trainlint.values.tensor import Dimension, Tensor
from trainlint.values.value import Instance, Items, Known, Reference, Unknown, Value, constant, integer

STRATEGY, ARRAY = "tensorflow.distribute.Strategy", "tensorflow.TensorArray"


def choose(call: Call) -> Value:
    """`tf.cond(pred, true_fn, false_fn)`: one of both results."""
    decided = constant(call.argument(0, "pred"))
    paths = [call.argument(1, "true_fn", "fn1"), call.argument(2, "false_fn", "fn2")]
    if isinstance(decided, bool):
        paths = paths[:1] if decided else paths[1:]
    results = [call.machine.call(path, Arguments(), call.site) for path in paths if path is not None]
    return either(results) if results else call.unknown()


def _each_of(call: Call, given: Value | None) -> Value | None:
    """One of the slices along the first axis."""
    if isinstance(given, Items):
        return Items([_each_of(call, item) or item for item in given.items], given.kind)
    tensor = tensor_of(given, "keras", call)
    if tensor is None:
        return None
    return call.tensor(
        "select", (tensor,), tensor.shape[1:] if tensor.shape else None, low=tensor.low, high=tensor.high,
        dtype=tensor.dtype, library="keras",
    )  # fmt: skip


def _first_size(given: Value | None) -> Dimension:
    if isinstance(given, Items) and given.items:
        given = given.items[0]
    return given.shape[0] if isinstance(given, Tensor) and given.shape else None


def _stacked(call: Call, result: Value, count: Dimension) -> Value:
    if isinstance(result, Items):
        return Items([_stacked(call, item, count) for item in result.items], result.kind)
    if not isinstance(result, Tensor):
        return call.unknown()
    shape = None if result.shape is None else (count, *result.shape)
    return call.tensor("stack", (result,), shape, dtype=result.dtype, library="keras")


def map_slices(call: Call) -> Value:
    """`tf.map_fn(fn, elems)`, `tf.vectorized_map`: the function on each slice, stacked again."""
    function, given = call.argument(0, "fn", "function", "f"), call.argument(1, "elems", "elements", "xs")
    one = _each_of(call, given)
    if function is None or one is None:
        return call.unknown()
    return _stacked(call, call.machine.call(function, Arguments((one,)), call.site), _first_size(given))


def fold(call: Call) -> Value:
    """`tf.scan(fn, elems, initializer)`, `tf.foldl`: one turn stands for all."""
    function, given = call.argument(0, "fn"), call.argument(1, "elems")
    start, one = call.argument(2, "initializer"), _each_of(call, given)
    if function is None or one is None:
        return call.unknown()
    result = call.machine.call(function, Arguments((start or one, one)), call.site)
    return _stacked(call, result, _first_size(given)) if call.title == "scan" else result


def repeat_while(call: Call) -> Value:
    """`tf.while_loop(cond, body, loop_vars)`: one turn stands for all."""
    body, given = call.argument(1, "body"), call.argument(2, "loop_vars")
    start = call.machine.items(given) if given is not None else None
    if body is None or start is None:
        return call.unknown()
    return call.machine.call(body, Arguments(start), call.site)


# -- TensorArray ------------------------------------------------------------------------------------------


def make_array(call: Call) -> Value:
    return Instance(Reference(ARRAY), {"size": call.argument(1, "size") or Known(None)}, call.origin)


def _write(call: Call) -> Value:
    array, value = call.receiver, call.argument(1, "value")
    if isinstance(array, Instance) and value is not None:
        call.machine.write(array, "element", value)
        index = call.argument(0, "index")
        if integer(index) is None:
            call.machine.write(array, "many", Known(True))
    return array or Unknown("an array of tensors")


def _fill(call: Call) -> Value:
    array, value = call.receiver, call.argument(0, "value")
    one = _each_of(call, value)
    if isinstance(array, Instance) and one is not None:
        call.machine.write(array, "element", one)
        call.machine.write(array, "count", Known(_first_size(value)))
    return array or Unknown("an array of tensors")


def _read(call: Call) -> Value:
    found = call.receiver.slots.get("element") if isinstance(call.receiver, Instance) else None
    return found if isinstance(found, Value) else Unknown("an element of an array of tensors")


def _stack(call: Call) -> Value:
    """All elements along a new first axis; their number is the size of the array where it does not grow."""
    array, element = call.receiver, _read(call)
    if not isinstance(array, Instance) or not isinstance(element, Tensor):
        return call.unknown("elements of an array of tensors")
    count = constant(array.slots.get("count")) or integer(array.arguments.get("size")) or None
    return _stacked(call, element, count)


def _concat(call: Call) -> Value:
    element = _read(call)
    if not isinstance(element, Tensor):
        return call.unknown("elements of an array of tensors")
    shape = (None, *element.shape[1:]) if element.shape else None
    return call.tensor("concatenate", (element,), shape, dtype=element.dtype, library="keras")


# -- strategies -------------------------------------------------------------------------------------------


def make_strategy(call: Call) -> Value:
    return Instance(Reference(STRATEGY), {}, call.origin)


def replicas(call: Call) -> Value:
    """One replica, unless the machine has more devices."""
    return Known(1, Origin(Made.MACHINE, call.site, "one replica"))


def run_on_replicas(call: Call) -> Value:
    """`strategy.run(fn, args=(…))`."""
    function, given = call.argument(0, "fn"), call.argument(1, "args")
    arguments = call.machine.items(given) if given is not None else ()
    if function is None or arguments is None:
        return call.unknown()
    return call.machine.call(function, Arguments(arguments), call.site)


def _same_dataset(call: Call) -> Value:
    return call.argument(0, "dataset", "tensor") or Unknown("a data set")


def _made_by(call: Call) -> Value:
    """`strategy.distribute_datasets_from_function(dataset_fn)`."""
    function = call.argument(0, "dataset_fn")
    if function is None:
        return call.unknown()
    return call.machine.call(function, Arguments((Unknown("an input context"),)), call.site)


def _reduced(call: Call) -> Value:
    """`strategy.reduce(op, value, axis)`: the value of one replica."""
    return call.argument(1, "value") or Unknown("a value of the replicas")


def _scope(call: Call) -> Value:
    return Instance(Reference("tensorflow.name_scope"), {}, call.origin)


def _nothing(call: Call) -> Value:
    return Known(None)


def _outside(call: Call) -> Value:
    """`tf.py_function(func, inp, Tout)`: Python code that gives tensors of unknown shape."""
    return Unknown(f"what {call.title} gives", call.origin)


def _placeholder(call: Call) -> Value:
    """TensorFlow 1: `tf.placeholder(dtype, shape)`."""
    shape = dimensions_in(call.argument(1, "shape"))
    return call.tensor("input", (), shape, title="placeholder", library="keras")


_STRATEGIES = (
    "MirroredStrategy MultiWorkerMirroredStrategy OneDeviceStrategy TPUStrategy get_strategy "
    "experimental.CentralStorageStrategy experimental.MultiWorkerMirroredStrategy experimental.TPUStrategy "
    "experimental.ParameterServerStrategy ParameterServerStrategy"
).split()

FUNCTIONS: dict[str, Handler] = {
    **dict.fromkeys(("tensorflow.cond", "keras.ops.cond"), choose),
    **dict.fromkeys(
        ("tensorflow.map_fn", "tensorflow.vectorized_map", "keras.ops.map", "keras.ops.vectorized_map",
         "keras.backend.map_fn"),
        map_slices,
    ),
    **dict.fromkeys(("tensorflow.scan", "tensorflow.foldl", "tensorflow.foldr"), fold),
    **dict.fromkeys(("tensorflow.while_loop", "keras.ops.while_loop"), repeat_while),
    ARRAY: make_array,
    **{f"tensorflow.distribute.{name}": make_strategy for name in _STRATEGIES},
    **dict.fromkeys(("tensorflow.device", "tensorflow.name_scope", "tensorflow.variable_scope", "keras.name_scope"),
                    _scope),
    **dict.fromkeys(
        ("tensorflow.print", "tensorflow.group", "tensorflow.no_op", "tensorflow.summary.scalar",
         "tensorflow.debugging.assert_equal", "tensorflow.debugging.check_numerics", "tensorflow.assert_equal"),
        _nothing,
    ),
    **dict.fromkeys(("tensorflow.py_function", "tensorflow.numpy_function", "tensorflow.py_func"), _outside),
    **dict.fromkeys(("tensorflow.placeholder", "tensorflow.compat.v1.placeholder"), _placeholder),
}  # fmt: skip
"""By canonical name."""

METHODS: dict[str, dict[str, Handler]] = {
    ARRAY: {
        "write": _write, "scatter": _fill, "unstack": _fill, "read": _read, "stack": _stack, "concat": _concat,
        "gather": _stack, "size": lambda call: Unknown("size of an array of tensors"), "mark_used": _nothing,
    },
    STRATEGY: {
        "scope": _scope,
        "run": run_on_replicas,
        "experimental_run_v2": run_on_replicas,
        "reduce": _reduced,
        "experimental_distribute_dataset": _same_dataset,
        "experimental_make_numpy_dataset": _same_dataset,
        "experimental_local_results": _same_dataset,
        "gather": _same_dataset,
        "distribute_datasets_from_function": _made_by,
        "experimental_distribute_datasets_from_function": _made_by,
    },
}  # fmt: skip
"""By class and method."""

ATTRIBUTES: dict[str, dict[str, Handler]] = {STRATEGY: {"num_replicas_in_sync": replicas}}
