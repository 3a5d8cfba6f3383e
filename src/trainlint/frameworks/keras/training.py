"""`compile`, `fit` and their relatives, and the objective that a compiled model is trained on."""

from __future__ import annotations

import math
from dataclasses import replace

from trainlint.frameworks import catalogue
from trainlint.frameworks.arrays.pandas import as_numbers
from trainlint.frameworks.call import Arguments, Call, Machine
from trainlint.frameworks.facts import ChosenMetric, CompileCalled, FitCalled, LossApplied, Measured
from trainlint.frameworks.keras.inputs import as_batch
from trainlint.frameworks.keras.losses import Loss, loss_from
from trainlint.frameworks.keras.models import MODEL, outputs_of, own_method
from trainlint.frameworks.keras.optimizers import optimizer_from
from trainlint.frameworks.signatures import Signature
from trainlint.values.origin import Made, Origin
from trainlint.values.tensor import Tensor
from trainlint.values.value import (
    Class,
    Function,
    Instance,
    Items,
    Known,
    Mapped,
    OneOf,
    Reference,
    Unknown,
    Value,
    constant,
    integer,
    number,
    options_of,
)

COMPILE = Signature(
    "optimizer='rmsprop', loss=None, loss_weights=None, metrics=None, weighted_metrics=None, "
    "run_eagerly=False, steps_per_execution=1, jit_compile='auto', auto_scale_loss=True"
)
FIT = Signature(
    "x=None, y=None, batch_size=None, epochs=1, verbose='auto', callbacks=None, validation_split=0.0, "
    "validation_data=None, shuffle=True, class_weight=None, sample_weight=None, initial_epoch=0, "
    "steps_per_epoch=None, validation_steps=None, validation_batch_size=None, validation_freq=1"
)
FIT_GENERATOR = Signature(
    "generator, steps_per_epoch=None, epochs=1, verbose=1, callbacks=None, validation_data=None, "
    "validation_steps=None, validation_freq=1, class_weight=None, max_queue_size=10, workers=1, "
    "use_multiprocessing=False, shuffle=True, initial_epoch=0"
)
TRAIN_ON_BATCH = Signature("x, y=None, sample_weight=None, class_weight=None, return_dict=False")
"""Keras 3.15 (keras/src/trainers/trainer.py); `fit_generator` as of TensorFlow 2.0."""

DEFAULT_BATCH = 32
"""Batch size of arrays when `batch_size=None` (keras/src/trainers/data_adapters)."""

_OLD_NAMES = {"nb_epoch": "epochs", "samples_per_epoch": "steps_per_epoch", "show_accuracy": "verbose"}
_TORCH_LOADER = "torch.utils.data.DataLoader"
_DATASETS = ("tensorflow.data.Dataset", "keras.utils.Sequence", "keras.preprocessing.image.Iterator")


def compile_model(call: Call) -> Value:
    model = call.receiver
    assert isinstance(model, Instance)
    arguments = call.bind(COMPILE)
    arguments["optimizer"] = optimizer_from(arguments["optimizer"], call.machine, call.site)
    call.machine.write(model, "compiled", Mapped(arguments))
    call.machine.write(model, "optimizer", arguments["optimizer"])
    call.machine.note(CompileCalled(model, arguments, call.site))
    return Known(None)


# -- fit --------------------------------------------------------------------------------------------------


def fit(call: Call) -> Value:
    bound = call.bind(FIT)
    for name in ("x", "y", "validation_data"):
        if name in bound:
            bound[name] = as_numbers(bound[name], call)
    return _fitted(call, bound, bound.get("x"), bound.get("y"))


def fit_generator(call: Call) -> Value:
    bound = call.bind(FIT_GENERATOR)
    return _fitted(call, bound, bound.get("generator"), Known(None))


