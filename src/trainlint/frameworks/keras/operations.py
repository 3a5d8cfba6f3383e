"""Functions on tensors: tf.*, keras.ops.* and keras.backend.*, by the operations of the arrays' tables."""

from __future__ import annotations

import math

from trainlint.frameworks import hand_made_weights
from trainlint.frameworks.arrays import computing, creating, moving, numpy
from trainlint.frameworks.arrays.computing import elementwise, fixed, last_axis_reduction, monotone, reduction
from trainlint.frameworks.arrays.subject import (
    Operation,
    array_of_items,
    as_function,
    as_method,
    dimensions_in,
    tensor_of,
)
from trainlint.frameworks.call import Arguments, Call, Handler
from trainlint.frameworks.keras import activations
from trainlint.values.origin import Made, Origin
from trainlint.values.tensor import Tensor, product
from trainlint.values.value import Items, Known, Partial, Reference, Unknown, Value, constant, integer

MORE_ELEMENTWISE: dict[str, Operation] = {
    "tan": elementwise("tangent"),
    "asin": elementwise("arcsine", fixed(-math.pi / 2, math.pi / 2)),
    "acos": elementwise("arccosine", fixed(0.0, math.pi)),
    "atan": elementwise("arctangent", fixed(-math.pi / 2, math.pi / 2)),
    "sinh": elementwise("hyperbolic_sine", monotone(math.sinh)),
    "cosh": elementwise("hyperbolic_cosine", fixed(1.0, None)),
    "expm1": elementwise("expm1", monotone(math.expm1)),
    "ceil": elementwise("ceil", monotone(math.ceil)),
    "rint": elementwise("round", monotone(round)),
    "reciprocal": elementwise("reciprocal"),
    "reciprocal_no_nan": elementwise("reciprocal"),
    "erfinv": elementwise("erf"),
    "lgamma": elementwise("log_gamma"),
    "digamma": elementwise("log_gamma"),
    "angle": elementwise("arctangent", fixed(-math.pi, math.pi)),
    "real": elementwise("select"),
    "imag": elementwise("select"),
    "conj": elementwise("conjugate"),
    "cumprod": elementwise("cumprod"),
    "cumulative_logsumexp": elementwise("cumsum"),
}

_TENSORFLOW: dict[str, Operation] = {
    "reshape": moving.reshape,
    "transpose": moving.transpose,
    "expand_dims": moving.expand_dims,
    "squeeze": moving.squeeze,
    "cast": moving.cast,
    "tile": moving.tile,
    "repeat": moving.repeat,
    "pad": moving.pad,
    "identity": moving.unchanged("identity"),
    "stop_gradient": moving.unchanged("detach"),
    "reverse": moving.unchanged("flip"),
    "roll": moving.unchanged("roll"),
    "sort": moving.unchanged("sort"),
    "clip_by_value": computing.clip,
    "one_hot": computing.one_hot,
    "reduce_mean": reduction("mean", keeps_bounds=True),
    "reduce_sum": reduction("sum"),
    "reduce_max": reduction("max", keeps_bounds=True),
    "reduce_min": reduction("min", keeps_bounds=True),
    "reduce_prod": reduction("prod"),
    "reduce_std": reduction("std"),
    "reduce_variance": reduction("var"),
    "reduce_any": reduction("any"),
    "reduce_all": reduction("all"),
    "argmax": last_axis_reduction("argmax"),
    "argmin": last_axis_reduction("argmin"),
    "abs": elementwise("abs", computing.absolute),
    "square": elementwise("square", computing.square),
    "sqrt": elementwise("sqrt", computing.SQUARE_ROOT),
    "exp": elementwise("exponential", computing.EXPONENTIAL),
    "log": elementwise("log", computing.LOGARITHM),
    "log1p": elementwise("log", monotone(math.log1p)),
    "sin": elementwise("sin", fixed(-1.0, 1.0)),
    "cos": elementwise("cos", fixed(-1.0, 1.0)),
    "sign": elementwise("sign", fixed(-1.0, 1.0)),
    "round": elementwise("round", monotone(round)),
    "floor": elementwise("floor", monotone(math.floor)),
    "erf": elementwise("erf", fixed(-1.0, 1.0)),
    "negative": elementwise("negate"),
    "rsqrt": elementwise("rsqrt", fixed(0.0, None)),
    "cumsum": elementwise("cumsum"),
    "reduce_logsumexp": reduction("logsumexp"),
    "reduce_euclidean_norm": reduction("norm"),
    "count_nonzero": reduction("count"),
    "norm": reduction("norm"),
    "ensure_shape": moving.unchanged("identity"),
    "clip_by_norm": moving.unchanged("clip"),
    "clip_by_average_norm": moving.unchanged("clip"),
    "bitcast": moving.cast,
    "to_float": moving.unchanged("cast"),
    "to_int32": moving.unchanged("cast"),
    "to_int64": moving.unchanged("cast"),
    "logical_not": elementwise("logical", fixed(0.0, 1.0)),
    "is_nan": elementwise("compare", fixed(0.0, 1.0)),
    "is_finite": elementwise("compare", fixed(0.0, 1.0)),
    **MORE_ELEMENTWISE,
}
"""tf.X, and tf.math.X where it exists."""

