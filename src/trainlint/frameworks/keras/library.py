"""What the names of Keras and TensorFlow mean, put together from the tables beside this file."""

from __future__ import annotations

from collections.abc import Mapping

from trainlint.frameworks.call import Call
from trainlint.frameworks.keras import (
    activations,
    applications,
    callbacks,
    choosing,
    configuration,
    control,
    datasets,
    hand_written,
    hub,
    image_functions,
    inputs,
    layers,
    losses,
    matrices,
    model_members,
    models,
    operations,
    optimizers,
    pipelines,
    preparing,
    primitives,
    random_functions,
    schedules,
    stateless,
    stored_data,
    training,
    vocabularies,
)
from trainlint.frameworks.keras.loss_signatures import LOSS_CLASSES
from trainlint.frameworks.library import Handlers, Library, merged
from trainlint.values.value import Instance, Reference, Value

_BASES: dict[str, tuple[str, ...]] = {
    models.SEQUENTIAL: (models.MODEL,),
    models.MODEL: (models.LAYER,),
    models.LAYER: ("torch.nn.Module",),  # with the torch backend, as Keras documents it
    "keras.Layer": (models.LAYER,),
    **schedules.BASES,
    **optimizers.BASES,
    **callbacks.BASES,
    **configuration.BASES,
    **preparing.BASES,
    **dict.fromkeys((f"keras.losses.{name}" for name in LOSS_CLASSES), ("keras.losses.Loss",)),
}


def bases(name: str) -> tuple[str, ...]:
    """The classes that a class of Keras inherits from, as far as handlers and rules ask."""
    if name in _BASES:
        return _BASES[name]
    if name.startswith("keras.layers.") and name != models.LAYER:
        return (models.LAYER,)
    if name.startswith("keras.applications."):
        return (models.MODEL,)
    return ()


def fallback(call: Call) -> Value:
    """A name that stands in no table: a class gives an object with the arguments that were passed."""
    if call.title[:1].isupper():
        positional = {f"*{index}": value for index, value in enumerate(call.arguments.positional)}
        return Instance(Reference(call.name), positional | call.arguments.keyword, call.origin)
    return call.unknown()


def methods(*tables: Mapping[str, Handlers]) -> dict[str, Handlers]:
    """Tables of methods by class as one."""
    classes = {name for table in tables for name in table}
    return {name: merged(*(table.get(name, {}) for table in tables)) for name in classes}


LIBRARY = Library(
    functions=merged(
        activations.FUNCTIONS,
        applications.FUNCTIONS,
        callbacks.FUNCTIONS,
        choosing.FUNCTIONS,
        configuration.FUNCTIONS,
        control.FUNCTIONS,
        datasets.FUNCTIONS,
        hand_written.FUNCTIONS,
        hub.FUNCTIONS,
        image_functions.FUNCTIONS,
        inputs.FUNCTIONS,
        layers.FUNCTIONS,
        losses.FUNCTIONS,
        matrices.FUNCTIONS,
        models.FUNCTIONS,
        operations.FUNCTIONS,
        optimizers.FUNCTIONS,
        pipelines.FUNCTIONS,
        preparing.FUNCTIONS,
        primitives.FUNCTIONS,
        random_functions.FUNCTIONS,
        schedules.FUNCTIONS,
        stored_data.FUNCTIONS,
        vocabularies.FUNCTIONS,
    ),
    methods=methods(
        model_members.METHODS,
        training.METHODS,
        hand_written.METHODS,
        pipelines.METHODS,
        preparing.METHODS,
        configuration.METHODS,
        control.METHODS,
        stored_data.METHODS,
        stateless.METHODS,
        vocabularies.METHODS,
    ),
    calls=merged(models.CALLS, losses.CALLS, configuration.CALLS),
    elements=merged(pipelines.ELEMENTS, preparing.ELEMENTS),
    attributes={**model_members.ATTRIBUTES, **control.ATTRIBUTES, **stored_data.ATTRIBUTES},
    tensor_methods=operations.TENSOR_METHODS,
    tensor_attributes=operations.TENSOR_ATTRIBUTES,
    assignments=model_members.ASSIGNMENTS,
    bases=bases,
    fallback=fallback,
)
