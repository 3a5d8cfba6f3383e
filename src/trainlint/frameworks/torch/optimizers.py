"""Optimizers: torch.optim, and the best known ones of other packages.

The arguments of an optimizer's `Instance` are those of its constructor. The slot `param_groups` is a list of
dictionaries, one for each group, that hold `params` and the settings of the group: what a program writes
there (`for g in optimizer.param_groups: g["lr"] = …`) is found there, and `groups_of` and `group_setting` read it.
"""

from __future__ import annotations

from trainlint.frameworks.call import Arguments, Call, Handler
from trainlint.frameworks.facts import OptimizerMade
from trainlint.frameworks.signatures import Signature, signature_table
from trainlint.frameworks.torch.parameters import owners_of, submodules
from trainlint.values.value import Instance, Items, Known, Mapped, Reference, Unknown, Value, constant

SIGNATURES: dict[str, Signature] = signature_table("""
ASGD(params, lr=0.01, lambd=0.0001, alpha=0.75, t0=1000000.0, weight_decay=0, foreach=None, maximize=False,
 differentiable=False, capturable=False)
Adadelta(params, lr=1.0, rho=0.9, eps=1e-06, weight_decay=0, foreach=None, *, capturable=False,
 maximize=False,
 differentiable=False)
Adafactor(params, lr=0.01, beta2_decay=-0.8, eps=(None, 0.001), d=1.0, weight_decay=0.0, *, foreach=None,
 maximize=False)
Adagrad(params, lr=0.01, lr_decay=0, weight_decay=0, initial_accumulator_value=0, eps=1e-10, foreach=None, *,
 maximize=False, differentiable=False, fused=None)
Adam(params, lr=0.001, betas=(0.9, 0.999), eps=1e-08, weight_decay=0, amsgrad=False, *, foreach=None,
 maximize=False, capturable=False, differentiable=False, fused=None, decoupled_weight_decay=False)
AdamW(params, lr=0.001, betas=(0.9, 0.999), eps=1e-08, weight_decay=0.01, amsgrad=False, *, maximize=False,
 foreach=None, capturable=False, differentiable=False, fused=None)
Adamax(params, lr=0.002, betas=(0.9, 0.999), eps=1e-08, weight_decay=0, foreach=None, *, maximize=False,
 differentiable=False, capturable=False)
LBFGS(params, lr=1, max_iter=20, max_eval=None, tolerance_grad=1e-07, tolerance_change=1e-09,
 history_size=100,
 line_search_fn=None)
Muon(params, lr=0.001, weight_decay=0.1, momentum=0.95, nesterov=True,
 ns_coefficients=(3.4445, -4.775, 2.0315), eps=1e-07, ns_steps=5, adjust_lr_fn=None)
NAdam(params, lr=0.002, betas=(0.9, 0.999), eps=1e-08, weight_decay=0, momentum_decay=0.004,
 decoupled_weight_decay=False, *, foreach=None, maximize=False, capturable=False, differentiable=False)
RAdam(params, lr=0.001, betas=(0.9, 0.999), eps=1e-08, weight_decay=0, decoupled_weight_decay=False, *,
 foreach=None, maximize=False, capturable=False, differentiable=False)
RMSprop(params, lr=0.01, alpha=0.99, eps=1e-08, weight_decay=0, momentum=0, centered=False, capturable=False,
 foreach=None, maximize=False, differentiable=False)
Rprop(params, lr=0.01, etas=(0.5, 1.2), step_sizes=(1e-06, 50), *, capturable=False, foreach=None,
 maximize=False, differentiable=False)
SGD(params, lr=0.001, momentum=0, dampening=0, weight_decay=0, nesterov=False, *, maximize=False,
 foreach=None,
 differentiable=False, fused=None)
SparseAdam(params, lr=0.001, betas=(0.9, 0.999), eps=1e-08, maximize=False)
""")
"""torch.optim 2.13, compared with the installed torch by a test."""

