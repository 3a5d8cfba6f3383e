"""Callbacks: objects with their arguments."""

from __future__ import annotations

from trainlint.frameworks.call import Call
from trainlint.frameworks.keras.callback_signatures import CALLBACKS
from trainlint.values.value import Instance, Reference, Value

_PREFIX = "keras.callbacks."


def construct(call: Call) -> Value:
    return Instance(Reference(_PREFIX + call.title), call.bind(CALLBACKS[call.title]), call.origin)


FUNCTIONS = {_PREFIX + name: construct for name in CALLBACKS}

BASES = dict.fromkeys((_PREFIX + name for name in CALLBACKS), (_PREFIX + "Callback",))
