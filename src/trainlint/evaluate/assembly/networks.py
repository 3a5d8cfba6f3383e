"""From the operations behind a tensor to the layer graph of the plan."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any

from trainlint.evaluate.assembly.guards import asks_for_the_mode, runs_in_training_only
from trainlint.evaluate.assembly.membership import membership
from trainlint.evaluate.assembly.settings import settings, sizes, with_configuration
from trainlint.evaluate.functions import HIDDEN_ARGUMENT
from trainlint.frameworks.hand_made_weights import of_product
from trainlint.frameworks.torch.initialising import INITIAL, INITIAL_BIAS
from trainlint.plan.network import Keeping, Layer, Network
from trainlint.plan.setting import Setting
from trainlint.values.origin import Origin
from trainlint.values.tensor import Operation, Tensor, element_count
from trainlint.values.value import Instance, Items, Mapped, Value

MOST_LAYERS = 3000
"""Operations of one network that the plan holds."""

_OPAQUE = ("unknown",)


def tensors_in(value: Value) -> list[Tensor]:
    """The tensors in what a network returned: one, or several in a tuple or dictionary."""
    if isinstance(value, Tensor):
        return [value]
    if isinstance(value, Items):
        return [tensor for item in value.items for tensor in tensors_in(item)]
    if isinstance(value, Mapped):
        return [
            tensor for item in value.slots.values() if isinstance(item, Value) for tensor in tensors_in(item)
        ]
    return []


def ordered(outputs: list[Tensor], stop: Collection[int] = ()) -> list[Tensor]:
    """All tensors that some tensors are made from, each after its inputs; not what `stop` is made from."""
    order: list[Tensor] = []
    met: set[int] = set()
    placed: set[int] = set()
    waiting = outputs[::-1]
    while waiting and len(order) < MOST_LAYERS:
        tensor = waiting[-1]
        if id(tensor) in met:  # all that it is made from has its place
            waiting.pop()
            if id(tensor) not in placed:
                placed.add(id(tensor))
                order.append(tensor)
            continue
        met.add(id(tensor))
        if tensor.operation is not None and id(tensor) not in stop:
            inputs = reversed(tensor.operation.inputs)
            waiting += [source for source in inputs if id(source) not in met and not _is_weight(source)]
    return order


def _is_weight(tensor: Tensor) -> bool:
    return tensor.is_parameter or (tensor.operation is not None and tensor.operation.kind == "parameter")


def network_of(
    outputs: list[Tensor],
    name: str,
    framework: str,
    origin: Origin | None,
    inputs: Collection[int] = (),
    root: Instance | None = None,
) -> tuple[Network, dict[int, int]]:
    """The graph behind some tensors, and the index of the layer that made each tensor (by identity).

    `inputs` are identities of tensors at which a network begins, whatever they were made from; `root` is the
    module that was applied.
    """
    order = ordered(outputs, inputs)
    members = membership(root) if root is not None and framework == "torch" else None
    index = {id(tensor): number for number, tensor in enumerate(order)}
    counted: set[int] = set()
    owners = frozenset(id(t.operation.layer) for t in order if t.operation is not None)
    layers: list[Layer] = []
    reasons: list[str] = []
    for number, tensor in enumerate(order):
        operation = tensor.operation or Operation("input", "input")
        if id(tensor) in inputs:
            operation = Operation("input", "input", origin=tensor.origin)
        elif operation.kind == "input" and operation.reason not in ("", HIDDEN_ARGUMENT):
            operation = replace(operation, kind="unknown")  # a value that is not known amid a network
        if operation.kind in _OPAQUE:
            reasons.append(operation.reason or operation.title)
        kept = members.of(operation) if members is not None else (None, None)
        layers.append(_layer(number, tensor, operation, index, counted, owners, kept))
    network = Network(
        name=name,
        framework=framework,
        layers=tuple(layers),
        outputs=tuple(index[id(tensor)] for tensor in outputs if id(tensor) in index),
        complete=not reasons and len(order) < MOST_LAYERS,
        reasons=tuple(dict.fromkeys(reasons)),
        pretrained=any(_is_pretrained(layer) for layer in layers),
        origin=origin,
    )
    return network, index


def _drops_in_training_only(kind: str, told: Mapping[str, Setting[Any]], origin: Origin | None) -> bool:
    """Whether dropout stands under a test of the mode. Attention gets a rate that such a test has chosen, maybe
    at a distance: any mention of the mode where the rate comes from counts."""
    site = origin.site if origin is not None else None
    if kind == "dropout":
        return runs_in_training_only(site)
    rate = told.get("rate") if kind == "attention" else None
    if rate is None:
        return False
    return asks_for_the_mode([site, *(step.site for origin in rate.origins for step in origin.chain())])


def _is_pretrained(layer: Layer) -> bool:
    """Whether a known architecture came with weights that somebody else has trained."""
    if layer.kind != "backbone":
        return False
    told = layer.settings.get("pretrained")
    return told.value is True if told is not None else layer.settings.get("weights") is not None


def _layer(
    number: int,
    tensor: Tensor,
    operation: Operation,
    index: dict[int, int],
    counted: set[int],
    owners: frozenset[int],
    kept: tuple[Keeping | None, Origin | None],
) -> Layer:
    inputs = tuple([index[id(source)] for source in operation.inputs if id(source) in index])
    told = _told(operation)
    origin = _origin(operation)
    return Layer(
        index=number,
        kind=operation.kind,
        title=operation.title,
        settings=told,
        inputs=inputs,
        input_shape=sizes(operation.inputs[0].shape) if operation.inputs else None,
        output_shape=sizes(tensor.shape),
        parameters=_parameters(operation, counted, owners),
        trainable=_trainable(operation.layer),
        training_only=_drops_in_training_only(operation.kind, told, origin),
        kept=kept[0],
        keeper=kept[1],
        origin=origin,
    )


def _told(operation: Operation) -> dict[str, Setting[Any]]:
    """What a layer was told, in its call or by what the program put into it."""
    told: Mapping[str, Value] = operation.settings
    if isinstance(operation.layer, Instance):
        told = {**_without_sizes(told, operation.layer), **_filled(operation.layer)}
    if operation.kind == "matmul":
        told = {**told, **of_product(operation)}
    return settings(with_configuration(told)) if told else {}


def _without_sizes(told: Mapping[str, Value], layer: Instance) -> Mapping[str, Value]:
    """The settings of a layer, but for its sizes where the program has put another weight in: `fc.weight = p`."""
    weight = layer.slots.get("weight")
    if isinstance(weight, Tensor) and weight.operation is not None and weight.operation.title == "Parameter":
        return {name: value for name, value in told.items() if name not in ("units", "input_units")}
    return told


def _filled(layer: Instance) -> dict[str, Value]:
    """What the program filled the weights and the bias of a layer with, under Keras' names for it."""
    filled = ((name, layer.slots.get(slot)) for name, slot in _FILLED)
    return {name: value for name, value in filled if value is not None}


