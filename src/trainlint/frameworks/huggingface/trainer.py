"""Trainer and its relatives: `train()` as a loop of the plan.

transformers 5 (src/transformers/trainer.py): a step goes forward and backward, clips, steps the optimizer and
the schedule, then clears the gradients.
"""

from __future__ import annotations

from trainlint.frameworks.call import Arguments, Call, Handler
from trainlint.frameworks.facts import BestChosen, LossApplied, Measured, MeasuredOnTraining
from trainlint.frameworks.gradient_descent import advance, clear, clip, each, loss_in
from trainlint.frameworks.huggingface.arguments import setting
from trainlint.frameworks.huggingface.datasets import classes_of
from trainlint.frameworks.huggingface.models import loss_of
from trainlint.frameworks.huggingface.optimizers import make_optimizer, make_schedule
from trainlint.frameworks.passing_on import nothing, unknown
from trainlint.frameworks.signatures import Signature
from trainlint.frameworks.torch.parameters import defines
from trainlint.values.origin import Made, Origin
from trainlint.values.tensor import DataFacts, Tensor
from trainlint.values.value import (
    Instance,
    Items,
    Known,
    Mapped,
    Reference,
    Unknown,
    Value,
    constant,
    integer,
    number,
)

TRAINER = "transformers.Trainer"
LOADER = "torch.utils.data.DataLoader"

SIGNATURE = Signature(
    "model=None, args=None, data_collator=None, train_dataset=None, eval_dataset=None, processing_class=None, "
    "model_init=None, compute_metrics=None, callbacks=None, optimizers=None, preprocess_logits_for_metrics=None"
)
"""By position as in transformers 4, where `compute_loss_func` came last."""

TRAINERS = (
    TRAINER,
    "transformers.Seq2SeqTrainer",
    "sentence_transformers.SentenceTransformerTrainer",
    *(f"trl.{name}Trainer" for name in ("SFT", "DPO", "ORPO", "KTO", "CPO", "Reward")),
)


def _constructor(name: str) -> Handler:
    def handler(call: Call) -> Value:
        made = Instance(Reference(name), {}, call.origin)
        _fill(made, call)
        return made

    return handler


def _initialise(call: Call) -> Value:
    if isinstance(call.receiver, Instance):
        _fill(call.receiver, call)
    return Known(None)


def _fill(trainer: Instance, call: Call) -> None:
    bound = call.bind(SIGNATURE)
    trainer.arguments.update(bound)
    for name in ("model", "args", "train_dataset", "eval_dataset"):
        call.machine.write(trainer, name, _model(bound[name], call) if name == "model" else bound[name])


def _model(value: Value, call: Call) -> Value:
    """A model, or the name of one that the trainer loads."""
    if isinstance(constant(value), str):
        loader = Reference("transformers.AutoModelForCausalLM.from_pretrained")
        return call.machine.call(loader, Arguments((value,)), call.site)
    return value


def _train(call: Call) -> Value:
    trainer = call.receiver
    if not isinstance(trainer, Instance):
        return call.unknown()
    settings = _argument(trainer, "args")
    trained = _argument(trainer, "train_dataset")
    if trained is not None and trained is _argument(trainer, "eval_dataset"):
        call.machine.note(MeasuredOnTraining("huggingface", call.site))
    kept_apart = _argument(trainer, "eval_dataset")
    if kept_apart is not None and constant(setting(settings, "load_best_model_at_end", call)) is True:
        call.machine.note(BestChosen("huggingface", kept_apart, call.site))
    for model in each(_argument(trainer, "model") or _initial_model(trainer, call)):
        _train_model(call, trainer, settings, model)
    return Unknown("what training measured", call.origin)


def _initial_model(trainer: Instance, call: Call) -> Value:
    make = trainer.arguments.get("model_init")
    made = call.machine.call(make, Arguments(), call.site) if make is not None else Unknown("a model")
    call.machine.write(trainer, "model", made)
    return made