def _fitted(call: Call, bound: dict[str, Value], inputs: Value | None, targets: Value | None) -> Value:
    for old, new in _OLD_NAMES.items():
        if old in bound:
            bound[new] = bound.pop(old)
    model = call.receiver
    assert isinstance(model, Instance)
    measures_training = _is_given_again(inputs, bound.get("validation_data"))
    given = inputs or Known(None)
    dataset = inputs if isinstance(inputs, Instance) else None
    batch_size = bound.get("batch_size", Known(None))
    shuffle = bound["shuffle"]
    if dataset is not None and catalogue.is_a(dataset, _TORCH_LOADER):
        inputs, targets = _parts(call.machine.element(dataset, call.site))
        batch_size = dataset.arguments.get("batch_size", Unknown("the batch size of a loader"))
        shuffle = _order_of(dataset)
    elif dataset is not None:
        inputs, targets = _parts(dataset.slots.get("element"))
        batch_size = dataset.slots.get("batch_size", Unknown("the batch size of a data set"))
        shuffle = dataset.slots.get("shuffled", Unknown("order of a data set"))
    elif constant(batch_size) is None and isinstance(batch_size, Known):
        if targets is not None and constant(targets) is None and isinstance(targets, Known):
            batch_size = _told(inputs) or Unknown("the batch size of a generator")
        else:
            batch_size = Known(DEFAULT_BATCH, Origin(Made.LIBRARY, None, "default of fit"))
    split = bound.get("validation_split", Known(0.0))
    inputs = _kept(inputs, split, call)
    settings = {
        "given": given,
        "epochs": bound["epochs"],
        "batch_size": batch_size,
        "steps_per_epoch": bound["steps_per_epoch"],
        "shuffle": shuffle,
        "validation": _validates(bound.get("validation_data"), split),
        "validation_data": bound.get("validation_data", Known(None)),
        "validation_split": split,
        "callbacks": bound["callbacks"],
        "class_weight": bound.get("class_weight", Known(None)),
        "initial_epoch": bound["initial_epoch"],
    }
    if dataset is not None and catalogue.is_a(dataset, _TORCH_LOADER):
        settings["loader"] = dataset
        settings["drop_last"] = dataset.arguments.get("drop_last", Unknown("whether batches are dropped"))
    elif dataset is not None:
        for name in ("shuffle_buffer", "shuffles_batches", "shuffled_once"):
            settings[name] = dataset.arguments.get(name, Unknown("order of a data set"))
    if inputs is not None:
        call.machine.write(model, "fitted_inputs", inputs)
    call.machine.note(FitCalled("keras", model, inputs, targets, settings, call.site, measures_training))
    call.machine.happen("fit", call.site, networks=(model,))
    _own_step(call, model, inputs, targets)
    history = Instance(Reference("keras.callbacks.History"), {}, call.origin)
    call.machine.write(model, "history", history)
    return history


def _told(inputs: Value | None) -> Value | None:
    """The batch size that a generator of the program was called with."""
    given = inputs.slots.get("given") if isinstance(inputs, Items) else None
    return given.get("batch_size") if isinstance(given, dict) else None


def _own_step(call: Call, model: Instance, inputs: Value | None, targets: Value | None) -> None:
    """Runs the `train_step` of a class of the program once, on what is fitted."""
    if own_method(model, "train_step") is None:
        return
    given = [as_batch(value) or value for value in (inputs, targets) if value is not None]
    given = [value for value in given if not (isinstance(value, Known) and value.value is None)]
    data: Value = given[0] if len(given) == 1 else Items(given, "tuple") if given else Unknown("the data")
    step = call.machine.attribute(model, "train_step", call.site)
    call.machine.call(step, Arguments((data,)), call.site)
    call.machine.happen("fit_step_done", call.site, networks=(model,))


def _order_of(loader: Instance) -> Value:
    """Whether a loader of PyTorch shuffles; unknown where a sampler decides."""
    samplers = (loader.arguments.get(name, Known(None)) for name in ("sampler", "batch_sampler"))
    if any(not isinstance(sampler, Known) or sampler.value is not None for sampler in samplers):
        return Unknown("a sampler decides the order")
    given = loader.arguments.get("shuffle", Unknown("order of a loader"))
    return Known(False, given.origin) if isinstance(given, Known) and given.value is None else given


def _is_given_again(inputs: Value | None, validation: Value | None) -> bool:
    """Whether the data for validation is the training data: the same data set, or inputs."""
    if isinstance(validation, Items) and validation.items:
        validation = validation.items[0]
    return inputs is not None and validation is inputs and not isinstance(inputs, Known)


def _parts(element: object) -> tuple[Value | None, Value | None]:
    """Inputs and targets of an element of a data set."""
    if isinstance(element, Items) and element.kind == "tuple" and len(element.items) >= 2:
        return element.items[0], element.items[1]
    return (element, None) if isinstance(element, Value) else (None, None)


