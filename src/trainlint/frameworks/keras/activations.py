"""Activation functions of Keras and TensorFlow: by string, by function, or as a layer of their own."""

from __future__ import annotations

from trainlint.frameworks.call import Arguments, Call
from trainlint.frameworks.keras.applied import Bounds, not_followed
from trainlint.values.join import either
from trainlint.values.origin import Origin
from trainlint.values.tensor import Operation, Tensor
from trainlint.values.value import Known, OneOf, Reference, Unknown, Value, constant, number

ACTIVATION_WORDS: dict[str, str] = {
    name: name
    for name in (
        "relu relu6 leaky_relu elu selu celu gelu silu mish softplus softsign hard_sigmoid hard_tanh sigmoid "
        "log_sigmoid tanh softmax log_softmax glu threshold exponential hard_shrink soft_shrink tanh_shrink "
        "sparse_plus sparsemax squareplus crelu"
    ).split()
} | {
    "swish": "silu",
    "hard_silu": "hard_swish",
    "hard_swish": "hard_swish",
    "leakyrelu": "leaky_relu",
    "sparse_sigmoid": "hard_sigmoid",
    "prelu": "prelu",
}
"""Word of frameworks/kinds.py by the name of the function. `linear` is missing: it does nothing."""

_HOMES = (
    "keras.activations.",
    "keras.ops.",
    "keras.ops.nn.",
    "keras.backend.",
    "tensorflow.nn.",
    "tensorflow.math.",
    "tensorflow.",
    "tensorflow.compat.v1.nn.",
)

_BOUNDED = {
    "sigmoid": (0.0, 1.0),
    "hard_sigmoid": (0.0, 1.0),
    "softmax": (0.0, 1.0),
    "sparsemax": (0.0, 1.0),
    "tanh": (-1.0, 1.0),
    "hard_tanh": (-1.0, 1.0),
    "softsign": (-1.0, 1.0),
    "relu6": (0.0, 6.0),
    "softplus": (0.0, None),
    "exponential": (0.0, None),
    "elu": (-1.0, None),
    "log_softmax": (None, 0.0),
    "log_sigmoid": (None, 0.0),
}


def bounds_after(kind: str, low: float | None, high: float | None) -> Bounds:
    """Bounds of an activation's output, from those of its input."""
    if kind == "relu":
        return Bounds(0.0 if low is None else max(low, 0.0), None if high is None else max(high, 0.0))
    smallest, largest = _BOUNDED.get(kind, (None, None))
    return Bounds(smallest, largest)


def activation_word(value: Value | None) -> str | None:
    """The word of an activation that is named by a string or a function; "" for linear; None when unknown."""
    name: str | None = None
    if isinstance(value, Known):
        if value.value is None:
            return ""
        name = value.value.lower() if isinstance(value.value, str) else None
    elif isinstance(value, Reference):
        home, _, last = value.name.rpartition(".")
        name = last if f"{home}." in _HOMES else None
    if name == "linear":
        return ""
    return ACTIVATION_WORDS.get(name) if name is not None else None


def activation_operation(
    kind: str,
    title: str,
    tensor: Tensor,
    origin: Origin | None,
    settings: dict[str, Value] | None = None,
    layer: Value | None = None,
    parameters: int | None = 0,
) -> Tensor:
    """A tensor after an activation function."""
    bounds = bounds_after(kind, tensor.low, tensor.high)
    settings = dict(settings or {})
    if kind in ("softmax", "log_softmax"):
        settings.setdefault("axis", Known(-1))
    return Tensor(
        shape=tensor.shape,
        dtype=tensor.dtype,
        low=bounds.low,
        high=bounds.high,
        library="keras",
        data=tensor.data,
        operation=Operation(kind, title, (tensor,), layer, settings, parameters, origin),
        origin=origin,
    )


def activated(call: Call, tensor: Value, activation: Value | None) -> Value:
    """A tensor after the function of an `activation=` argument."""
    if activation is None or not isinstance(tensor, Tensor):
        return tensor
    if isinstance(activation, OneOf):
        return either([activated(call, tensor, option) for option in activation.options])
    word = activation_word(activation)
    if word == "":
        return tensor
    if word is not None:
        title = constant(activation) or getattr(activation, "name", word).rpartition(".")[2]
        origin = activation.origin
        if origin is None or origin.site is None:
            origin = tensor.origin or call.origin
        return activation_operation(word, title, tensor, origin)
    if isinstance(activation, Known | Unknown):
        return not_followed(call, "the activation is not known", tensor)
    result = call.machine.call(activation, Arguments((tensor,)), call.site)
    return (
        result if isinstance(result, Tensor) else not_followed(call, "the activation is not followed", tensor)
    )


def activation_function(call: Call) -> Value:
    """A call such as `tf.nn.relu(x)` or `keras.activations.softmax(x, axis=1)`."""
    tensor = call.argument(0, "x", "features", "logits", "input", "a")
    if not isinstance(tensor, Tensor):
        return call.unknown()
    word = activation_word(Reference(call.name))
    if word is None or word == "":
        return tensor
    settings: dict[str, Value] = {}
    axis = call.argument(1, "axis") if word in ("softmax", "log_softmax") else None
    if axis is not None:
        settings["axis"] = axis
    slope = call.argument(1, "negative_slope", "alpha") if word == "leaky_relu" else None
    if slope is not None and number(slope) is not None:
        settings["negative_slope"] = slope
    return activation_operation(word, call.title, tensor, call.origin, settings)


def activation_by_name(call: Call) -> Value:
    """`keras.activations.get("relu")`: the function; what is a function already stays as it is."""
    given = call.argument(0, "identifier", "config")
    word = activation_word(given)
    if isinstance(given, Known) and word is not None:
        name = given.value.lower() if word else "linear"
        return Reference(f"keras.activations.{name}", origin=given.origin)
    return given or call.unknown()


FUNCTIONS = {
    f"{home}{name}": activation_function
    for home in _HOMES
    for name in [*ACTIVATION_WORDS, "linear"]
    if not (home == "tensorflow." and name not in ("sigmoid", "tanh"))
} | dict.fromkeys(("keras.activations.get", "keras.activations.deserialize"), activation_by_name)