def _argument(trainer: Instance, name: str) -> Value | None:
    """An argument as it stands now; None when it was not given."""
    found = trainer.slots.get(name, trainer.arguments.get(name))
    if not isinstance(found, Value) or (isinstance(found, Known) and found.value is None):
        return None
    return found


def _train_model(call: Call, trainer: Instance, settings: Value | None, model: Value) -> None:
    optimizers, schedules = _optimization(call, trainer, settings, model)
    told = _told(call, trainer, settings)
    loader = Instance(
        Reference(LOADER),
        {
            "dataset": trainer.slots.get("train_dataset", Known(None)),
            "batch_size": told["batch_size"],
            "shuffle": told["shuffle"],
            "drop_last": setting(settings, "dataloader_drop_last", call),
        },
        call.origin,
    )
    call.machine.happen("train_mode", call.site, networks=(model,))
    with (
        call.machine.repeated("epochs", call.site, times=told["epochs"], told=told),
        call.machine.repeated("batches", call.site, iterable=loader),
    ):
        batch = call.machine.element(loader, call.site)
        loss = _loss(call, trainer, model, batch)
        _note_classes(call, trainer, loss)
        call.machine.happen("backward", call.site, loss=loss)
        clip(call, optimizers, setting(settings, "max_grad_norm", call))
        for optimizer in optimizers:
            call.machine.happen("step", call.site, optimizer=optimizer)
        advance(call, schedules)
        clear(call, optimizers)


def _loss(call: Call, trainer: Instance, model: Value, batch: Value) -> Value:
    """`compute_loss` of the program's own trainer, or the loss that the model computes itself."""
    entries = batch if isinstance(batch, Mapped) else Mapped({}, complete=False)
    if defines(trainer, "compute_loss"):
        compute = call.machine.attribute(trainer, "compute_loss", call.site)
        result = call.machine.call(compute, Arguments((model, entries)), call.site)
        if isinstance(result, Items) and result.items:
            result = result.items[0]
        return loss_in(result) or Unknown("a loss")
    return _own_loss(call, model, entries) or Unknown("a loss")


def _note_classes(call: Call, trainer: Instance, loss: Value) -> None:
    """Where a model computes the loss itself, one class of many is asked for, and it is known of how many: that."""
    known = classes_of(_argument(trainer, "train_dataset"))
    operation = loss.operation if isinstance(loss, Tensor) else None
    logits = operation.inputs[0] if operation is not None and operation.kind == "loss" else None
    if known is None or logits is None or not logits.shape or defines(trainer, "compute_loss"):
        return
    if not isinstance(logits.shape[-1], int) or logits.shape[-1] < 2:
        return  # one number is a regression
    name, classes = known
    facts = DataFacts(name=name, dataset=name, classes=classes, labels=True, encoding="index", role="train")
    call.machine.note(
        LossApplied(
            "cross_entropy", "the loss of the model", "torch", logits, Tensor(library="torch", data=facts),
            Known(True), result=loss if isinstance(loss, Tensor) else None, origin=call.origin,
            loss_origin=call.origin,
        )
    )  # fmt: skip


def _own_loss(call: Call, model: Value, batch: Mapped) -> Value | None:
    keyword = {str(key): value for key, value in batch.slots.items() if isinstance(value, Value)}
    return loss_of(call.machine.call(model, Arguments((), keyword, batch.complete), call.site))


def _compute_loss(call: Call) -> Value:
    """`super().compute_loss(model, inputs, …)`"""
    model, inputs = call.argument(0, "model"), call.argument(1, "inputs")
    batch = inputs if isinstance(inputs, Mapped) else Mapped({}, complete=False)
    loss = _own_loss(call, model, batch) if model is not None else None
    found = loss or Unknown("a loss", call.origin)
    with_outputs = constant(call.argument(2, "return_outputs")) is True
    return Items([found, Unknown("outputs of a model")], "tuple") if with_outputs else found