OTHERS: dict[str, Signature] = {
    # Defaults as the packages document them; names as far as they matter to a plan.
    "transformers.AdamW": Signature(
        "params, lr=0.001, betas=(0.9, 0.999), eps=1e-06, weight_decay=0.0, correct_bias=True, "
        "no_deprecation_warning=False"
    ),
    "transformers.Adafactor": Signature(
        "params, lr=None, eps=(1e-30, 0.001), clip_threshold=1.0, decay_rate=-0.8, beta1=None, "
        "weight_decay=0.0, "
        "scale_parameter=True, relative_step=True, warmup_init=False"
    ),
    "lion_pytorch.Lion": Signature(
        "params, lr=0.0001, betas=(0.9, 0.99), weight_decay=0.0, use_triton=False, "
        "decoupled_weight_decay=False"
    ),
    "apex.optimizers.FusedAdam": Signature(
        "params, lr=0.001, bias_correction=True, betas=(0.9, 0.999), eps=1e-08, adam_w_mode=True, "
        "weight_decay=0.0, "
        "amsgrad=False, set_grad_none=True"
    ),
    "apex.optimizers.FusedLAMB": Signature(
        "params, lr=0.001, bias_correction=True, betas=(0.9, 0.999), eps=1e-06, weight_decay=0.01, "
        "amsgrad=False, "
        "adam_w_mode=True, grad_averaging=True, set_grad_none=True, max_grad_norm=1.0, use_nvlamb=False"
    ),
    "apex.optimizers.FusedSGD": Signature(
        "params, lr, momentum=0.0, dampening=0.0, weight_decay=0.0, nesterov=False, wd_after_momentum=False"
    ),
    "timm.optim.AdamP": Signature("params, lr=0.001, betas=(0.9, 0.999), eps=1e-08, weight_decay=0"),
    "timm.optim.Lion": Signature("params, lr=0.0001, betas=(0.9, 0.99), weight_decay=0.0"),
    "timm.optim.Lamb": Signature(
        "params, lr=0.001, bias_correction=True, betas=(0.9, 0.999), eps=1e-06, weight_decay=0.01"
    ),
    "timm.optim.Lars": Signature(
        "params, lr=1.0, momentum=0, dampening=0, weight_decay=0, nesterov=False, trust_coeff=0.001, "
        "eps=1e-08"
    ),
    "timm.optim.NAdamW": Signature("params, lr=0.001, betas=(0.9, 0.999), eps=1e-08, weight_decay=0.01"),
    "timm.optim.RMSpropTF": Signature(
        "params, lr=0.01, alpha=0.9, eps=1e-10, weight_decay=0, momentum=0.0, centered=False"
    ),
    "timm.optim.MADGRAD": Signature("params, lr=0.01, momentum=0.9, weight_decay=0, eps=1e-06"),
    "adabelief_pytorch.AdaBelief": Signature(
        "params, lr=0.001, betas=(0.9, 0.999), eps=1e-16, weight_decay=0, amsgrad=False, "
        "weight_decouple=True, "
        "fixed_decay=False, rectify=True"
    ),
    "prodigyopt.Prodigy": Signature(
        "params, lr=1.0, betas=(0.9, 0.999), beta3=None, eps=1e-08, weight_decay=0"
    ),
    "torch_optimizer.RAdam": Signature("params, lr=0.001, betas=(0.9, 0.999), eps=1e-08, weight_decay=0"),
    "torch_optimizer.AdaBelief": Signature("params, lr=0.001, betas=(0.9, 0.999), eps=0.001, weight_decay=0"),
    "torch_optimizer.Lamb": Signature("params, lr=0.001, betas=(0.9, 0.999), eps=1e-06, weight_decay=0"),
} | {
    f"bitsandbytes.optim.{name}{suffix}": Signature(
        f"params, lr={rate}, betas=({betas}), eps=1e-08, weight_decay={decay}, amsgrad=False"
    )
    for name, rate, betas, decay in (
        ("Adam", "0.001", "0.9, 0.999", "0"),
        ("AdamW", "0.001", "0.9, 0.999", "0.01"),
        ("Lion", "0.0001", "0.9, 0.99", "0"),
    )
    for suffix in ("", "8bit", "32bit")
}

GROUPS = "param_groups"


def _constructor(name: str, signature: Signature) -> Handler:
    def handler(call: Call) -> Value:
        made = Instance(Reference(name), call.bind(signature), call.origin)
        _note(made, call)
        return made

    return handler


def _initialiser(signature: Signature) -> Handler:
    """`super().__init__(params, lr=…)` in an optimizer of the program that inherits from a library's."""

    def handler(call: Call) -> Value:
        if isinstance(call.receiver, Instance):
            call.receiver.arguments.update(call.bind(signature))
            _note(call.receiver, call)
        return Known(None)

    return handler


