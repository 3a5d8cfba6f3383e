"""Optimizers and schedules that timm makes by name, and its gradient scaler.

timm 1.0 (timm/optim/_optim_factory.py, timm/scheduler/scheduler_factory.py, timm/utils/cuda.py).
"""

from __future__ import annotations

from trainlint.frameworks.call import Arguments, Call, Handler
from trainlint.frameworks.facts import OptimizerMade, ScheduleMade
from trainlint.frameworks.gradient_descent import clip
from trainlint.frameworks.passing_on import an_object, nothing
from trainlint.frameworks.signatures import Signature, signature_table
from trainlint.frameworks.timm.models import NETWORK
from trainlint.frameworks.torch.parameters import is_module
from trainlint.frameworks.torch.schedulers import PEAK_FACTOR
from trainlint.values.value import Instance, Items, Known, Mapped, Reference, Unknown, Value, constant

OPTIMIZERS: dict[str, str] = {
    "sgd": "torch.optim.SGD", "nesterov": "torch.optim.SGD", "momentum": "torch.optim.SGD",
    "adam": "torch.optim.Adam", "adamw": "torch.optim.AdamW", "nadam": "torch.optim.NAdam",
    "nadamw": "timm.optim.NAdamW", "radam": "torch.optim.RAdam", "adamax": "torch.optim.Adamax",
    "adadelta": "torch.optim.Adadelta", "adagrad": "torch.optim.Adagrad", "rmsprop": "torch.optim.RMSprop",
    "rmsproptf": "timm.optim.RMSpropTF", "lamb": "timm.optim.Lamb", "lars": "timm.optim.Lars",
    "adamp": "timm.optim.AdamP", "lion": "timm.optim.Lion", "madgrad": "timm.optim.MADGRAD",
    "fusedadam": "apex.optimizers.FusedAdam", "fusedlamb": "apex.optimizers.FusedLAMB",
    "fusedsgd": "apex.optimizers.FusedSGD",
}  # fmt: skip
"""Classes by the names that `opt` takes, as far as their defaults are known."""

_WITH_MOMENTUM = frozenset("sgd nesterov momentum rmsprop rmsproptf lars fusedsgd madgrad".split())

CREATE = Signature(
    "model_or_params, opt='sgd', lr=None, weight_decay=0.0, momentum=0.9, foreach=None, filter_bias_and_bn=True"
)

_OPTIONS = ("opt", "lr", "weight_decay", "momentum")

SCHEDULES: dict[str, Signature] = signature_table("""
CosineLRScheduler(optimizer, t_initial, lr_min=0.0, cycle_mul=1.0, cycle_decay=1.0, cycle_limit=1, warmup_t=0,
 warmup_lr_init=0)
MultiStepLRScheduler(optimizer, decay_t, decay_rate=1.0, warmup_t=0, warmup_lr_init=0)
PlateauLRScheduler(optimizer, decay_rate=0.1, patience_t=10, warmup_t=0, warmup_lr_init=0, lr_min=0)
PolyLRScheduler(optimizer, t_initial, power=0.5, lr_min=0.0, warmup_t=0, warmup_lr_init=0)
StepLRScheduler(optimizer, decay_t, decay_rate=1.0, warmup_t=0, warmup_lr_init=0)
TanhLRScheduler(optimizer, t_initial, lb=-7.0, ub=3.0, lr_min=0.0, warmup_t=0, warmup_lr_init=0)
""")

_BY_NAME = {
    "cosine": "CosineLRScheduler", "tanh": "TanhLRScheduler", "step": "StepLRScheduler",
    "multistep": "MultiStepLRScheduler", "plateau": "PlateauLRScheduler", "poly": "PolyLRScheduler",
}  # fmt: skip

CREATE_SCHEDULE = Signature(
    "optimizer, sched='cosine', num_epochs=300, decay_epochs=90, decay_milestones=(90, 180, 270), cooldown_epochs=0, "
    "patience_epochs=10, decay_rate=0.1, min_lr=0.0, warmup_lr=1e-5, warmup_epochs=0"
)

SCHEDULER = "timm.scheduler.Scheduler"


def _create(call: Call) -> Value:
    return _make(call, call.bind(CREATE))


def _create_from_options(call: Call) -> Value:
    """`create_optimizer(args, model)`: the options `opt`, `lr`, `weight_decay`, `momentum`."""
    options, model = call.argument(0, "args"), call.argument(1, "model")
    bound = {"model_or_params": model or Unknown("a model")} | _chosen(call, options, _OPTIONS)
    return _make(call, bound)


def _options(call: Call) -> Value:
    """`optimizer_kwargs(cfg=args)`"""
    return Mapped(_chosen(call, call.argument(0, "cfg"), _OPTIONS), complete=False, origin=call.origin)


def _chosen(call: Call, options: Value | None, names: tuple[str, ...]) -> dict[str, Value]:
    if isinstance(options, Mapped):
        return {name: options.slots[name] for name in names if name in options.slots}
    found = {name: call.machine.attribute(options, name, call.site) for name in names} if options else {}
    return {
        name: value if isinstance(value, Known | Unknown) else Unknown(f"the option {name}")
        for name, value in found.items()
    }


