"""Ignite: engines that run a function on every batch.

Ignite 0.5 (ignite/engine/__init__.py, ignite/engine/engine.py).
"""

from __future__ import annotations

from trainlint.frameworks.call import Arguments, Call
from trainlint.frameworks.gradient_descent import descend, supervised_loss
from trainlint.frameworks.library import Library
from trainlint.frameworks.passing_on import nothing, object_or_unknown, unknown
from trainlint.frameworks.signatures import Signature
from trainlint.values.origin import Made, Origin
from trainlint.values.value import Instance, Known, Reference, Unknown, Value, options_of

ENGINE = "ignite.Engine"
SUPERVISED = "ignite.supervised"
_RUN = Signature("data=None, max_epochs=None, epoch_length=None")


def _engine(call: Call) -> Value:
    function = call.argument(0, "process_function") or Unknown("a function for batches")
    return Instance(Reference(ENGINE), {"process_function": function}, call.origin)


def _supervised(call: Call) -> Value:
    given = {
        name: call.argument(position, name) or Unknown(name)
        for position, name in enumerate(("model", "optimizer", "loss_fn"))
    }
    return Instance(Reference(SUPERVISED), given, call.origin)


def _run(call: Call) -> Value:
    """`engine.run(loader, max_epochs=…)`; one epoch unless told."""
    engine, bound = call.receiver, call.bind(_RUN)
    if not isinstance(engine, Instance):
        return call.unknown()
    epochs = bound["max_epochs"]
    if isinstance(epochs, Known) and epochs.value is None:
        epochs = Known(1, Origin(Made.LIBRARY, None, "default of run"))
    loader = bound["data"]
    told = {"epochs": epochs, "steps_per_epoch": bound["epoch_length"], "callbacks": Unknown("handlers")}
    if isinstance(told["steps_per_epoch"], Known) and told["steps_per_epoch"].value is None:
        del told["steps_per_epoch"]
    with (
        call.machine.repeated("epochs", call.site, times=epochs, told=told),
        call.machine.repeated("batches", call.site, iterable=loader),
    ):
        batch = call.machine.element(loader, call.site)
        if "loss_fn" in engine.arguments:
            _update(call, engine, batch)
        else:
            call.machine.call(engine.arguments["process_function"], Arguments((engine, batch)), call.site)
    return Unknown("the state of an engine", call.origin)


def _update(call: Call, engine: Instance, batch: Value) -> None:
    model, criterion = engine.arguments["model"], engine.arguments["loss_fn"]
    call.machine.happen("train_mode", call.site, networks=(model,))
    loss = supervised_loss(call, model, criterion, batch)
    descend(call, options_of(engine.arguments["optimizer"]), loss)


LIBRARY = Library(
    functions={
        ENGINE: _engine,
        "ignite.create_supervised_trainer": _supervised,
        "ignite.create_supervised_evaluator": unknown("an evaluator"),
    },
    methods={
        ENGINE: {
            "run": _run,
            **dict.fromkeys("add_event_handler attach terminate register_events".split(), nothing),
        }
    },
    bases=lambda name: (ENGINE,) if name == SUPERVISED else (),
    fallback=object_or_unknown,
)
