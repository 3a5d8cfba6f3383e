"""Hand-written training loops: GradientTape, and optimizers that apply gradients."""

from __future__ import annotations

from trainlint.frameworks.call import Arguments, Call
from trainlint.values.value import (
    Bound,
    Function,
    Instance,
    Known,
    Method,
    Partial,
    Reference,
    Unknown,
    Value,
)

TAPE = "tensorflow.GradientTape"


def make_tape(call: Call) -> Value:
    persistent = call.argument(0, "persistent") or Known(False)
    return Instance(Reference(TAPE), {"persistent": persistent}, call.origin)


def enter(call: Call) -> Value:
    return call.receiver if call.receiver is not None else Unknown("a tape")


def leave(call: Call) -> Value:
    return Known(None)


def gradient(call: Call) -> Value:
    """`tape.gradient(loss, variables)`."""
    loss = call.argument(0, "target")
    call.machine.happen("backward", call.site, loss=loss, gradients="given")
    return Unknown("gradients", call.origin)


def apply_gradients(call: Call) -> Value:
    call.machine.happen("step", call.site, optimizer=call.receiver)
    return Known(None)


def minimize(call: Call) -> Value:
    """`optimizer.minimize(loss, variables)`: gradient and step; the loss may be a function."""
    loss = call.argument(0, "loss")
    if isinstance(loss, Function | Bound | Method | Partial):
        loss = call.machine.call(loss, Arguments(), call.site)
    call.machine.happen("backward", call.site, loss=loss, gradients="given")
    call.machine.happen("step", call.site, optimizer=call.receiver)
    return Known(None)


FUNCTIONS = {TAPE: make_tape, "tensorflow.compat.v1.GradientTape": make_tape}

METHODS = {
    TAPE: {
        "__enter__": enter,
        "__exit__": leave,
        "watch": leave,
        "gradient": gradient,
        "jacobian": gradient,
    },
    "keras.optimizers.Optimizer": {
        "apply_gradients": apply_gradients,
        "apply": apply_gradients,
        "minimize": minimize,
        "build": leave,
    },
}
