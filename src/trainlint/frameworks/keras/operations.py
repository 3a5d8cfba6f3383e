"""Functions on tensors: tf.*, keras.ops.* and keras.backend.*, by the operations of the arrays' tables."""

from __future__ import annotations

import math

from trainlint.frameworks.arrays import computing, creating, moving, numpy
from trainlint.frameworks.arrays.computing import elementwise, fixed, last_axis_reduction, monotone, reduction
from trainlint.frameworks.arrays.subject import (
    Operation,
    Subject,
    array_of_items,
    as_function,
    as_method,
    dtype_name,
    tensor_of,
)
from trainlint.frameworks.call import Arguments, Call, Handler
from trainlint.frameworks.keras import activations
from trainlint.values.tensor import Tensor
from trainlint.values.value import Items, Known, Partial, Reference, Unknown, Value, constant, integer

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
}
"""tf.X, and tf.math.X where it exists."""

_BINARY = {
    "add": "+",
    "subtract": "-",
    "multiply": "*",
    "divide": "/",
    "truediv": "/",
    "divide_no_nan": "/",
    "pow": "**",
    "equal": "==",
    "greater": ">",
    "less": "<",
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
    return tensor.changed(is_parameter=trained, library="keras", origin=call.origin)


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
    "shape": _shape,
    "function": function,
} | {name: computing.binary(sign, "keras") for name, sign in _BINARY.items()}

_UNIT: creating.Bounds = (0.0, 1.0)


def uniform(call: Call) -> Value:
    bounds = creating.uniform_bounds(1)
    if (dtype := dtype_name(call.argument(3, "dtype"))) is not None and dtype.startswith("int"):
        bounds = creating.tensorflow_integer_bounds
    return creating.random_shape("keras", 0, bounds, dtype or "float32")(call)


_RANDOM: dict[str, Handler] = {
    "normal": creating.random_shape("keras", 0, (None, None), "float32", "standardised"),
    "truncated_normal": creating.random_shape("keras", 0, (None, None), "float32"),
    "uniform": uniform,
    "randint": creating.random_shape("keras", 0, creating.tensorflow_integer_bounds, "int32"),
    "set_seed": numpy.seed,
}


# -- images -----------------------------------------------------------------------------------------------


def resize(subject: Subject) -> Value:
    size = subject.sizes(0, "size")
    shape = None
    if subject.shape is not None and size is not None and len(size) == 2 and len(subject.shape) in (3, 4):
        shape = (*subject.shape[:-3], *size, subject.shape[-1])
    return subject.made("resize", shape, dtype="float32")


def convert_image_dtype(subject: Subject) -> Value:
    """Whole numbers become fractions of the largest one: 0..255 becomes 0..1."""
    dtype = dtype_name(subject.argument(0, "dtype"))
    low, high = subject.tensor.low, subject.tensor.high
    if (subject.tensor.dtype or "").startswith(("uint8", "int")) and (dtype or "").startswith("float"):
        low = None if low is None else low / 255
        high = None if high is None else high / 255
    return subject.made("cast", subject.shape, dtype=dtype, low=low, high=high)


def per_image_standardization(subject: Subject) -> Value:
    return subject.made(
        "normalization", subject.shape, low=None, high=None, scale="standardised", dtype="float32"
    )


def decode_image(call: Call) -> Value:
    channels = integer(call.argument(1, "channels"))
    return call.tensor(
        "decode", (), (None, None, channels or None), dtype="uint8", low=0, high=255, library="keras"
    )


_IMAGE: dict[str, Operation] = {
    "resize": resize,
    "convert_image_dtype": convert_image_dtype,
    "per_image_standardization": per_image_standardization,
} | {
    name: moving.unchanged("augmentation")
    for name in (
        "random_flip_left_right random_flip_up_down flip_left_right flip_up_down random_brightness "
        "random_contrast random_hue random_saturation adjust_brightness adjust_contrast rot90"
    ).split()
}

_DECODERS = ("io.decode_jpeg", "io.decode_png", "io.decode_image", "image.decode_jpeg", "image.decode_png",
             "image.decode_image")  # fmt: skip


def _named(prefixes: tuple[str, ...], table: dict[str, Handler]) -> dict[str, Handler]:
    return {f"{prefix}{name}": handler for prefix in prefixes for name, handler in table.items()}


def _functions(table: dict[str, Operation]) -> dict[str, Handler]:
    return {name: as_function(operation, "keras") for name, operation in table.items()}


def _numpy_like() -> dict[str, Handler]:
    """keras.ops and keras.backend have NumPy's names."""
    names = numpy.OPERATIONS | numpy.FUNCTIONS_ONLY | {"cast": moving.cast, "one_hot": computing.one_hot}
    names |= {"flatten": moving.flatten, "stop_gradient": moving.unchanged("detach")}
    more = {
        "arange": creating.arange("keras"),
        "array": _converted("keras"),
        "full": creating.filled("full", "keras", None),
        "hstack": moving.horizontal("keras"),
        "vstack": moving.vertical("keras"),
        "dot": computing.matmul("keras"),
    }
    everything = _functions(names) | _SHARED | more
    return {name: handler for name, handler in everything.items() if name not in _OWN_ACTIVATIONS}


def _tensorflow_like() -> dict[str, Handler]:
    everything = _functions(_TENSORFLOW) | _SHARED
    return {name: handler for name, handler in everything.items() if name not in _OWN_ACTIVATIONS}


FUNCTIONS: dict[str, Handler] = (
    _named(("tensorflow.", "tensorflow.math.", "tensorflow.compat.v1."), _tensorflow_like())
    | _named(("keras.ops.", "keras.ops.numpy.", "keras.backend."), _numpy_like())
    | _named(("tensorflow.random.", "keras.random."), _RANDOM)
    # Keras 2 (keras/backend.py) and TensorFlow 1 name the same functions otherwise.
    | _named(
        ("keras.backend.random_", "tensorflow.random_", "tensorflow.compat.v1.random_"),
        {name: _RANDOM[name] for name in ("normal", "uniform")},
    )
    | _named(("keras.backend.", "tensorflow."), {"truncated_normal": _RANDOM["truncated_normal"]})
    | _named(("tensorflow.image.",), _functions(_IMAGE))
    | {f"tensorflow.{name}": decode_image for name in _DECODERS}
    | {"tensorflow.nn.dropout": dropout, "tensorflow.one_hot": as_function(computing.one_hot, "keras")}
    | {
        "tensorflow.linalg.matmul": computing.matmul("keras"),
        "tensorflow.linalg.norm": as_function(reduction("norm"), "keras"),
    }
)


def backward(call: Call) -> Value:
    """`loss.backward()`, with torch below Keras."""
    call.machine.happen("backward", call.site, loss=call.receiver)
    return Known(None)


TENSOR_METHODS: dict[str, Handler] = {
    name: as_method(operation)
    for name, operation in {
        "numpy": moving.unchanged("detach"),
        "assign": moving.unchanged("identity"),
        "assign_add": moving.unchanged("identity"),
        "assign_sub": moving.unchanged("identity"),
        "read_value": moving.unchanged("identity"),
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
