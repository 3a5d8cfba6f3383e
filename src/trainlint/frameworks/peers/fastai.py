"""fastai: `Learner` and the ways to fit it.

fastai 2.8 (fastai/learner.py, fastai/callback/schedule.py, fastai/vision/learner.py, fastai/optimizer.py).
"""

from __future__ import annotations

from trainlint.frameworks.call import Arguments, Call, Handler
from trainlint.frameworks.facts import OptimizerMade, ScheduleMade
from trainlint.frameworks.gradient_descent import advance, descend
from trainlint.frameworks.library import Library
from trainlint.frameworks.passing_on import nothing, object_or_unknown, unknown
from trainlint.frameworks.signatures import Signature
from trainlint.frameworks.torch.schedulers import PEAK_FACTOR
from trainlint.values.value import Instance, Items, Known, Reference, Unknown, Value, constant

LEARNER = "fastai.Learner"

SIGNATURE = Signature(
    "dls, model, loss_func=None, opt_func=Adam, lr=0.001, splitter=None, cbs=None, metrics=None, wd=None"
)

_FITTING: dict[str, tuple[Signature, str]] = {
    "fit": (Signature("n_epoch, lr=None, wd=None, cbs=None"), "lr"),
    "fit_one_cycle": (Signature("n_epoch, lr_max=None, div=25.0, div_final=1e5, pct_start=0.25"), "lr_max"),
    "fit_flat_cos": (Signature("n_epoch, lr=None, div_final=1e5, pct_start=0.75"), "lr"),
    "fine_tune": (
        Signature("epochs, base_lr=0.002, freeze_epochs=1, lr_mult=100, pct_start=0.3, div=5.0"),
        "base_lr",
    ),
}
"""Ways to fit, and the argument that holds the highest learning rate."""

_PRETRAINED = (
    "vision_learner",
    "cnn_learner",
    "unet_learner",
    "text_classifier_learner",
    "language_model_learner",
)


def _learner(call: Call) -> Value:
    return Instance(Reference(LEARNER), call.bind(SIGNATURE), call.origin)


def _pretrained(call: Call) -> Value:
    """A learner around a known architecture, whose layers are not told."""
    bound = call.bind(Signature(SIGNATURE.text.replace("model", "arch")))
    bound["model"] = Unknown("a known architecture", call.origin)
    return Instance(Reference(LEARNER), bound, call.origin)


def _fit(name: str) -> Handler:
    signature, rate_name = _FITTING[name]

    def handler(call: Call) -> Value:
        learner, bound = call.receiver, call.bind(signature)
        if not isinstance(learner, Instance):
            return call.unknown()
        rate = bound.get(rate_name, Known(None))
        if isinstance(rate, Known) and rate.value is None:
            rate = learner.arguments.get("lr", Unknown("a rate"))
        epochs = bound.get(signature.names[0], Unknown("epochs"))
        optimizer = _optimizer(call, learner, rate)
        schedules = [_schedule(call, name, optimizer)] if name != "fit" else []
        callbacks = learner.arguments.get("cbs", Known(None))
        told = {
            "epochs": epochs,
            "batch_size": Unknown("the batches of data loaders"),
            "callbacks": callbacks if isinstance(callbacks, Items | Known) else Unknown("callbacks"),
        }
        with (
            call.machine.repeated("epochs", call.site, times=epochs, told=told),
            call.machine.repeated("batches", call.site),
        ):
            descend(call, [optimizer], _loss(call, learner))
            advance(call, schedules)
        return Known(None)

    return handler


def _optimizer(call: Call, learner: Instance, rate: Value) -> Instance:
    chosen, model = learner.arguments.get("opt_func"), learner.arguments.get("model", Unknown("a model"))
    name = chosen.name.rpartition(".")[2] if isinstance(chosen, Reference) else "Optimizer"
    parameters = call.machine.call(
        call.machine.attribute(model, "parameters", call.site), Arguments(), call.site
    )
    made = Instance(Reference(f"fastai.optimizer.{name}"), {"params": parameters, "lr": rate}, call.origin)
    owners = (model,) if isinstance(model, Instance) else None
    call.machine.note(OptimizerMade(made, "torch", owners, call.site))
    return made


def _schedule(call: Call, name: str, optimizer: Instance) -> Instance:
    """The rate that is passed is the highest of the schedule."""
    made = Instance(Reference(f"fastai.schedule.{name}"), {"optimizer": optimizer}, call.origin)
    call.machine.write(made, PEAK_FACTOR, Known(1.0, call.origin))
    call.machine.note(ScheduleMade(made, "torch", optimizer, call.site))
    return made


def _loss(call: Call, learner: Instance) -> Value:
    model = learner.arguments.get("model", Unknown("a model"))
    prediction = call.machine.call(model, Arguments((Unknown("inputs"),)), call.site)
    criterion = learner.arguments.get("loss_func", Known(None))
    if isinstance(criterion, Known) and constant(criterion) is None:
        return Unknown("the loss that fits the data")
    return call.machine.call(criterion, Arguments((prediction, Unknown("targets"))), call.site)


LIBRARY = Library(
    functions={LEARNER: _learner, **{f"fastai.{name}": _pretrained for name in _PRETRAINED}},
    methods={
        LEARNER: {
            **{name: _fit(name) for name in _FITTING},
            "lr_find": unknown("a learning rate that is searched for"),
            "validate": unknown("what an evaluation measures"),
            "get_preds": unknown("predictions"),
            "predict": unknown("a prediction"),
            **dict.fromkeys(
                "freeze unfreeze freeze_to save export load show_results summary".split(), nothing
            ),
        }
    },
    fallback=object_or_unknown,
)