def _optimization(
    call: Call, trainer: Instance, settings: Value | None, model: Value
) -> tuple[list[Value], list[Value]]:
    """Optimizers and schedules: given, made by the program's own trainer, or made from the settings."""
    given = trainer.arguments.get("optimizers")
    pair = given.items if isinstance(given, Items) and len(given.items) == 2 else (None, None)
    optimizers, schedules = each(pair[0]), each(pair[1])
    if not optimizers and defines(trainer, "create_optimizer"):
        made = call.machine.call(
            call.machine.attribute(trainer, "create_optimizer", call.site), Arguments(), call.site
        )
        own = trainer.slots.get("optimizer")
        optimizers = each(own if isinstance(own, Value) else made)
    if not optimizers:
        optimizers = each(make_optimizer(call, settings, model))
    if not schedules and optimizers:
        schedules = [make_schedule(call, settings, optimizers[0])]
    return optimizers, schedules


def _create_optimizer(call: Call) -> Value:
    """`super().create_optimizer()`"""
    trainer = call.receiver
    if not isinstance(trainer, Instance):
        return call.unknown()
    made = make_optimizer(call, _argument(trainer, "args"), _argument(trainer, "model") or Unknown("a model"))
    call.machine.write(trainer, "optimizer", made)
    return made


def _told(call: Call, trainer: Instance, settings: Value | None) -> dict[str, Value]:
    callbacks = trainer.arguments.get("callbacks", Known(None))
    return {
        "epochs": _epochs(call, settings),
        "batch_size": _batch_size(call, settings),
        "shuffle": Known(True, Origin(Made.LIBRARY, None, f"default of {trainer.title}")),
        "validation": Known(_argument(trainer, "eval_dataset") is not None),
        "callbacks": callbacks if isinstance(callbacks, Items | Known) else Unknown("callbacks"),
    }


def _epochs(call: Call, settings: Value | None) -> Value:
    steps = setting(settings, "max_steps", call)
    if (number(steps) or 0) > 0:
        return Unknown("the number of steps is set instead", steps.origin)
    return setting(settings, "num_train_epochs", call) if number(steps) is not None else Unknown("steps")


def _batch_size(call: Call, settings: Value | None) -> Value:
    """The batch of an update on one device: batches are added up."""
    batch = setting(settings, "per_device_train_batch_size", call)
    count = setting(settings, "gradient_accumulation_steps", call)
    if constant(count) == 1:
        return batch
    one, other = integer(batch), integer(count)
    if one is None or other is None:
        return Unknown("the batch of an update", batch.origin)
    parents = tuple(value.origin for value in (batch, count) if value.origin is not None)
    return Known(one * other, Origin(Made.COMPUTED, call.site, "gradient_accumulation_steps", parents))


def _evaluate(call: Call) -> Value:
    """`evaluate` and `predict`: on what they are given, else on the data for evaluation."""
    given = call.argument(0, "eval_dataset", "test_dataset")
    if given is None and isinstance(call.receiver, Instance):
        given = _argument(call.receiver, "eval_dataset")
    if given is not None:
        call.machine.note(Measured(None, given, call.site, scores=True))
    model = call.receiver.slots.get("model") if isinstance(call.receiver, Instance) else None
    call.machine.happen("evaluate", call.site, networks=(model,) if isinstance(model, Value) else ())
    return Unknown("what an evaluation measures", call.origin)


_QUIET = (
    "save_model save_state save_metrics log_metrics log push_to_hub create_model_card add_callback remove_callback "
    "pop_callback create_optimizer_and_scheduler is_world_process_zero"
).split()

METHODS: dict[str, dict[str, Handler]] = {
    TRAINER: {
        "__init__": _initialise,
        "train": _train,
        "evaluate": _evaluate,
        "predict": _evaluate,
        "compute_loss": _compute_loss,
        "create_optimizer": _create_optimizer,
        "hyperparameter_search": unknown("a search for settings"),
        **dict.fromkeys(_QUIET, nothing),
    }
}

FUNCTIONS: dict[str, Handler] = {name: _constructor(name) for name in TRAINERS}