_BINARY = {
    "add": "+",
    "subtract": "-",
    "multiply": "*",
    "divide": "/",
    "divide_no_nan": "/",
    "pow": "**",
    "equal": "==",
    "greater": ">",
    "less": "<",
    "not_equal": "!=",
    "greater_equal": ">=",
    "less_equal": "<=",
    "logical_and": "&",
    "logical_or": "|",
    "logical_xor": "^",
    "floordiv": "//",
    "floor_divide": "//",
    "floormod": "%",
    "mod": "%",
    "truediv": "/",
    "true_divide": "/",
    "multiply_no_nan": "*",
    "mul": "*",
    "sub": "-",
    "div": "/",
    "power": "**",
}

_OWN_ACTIVATIONS = frozenset(activations.ACTIVATION_WORDS) | {"linear"}


def unstack(call: Call) -> Value:
    tensor, axis = call.argument(0, "value", "x"), integer(call.argument(2, "axis") or Known(0))
    if not isinstance(tensor, Tensor) or not tensor.shape or axis is None:
        return call.unknown()
    size = tensor.shape[axis]
    if not isinstance(size, int) or size > 64:
        return call.unknown()
    at = axis % len(tensor.shape)
    rest = tensor.shape[:at] + tensor.shape[at + 1 :]
    return Items([call.tensor("select", (tensor,), rest, library="keras") for _ in range(size)])


def variable(call: Call) -> Value:
    """tf.Variable(initial_value, trainable=True)."""
    initial = call.argument(0, "initial_value", "initializer")
    tensor = tensor_of(initial, "keras", call) or Tensor(library="keras")
    trained = constant(call.argument(1, "trainable")) is not False
    hand_made_weights.of_keras(tensor.operation)
    return tensor.changed(is_parameter=trained, library="keras", origin=call.origin)


def named_variable(call: Call) -> Value:
    """TensorFlow 1: `tf.get_variable("weights", shape, initializer=…)`."""
    shape = dimensions_in(call.argument(1, "shape"))
    return Tensor(shape=shape, dtype="float32", library="keras", is_parameter=True, origin=call.origin)


def squared_difference(call: Call) -> Value:
    """`tf.math.squared_difference(x, y)`: the square of the difference, as one would write it."""
    difference = computing.binary("-", "keras")(call)
    if not isinstance(difference, Tensor):
        return difference
    low, high = computing.square(difference.low, difference.high)
    return call.tensor(
        "square", (difference,), difference.shape, low=low, high=high, dtype=difference.dtype, library="keras"
    )


def added(call: Call) -> Value:
    """`tf.add_n([a, b])`."""
    given = call.argument(0, "inputs")
    items = call.machine.items(given) if given is not None else None
    tensors = [found for item in items or () if (found := tensor_of(item, "keras", call)) is not None]
    if not tensors or len(tensors) < len(items or ()):
        return call.unknown()
    return call.tensor("add", tensors, tensors[0].shape, dtype=tensors[0].dtype, library="keras")


def element_count(call: Call) -> Value:
    tensor = tensor_of(call.argument(0, "input", "x"), "keras", call)
    count = product(tensor.shape) if tensor is not None and tensor.shape is not None else None
    return Known(count, call.origin) if count is not None else Unknown("number of values", call.origin)


