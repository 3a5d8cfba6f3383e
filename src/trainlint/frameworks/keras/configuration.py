"""Regularizers, initializers and metrics: objects with their arguments."""

from __future__ import annotations

import re

from trainlint.frameworks.call import Call, Handler
from trainlint.frameworks.facts import Compared
from trainlint.frameworks.keras.configuration_signatures import INITIALIZERS, METRICS, REGULARIZERS
from trainlint.frameworks.signatures import Signature
from trainlint.values.value import Instance, Known, Reference, Unknown, Value

_TABLES: dict[str, dict[str, Signature]] = {
    "regularizers": REGULARIZERS,
    "initializers": INITIALIZERS,
    "metrics": METRICS,
}

_ALIASES = {
    "l1_l2": "L1L2",
    "IdentityInitializer": "Identity",
    "OrthogonalInitializer": "Orthogonal",
    "STFTInitializer": "STFT",
    "he_normal_v2": "HeNormal",
    "normal": "RandomNormal",
    "uniform": "RandomUniform",
}


def _snake_case(name: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower()


def _constructor(kind: str, name: str) -> Handler:
    def construct(call: Call) -> Value:
        return Instance(Reference(f"keras.{kind}.{name}"), call.bind(_TABLES[kind][name]), call.origin)

    return construct


def _functions() -> dict[str, Handler]:
    handlers = {
        f"keras.{kind}.{name}": _constructor(kind, name) for kind, table in _TABLES.items() for name in table
    }
    for kind in ("regularizers", "initializers"):
        # `l2(0.01)`, `he_normal()`: the classes have a second name in lower case.
        names = {_snake_case(name): name for name in _TABLES[kind]} | _ALIASES
        handlers |= {
            f"keras.{kind}.{alias}": handlers[f"keras.{kind}.{name}"]
            for alias, name in names.items()
            if name in _TABLES[kind]
        }
    return handlers


def _compared(call: Call) -> None:
    """A metric in a hand-written loop gets what should have been predicted, and what was."""
    truth, prediction = call.argument(0, "y_true"), call.argument(1, "y_pred")
    if truth is None or prediction is None:
        return  # `Mean` gets one thing
    metric = call.receiver
    settings = metric.arguments if isinstance(metric, Instance) else {}
    measure = metric.title if isinstance(metric, Instance) else call.title
    call.machine.note(Compared(measure, "keras", (prediction, truth), call.origin, settings))


def update(call: Call) -> Value:
    _compared(call)
    return Known(None)


def reset(call: Call) -> Value:
    return Known(None)


def result(call: Call) -> Value:
    return Unknown("the value of a metric")


def measure(call: Call) -> Value:
    """`metric(y_true, y_pred)`, `keras.metrics.binary_accuracy(y_true, y_pred)`."""
    _compared(call)
    return result(call)


_ACCURACIES = ("binary_accuracy", "categorical_accuracy", "sparse_categorical_accuracy")

FUNCTIONS = _functions() | {f"keras.metrics.{name}": measure for name in _ACCURACIES}

METHODS = {
    "keras.metrics.Metric": {
        "update_state": update,
        "reset_state": reset,
        "reset_states": reset,
        "result": result,
    }
}

CALLS = {"keras.metrics.Metric": measure}

BASES = (
    dict.fromkeys((f"keras.metrics.{name}" for name in METRICS), ("keras.metrics.Metric",))
    | dict.fromkeys(
        (f"keras.regularizers.{name}" for name in REGULARIZERS), ("keras.regularizers.Regularizer",)
    )
    | dict.fromkeys(
        (f"keras.initializers.{name}" for name in INITIALIZERS), ("keras.initializers.Initializer",)
    )
)