_FILLED = (("kernel_initializer", INITIAL), ("bias_initializer", INITIAL_BIAS))


def _parameters(operation: Operation, counted: set[int], owners: frozenset[int]) -> int | None:
    """The weights of a layer, and those that a function is given; what is shared counts once.

    `counted` are identities of layers and weights that were met before, `owners` those of all layers.
    """
    parameters = operation.parameters
    layer = operation.layer
    if layer is not None:
        if id(layer) in counted:
            parameters = 0
        elif isinstance(layer, Instance) and parameters:
            for name in ("weight", "bias"):
                lent = layer.slots.get(name)
                owner = _owner(lent) if isinstance(lent, Tensor) else None
                if (
                    isinstance(lent, Tensor)
                    and owner is not None
                    and owner is not layer
                    and id(owner) in owners
                ):
                    parameters = _plus(parameters, lent, -1)  # `head.weight = embedding.weight`
        counted.add(id(layer))
    for weight in operation.inputs:
        if not _is_weight(weight) or id(weight) in counted:
            continue
        owner = _owner(weight)
        if owner is None or id(owner) not in owners:
            counted.add(id(weight))
            parameters = _plus(parameters, weight, 1)
    return parameters


def _owner(weight: Tensor) -> Value | None:
    return weight.operation.layer if weight.is_parameter and weight.operation is not None else None


def _plus(parameters: int | None, weight: Tensor, times: int) -> int | None:
    size = element_count(weight.shape)
    return parameters + times * size if parameters is not None and isinstance(size, int) else None


def _origin(operation: Operation) -> Origin | None:
    """Where a layer is written: its constructor, which is what one would change; a function's call."""
    layer = operation.layer
    return layer.origin if isinstance(layer, Instance) and layer.origin is not None else operation.origin


def _trainable(layer: Value | None) -> bool | None:
    if not isinstance(layer, Instance):
        return True
    for slot in ("parameters.requires_grad", "trainable"):
        content = layer.slots.get(slot)
        if content is not None:
            value = getattr(content, "value", None)
            return value if isinstance(value, bool) else None
    return True
