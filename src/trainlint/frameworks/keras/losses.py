"""Losses of Keras and TensorFlow: as strings, functions, objects, and when called in a hand-written loop."""

from __future__ import annotations

import re
from dataclasses import dataclass

from trainlint.frameworks.call import Call, as_tensor
from trainlint.frameworks.facts import LossApplied
from trainlint.frameworks.keras.loss_signatures import LOSS_CLASSES, LOSS_FUNCTIONS
from trainlint.frameworks.signatures import Signature
from trainlint.values.origin import Made, Origin
from trainlint.values.tensor import Operation, Tensor
from trainlint.values.value import (
    Bound,
    Class,
    Function,
    Instance,
    Known,
    Partial,
    Reference,
    Unknown,
    Value,
)

WORDS = {
    "binary_crossentropy": "binary_cross_entropy",
    "binary_focal_crossentropy": "binary_focal_cross_entropy",
    "categorical_crossentropy": "categorical_cross_entropy",
    "categorical_focal_crossentropy": "categorical_focal_cross_entropy",
    "categorical_generalized_cross_entropy": "generalized_cross_entropy",
    "sparse_categorical_crossentropy": "sparse_categorical_cross_entropy",
    "mean_squared_error": "mse",
    "mean_absolute_error": "mae",
    "mean_absolute_percentage_error": "mape",
    "mean_squared_logarithmic_error": "msle",
    "huber": "huber",
    "log_cosh": "log_cosh",
    "poisson": "poisson",
    "kl_divergence": "kl_divergence",
    "hinge": "hinge",
    "squared_hinge": "squared_hinge",
    "categorical_hinge": "categorical_hinge",
    "cosine_similarity": "cosine",
    "ctc": "ctc",
    "circle": "circle",
    "dice": "dice",
    "tversky": "tversky",
}
"""Word of frameworks/losses.py by the name of the function."""

ALIASES = {
    "bce": "binary_crossentropy",
    "mse": "mean_squared_error",
    "mae": "mean_absolute_error",
    "mape": "mean_absolute_percentage_error",
    "msle": "mean_squared_logarithmic_error",
    "kld": "kl_divergence",
    "kullback_leibler_divergence": "kl_divergence",
    "logcosh": "log_cosh",
    "huber_loss": "huber",
    "cosine_proximity": "cosine_similarity",
    "cosine": "cosine_similarity",
}
"""Short and older names that `keras.losses.get` takes, and earlier releases of it."""

_CLASSES = {
    "KLDivergence": "kl_divergence",
    "LogCosh": "log_cosh",
    "CTC": "ctc",
    "CategoricalGeneralizedCrossEntropy": "categorical_generalized_cross_entropy",
}

_HOMES = ("keras.losses.", "keras.metrics.", "keras.backend.", "keras.objectives.")


def function_name(name: str) -> str | None:
    """The function that a string or a class name of a loss stands for: `MSE`, `MeanSquaredError`, …"""
    if name in _CLASSES:
        return _CLASSES[name]
    lowered = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower()
    for candidate in (name.lower(), lowered):
        found = ALIASES.get(candidate, candidate)
        if found in WORDS:
            return found
    return None


@dataclass(frozen=True)
class Loss:
    """A loss that was chosen."""

    word: str
    title: str
    settings: dict[str, Value]
    origin: Origin | None

    @property
    def takes_logits(self) -> Value:
        return self.settings.get(
            "from_logits", Known(False, Origin(Made.LIBRARY, None, f"default of {self.title}"))
        )


def loss_from(value: Value) -> Loss | None:
    """What a `loss=` argument stands for; None when it is no loss or not known."""
    if isinstance(value, Known) and isinstance(value.value, str):
        return _named(value.value, value.value, value.origin)
    if isinstance(value, Reference):
        home, _, name = value.name.rpartition(".")
        return _named(name, name, value.origin) if f"{home}." in _HOMES else None
    if isinstance(value, Instance) and isinstance(value.cls, Reference):
        found = function_name(value.title)
        return Loss(WORDS[found], value.title, value.arguments, value.origin) if found else None
    if isinstance(value, Partial):
        inner = loss_from(value.function)
        return inner and Loss(inner.word, inner.title, {**inner.settings, **value.keyword}, value.origin)
    if isinstance(value, Function | Bound | Instance | Class):
        title = value.name if isinstance(value, Function | Class) else getattr(value, "title", "loss")
        return Loss("custom", title, {"from_logits": Unknown("a loss of the program")}, value.origin)
    return None


