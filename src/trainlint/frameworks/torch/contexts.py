"""no_grad and its relatives, gradients, clipping, and mixed precision."""

from __future__ import annotations

from trainlint.frameworks.call import Arguments, Call, Handler
from trainlint.frameworks.library import ALONE
from trainlint.frameworks.signatures import Signature
from trainlint.frameworks.torch.parameters import owners_of
from trainlint.values.value import (
    Function,
    Instance,
    Known,
    OneOf,
    Partial,
    Reference,
    Unknown,
    Value,
    constant,
)

_WITHOUT_GRADIENTS = (
    "torch.no_grad",
    "torch.inference_mode",
    "torch.autograd.no_grad",
    "torch.autograd.inference_mode",
)
_AUTOCAST = {
    "torch.autocast": "device_type, dtype=None, enabled=True, cache_enabled=None",
    "torch.amp.autocast": "device_type, dtype=None, enabled=True, cache_enabled=None",
    "torch.amp.autocast_mode.autocast": "device_type, dtype=None, enabled=True, cache_enabled=None",
    "torch.cuda.amp.autocast": "enabled=True, dtype=None, cache_enabled=True",
    "torch.cpu.amp.autocast": "enabled=True, dtype=None, cache_enabled=True",
}
_SCALERS = {
    "torch.cuda.amp.GradScaler": "init_scale=65536.0, growth_factor=2.0, backoff_factor=0.5, "
    "growth_interval=2000, "
    "enabled=True",
    "torch.amp.GradScaler": "device='cuda', init_scale=65536.0, growth_factor=2.0, backoff_factor=0.5, "
    "growth_interval=2000, enabled=True",
    "torch.cuda.amp.grad_scaler.GradScaler": "init_scale=65536.0, growth_factor=2.0, backoff_factor=0.5, "
    "growth_interval=2000, enabled=True",
}


def _manager(name: str, text: str) -> Handler:
    signature = Signature(text)

    def handler(call: Call) -> Value:
        first = call.argument(0)
        if isinstance(first, Function):
            return first  # @torch.no_grad without parentheses
        return Instance(Reference(name), call.bind(signature), call.origin)

    return handler


def _disables(manager: Value | None) -> bool | None:
    """Whether gradients are off within a context manager; None when that is not known."""
    if not isinstance(manager, Instance) or not isinstance(manager.cls, Reference):
        return None
    name = manager.cls.name.rpartition(".")[2]
    if name == "enable_grad":
        return False
    if name == "no_grad":
        return True
    mode = constant(manager.arguments.get("mode"))
    if not isinstance(mode, bool):
        return None
    return mode if name == "inference_mode" else not mode


def _enter(call: Call) -> Value:
    call.machine.happen("no_grad_enter" if _disables(call.receiver) else "grad_enter", call.site)
    return call.receiver or Known(None)


def _exit(call: Call) -> Value:
    call.machine.happen("no_grad_exit" if _disables(call.receiver) else "grad_exit", call.site)
    return Known(None)


def _switch(call: Call) -> Value:
    """`torch.set_grad_enabled(False)` as a statement holds until the next one."""
    disables = _disables(call.receiver)
    if disables is not None:
        call.machine.happen("grad_off" if disables else "grad_on", call.site)
    return Known(None)


def _decorate(call: Call) -> Value:
    """`@torch.no_grad()` on a function of the program: the function runs between enter and exit."""
    function = call.argument(0, "func")
    if function is None or call.receiver is None:
        return Unknown("a decorated function")
    return Partial(Reference(DECORATED), (call.receiver, function))


DECORATED = "torch.no_grad.decorated"
"""A function within a context manager: its first arguments are the manager and the function."""


def _run_decorated(call: Call) -> Value:
    manager, function, *rest = call.arguments.positional
    inner = Call(call.name, Arguments(), call.site, call.machine, manager)
    _enter(inner)
    result = call.machine.call(
        function, Arguments(tuple(rest), call.arguments.keyword, call.arguments.complete), call.site
    )
    _exit(inner)
    return result


def _enter_autocast(call: Call) -> Value:
    if _is_half(call.receiver):
        call.machine.happen("autocast_enter", call.site)
    return call.receiver or Known(None)


def _exit_autocast(call: Call) -> Value:
    if _is_half(call.receiver):
        call.machine.happen("autocast_exit", call.site)
    return Known(None)


def _is_half(manager: Value | None) -> bool:
    """Whether a context computes in float16 for sure: on a GPU that is the default."""
    if not isinstance(manager, Instance) or constant(manager.arguments.get("enabled")) is not True:
        return False
    dtype = manager.arguments.get("dtype")
    if isinstance(dtype, Reference):
        return dtype.name in ("torch.float16", "torch.half")
    if not isinstance(dtype, Known) or dtype.value is not None:
        return False
    device = constant(manager.arguments.get("device_type"))
    return manager.library_names == ("torch.cuda.amp.autocast",) or device == "cuda"


