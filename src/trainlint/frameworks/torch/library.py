"""What the names of PyTorch and torchvision mean, put together from the tables beside this file."""

from __future__ import annotations

from collections.abc import Mapping

from trainlint.frameworks.call import Call, Handler
from trainlint.frameworks.library import Handlers, Library, merged
from trainlint.frameworks.torch import (
    activations,
    adaptive_softmax,
    attention,
    containers,
    contexts,
    convolutions,
    creation,
    data,
    dense,
    functional,
    known_datasets,
    losses,
    module,
    normalisation,
    optimizers,
    parameters,
    pooling,
    pretrained_tables,
    recurrent,
    reshaping,
    schedulers,
    tensor_attributes,
    tensor_methods,
    transforms,
    vision_models,
    vision_parts,
    weights,
)
from trainlint.frameworks.torch.hierarchy import MODULE, bases
from trainlint.frameworks.torch.layers import layer_tables
from trainlint.values.value import Instance, Reference, Value

_LAYERS, _LAYER_METHODS, _LAYER_CALLS = layer_tables(
    merged(
        activations.LAYERS,
        convolutions.LAYERS,
        dense.LAYERS,
        normalisation.LAYERS,
        pooling.LAYERS,
        reshaping.LAYERS,
    )
)


def fallback(call: Call) -> Value:
    """A name that stands in no table: a class gives an object with the arguments that were passed."""
    if "_Weights." in call.name:  # `weights.transforms()`: what the network was trained on
        return Instance(Reference("torchvision.transforms.Compose"), {}, call.origin)
    if call.name.startswith(vision_models.PREFIX):
        return vision_models.unlisted(call)
    if call.title[:1].isupper():
        positional = {f"*{index}": value for index, value in enumerate(call.arguments.positional)}
        return Instance(Reference(call.name), positional | call.arguments.keyword, call.origin)
    return call.unknown()


def by_class(*tables: Mapping[str, Handlers]) -> dict[str, dict[str, Handler]]:
    """Tables of methods or attributes by class as one."""
    classes = {name for table in tables for name in table}
    return {name: merged(*(table.get(name, {}) for table in tables)) for name in classes}


LIBRARY = Library(
    functions=merged(
        _LAYERS,
        adaptive_softmax.FUNCTIONS,
        attention.FUNCTIONS,
        containers.FUNCTIONS,
        contexts.FUNCTIONS,
        creation.FUNCTIONS,
        data.FUNCTIONS,
        functional.FUNCTIONS,
        known_datasets.FUNCTIONS,
        losses.FUNCTIONS,
        optimizers.FUNCTIONS,
        pretrained_tables.FUNCTIONS,
        recurrent.FUNCTIONS,
        recurrent.SEQUENCES,
        schedulers.FUNCTIONS,
        tensor_methods.FUNCTIONS,
        transforms.FUNCTIONS,
        vision_models.FUNCTIONS,
    ),
    methods=by_class(
        {MODULE: module.METHODS},
        _LAYER_METHODS,
        adaptive_softmax.METHODS,
        attention.METHODS,
        containers.METHODS,
        contexts.METHODS,
        data.METHODS,
        known_datasets.METHODS,
        losses.METHODS,
        optimizers.METHODS,
        recurrent.METHODS,
        schedulers.METHODS,
        vision_models.METHODS,
        vision_parts.METHODS,
    ),
    calls=merged(
        _LAYER_CALLS,
        adaptive_softmax.CALLS,
        attention.CALLS,
        containers.CALLS,
        contexts.CALLS,
        losses.CALLS,
        module.CALLS,
        recurrent.CALLS,
        transforms.CALLS,
        vision_models.CALLS,
    ),
    elements=merged(
        containers.ELEMENTS,
        data.ELEMENTS,
        {parameters.PARAMETERS: parameters.any_parameter, parameters.NAMED: parameters.any_named_parameter},
    ),
    attributes=by_class(
        {MODULE: module.ATTRIBUTES}, known_datasets.ATTRIBUTES, vision_parts.ATTRIBUTES, weights.ATTRIBUTES
    ),
    assignments={MODULE: tensor_attributes.MODULE_ASSIGNMENTS},
    tensor_methods={**tensor_methods.METHODS, "zero_": tensor_attributes.cleared_in_place},
    tensor_attributes=tensor_attributes.ATTRIBUTES,
    tensor_assignments=tensor_attributes.ASSIGNMENTS,
    bases=bases,
    fallback=fallback,
)