def rank(call: Call) -> Value:
    tensor = tensor_of(call.argument(0, "input", "x"), "keras", call)
    found = tensor.rank if tensor is not None else None
    return Known(found, call.origin) if found is not None else Unknown("rank of a tensor", call.origin)


def function(call: Call) -> Value:
    """`@tf.function`, with and without arguments: the function itself."""
    given = call.argument(0, "func")
    if given is None or isinstance(given, Known):
        return Partial(Reference("tensorflow.function"))
    return given


def _shape(call: Call) -> Value:
    tensor = call.argument(0, "input", "x", "tensor")
    return (
        moving.shape_of(Call(call.name, Arguments((tensor,)), call.site, call.machine))
        if tensor
        else Unknown()
    )


def dropout(call: Call) -> Value:
    """tf.nn.dropout: `rate` is what is dropped; `keep_prob` of TensorFlow 1 what is kept."""
    tensor = call.argument(0, "x")
    if not isinstance(tensor, Tensor):
        return call.unknown()
    settings: dict[str, Value] = {}
    rate = call.argument(1, "rate")
    if rate is not None:
        settings["rate"] = rate
    kept = call.argument(-1, "keep_prob")
    if kept is not None:
        settings["keep_prob"] = kept
    return call.tensor(
        "dropout",
        (tensor,),
        tensor.shape,
        settings=settings,
        low=tensor.low,
        high=tensor.high,
        dtype=tensor.dtype,
    )


def _converted(library: str) -> Handler:
    def handler(call: Call) -> Value:
        value = call.argument(0, "value", "x")
        if isinstance(value, Items) and (found := array_of_items(value, library, call)) is not None:
            return found
        return creating.array(library)(call)

    return handler


_SHARED: dict[str, Handler] = {
    "concat": moving.concatenate("keras"),
    "concatenate": moving.concatenate("keras"),
    "stack": moving.stack("keras"),
    "unstack": unstack,
    "split": moving.split("keras"),
    "matmul": computing.matmul("keras"),
    "where": computing.where("keras"),
    "maximum": computing.extremum("maximum", max, "keras"),
    "minimum": computing.extremum("minimum", min, "keras"),
    "zeros": creating.filled("zeros", "keras", 0.0),
    "ones": creating.filled("ones", "keras", 1.0),
    "fill": creating.filled("full", "keras", None),
    "zeros_like": creating.like("zeros", 0.0),
    "ones_like": creating.like("ones", 1.0),
    "range": creating.arange("keras"),
    "linspace": creating.linspace("keras"),
    "eye": creating.eye("keras"),
    "constant": _converted("keras"),
    "convert_to_tensor": _converted("keras"),
    "Variable": variable,
    "get_variable": named_variable,
    "squared_difference": squared_difference,
    "add_n": added,
    "accumulate_n": added,
    "size": element_count,
    "rank": rank,
    "is_tensor": lambda call: Known(isinstance(call.argument(0), Tensor)),
    "shape": _shape,
    "function": function,
} | {name: computing.binary(sign, "keras") for name, sign in _BINARY.items()}


def _named(prefixes: tuple[str, ...], table: dict[str, Handler]) -> dict[str, Handler]:
    return {f"{prefix}{name}": handler for prefix in prefixes for name, handler in table.items()}


def _functions(table: dict[str, Operation]) -> dict[str, Handler]:
    return {name: as_function(operation, "keras") for name, operation in table.items()}


