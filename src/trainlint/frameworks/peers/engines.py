"""DeepSpeed, Apex and Opacus: they give back what they were given, in their own order.

DeepSpeed 0.18 (deepspeed/__init__.py, runtime/engine.py), Apex (apex/amp/frontend.py), Opacus 1.5
(opacus/privacy_engine.py).
"""

from __future__ import annotations

from trainlint.frameworks.call import Call, Handler
from trainlint.frameworks.library import Library, merged
from trainlint.frameworks.passing_on import an_object, nothing, object_or_unknown, unknown
from trainlint.frameworks.torch import companions
from trainlint.frameworks.torch.parameters import parameters_of
from trainlint.values.value import Instance, Items, Known, Reference, Unknown, Value

ENGINE = "deepspeed.DeepSpeedEngine"
_SCALED = "apex.amp.scale_loss"


def _initialize(call: Call) -> Value:
    """`deepspeed.initialize(model=…, optimizer=…)`: engine, optimizer, loader, schedule."""
    model = call.argument(1, "model") or Unknown("a model")
    given = call.argument(2, "optimizer")
    made_elsewhere = given is None or (isinstance(given, Known) and given.value is None)
    optimizer = Unknown("an optimizer of DeepSpeed's settings", call.origin) if made_elsewhere else given
    engine = Instance(Reference(ENGINE), {"module": model}, call.origin)
    engine.slots["optimizer"] = optimizer
    engine.slots["owners"] = Items([model], "tuple")
    schedule = call.argument(5, "lr_scheduler") or Known(None)
    loader = Unknown("a loader of DeepSpeed", call.origin)
    return Items(
        [engine, optimizer or Unknown("an optimizer"), loader, schedule], "tuple", origin=call.origin
    )


def _module(call: Call) -> Value:
    return call.receiver.arguments["module"] if isinstance(call.receiver, Instance) else Unknown("a model")


def _forward(call: Call) -> Value:
    return call.machine.call(_module(call), call.arguments, call.site)


def _backward(call: Call) -> Value:
    call.machine.happen("backward", call.site, loss=call.argument(0, "loss") or Unknown("a loss"))
    return call.argument(0, "loss") or Unknown("a loss")


def _step(call: Call) -> Value:
    """A step of the engine clears the gradients behind it."""
    optimizer = call.receiver.slots.get("optimizer") if isinstance(call.receiver, Instance) else None
    if isinstance(optimizer, Value):
        call.machine.happen("step", call.site, optimizer=optimizer)
        call.machine.happen("zero_grad", call.site, optimizer=optimizer)
    return Known(None)


def _mode(kind: str) -> Handler:
    def handler(call: Call) -> Value:
        call.machine.happen(kind, call.site, networks=(_module(call),))
        return call.receiver or Known(None)

    return handler


def _amp(call: Call) -> Value:
    """`amp.initialize(model, optimizer)`: the pair, or the model alone."""
    models, optimizers = call.argument(0, "models"), call.argument(1, "optimizers")
    if optimizers is None or (isinstance(optimizers, Known) and optimizers.value is None):
        return models or Unknown("a model")
    return Items([models or Unknown("a model"), optimizers], "tuple", origin=call.origin)


def _scale(call: Call) -> Value:
    loss = call.argument(0, "loss") or Unknown("a loss")
    return Instance(Reference(_SCALED), {"loss": loss}, call.origin)


def _scaled(call: Call) -> Value:
    return call.receiver.arguments["loss"] if isinstance(call.receiver, Instance) else Unknown("a loss")


def _held_by(call: Call) -> Value:
    """`amp.master_params(optimizer)`"""
    optimizer = call.argument(0, "optimizer")
    held = optimizer.arguments.get("params") if isinstance(optimizer, Instance) else None
    return held or parameters_of((), call)


def _make_private(call: Call) -> Value:
    """`make_private(module=…, optimizer=…, data_loader=…)`"""
    found = [call.arguments.keyword.get(name) for name in ("module", "optimizer", "data_loader")]
    if any(value is None for value in found):
        return call.unknown()
    return Items([value for value in found if value is not None], "tuple", origin=call.origin)


_PRIVACY = "opacus.PrivacyEngine"

LIBRARY = Library(
    functions=merged(
        {name: found for name, found in companions.LIBRARY.functions.items() if name.startswith("apex.")},
        {
            "deepspeed.initialize": _initialize,
            "deepspeed.init_distributed": nothing,
            "deepspeed.add_config_arguments": unknown("options"),
            "apex.amp.initialize": _amp,
            "apex.amp.scale_loss": _scale,
            "apex.amp.master_params": _held_by,
            _PRIVACY: an_object,
        },
    ),
    methods=merged(
        {name: found for name, found in companions.LIBRARY.methods.items() if name.startswith("apex.")},
        {
            ENGINE: {
                "forward": _forward,
                "backward": _backward,
                "step": _step,
                "train": _mode("train_mode"),
                "eval": _mode("eval_mode"),
                "parameters": lambda call: parameters_of((_module(call),), call),
                "zero_grad": nothing,
                "save_checkpoint": nothing,
                "load_checkpoint": unknown("a checkpoint"),
            },
            _SCALED: {"__enter__": _scaled, "__exit__": nothing},
            _PRIVACY: {
                "make_private": _make_private,
                "make_private_with_epsilon": _make_private,
                "get_epsilon": unknown("a privacy budget"),
                "accountant": unknown("an accountant"),
            },
        },
    ),
    calls={ENGINE: _forward},
    attributes={ENGINE: {"module": _module}},
    bases=companions.LIBRARY.bases,
    fallback=object_or_unknown,
)