def _kept(inputs: Value | None, split: Value, call: Call) -> Value | None:
    """Training data without the last part that `validation_split` takes away."""
    share = number(split)
    if not isinstance(inputs, Tensor) or inputs.data is None or not share:
        return inputs
    samples = integer(inputs.data.samples)
    if samples is None or not 0 < share < 1:
        return inputs
    parents = tuple(v.origin for v in (split, inputs.data.samples) if v is not None and v.origin is not None)
    origin = Origin(Made.COMPUTED, call.site, "validation_split", parents)
    kept = Known(
        math.floor(samples * (1.0 - share)), origin
    )  # keras/src/trainers/data_adapters/array_slicing.py
    return inputs.changed(data=replace(inputs.data, samples=kept))


def _validates(data: Value | None, split: Value) -> Value:
    if data is not None and not isinstance(data, Known | Unknown):
        return Known(True, data.origin)
    if isinstance(data, Unknown) or isinstance(split, Unknown):
        # Something was passed, or hidden: a value that is not known is most often data.
        return (
            Known(True) if isinstance(data, Unknown) and not data.reason.startswith("hidden") else Unknown()
        )
    if isinstance(data, Known) and data.value is not None:
        return Known(True, data.origin)
    share = number(split)
    return Unknown() if share is None else Known(share > 0, split.origin)


def train_on_batch(call: Call) -> Value:
    bound = call.bind(TRAIN_ON_BATCH)
    model = call.receiver
    assert isinstance(model, Instance)
    inputs, targets = bound.get("x"), bound.get("y")
    if inputs is not None:
        call.machine.write(model, "fitted_inputs", inputs)
    settings: dict[str, Value] = {
        "epochs": Unknown("the loop around train_on_batch"),
        "batch_size": Unknown("the batch that is passed"),
        "steps_per_epoch": Unknown("the loop around train_on_batch"),
        "shuffle": Unknown("the loop around train_on_batch"),
        "validation": Unknown("the loop around train_on_batch"),
        "callbacks": Known(None),
    }
    call.machine.note(FitCalled("keras", model, inputs, targets, settings, call.site))
    call.machine.happen("fit", call.site, networks=(model,))
    return Unknown("the loss of a batch")


def evaluate(call: Call) -> Value:
    _measured(call, scores=True)
    call.machine.happen("evaluate", call.site, networks=(call.receiver,))
    return Unknown("what evaluate measures")


def _measured(call: Call, *, scores: bool = False) -> None:
    given = call.argument(0, "x")
    if given is not None:
        call.machine.note(Measured(call.receiver, as_numbers(given, call), call.site, scores))


def predict(call: Call) -> Value:
    """`predict` gives arrays: the graph ends here, for nothing can be trained through it."""
    model, given = call.receiver, call.argument(0, "x")
    assert isinstance(model, Instance)
    _measured(call)
    call.machine.happen("evaluate", call.site, networks=(model,))
    output = outputs_of(model, call.machine, call.site)
    if not isinstance(output, Tensor):
        return Unknown("what a model predicts")
    samples = given.shape[0] if isinstance(given, Tensor) and given.shape else None
    shape = None if output.shape is None else (samples, *output.shape[1:])
    return call.tensor("predict", [], shape, layer=model, low=output.low, high=output.high, library="numpy")


# -- objectives -------------------------------------------------------------------------------------------


def objectives(compiled: CompileCalled, machine: Machine, targets: Value | None = None) -> list[LossApplied]:
    """The losses that a compiled model is trained on, each with the output that it reads and its part of
    the `targets` that the model is fitted on."""
    wanted = compiled.arguments.get("loss", Known(None))
    if isinstance(wanted, Known) and wanted.value is None:
        return []
    output = outputs_of(compiled.model, machine, compiled.site)
    found: list[LossApplied] = []
    for loss_value, prediction, key in _paired(wanted, output):
        metrics = metrics_of(compiled.arguments.get("metrics"), key)
        target = _target(targets, key)
        choices = options_of(loss_value)
        for option in choices:
            loss = loss_from(option)
            if loss is not None:
                objective = _objective(compiled, loss, prediction, target, metrics)
                objective.is_one_of_several = len(choices) > 1
                found.append(objective)
    return found


def _objective(
    compiled: CompileCalled,
    loss: Loss,
    prediction: Tensor | None,
    target: Value | None,
    metrics: tuple[ChosenMetric, ...],
) -> LossApplied:
    return LossApplied(
        loss.word,
        loss.title,
        "keras",
        prediction,
        target,
        loss.takes_logits,
        loss.settings,
        metrics=metrics,
        model=compiled.model,
        origin=Origin(Made.COMPUTED, compiled.site, "compile"),
        loss_origin=loss.origin,
    )


