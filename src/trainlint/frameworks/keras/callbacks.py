"""Callbacks: objects with their arguments."""

from __future__ import annotations

from trainlint.frameworks.call import Call
from trainlint.frameworks.facts import MonitorMade
from trainlint.frameworks.keras.callback_signatures import CALLBACKS
from trainlint.values.value import Instance, Reference, Value

_PREFIX = "keras.callbacks."


def construct(call: Call) -> Value:
    made = Instance(Reference(_PREFIX + call.title), call.bind(CALLBACKS[call.title]), call.origin)
    if "monitor" in made.arguments and "mode" in made.arguments:
        watched, mode = made.arguments["monitor"], made.arguments["mode"]
        call.machine.note(MonitorMade(made, "keras", watched, mode))
    return made


FUNCTIONS = {_PREFIX + name: construct for name in CALLBACKS}

BASES = dict.fromkeys((_PREFIX + name for name in CALLBACKS), (_PREFIX + "Callback",))
