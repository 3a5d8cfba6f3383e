"""Regularizers, initializers and metrics: objects with their arguments."""

from __future__ import annotations

import re

from trainlint.frameworks.call import Call, Handler
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


def update(call: Call) -> Value:
    """A metric in a hand-written loop."""
    return Known(None)


def result(call: Call) -> Value:
    return Unknown("the value of a metric")


FUNCTIONS = _functions()

METHODS = {
    "keras.metrics.Metric": {
        "update_state": update,
        "reset_state": update,
        "reset_states": update,
        "result": result,
    }
}

CALLS = {"keras.metrics.Metric": result}

BASES = (
    dict.fromkeys((f"keras.metrics.{name}" for name in METRICS), ("keras.metrics.Metric",))
    | dict.fromkeys(
        (f"keras.regularizers.{name}" for name in REGULARIZERS), ("keras.regularizers.Regularizer",)
    )
    | dict.fromkeys(
        (f"keras.initializers.{name}" for name in INITIALIZERS), ("keras.initializers.Initializer",)
    )
)