def _own_initialiser(call: Call) -> Value:
    """`super().__init__(params, defaults)` of torch.optim.Optimizer itself."""
    optimizer, defaults = call.receiver, call.argument(1, "defaults")
    if isinstance(optimizer, Instance):
        optimizer.arguments["params"] = call.argument(0, "params") or Unknown("parameters")
        if isinstance(defaults, Mapped):
            optimizer.arguments.update(
                {key: value for key, value in defaults.slots.items() if isinstance(key, str)}
            )
        _note(optimizer, call)
    return Known(None)


def _note(optimizer: Instance, call: Call) -> None:
    parameters = optimizer.arguments.get("params")
    call.machine.write(optimizer, GROUPS, Items(_groups(optimizer, parameters, call)))
    owners = owners_of(parameters)
    held = tuple(module for owner in owners or () for module in submodules(owner))
    call.machine.note(OptimizerMade(optimizer, "torch", owners, call.site, held))


def _groups(optimizer: Instance, parameters: Value | None, call: Call) -> list[Value]:
    settings = {name: value for name, value in optimizer.arguments.items() if name != "params"}
    given = call.machine.items(parameters) if isinstance(parameters, Items) else None
    if given and all(isinstance(group, Mapped) for group in given):
        return [_group(group, settings) for group in given if isinstance(group, Mapped)]
    return [Mapped({"params": parameters or Unknown("parameters"), **settings})]


def _group(given: Mapped, settings: dict[str, Value]) -> Mapped:
    own = {key: value for key, value in given.slots.items() if isinstance(value, Value)}
    return Mapped({**settings, **own}, complete=given.complete, origin=given.origin)


def groups_of(optimizer: Instance) -> tuple[Mapped, ...]:
    """The parameter groups as they stand now: settings by name, and `params`."""
    groups = optimizer.slots.get(GROUPS)
    return (
        tuple(group for group in groups.items if isinstance(group, Mapped))
        if isinstance(groups, Items)
        else ()
    )


def group_setting(optimizer: Instance, name: str) -> Value | None:
    """A setting as it stands in the groups now; None when there is none or the groups differ."""
    found = [group.slots.get(name) for group in groups_of(optimizer)]
    if not found or any(value is not found[0] for value in found):
        return None
    value = found[0]
    return value if isinstance(value, Value) else None


def _step(call: Call) -> Value:
    closure = call.argument(0, "closure")
    if closure is not None and constant(closure) is None and not isinstance(closure, Known | Unknown):
        loss = call.machine.call(closure, Arguments(), call.site)
        call.machine.happen("step", call.site, optimizer=call.receiver)
        return loss
    if isinstance(closure, Unknown):
        call.machine.happen("escape", call.site, optimizer=call.receiver)
    call.machine.happen("step", call.site, optimizer=call.receiver)
    return Known(None)


def _zero_grad(call: Call) -> Value:
    call.machine.happen("zero_grad", call.site, optimizer=call.receiver)
    return Known(None)


def _add_group(call: Call) -> Value:
    optimizer, group = call.receiver, call.argument(0, "param_group")
    groups = optimizer.slots.get(GROUPS) if isinstance(optimizer, Instance) else None
    if not isinstance(optimizer, Instance) or not isinstance(groups, Items):
        return Known(None)
    if isinstance(group, Mapped):
        settings = {name: value for name, value in optimizer.arguments.items() if name != "params"}
        call.machine.write(groups, "items", (*groups.items, _group(group, settings)))
    else:
        call.machine.write(groups, "complete", False)
    return Known(None)


def _state_dict(call: Call) -> Value:
    return Instance(
        Reference("torch.optim.Optimizer.state_dict"), {"optimizer": call.receiver or Known(None)}
    )


def _load_state_dict(call: Call) -> Value:
    return Known(None)


METHODS: dict[str, dict[str, Handler]] = {
    "torch.optim.Optimizer": {
        "__init__": _own_initialiser,
        "step": _step,
        "zero_grad": _zero_grad,
        "add_param_group": _add_group,
        "state_dict": _state_dict,
        "load_state_dict": _load_state_dict,
    },
    **{
        f"torch.optim.{name}": {"__init__": _initialiser(signature)} for name, signature in SIGNATURES.items()
    },
    **{name: {"__init__": _initialiser(signature)} for name, signature in OTHERS.items()},
}

FUNCTIONS: dict[str, Handler] = {
    f"torch.optim.{name}": _constructor(f"torch.optim.{name}", signature)
    for name, signature in SIGNATURES.items()
} | {name: _constructor(name, signature) for name, signature in OTHERS.items()}
