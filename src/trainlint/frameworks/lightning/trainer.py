"""Lightning's Trainer and its command line.

Lightning 2.6: lightning/pytorch/trainer/trainer.py, lightning/pytorch/cli.py; options that were dropped in
2.0 are taken as well.
"""

from __future__ import annotations

from trainlint.frameworks import catalogue
from trainlint.frameworks.call import Arguments, Call, Handler
from trainlint.frameworks.facts import BestChosen, DemoRun, Measured, MeasuredOnTraining
from trainlint.frameworks.lightning.loop import Task, train
from trainlint.frameworks.lightning.module import DATA_MODULE, MODULE
from trainlint.frameworks.passing_on import first, nothing, seed, unknown
from trainlint.frameworks.settings.options import overridable
from trainlint.frameworks.signatures import Signature
from trainlint.values.value import (
    Class,
    Instance,
    Items,
    Known,
    Mapped,
    Reference,
    Unknown,
    Value,
    constant,
    options_of,
)

TRAINER = "lightning.Trainer"
COMMAND_LINE = "lightning.LightningCLI"

SIGNATURE = Signature(
    "*, accelerator='auto', strategy='auto', devices='auto', num_nodes=1, precision=None, logger=None, "
    "callbacks=None, fast_dev_run=False, max_epochs=None, min_epochs=None, max_steps=-1, min_steps=None, "
    "max_time=None, limit_train_batches=None, limit_val_batches=None, limit_test_batches=None, "
    "limit_predict_batches=None, overfit_batches=0.0, val_check_interval=None, check_val_every_n_epoch=1, "
    "num_sanity_val_steps=None, log_every_n_steps=None, enable_checkpointing=None, enable_progress_bar=None, "
    "enable_model_summary=None, accumulate_grad_batches=1, gradient_clip_val=None, "
    "gradient_clip_algorithm=None, deterministic=None, benchmark=None, inference_mode=True, "
    "use_distributed_sampler=True, profiler=None, detect_anomaly=False, barebones=False, plugins=None, "
    "sync_batchnorm=False, reload_dataloaders_every_n_epochs=0, default_root_dir=None"
)


def _trainer(call: Call) -> Value:
    made = Instance(Reference(TRAINER), call.bind(SIGNATURE), call.origin)
    _note_demo(made, call)
    return made


def _init_trainer(call: Call) -> Value:
    if isinstance(call.receiver, Instance):
        call.receiver.arguments.update(call.bind(SIGNATURE))
        _note_demo(call.receiver, call)
    return Known(None)


def _note_demo(trainer: Instance, call: Call) -> None:
    """`fast_dev_run` and `overfit_batches` try the code, nothing is trained in earnest."""
    if any(constant(trainer.arguments.get(name)) for name in ("fast_dev_run", "overfit_batches")):
        call.machine.note(DemoRun(call.site))


def _from_options(call: Call) -> Value:
    """`Trainer.from_argparse_args(args, …)`: options of that name are arguments."""
    options = call.argument(0, "args")
    found = dict(options.slots) if isinstance(options, Instance) else {}
    named = {
        str(name): value
        for name, value in found.items()
        if name in SIGNATURE.defaults and isinstance(value, Value)
    }
    arguments = SIGNATURE.bind((), named | call.arguments.keyword, False, call.title)
    return Instance(Reference(TRAINER), arguments, call.origin)


def _fit(call: Call) -> Value:
    trainer = call.receiver
    loaders = call.argument(1, "train_dataloaders", "train_dataloader")
    data = call.argument(3, "datamodule")
    if catalogue.is_a(loaders, DATA_MODULE):
        loaders, data = None, loaders
    settings = trainer.arguments if isinstance(trainer, Instance) else {}
    task = Task(settings, _given(loaders), _given(call.argument(2, "val_dataloaders")), _given(data))
    if task.loaders is not None and _holds(task.loaders) is _holds(task.validation):
        call.machine.note(MeasuredOnTraining("lightning", call.site))
    if task.validation is not None and _keeps_best(settings.get("callbacks")):
        call.machine.note(BestChosen("lightning", task.validation, call.site))
    model = call.argument(0, "model")
    for option in options_of(model) if model is not None else ():
        if isinstance(option, Instance) and catalogue.is_a(option, MODULE):
            train(call, option, task)
    return Known(None)