def _numpy_like() -> dict[str, Handler]:
    """keras.ops and keras.backend have NumPy's names."""
    names = numpy.OPERATIONS | numpy.FUNCTIONS_ONLY | {"cast": moving.cast, "one_hot": computing.one_hot}
    names |= MORE_ELEMENTWISE | {f"arc{name}": MORE_ELEMENTWISE[f"a{name}"] for name in ("sin", "cos", "tan")}
    names |= {
        "logsumexp": reduction("logsumexp"),
        "count_nonzero": reduction("count"),
        "norm": reduction("norm"),
    }
    names |= {"rsqrt": elementwise("rsqrt", fixed(0.0, None)), "erf": elementwise("erf", fixed(-1.0, 1.0))}
    names |= {"isfinite": elementwise("compare", fixed(0.0, 1.0)), "negative": elementwise("negate")}
    names |= {
        "identity": moving.unchanged("identity"),
        "logical_not": elementwise("logical", fixed(0.0, 1.0)),
    }
    names |= {"flatten": moving.flatten, "stop_gradient": moving.unchanged("detach")}
    more = {
        "arange": creating.arange("keras"),
        "array": _converted("keras"),
        "full": creating.filled("full", "keras", None),
        "hstack": moving.horizontal("keras"),
        "vstack": moving.vertical("keras"),
        "dot": computing.matmul("keras"),
        "full_like": creating.like("full", None),
        "empty": creating.filled("zeros", "keras", None),
        "empty_like": creating.like("empty", None),
        "convert_to_numpy": as_function(moving.unchanged("detach"), "keras"),
        "ndim": rank,
    }
    everything = _functions(names) | _SHARED | more
    return {name: handler for name, handler in everything.items() if name not in _OWN_ACTIVATIONS}


def _tensorflow_like() -> dict[str, Handler]:
    everything = _functions(_TENSORFLOW) | _SHARED
    return {name: handler for name, handler in everything.items() if name not in _OWN_ACTIVATIONS}


FUNCTIONS: dict[str, Handler] = (
    _named(("tensorflow.", "tensorflow.math.", "tensorflow.compat.v1."), _tensorflow_like())
    | _named(("keras.ops.", "keras.ops.numpy.", "keras.backend."), _numpy_like())
    | {"tensorflow.nn.dropout": dropout, "tensorflow.one_hot": as_function(computing.one_hot, "keras")}
    | {
        "tensorflow.linalg.matmul": computing.matmul("keras"),
        "keras.random.dropout": dropout,
        "tensorflow.linalg.norm": as_function(reduction("norm"), "keras"),
    }
)


def backward(call: Call) -> Value:
    """`loss.backward()`, with torch below Keras."""
    call.machine.happen("backward", call.site, loss=call.receiver)
    return Known(None)


def _average(call: Call) -> Value:
    """`tf.nn.compute_average_loss(per_example_loss, global_batch_size=…)`: one number."""
    loss = tensor_of(call.argument(0, "per_example_loss"), "keras", call)
    return call.unknown() if loss is None else call.tensor("mean", (loss,), (), library="keras", data=None)


def _clipped(call: Call) -> Value:
    """`tf.clip_by_global_norm(gradients, clip_norm)`: the gradients, and their norm."""
    return Items(
        [call.argument(0, "t_list") or Unknown("gradients"), Unknown("norm of the gradients")], "tuple"
    )


def _always(value: object) -> Handler:
    """What Keras answers as long as nobody configures it otherwise."""
    return lambda call: Known(value, Origin(Made.LIBRARY, None, call.title))


FUNCTIONS |= {
    "tensorflow.nn.compute_average_loss": _average,
    "tensorflow.nn.scale_regularization_loss": as_function(reduction("sum"), "keras"),
    "tensorflow.clip_by_global_norm": _clipped,
    **{
        f"keras.{home}.{name}": _always(value)
        for home in ("backend", "config")
        for name, value in (("epsilon", 1e-7), ("floatx", "float32"), ("image_data_format", "channels_last"))
    },
}

TENSOR_METHODS: dict[str, Handler] = {
    name: as_method(operation)
    for name, operation in {
        "numpy": moving.unchanged("detach"),
        "assign": moving.unchanged("identity"),
        "assign_add": moving.unchanged("identity"),
        "assign_sub": moving.unchanged("identity"),
        "read_value": moving.unchanged("identity"),
        # With the torch backend a tensor is PyTorch's.
        "detach": moving.unchanged("detach"),
        "cpu": moving.unchanged("identity"),
        "contiguous": moving.unchanged("identity"),
    }.items()
} | {
    "__len__": moving.length,
    "get_shape": moving.shape_of,
    "set_shape": lambda call: Known(None),
    "backward": backward,
    "item": moving.to_constant,
}

TENSOR_ATTRIBUTES: dict[str, Handler] = {
    "shape": moving.shape_of,
    "ndim": moving.rank_of,
    "dtype": moving.type_of,
    "T": moving.transposed,
}