def _make(call: Call, bound: dict[str, Value]) -> Value:
    given = bound.get("model_or_params", Unknown("a model"))
    if is_module(given) or (isinstance(given, Instance) and "owners" in given.slots and _is_network(given)):
        given = call.machine.call(
            call.machine.attribute(given, "parameters", call.site), Arguments(), call.site
        )
    name = str(constant(bound.get("opt", Known("sgd")))).lower().rpartition("_")[2]
    keyword: dict[str, Value] = {key: bound[key] for key in ("lr", "weight_decay") if key in bound}
    if isinstance(rate := keyword.get("lr"), Known) and rate.value is None:
        del keyword["lr"]
    if name in _WITH_MOMENTUM and "momentum" in bound:
        keyword["momentum"] = bound["momentum"]
    if name in ("sgd", "nesterov"):
        keyword["nesterov"] = Known(True)
    known = OPTIMIZERS.get(name)
    if known is not None:
        return call.machine.call(Reference(known), Arguments((given,), keyword), call.site)
    made = Instance(Reference("torch.optim.Optimizer"), {"params": given, **keyword}, call.origin)
    call.machine.note(OptimizerMade(made, "torch", None, call.site))
    return made


def _is_network(value: Instance) -> bool:
    return any(name.startswith(NETWORK.rpartition(".")[0]) for name in value.library_names)


# -- schedules --------------------------------------------------------------------------------------------


def _schedule(name: str) -> Handler:
    def handler(call: Call) -> Value:
        return _made_schedule(call, name, call.bind(SCHEDULES[name]))

    return handler


def _made_schedule(call: Call, name: str, arguments: dict[str, Value]) -> Instance:
    made = Instance(Reference(f"timm.scheduler.{name}"), arguments, call.origin)
    # After the warm-up they start at the optimizer's own rate and only fall from there.
    call.machine.write(made, PEAK_FACTOR, Known(1.0, call.origin))
    call.machine.note(ScheduleMade(made, "torch", arguments.get("optimizer"), call.site))
    return made


def _create_schedule(call: Call) -> Value:
    bound = call.bind(CREATE_SCHEDULE)
    return _pair(call, bound, bound.get("num_epochs", Unknown("epochs")))


def _schedule_from_options(call: Call) -> Value:
    """`create_scheduler(args, optimizer)`"""
    options, optimizer = call.argument(0, "args"), call.argument(1, "optimizer")
    chosen = _chosen(call, options, ("sched", "epochs", "warmup_epochs"))
    bound = {"optimizer": optimizer or Unknown("an optimizer")} | chosen
    return _pair(call, bound, chosen.get("epochs", Unknown("epochs")))


def _pair(call: Call, bound: dict[str, Value], epochs: Value) -> Value:
    """The schedule and the number of epochs to train for."""
    name = _BY_NAME.get(str(constant(bound.get("sched", Known("cosine")))), "Scheduler")
    arguments = {"optimizer": bound["optimizer"]} if "optimizer" in bound else {}
    if "warmup_epochs" in bound:
        arguments["warmup_t"] = bound["warmup_epochs"]
    return Items([_made_schedule(call, name, arguments), epochs], "tuple", origin=call.origin)


def _advance(call: Call) -> Value:
    schedule = call.receiver
    optimizer = schedule.arguments.get("optimizer") if isinstance(schedule, Instance) else None
    objects = {"optimizer": optimizer} if optimizer is not None else {}
    call.machine.happen("scheduler_step", call.site, schedule=schedule, **objects)
    return Known(None)


# -- NativeScaler -----------------------------------------------------------------------------------------


def _scaled_update(call: Call) -> Value:
    """`loss_scaler(loss, optimizer, clip_grad=…)` scales, goes backward, clips and steps."""
    loss, optimizer = call.argument(0, "loss"), call.argument(1, "optimizer")
    call.machine.happen("scale", call.site, scaler=call.receiver)
    call.machine.happen("backward", call.site, loss=loss or Unknown("a loss"))
    if constant(call.argument(-1, "need_update")) is not False and optimizer is not None:
        call.machine.happen("unscale", call.site, optimizer=optimizer, scaler=call.receiver)
        clip(call, [optimizer], call.argument(2, "clip_grad"))
        call.machine.happen("step", call.site, optimizer=optimizer, scaler=call.receiver)
        call.machine.happen("scaler_update", call.site, scaler=call.receiver)
    return Known(None)


_SCALERS = ("timm.utils.NativeScaler", "timm.utils.ApexScaler")

FUNCTIONS: dict[str, Handler] = {
    "timm.optim.create_optimizer_v2": _create,
    "timm.optim.create_optimizer": _create_from_options,
    "timm.optim.optimizer_kwargs": _options,
    **{f"timm.scheduler.{name}": _schedule(name) for name in SCHEDULES},
    "timm.scheduler.create_scheduler_v2": _create_schedule,
    "timm.scheduler.create_scheduler": _schedule_from_options,
    **dict.fromkeys(_SCALERS, an_object),
}

METHODS: dict[str, dict[str, Handler]] = {
    SCHEDULER: {"step": _advance, "step_update": _advance, "state_dict": nothing, "load_state_dict": nothing},
    **{name: {"state_dict": nothing, "load_state_dict": nothing} for name in _SCALERS},
}

CALLS: dict[str, Handler] = dict.fromkeys(_SCALERS, _scaled_update)


def bases(name: str) -> tuple[str, ...]:
    """The class that all schedules of timm inherit from."""
    return (SCHEDULER,) if name.rpartition(".")[2] in SCHEDULES else ()