# -- gradient scaling -------------------------------------------------------------------------------------


def _scale(call: Call) -> Value:
    call.machine.happen("scale", call.site, scaler=call.receiver)
    return call.argument(0, "outputs") or Unknown("scaled loss")


def _scaler_step(call: Call) -> Value:
    optimizer = call.argument(0, "optimizer")
    if isinstance(optimizer, OneOf):  # which one steps is not known
        for option in optimizer.options:
            call.machine.happen("escape", call.site, optimizer=option)
    call.machine.happen("step", call.site, optimizer=optimizer, scaler=call.receiver)
    return Known(None)


def _unscale(call: Call) -> Value:
    call.machine.happen("unscale", call.site, optimizer=call.argument(0, "optimizer"), scaler=call.receiver)
    return Known(None)


def _scaler_update(call: Call) -> Value:
    call.machine.happen("scaler_update", call.site, scaler=call.receiver)
    return Known(None)


def _scaler(name: str, text: str) -> Handler:
    signature = Signature(text)

    def handler(call: Call) -> Value:
        return Instance(Reference(name), call.bind(signature), call.origin)

    return handler


# -- clipping ---------------------------------------------------------------------------------------------

_CLIPPING = {
    "clip_grad_norm_": "parameters, max_norm, norm_type=2.0, error_if_nonfinite=False, foreach=None",
    "clip_grad_value_": "parameters, clip_value, foreach=None",
    "clip_grad_norm": "parameters, max_norm, norm_type=2.0, error_if_nonfinite=False, foreach=None",
}


def _clip(text: str) -> Handler:
    signature = Signature(text)

    def handler(call: Call) -> Value:
        arguments = call.bind(signature)
        limit = arguments.get("max_norm", arguments.get("clip_value", Unknown("limit")))
        by = "norm" if "max_norm" in signature.names else "value"
        call.machine.happen(
            "clip", call.site, networks=owners_of(arguments.get("parameters")) or (), limit=limit, by=by
        )
        return Unknown("norm of the gradients", call.origin)

    return handler


def _differentiate(call: Call) -> Value:
    """torch.autograd.grad and its relatives: gradients as a result, which nothing here follows."""
    call.machine.happen("differentiate", call.site)
    return call.unknown()


_DIFFERENTIATING = (
    "grad functional.jacobian functional.hessian functional.vjp functional.jvp functional.hvp functional.vhp"
).split()

FUNCTIONS: dict[str, Handler] = {
    **{f"torch.autograd.{name}": _differentiate for name in _DIFFERENTIATING},
    **{name: _manager(name, "mode=True") for name in _WITHOUT_GRADIENTS},
    "torch.enable_grad": _manager("torch.enable_grad", ""),
    "torch.set_grad_enabled": _manager("torch.set_grad_enabled", "mode"),
    "torch.autograd.set_grad_enabled": _manager("torch.set_grad_enabled", "mode"),
    **{name: _manager(name, text) for name, text in _AUTOCAST.items()},
    **{name: _scaler(name, text) for name, text in _SCALERS.items()},
    **{f"torch.nn.utils.{name}": _clip(text) for name, text in _CLIPPING.items()},
    **{f"torch.nn.utils.clip_grad.{name}": _clip(text) for name, text in _CLIPPING.items()},
    DECORATED: _run_decorated,
}

_GRADIENT_MANAGER: dict[str, Handler] = {"__enter__": _enter, "__exit__": _exit}
_SCALER_METHODS: dict[str, Handler] = {
    "scale": _scale,
    "step": _scaler_step,
    "unscale_": _unscale,
    "update": _scaler_update,
}
_GRADIENT_MANAGERS = (*_WITHOUT_GRADIENTS, "torch.enable_grad", "torch.set_grad_enabled")

METHODS: dict[str, dict[str, Handler]] = {
    **dict.fromkeys(_GRADIENT_MANAGERS, _GRADIENT_MANAGER),
    "torch.set_grad_enabled": {**_GRADIENT_MANAGER, ALONE: _switch},
    **{name: {"__enter__": _enter_autocast, "__exit__": _exit_autocast} for name in _AUTOCAST},
    **dict.fromkeys(_SCALERS, _SCALER_METHODS),
}

CALLS: dict[str, Handler] = dict.fromkeys(_GRADIENT_MANAGERS, _decorate) | {
    name: lambda call: call.argument(0) or Unknown("a decorated function") for name in _AUTOCAST
}
