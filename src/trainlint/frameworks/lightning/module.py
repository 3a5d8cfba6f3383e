"""LightningModule and LightningDataModule: what they offer to the classes of a program.

Lightning 2.6: lightning/pytorch/core/module.py, lightning/pytorch/core/mixins/hparams_mixin.py.
"""

from __future__ import annotations

from trainlint.frameworks.call import Call, Handler
from trainlint.frameworks.gradient_descent import clip
from trainlint.frameworks.lightning.configured import Configured
from trainlint.frameworks.passing_on import first, manager, nothing, unknown
from trainlint.frameworks.torch.parameters import set_trainable
from trainlint.values.value import Instance, Items, Known, Mapped, Reference, Unknown, Value, constant

MODULE = "lightning.LightningModule"
DATA_MODULE = "lightning.LightningDataModule"
HYPERPARAMETERS = "lightning.AttributeDict"

CONFIGURED = "lightning.configured"
"""The slot of a module that holds what its `configure_optimizers` returned."""


def _save_hyperparameters(call: Call) -> Value:
    """`self.save_hyperparameters()` keeps the constructor's arguments, or those named, or a namespace."""
    receiver = call.receiver
    if not isinstance(receiver, Instance):
        return Known(None)
    passed = [value for value in call.arguments.positional if constant(value) is None]
    if passed and isinstance(passed[0], Instance):
        call.machine.write(receiver, "hparams", passed[0])
        return Known(None)
    kept = receiver.slots.get("hparams")
    if not isinstance(kept, Instance):
        kept = Instance(Reference(HYPERPARAMETERS), {}, call.origin)
        call.machine.write(receiver, "hparams", kept)
    for name, value in _chosen(call, passed).items():
        call.machine.write(kept, name, value)
    return Known(None)


def _chosen(call: Call, passed: list[Value]) -> dict[str, Value]:
    if passed:
        entries = passed[0].slots if isinstance(passed[0], Mapped) else {}
        return {str(key): value for key, value in entries.items() if isinstance(value, Value)}
    parameters = call.machine.parameters()
    wanted = [constant(value) for value in call.arguments.positional]
    left_out = _names(call.argument(-1, "ignore"))
    return {
        name: value
        for name, value in parameters.items()
        if (not wanted or name in wanted) and name not in left_out
    }


def _names(value: Value | None) -> set[object]:
    return {constant(item) for item in value.items} if isinstance(value, Items) else {constant(value)}


def _optimizers(call: Call) -> Value:
    """`self.optimizers()` of manual optimization: the one optimizer, or a list of them."""
    made = call.receiver.slots.get(CONFIGURED) if isinstance(call.receiver, Instance) else None
    if not isinstance(made, Configured) or not made.optimizers:
        return Unknown("the optimizers of a module", call.origin)
    found = [alternatives[0] for alternatives in made.optimizers if len(alternatives) == 1]
    if len(found) != len(made.optimizers):
        return Unknown("one of several optimizers", call.origin)
    return found[0] if len(found) == 1 else Items(found)


def _schedules(call: Call) -> Value:
    made = call.receiver.slots.get(CONFIGURED) if isinstance(call.receiver, Instance) else None
    found = made.each_step + made.each_epoch if isinstance(made, Configured) else []
    if not found:
        return Unknown("the schedules of a module", call.origin)
    return found[0] if len(found) == 1 else Items(found)


def _manual_backward(call: Call) -> Value:
    call.machine.happen("backward", call.site, loss=call.argument(0, "loss") or Unknown("a loss"))
    return Known(None)


def _clip_gradients(call: Call) -> Value:
    optimizer = call.argument(0, "optimizer")
    by = constant(call.argument(2, "gradient_clip_algorithm")) or "norm"
    if optimizer is not None:
        clip(call, [optimizer], call.argument(1, "gradient_clip_val"), str(by))
    return Known(None)


def _step_of_optimizer(call: Call) -> Value:
    """`super().optimizer_step(epoch, batch_idx, optimizer, …)` in a module that overrides it."""
    call.machine.happen("step", call.site, optimizer=call.argument(2, "optimizer") or Unknown("an optimizer"))
    return Known(None)


def _clear_by_hook(call: Call) -> Value:
    call.machine.happen(
        "zero_grad", call.site, optimizer=call.argument(2, "optimizer") or Unknown("an optimizer")
    )
    return Known(None)


def _freeze(wanted: bool) -> Handler:
    def handler(call: Call) -> Value:
        if call.receiver is not None:
            set_trainable(call.machine, call.receiver, Known(wanted, call.origin))
        return Known(None)

    return handler


_QUIET = (
    "log log_dict print all_gather toggle_optimizer untoggle_optimizer save_hyperparameters_to setup teardown "
    "prepare_data on_fit_start on_fit_end on_train_start on_train_end on_train_epoch_start on_train_epoch_end "
    "on_validation_epoch_start on_validation_epoch_end on_train_batch_start on_train_batch_end on_save_checkpoint "
    "on_load_checkpoint lr_scheduler_step configure_callbacks to_onnx to_torchscript"
).split()

METHODS: dict[str, dict[str, Handler]] = {
    MODULE: {
        **dict.fromkeys(_QUIET, nothing),
        "save_hyperparameters": _save_hyperparameters,
        "optimizers": _optimizers,
        "lr_schedulers": _schedules,
        "manual_backward": _manual_backward,
        "backward": _manual_backward,
        "clip_gradients": _clip_gradients,
        "optimizer_step": _step_of_optimizer,
        "optimizer_zero_grad": _clear_by_hook,
        "toggled_optimizer": manager("torch.autocast"),
        "freeze": _freeze(False),
        "unfreeze": _freeze(True),
    },
    DATA_MODULE: {
        "__init__": nothing,
        "save_hyperparameters": _save_hyperparameters,
        "prepare_data": nothing,
        "setup": nothing,
        "transfer_batch_to_device": first("batch"),
    },
}

_ELSEWHERE: dict[str, Handler] = {
    name: unknown(f"the {name.replace('_', ' ')} while training")
    for name in "trainer logger device current_epoch global_step local_rank global_rank".split()
}

ATTRIBUTES: dict[str, dict[str, Handler]] = {
    MODULE: {
        **_ELSEWHERE,
        "hparams": unknown("hyperparameters"),
        "automatic_optimization": lambda call: Known(True),
    },
    DATA_MODULE: {"trainer": unknown("the trainer"), "hparams": unknown("hyperparameters")},
}
