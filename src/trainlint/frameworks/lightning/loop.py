"""How a trainer trains a LightningModule: its hooks in their order, as a loop of the plan.

Lightning 2.6: lightning/pytorch/loops/fit_loop.py, training_epoch_loop.py, optimization/automatic.py. The
closure of the optimizer's step runs the training step, clears the gradients, and goes backward.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from trainlint.frameworks import catalogue
from trainlint.frameworks.call import Arguments, Call
from trainlint.frameworks.gradient_descent import advance, clear, clip, descend, loss_in
from trainlint.frameworks.lightning.configured import Configured, configured
from trainlint.frameworks.lightning.module import CONFIGURED
from trainlint.frameworks.torch.parameters import defines
from trainlint.values.origin import Made, Origin
from trainlint.values.value import (
    Bound,
    Function,
    Instance,
    Items,
    Known,
    Mapped,
    Unknown,
    Value,
    constant,
    integer,
    options_of,
)

LOADER = "torch.utils.data.DataLoader"

LONGEST = 1000
"""Epochs when neither `max_epochs` nor `max_steps` is set (lightning/pytorch/loops/fit_loop.py)."""


@dataclass
class Task:
    """What a trainer gets: its own settings by name, and data."""

    settings: Mapping[str, Value] = field(default_factory=dict)
    loaders: Value | None = None
    validation: Value | None = None
    data: Value | None = None  # a LightningDataModule


def train(call: Call, module: Instance, task: Task) -> None:
    """Evaluates all that training a module runs."""
    _prepare(call, module, task)
    call.machine.write(module, CONFIGURED, _configured(call, module))
    loaders = task.loaders or _loaders(call, module, task, "train_dataloader")
    validation = task.validation or _loaders(call, module, task, "val_dataloader")
    told = _told(call, module, task, loaders, validation)
    epochs = told.get("epochs")
    call.machine.happen("train_mode", call.site, networks=(module,))
    with call.machine.repeated("epochs", call.site, times=epochs, told=told):
        with call.machine.repeated(
            "batches",
            call.site,
            iterable=_one_loader(loaders),
            runs=(_hook_of(call, module, "training_step"),),
        ):
            _train_on(call, module, task, _batch(call, loaders))
        _hook(call, module, "on_train_epoch_end")
        if defines(module, "validation_step"):
            _validate(call, module, _batch(call, validation))
        if _is_automatic(call, module):
            advance(call, _made(module).each_epoch)


def _prepare(call: Call, module: Instance, task: Task) -> None:
    for owner in (task.data, module):
        if isinstance(owner, Instance):
            _hook(call, owner, "prepare_data")
            _hook(call, owner, "setup", Known("fit"))
    _hook(call, module, "configure_model")


def _configured(call: Call, module: Instance) -> Configured:
    if not defines(module, "configure_optimizers"):
        return Configured()
    return configured(_hook(call, module, "configure_optimizers"))


def _made(module: Instance) -> Configured:
    made = module.slots.get(CONFIGURED)
    return made if isinstance(made, Configured) else Configured()


def _is_automatic(call: Call, module: Instance) -> bool:
    return constant(call.machine.attribute(module, "automatic_optimization", call.site)) is not False


# -- data -------------------------------------------------------------------------------------------------


def _loaders(call: Call, module: Instance, task: Task, name: str) -> Value | None:
    for owner in (task.data, module):
        if isinstance(owner, Instance) and defines(owner, name):
            return _hook(call, owner, name)
    return Unknown("the data of a data module") if task.data is not None else None


def _one_loader(loaders: Value | None) -> Instance | None:
    """The loader that says how large batches are: the first of several."""
    for option in options_of(loaders) if loaders is not None else ():
        if isinstance(option, Instance):
            return option
        parts = option.items if isinstance(option, Items) else ()
        parts = tuple(option.slots.values()) if isinstance(option, Mapped) else parts
        for part in parts:
            found = _one_loader(part)
            if found is not None:
                return found
    return None


def _batch(call: Call, loaders: Value | None) -> Value:
    """One batch: of one loader, or of each in a list or dictionary."""
    if isinstance(loaders, Items):
        if len(loaders.items) == 1:
            return _batch(call, loaders.items[0])
        return Items([_batch(call, loader) for loader in loaders.items])
    if isinstance(loaders, Mapped):
        return Mapped({key: _batch(call, loader) for key, loader in loaders.slots.items()})
    return call.machine.element(loaders, call.site) if loaders is not None else Unknown("a batch")


# -- steps ------------------------------------------------------------------------------------------------


def _train_on(call: Call, module: Instance, task: Task, batch: Value) -> None:
    if defines(module, "on_after_batch_transfer"):
        batch = _hook(call, module, "on_after_batch_transfer", batch, Known(0))
    if not _is_automatic(call, module):
        _hook(call, module, "training_step", batch, Unknown("the index of a batch"))
        return
    made = _made(module)
    names = _parameters(_hook_of(call, module, "training_step"))
    for number, optimizers in enumerate(made.optimizers or [[]]):
        which: dict[str, Value] = {"optimizer_idx": Known(number)} if "optimizer_idx" in names else {}
        step = _hook_of(call, module, "training_step")
        arguments = Arguments((batch, Unknown("the index of a batch")), which)
        loss = loss_in(call.machine.call(step, arguments, call.site))
        if loss is not None:
            _update(call, module, task, optimizers, loss)
        if not which:
            break
    advance(call, made.each_step)


def _update(call: Call, module: Instance, task: Task, optimizers: list[Value], loss: Value) -> None:
    limit = task.settings.get("gradient_clip_val")
    by = str(constant(task.settings.get("gradient_clip_algorithm")) or "norm")
    own = [name for name in ("optimizer_step", "configure_gradient_clipping") if defines(module, name)]
    if not own:
        descend(call, optimizers, loss, limit=limit, by=by)
        return
    clear(call, optimizers)
    call.machine.happen("backward", call.site, loss=loss)
    for optimizer in optimizers:
        if "configure_gradient_clipping" in own:
            _hook(call, module, "configure_gradient_clipping", optimizer=optimizer)
        else:
            clip(call, [optimizer], limit, by)
        if "optimizer_step" in own:
            _hook(call, module, "optimizer_step", optimizer=optimizer)
        else:
            call.machine.happen("step", call.site, optimizer=optimizer)


def _validate(call: Call, module: Instance, batch: Value) -> None:
    call.machine.happen("eval_mode", call.site, networks=(module,))
    call.machine.happen("no_grad_enter", call.site)
    _hook(call, module, "validation_step", batch, Unknown("the index of a batch"))
    call.machine.happen("no_grad_exit", call.site)
    call.machine.happen("train_mode", call.site, networks=(module,))


def _hook_of(call: Call, owner: Instance, name: str) -> Value:
    return call.machine.attribute(owner, name, call.site)


def _hook(call: Call, owner: Instance, name: str, *given: Value, **named: Value) -> Value:
    """Runs a method of the program's own class with what it takes of some arguments; None when it has none."""
    if not defines(owner, name):
        return Known(None)
    method = _hook_of(call, owner, name)
    names = _parameters(method)
    keyword = {key: value for key, value in named.items() if key in names}
    if named:
        others = {key: Unknown("an argument of a hook") for key in names if key not in keyword}
        return call.machine.call(method, Arguments((), others | keyword), call.site)
    return call.machine.call(method, Arguments(given), call.site)


