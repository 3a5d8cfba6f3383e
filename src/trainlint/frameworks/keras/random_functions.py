"""Random tensors of TensorFlow and Keras."""

from __future__ import annotations

from trainlint.frameworks import hand_made_weights
from trainlint.frameworks.arrays import creating
from trainlint.frameworks.arrays.subject import dtype_name, shuffled_alone, tensor_of
from trainlint.frameworks.call import Call, Handler
from trainlint.frameworks.passing_on import seed
from trainlint.values.value import Value, integer


def uniform(call: Call) -> Value:
    bounds = creating.uniform_bounds(1)
    if (dtype := dtype_name(call.argument(3, "dtype"))) is not None and dtype.startswith("int"):
        bounds = creating.tensorflow_integer_bounds
    return creating.random_shape("keras", 0, bounds, dtype or "float32")(call)


def normal(scale: str | None) -> Handler:
    """`tf.random.normal(shape, mean=0.0, stddev=1.0)`."""
    inner = creating.random_shape("keras", 0, (None, None), "float32", scale)

    def handler(call: Call) -> Value:
        return hand_made_weights.drawn(inner(call), call.argument(2, "stddev"), call.origin)

    return handler


_RANDOM: dict[str, Handler] = {
    "normal": normal("standardised"),
    "truncated_normal": normal(None),
    "uniform": uniform,
    "randint": creating.random_shape("keras", 0, creating.tensorflow_integer_bounds, "int32"),
    "set_seed": seed,
}


def drawn(call: Call) -> Value:
    """`tf.random.categorical(logits, num_samples)`: so many classes for each row."""
    logits, count = (
        tensor_of(call.argument(0, "logits"), "keras", call),
        integer(call.argument(1, "num_samples")),
    )
    if logits is None:
        return call.unknown()
    shape = (*logits.shape[:-1], count) if logits.shape else None
    return call.tensor("random", (logits,), shape, dtype="int64", low=0.0, library="keras", data=None)


def shuffled(call: Call) -> Value:
    """`tf.random.shuffle(value)`, `keras.random.shuffle(x, axis=0)`."""
    tensor = tensor_of(call.argument(0, "value", "x"), "keras", call)
    return call.unknown() if tensor is None else shuffled_alone(call, tensor)


def _named(prefixes: tuple[str, ...], table: dict[str, Handler]) -> dict[str, Handler]:
    return {f"{prefix}{name}": handler for prefix in prefixes for name, handler in table.items()}


FUNCTIONS: dict[str, Handler] = (
    _named(("tensorflow.random.", "keras.random."), _RANDOM)
    # Keras 2 (keras/backend.py) and TensorFlow 1 name the same functions otherwise.
    | _named(
        ("keras.backend.random_", "tensorflow.random_", "tensorflow.compat.v1.random_"),
        {name: _RANDOM[name] for name in ("normal", "uniform")},
    )
    | _named(("keras.backend.", "tensorflow."), {"truncated_normal": _RANDOM["truncated_normal"]})
    | dict.fromkeys(("tensorflow.random.categorical", "keras.random.categorical"), drawn)
    | dict.fromkeys(
        ("tensorflow.random.shuffle", "tensorflow.random_shuffle", "keras.random.shuffle"),
        shuffled,
    )
)
"""By canonical name."""
