"""The optimizer and schedule that a Trainer makes from its settings.

transformers 5 (src/transformers/trainer.py, `get_optimizer_cls_and_kwargs`; optimization.py).
"""

from __future__ import annotations

from trainlint.frameworks.call import Arguments, Call
from trainlint.frameworks.facts import OptimizerMade, ScheduleMade
from trainlint.frameworks.huggingface.arguments import setting
from trainlint.values.origin import Made, Origin
from trainlint.values.value import Instance, Items, Known, Reference, Unknown, Value, constant, number

OPTIMIZERS: dict[str, str] = {
    **dict.fromkeys(
        "adamw_torch adamw_torch_fused adamw_torch_xla adamw_torch_npu_fused adamw_hf adamw_apex_fused "
        "adamw_anyprecision adamw_torch_4bit adamw_torch_8bit galore_adamw apollo_adamw".split(),
        "torch.optim.AdamW",
    ),
    **dict.fromkeys(
        "adamw_bnb_8bit adamw_8bit paged_adamw_8bit galore_adamw_8bit".split(), "bitsandbytes.optim.AdamW8bit"
    ),
    "paged_adamw_32bit": "bitsandbytes.optim.AdamW",
    "adafactor": "transformers.Adafactor",
    "sgd": "torch.optim.SGD",
    "adagrad": "torch.optim.Adagrad",
    "rmsprop": "torch.optim.RMSprop",
    **dict.fromkeys("lion_32bit paged_lion_32bit".split(), "bitsandbytes.optim.Lion"),
    **dict.fromkeys("lion_8bit paged_lion_8bit".split(), "bitsandbytes.optim.Lion8bit"),
}

SCHEDULES: dict[str, str] = {
    "linear": "get_linear_schedule_with_warmup",
    "cosine": "get_cosine_schedule_with_warmup",
    "cosine_with_restarts": "get_cosine_with_hard_restarts_schedule_with_warmup",
    "polynomial": "get_polynomial_decay_schedule_with_warmup",
    "constant": "get_constant_schedule",
    "constant_with_warmup": "get_constant_schedule_with_warmup",
    "inverse_sqrt": "get_inverse_sqrt_schedule",
}


def make_optimizer(call: Call, settings: Value | None, model: Value) -> Value:
    """The optimizer by the name that `optim` gives."""
    name = constant(setting(settings, "optim", call))
    parameters = call.machine.call(
        call.machine.attribute(model, "parameters", call.site), Arguments(), call.site
    )
    keyword = {
        "lr": setting(settings, "learning_rate", call),
        "weight_decay": setting(settings, "weight_decay", call),
    }
    if name == "adafactor":
        # Its own schedule is off, so the rate that is set holds.
        keyword |= {"scale_parameter": Known(False), "relative_step": Known(False)}
    elif "adam" in str(name):
        beta = [setting(settings, f"adam_beta{number}", call) for number in (1, 2)]
        keyword |= {"betas": Items(beta, "tuple"), "eps": setting(settings, "adam_epsilon", call)}
    known = OPTIMIZERS.get(str(name))
    if known is not None:
        return call.machine.call(Reference(known), Arguments((parameters,), keyword), call.site)
    made = Instance(Reference(f"torch.optim.{name}"), {"params": parameters, **keyword}, call.origin)
    call.machine.note(
        OptimizerMade(made, "torch", (model,) if isinstance(model, Instance) else None, call.site)
    )
    return made


def make_schedule(call: Call, settings: Value | None, optimizer: Value) -> Instance:
    """The schedule by the name that `lr_scheduler_type` gives."""
    kind = setting(settings, "lr_scheduler_type", call)
    name = SCHEDULES.get(str(constant(kind)), "get_scheduler")
    arguments: dict[str, Value] = {"optimizer": optimizer}
    if name != "get_constant_schedule":
        arguments["num_warmup_steps"] = _warm_up(call, settings)
    made = Instance(Reference(f"transformers.{name}"), arguments, kind.origin or call.origin)
    call.machine.note(ScheduleMade(made, "torch", optimizer, call.site))
    return made


def _warm_up(call: Call, settings: Value | None) -> Value:
    """Steps of the warm-up; a share of all steps stays unknown until these are counted."""
    steps, share = setting(settings, "warmup_steps", call), setting(settings, "warmup_ratio", call)
    if number(steps) == 0 and number(share):
        origin = share.origin or call.origin
        return Unknown("a share of all steps", Origin(Made.COMPUTED, call.site, "warmup_ratio", (origin,)))
    return steps