def _keeps_best(callbacks: Value | None) -> bool:
    """Whether a callback keeps the weights of the epoch that does best."""
    given = callbacks.items if isinstance(callbacks, Items) else (callbacks,)
    return any(
        isinstance(found, Instance)
        and found.title == "ModelCheckpoint"
        and constant(found.arguments.get("monitor"))
        for found in given
    )


def _holds(loader: Value | None) -> Value | None:
    """The data set of a loader, or the loader itself."""
    found = loader.arguments.get("dataset") if isinstance(loader, Instance) else None
    return found or loader


def _given(value: Value | None) -> Value | None:
    return None if isinstance(value, Known) and value.value is None else value


def _evaluate(call: Call) -> Value:
    given = call.argument(1, "dataloaders")
    if given is not None:
        best = constant(call.argument(2, "ckpt_path")) == "best"
        call.machine.note(Measured(None, given, call.site, scores=best))
    call.machine.happen("evaluate", call.site, networks=(call.argument(0, "model") or Unknown("a model"),))
    return Unknown("what an evaluation measures", call.origin)


def _search_rate(call: Call) -> Value:
    """A search for the learning rate writes what it finds into the module."""
    model = call.argument(0, "model")
    held = [model, model.slots.get("hparams")] if isinstance(model, Instance) else []
    for owner in held:
        for name in ("lr", "learning_rate"):
            if isinstance(owner, Instance) and name in owner.slots:
                call.machine.write(owner, name, Unknown("a learning rate that is searched for"))
    return Unknown("a search for the learning rate", call.origin)


def _tuner(call: Call) -> Value:
    return Instance(Reference("lightning.tuner.Tuner"), {}, call.origin)


def _command_line(call: Call) -> Value:
    """`LightningCLI(Model, Data)`: both with their defaults, and a trainer that the command line sets up."""
    bound = call.bind(
        Signature(
            "model_class=None, datamodule_class=None, save_config_callback=None, run=True, trainer_defaults=None"
        )
    )
    defaults = bound.get("trainer_defaults")
    told = {str(key): value for key, value in defaults.slots.items()} if isinstance(defaults, Mapped) else {}
    settings = {
        name: overridable(value, f"--trainer.{name}", call)
        for name, value in SIGNATURE.bind((), told, True, "Trainer").items()
    }
    if "max_epochs" not in told:  # nobody leaves that to the trainer
        settings["max_epochs"] = Unknown("--trainer.max_epochs is given on the command line")
    trainer = Instance(Reference(TRAINER), settings, call.origin)
    made = Instance(Reference(COMMAND_LINE), bound, call.origin)
    model, data = _made(bound.get("model_class"), call), _made(bound.get("datamodule_class"), call)
    for name, value in (("trainer", trainer), ("model", model), ("datamodule", data)):
        call.machine.write(made, name, value)
    if constant(bound.get("run")) is not False:
        _fit(Call("fit", Arguments((model,), {"datamodule": data}), call.site, call.machine, trainer))
    return made


def _made(cls: Value | None, call: Call) -> Value:
    if isinstance(cls, Class):
        return call.machine.make(cls, call.site)
    return Known(None) if cls is None or isinstance(cls, Known) else Unknown("made by the command line")


def train_unused(call: Call) -> Value:
    """A module that nobody fits in its file: a trainer elsewhere does."""
    if isinstance(call.receiver, Instance):
        train(call, call.receiver, Task())
    return Known(None)


FUNCTIONS: dict[str, Handler] = {
    TRAINER: _trainer,
    f"{TRAINER}.from_argparse_args": _from_options,
    f"{TRAINER}.add_argparse_args": first("parent_parser"),
    "lightning.tuner.Tuner": _tuner,
    "lightning.tuner.tuning.Tuner": _tuner,
    COMMAND_LINE: _command_line,
    "lightning.seed_everything": seed,
}

METHODS: dict[str, dict[str, Handler]] = {
    TRAINER: {
        "__init__": _init_trainer,
        "fit": _fit,
        "validate": _evaluate,
        "test": _evaluate,
        "predict": _evaluate,
        "tune": _search_rate,
        "save_checkpoint": nothing,
    },
    "lightning.tuner.Tuner": {
        "lr_find": _search_rate,
        "scale_batch_size": unknown("a batch size that is searched for"),
    },
}
