"""Lightning Fabric: the program's own loop, with wrappers that train the same.

Lightning 2.6: lightning/fabric/fabric.py.
"""

from __future__ import annotations

from trainlint.frameworks.call import Arguments, Call, Handler
from trainlint.frameworks.gradient_descent import clip
from trainlint.frameworks.passing_on import (
    QUIET_MANAGER,
    an_object,
    first,
    in_order,
    manager,
    nothing,
    unknown,
)
from trainlint.values.value import Items, Unknown, Value

FABRIC = "lightning.Fabric"
_MANAGER = "lightning.fabric.manager"


def _setup(call: Call) -> Value:
    """`setup(model, optimizer, …)` and `setup(module=…)`: what was given, in order."""
    named = [call.arguments.keyword[name] for name in ("module",) if name in call.arguments.keyword]
    given = Arguments((*named, *call.arguments.positional), {}, call.arguments.complete)
    return in_order(Call(call.name, given, call.site, call.machine, call.receiver))


def _backward(call: Call) -> Value:
    call.machine.happen("backward", call.site, loss=call.argument(0, "tensor") or Unknown("a loss"))
    return Unknown("nothing")


def _clip(call: Call) -> Value:
    optimizer = call.argument(1, "optimizer")
    by_value, by_norm = call.argument(2, "clip_val"), call.argument(3, "max_norm")
    if optimizer is not None:
        clip(call, [optimizer], by_norm or by_value, "norm" if by_norm is not None else "value")
    return Unknown("norm of the gradients", call.origin)


def _launch(call: Call) -> Value:
    """`fabric.launch(function, …)` calls the function with the fabric in front."""
    function, *rest = call.arguments.positional or (Unknown("nothing to launch"),)
    if not call.arguments.positional or call.receiver is None:
        return Unknown("nothing to launch")
    arguments = Arguments((call.receiver, *rest), call.arguments.keyword, call.arguments.complete)
    return call.machine.call(function, arguments, call.site)


def _loaders(call: Call) -> Value:
    found = in_order(call)
    return found if not isinstance(found, Items) else Items(found.items, "list", origin=call.origin)


FUNCTIONS: dict[str, Handler] = {FABRIC: an_object}

METHODS: dict[str, dict[str, Handler]] = {
    FABRIC: {
        "setup": _setup,
        "setup_module": first("module"),
        "setup_optimizers": in_order,
        "setup_dataloaders": _loaders,
        "backward": _backward,
        "clip_gradients": _clip,
        "launch": _launch,
        "to_device": first("obj"),
        "all_gather": first("data"),
        "all_reduce": first("data"),
        "broadcast": first("obj"),
        **dict.fromkeys(
            "autocast rank_zero_first no_backward_sync init_tensor init_module".split(), manager(_MANAGER)
        ),
        **dict.fromkeys("print barrier save log log_dict seed_everything call".split(), nothing),
        "load": unknown("a checkpoint"),
    },
    _MANAGER: QUIET_MANAGER,
}

ATTRIBUTES: dict[str, dict[str, Handler]] = {
    FABRIC: {
        name: unknown(f"the {name.replace('_', ' ')} of a run")
        for name in "device global_rank local_rank world_size is_global_zero logger".split()
    }
}
