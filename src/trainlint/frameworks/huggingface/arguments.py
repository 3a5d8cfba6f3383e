"""TrainingArguments and its relatives: the settings of a Trainer, with their defaults.

transformers 5 (src/transformers/training_args.py); `warmup_ratio`, `per_gpu_train_batch_size` and
`evaluation_strategy` as in transformers 4. SFTConfig: trl 1.9 (trl/trainer/sft_config.py).
"""

from __future__ import annotations

from trainlint.frameworks.call import Call, Handler
from trainlint.frameworks.signatures import Signature
from trainlint.values.value import (
    Instance,
    Known,
    Reference,
    Unknown,
    Value,
)

ARGUMENTS = "transformers.TrainingArguments"

SIGNATURE = Signature(
    "output_dir=None, *, per_device_train_batch_size=8, per_device_eval_batch_size=8, num_train_epochs=3.0, "
    "max_steps=-1, learning_rate=5e-5, lr_scheduler_type='linear', lr_scheduler_kwargs=None, warmup_steps=0, "
    "warmup_ratio=0.0, optim='adamw_torch', optim_args=None, weight_decay=0.0, adam_beta1=0.9, adam_beta2=0.999, "
    "adam_epsilon=1e-8, gradient_accumulation_steps=1, max_grad_norm=1.0, label_smoothing_factor=0.0, bf16=False, "
    "fp16=False, eval_strategy='no', evaluation_strategy='no', dataloader_drop_last=False, "
    "auto_find_batch_size=False, gradient_checkpointing=False, seed=42, do_train=False, do_eval=False"
)

_SFT = Signature(SIGNATURE.text.replace("learning_rate=5e-5", "learning_rate=2e-5"))

_CONFIGURATIONS: dict[str, Signature] = {
    ARGUMENTS: SIGNATURE,
    "transformers.Seq2SeqTrainingArguments": SIGNATURE,
    "sentence_transformers.SentenceTransformerTrainingArguments": SIGNATURE,
    "trl.SFTConfig": _SFT,
}

_DIFFERING = ("DPOConfig", "ORPOConfig", "KTOConfig", "CPOConfig", "RewardConfig", "GRPOConfig", "RLOOConfig")
"""Settings whose learning rate by default differs from release to release."""


def _constructor(name: str, signature: Signature) -> Handler:
    def handler(call: Call) -> Value:
        return Instance(Reference(name), call.bind(signature), call.origin)

    return handler


def _initialiser(signature: Signature) -> Handler:
    def handler(call: Call) -> Value:
        if isinstance(call.receiver, Instance):
            call.receiver.arguments.update(call.bind(signature))
        return Known(None)

    return handler


def _differing(name: str) -> Handler:
    def handler(call: Call) -> Value:
        arguments = call.bind(SIGNATURE)
        if "learning_rate" not in call.arguments.keyword:
            arguments["learning_rate"] = Unknown(f"the default of {call.title} differs between releases")
        return Instance(Reference(name), arguments, call.origin)

    return handler


def setting(settings: Value | None, name: str, call: Call) -> Value:
    """A setting of a Trainer: as passed, as assigned later, or as its class or the library sets it."""
    if settings is None:
        return SIGNATURE.library_defaults("TrainingArguments").get(name, Unknown(f"no setting {name}"))
    if not isinstance(settings, Instance):
        return Unknown("settings of a trainer that are not known", settings.origin)
    assigned = settings.slots.get(name)
    if isinstance(assigned, Value):
        return assigned
    if name in settings.arguments:
        return settings.arguments[name]
    found = call.machine.attribute(settings, name, call.site)
    if isinstance(found, Known):
        return found
    # A dataclass of the program that inherits from TrainingArguments leaves the rest as the library has it.
    return SIGNATURE.library_defaults("TrainingArguments").get(name, Unknown(f"no setting {name}"))


FUNCTIONS: dict[str, Handler] = {
    **{name: _constructor(name, signature) for name, signature in _CONFIGURATIONS.items()},
    **{f"trl.{name}": _differing(f"trl.{name}") for name in _DIFFERING},
}

METHODS: dict[str, dict[str, Handler]] = {
    **{name: {"__init__": _initialiser(signature)} for name, signature in _CONFIGURATIONS.items()},
}