Key = int | str | None


def _paired(wanted: Value, output: Value) -> list[tuple[Value, Tensor | None, Key]]:
    """Losses with the outputs they belong to: one, by position, or by the output's name."""
    outputs = list(output.items) if isinstance(output, Items) else []
    named = {str(key): value for key, value in output.slots.items()} if isinstance(output, Mapped) else {}
    if not named:
        several = outputs or [output]
        named = {name: value for value in several if (name := output_name(value)) is not None}
    if isinstance(wanted, Items):
        if len(wanted.items) == 1 and isinstance(output, Tensor):
            return [(wanted.items[0], output, 0)]
        if len(wanted.items) != len(outputs):
            return [(loss, None, index) for index, loss in enumerate(wanted.items)]
        return [
            (loss, made if isinstance(made, Tensor) else None, index)
            for index, (loss, made) in enumerate(zip(wanted.items, outputs, strict=True))
        ]
    if isinstance(wanted, Mapped):
        pairs: list[tuple[Value, Tensor | None, Key]] = []
        for key, loss in wanted.slots.items():
            made = named.get(str(key))
            pairs.append((loss, made if isinstance(made, Tensor) else None, str(key)))
        return pairs
    if isinstance(output, Tensor):
        return [(wanted, output, None)]
    if outputs:
        return [(wanted, made, index) for index, made in enumerate(outputs) if isinstance(made, Tensor)]
    return [(wanted, None, None)]


def _target(fitted: Value | None, key: Key) -> Value | None:
    """What an output was fitted on: the one array, or that of a list or dictionary that belongs to it."""
    if isinstance(fitted, Mapped):
        found = fitted.slots.get(key)
        return found if isinstance(found, Value) else None
    if isinstance(fitted, Items):
        fits = isinstance(key, int) and key < len(fitted.items)
        return fitted.items[key] if fits and isinstance(key, int) else None
    return fitted if not isinstance(key, str) else None


def output_name(output: Value) -> str | None:
    """The name of the layer that makes an output; its activation may stand on top."""
    tensor: Value | None = output
    for _ in range(2):
        if not isinstance(tensor, Tensor) or tensor.operation is None:
            return None
        layer = tensor.operation.layer
        if isinstance(layer, Instance):
            name = constant(layer.arguments.get("name"))
            return name if isinstance(name, str) else None
        tensor = tensor.operation.inputs[0] if tensor.operation.inputs else None
    return None


def metrics_of(value: Value | None, key: Key) -> tuple[ChosenMetric, ...]:
    """Names of metrics with where they were chosen; those of one output where each has its own."""
    if value is None or isinstance(value, Unknown):
        return ()
    if isinstance(value, Mapped):
        own = value.slots.get(key) if isinstance(key, str) else None
        return metrics_of(own, None) if isinstance(own, Value) else ()
    if isinstance(value, Items):
        nested = any(isinstance(item, Items) for item in value.items)
        if nested:
            fits = isinstance(key, int) and key < len(value.items)
            return metrics_of(value.items[key], None) if fits and isinstance(key, int) else ()
        return tuple(named for item in value.items for named in metrics_of(item, key))
    if isinstance(value, OneOf):
        return tuple(named for option in value.options for named in metrics_of(option, key))
    if isinstance(value, Known):
        return (ChosenMetric(value.value, value.origin),) if isinstance(value.value, str) else ()
    if isinstance(value, Instance):
        own = not isinstance(value.cls, Reference)
        return (ChosenMetric(value.title, value.origin, {} if own else value.arguments, own),)
    if isinstance(value, Reference):
        return (ChosenMetric(value.name.rpartition(".")[2], value.origin),)
    return (ChosenMetric(value.name, value.origin, own=True),) if isinstance(value, Function | Class) else ()


METHODS = {
    MODEL: {
        "compile": compile_model,
        "fit": fit,
        "fit_generator": fit_generator,
        "train_on_batch": train_on_batch,
        "evaluate": evaluate,
        "evaluate_generator": evaluate,
        "test_on_batch": evaluate,
        "predict": predict,
        "predict_on_batch": predict,
        "predict_generator": predict,
        "predict_classes": predict,
    }
}
