"""Hand-written training loops: GradientTape, and optimizers that apply gradients."""

from __future__ import annotations

from trainlint.frameworks.call import Arguments, Call, Handler
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
STOPPED = "tensorflow.GradientTape.stop_recording"


def make_tape(call: Call) -> Value:
    persistent = call.argument(0, "persistent") or Known(False)
    return Instance(Reference(TAPE), {"persistent": persistent}, call.origin)


def enter(call: Call) -> Value:
    if call.receiver is None:
        return Unknown("a tape")
    call.machine.happen("tape_enter", call.site, tape=call.receiver)
    return call.receiver


def leave(call: Call) -> Value:
    call.machine.happen("tape_exit", call.site, tape=call.receiver)
    return Known(None)


def stop_recording(call: Call) -> Value:
    """`with tape.stop_recording():`"""
    tape = call.receiver if call.receiver is not None else Unknown("a tape")
    return Instance(Reference(STOPPED), {"tape": tape}, call.origin)


def _stopped(kind: str) -> Handler:
    def handler(call: Call) -> Value:
        if isinstance(call.receiver, Instance):
            call.machine.happen(kind, call.site, tape=call.receiver.arguments.get("tape", Unknown("a tape")))
        return Known(None)

    return handler


def nothing(call: Call) -> Value:
    return Known(None)


def gradient(call: Call) -> Value:
    """`tape.gradient(loss, variables)`."""
    loss = call.argument(0, "target")
    call.machine.happen("backward", call.site, loss=loss, gradients="given", tape=call.receiver)
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

METHODS: dict[str, dict[str, Handler]] = {
    TAPE: {
        "__enter__": enter,
        "__exit__": leave,
        "watch": nothing,
        "gradient": gradient,
        "jacobian": gradient,
        "stop_recording": stop_recording,
    },
    STOPPED: {"__enter__": _stopped("tape_stopped"), "__exit__": _stopped("tape_resumed")},
    "keras.optimizers.Optimizer": {
        "apply_gradients": apply_gradients,
        "apply": apply_gradients,
        "minimize": minimize,
        "build": nothing,
    },
}