def _named(name: str, title: str, origin: Origin | None) -> Loss | None:
    found = function_name(name)
    if found is None:
        return None
    defaults = LOSS_FUNCTIONS[found].bind((), {}, True, title)
    return Loss(WORDS[found], title, defaults, origin)


# -- losses in hand-written loops -------------------------------------------------------------------------


def construct(call: Call) -> Value:
    return Instance(Reference(f"keras.losses.{call.title}"), call.bind(LOSS_CLASSES[call.title]), call.origin)


def apply_object(call: Call) -> Value:
    """`loss_object(y_true, y_pred)`."""
    loss = loss_from(call.receiver) if call.receiver is not None else None
    truth, prediction = call.argument(0, "y_true"), call.argument(1, "y_pred")
    if loss is None or loss.word == "custom":
        return call.unknown()
    return _apply(call, loss, truth, prediction)


def apply_function(call: Call) -> Value:
    """`keras.losses.mse(y_true, y_pred)`."""
    name = function_name(call.title)
    assert name is not None
    bound = call.bind(LOSS_FUNCTIONS[name])
    loss = Loss(WORDS[name], call.title, bound, call.origin)
    return _apply(call, loss, bound.pop("y_true", None), bound.pop("y_pred", None))


_TENSORFLOW = {
    "sigmoid_cross_entropy_with_logits": ("binary_cross_entropy", "labels=None, logits=None, name=None"),
    "softmax_cross_entropy_with_logits": (
        "categorical_cross_entropy",
        "labels, logits, axis=-1, name=None",
    ),
    "softmax_cross_entropy_with_logits_v2": (
        "categorical_cross_entropy",
        "labels, logits, axis=None, name=None",
    ),
    "sparse_softmax_cross_entropy_with_logits": (
        "sparse_categorical_cross_entropy",
        "labels, logits, name=None",
    ),
    "weighted_cross_entropy_with_logits": ("binary_cross_entropy", "labels, logits, pos_weight, name=None"),
}
"""Losses of tf.nn that apply the softmax or sigmoid themselves."""


def apply_with_logits(call: Call) -> Value:
    word, text = _TENSORFLOW[call.title]
    bound = call.bind(Signature(text))
    labels, logits = bound.pop("labels", None), bound.pop("logits", None)
    bound["from_logits"] = Known(True, call.origin)
    return _apply(call, Loss(word, call.title, bound, call.origin), labels, logits)


def _apply(call: Call, loss: Loss, truth: Value | None, prediction: Value | None) -> Value:
    predicted = as_tensor(prediction)
    inputs = tuple(tensor for tensor in (predicted, as_tensor(truth)) if tensor is not None)
    operation = Operation("loss", loss.title, inputs, origin=call.origin)
    # Loss functions keep the batch axis; loss objects and tf.nn's reduce or keep it: the shape stays open.
    result = Tensor(library="keras", operation=operation, origin=call.origin)
    # tf.nn's losses have no switch: what they take is no setting of theirs.
    hidden = {"y_true", "y_pred"} | ({"from_logits"} if loss.title in _TENSORFLOW else set())
    call.machine.note(
        LossApplied(
            loss.word,
            loss.title,
            "keras",
            predicted,
            truth,
            loss.takes_logits,
            {name: value for name, value in loss.settings.items() if name not in hidden},
            result,
            origin=call.origin,
            loss_origin=loss.origin,
        )
    )
    call.machine.happen("loss", call.site, loss=result)
    return result


FUNCTIONS = (
    {f"keras.losses.{name}": construct for name in LOSS_CLASSES}
    | {
        f"{home}{name}": apply_function
        for home in _HOMES
        for name in [
            *WORDS,
            *ALIASES,
            *(alias.upper() for alias in ("bce", "mse", "mae", "mape", "msle", "kld")),
        ]
    }
    | {f"tensorflow.nn.{name}": apply_with_logits for name in _TENSORFLOW}
    | {f"tensorflow.compat.v1.nn.{name}": apply_with_logits for name in _TENSORFLOW}
)

CALLS = {"keras.losses.Loss": apply_object}