def _parameters(method: Value) -> tuple[str, ...]:
    """Names of the parameters of a bound method, without `self`."""
    function = method.function if isinstance(method, Bound) else None
    if not isinstance(function, Function):
        return ()
    return function.parameters[1:]


# -- what the plan is told --------------------------------------------------------------------------------


def _told(
    call: Call, module: Instance, task: Task, loaders: Value | None, validation: Value | None
) -> dict[str, Value]:
    told: dict[str, Value] = {
        "epochs": _epochs(task.settings),
        "callbacks": task.settings.get("callbacks", Unknown("callbacks")),
        "validation": _validates(module, task, validation),
    }
    if isinstance(told["callbacks"], Instance):
        told["callbacks"] = Items([told["callbacks"]])
    limit = task.settings.get("limit_train_batches")
    if integer(limit) is not None and limit is not None:
        told["steps_per_epoch"] = limit
    loader = _one_loader(loaders)
    accumulated = task.settings.get("accumulate_grad_batches", Known(1))
    if constant(accumulated) not in (1, None) or not isinstance(accumulated, Known):
        batch = loader.arguments.get("batch_size") if loader is not None else None
        told["batch_size"] = _times(batch, accumulated, call)
    if loader is not None and not catalogue.is_a(loader, LOADER):
        told.setdefault("batch_size", Unknown("the batch size of a loader"))
    return told


def _validates(module: Instance, task: Task, validation: Value | None) -> Value:
    if not defines(module, "validation_step"):
        return Known(False)
    if validation is not None and not isinstance(validation, Known):
        return Known(True)
    return Known(False) if task.settings else Unknown("the trainer is elsewhere")


def _epochs(settings: Mapping[str, Value]) -> Value:
    epochs = settings.get("max_epochs", Unknown("the trainer is elsewhere"))
    if not isinstance(epochs, Known):
        return epochs
    if epochs.value == -1:
        return Unknown("training without an end", epochs.origin)
    if epochs.value is not None:
        return epochs
    if constant(settings.get("max_steps", Known(-1))) not in (-1, None):
        return Unknown("the number of steps is set instead")
    return Known(LONGEST, Origin(Made.LIBRARY, None, "default of Trainer"))


def _times(one: Value | None, other: Value, call: Call) -> Value:
    """The batch of an update: batches are added up."""
    batch, count = integer(one), integer(other)
    if one is None or batch is None or count is None:
        return Unknown("the batch of an update")
    parents = tuple(value.origin for value in (one, other) if value.origin is not None)
    return Known(batch * count, Origin(Made.COMPUTED, call.site, "accumulate_grad_batches", parents))
