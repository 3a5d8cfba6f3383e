"""Methods and attributes of models and layers."""

from __future__ import annotations

from trainlint.frameworks import catalogue
from trainlint.frameworks.arrays.pandas import as_numbers
from trainlint.frameworks.arrays.subject import dimensions_in, tensor_of
from trainlint.frameworks.call import Arguments, Call
from trainlint.frameworks.facts import ScalerFitted, TrainableSet
from trainlint.frameworks.keras.applied import tensors_in
from trainlint.frameworks.keras.graph import layers_of
from trainlint.frameworks.keras.inputs import input_tensor
from trainlint.frameworks.keras.models import (
    LAYER,
    MODEL,
    SEQUENTIAL,
    add_layer,
    applied,
    initialise,
    input_shape_of,
    pop_layer,
)
from trainlint.values.tensor import Operation, Tensor, element_count
from trainlint.values.value import Class, Instance, Items, Known, Reference, Unknown, Value, constant, integer


def layers_of_model(call: Call) -> Value:
    model = call.receiver
    assert isinstance(model, Instance)
    if isinstance(found := model.slots.get("layers"), Items):
        visible = [item for item in found.items if not isinstance(item, Tensor)]
        visible = [
            item for item in visible if not (isinstance(item, Instance) and item.title == "InputLayer")
        ]
        return found if len(visible) == len(found.items) else Items(visible, complete=found.complete)
    if "outputs" in model.slots:
        inputs = tensors_in(model.slots.get("inputs"))
        layers = layers_of(tensors_in(model.slots["outputs"]), inputs)
        if isinstance(model.cls, Reference) and model.cls.name != MODEL:
            # A known architecture is one operation: one layer stands for all of its layers.
            return Items([Instance(Reference(LAYER), {"part_of": model})], complete=False)
        return Items(layers)
    return Unknown("the layers of a model")


def get_layer(call: Call) -> Value:
    model = call.receiver
    assert isinstance(model, Instance)
    layers = layers_of_model(call)
    name, index = constant(call.argument(0, "name")), integer(call.argument(1, "index"))
    if isinstance(layers, Items) and layers.is_certain:
        if index is not None and -len(layers.items) <= index < len(layers.items):
            return layers.items[index]
        for layer in layers.items:
            if isinstance(layer, Instance) and constant(layer.arguments.get("name")) == name is not None:
                return layer
    return Unknown("a layer of a model")


def output_attribute(call: Call) -> Value:
    model = call.receiver
    assert isinstance(model, Instance)
    if "outputs" in model.slots:
        found = model.slots["outputs"]
        assert isinstance(found, Value)
        return found
    if catalogue.is_a(model, SEQUENTIAL):
        cached = model.slots.get("inputs")
        start = cached if isinstance(cached, Tensor) else _symbolic_input(call, model)
        inner = Call(model.title, Arguments((start,)), call.site, call.machine, model)
        return applied(inner, model, (start,))
    return Unknown("the output of a model")


def input_attribute(call: Call) -> Value:
    model = call.receiver
    assert isinstance(model, Instance)
    found = model.slots.get("inputs")
    if isinstance(found, Value):
        return found
    return _symbolic_input(call, model) if catalogue.is_a(model, SEQUENTIAL) else Unknown("an input")


def _symbolic_input(call: Call, model: Instance) -> Tensor:
    """The input of a Sequential model, the same each time it is asked for."""
    layers = model.slots.get("layers")
    first = layers.items[0] if isinstance(layers, Items) and layers.items else None
    tensor = first if isinstance(first, Tensor) else input_tensor(input_shape_of(model), model.origin)
    call.machine.write(model, "inputs", tensor)
    return tensor


def build(call: Call) -> Value:
    shape = call.argument(0, "input_shape")
    if isinstance(call.receiver, Instance) and isinstance(shape, Items):
        call.machine.write(call.receiver, "build_shape", shape)
    return Known(None)


def set_trainable(call: Call) -> Value:
    """`model.trainable = False` holds for all layers of the model."""
    value = call.argument(0, "value")
    waiting: list[Value] = [call.receiver] if call.receiver is not None else []
    seen: set[int] = set()
    while waiting and value is not None:
        layer = waiting.pop()
        if not isinstance(layer, Instance) or id(layer) in seen:
            continue
        seen.add(id(layer))
        whole = layer.arguments.get("part_of")
        if isinstance(whole, Instance):
            call.machine.write(whole, "trainable", Unknown("some layers are frozen, others are not"))
            continue
        call.machine.write(layer, "trainable", value)
        inside = layers_of_model(Call("layers", Arguments(), call.site, call.machine, layer))
        waiting += inside.items if isinstance(inside, Items) else ()
        waiting += [item for item in layer.arguments.values() if isinstance(item, Instance)]
        if isinstance(layer.cls, Class):
            waiting += [item for item in layer.slots.values() if isinstance(item, Instance)]
    if call.receiver is not None:
        call.machine.note(TrainableSet(call.receiver, call.site))
    return Known(None)


def trainable(call: Call) -> Value:
    receiver = call.receiver
    assert isinstance(receiver, Instance)
    return receiver.arguments.get("trainable", Known(True))


def add_weight(call: Call) -> Value:
    """`self.add_weight(shape=…)`; the name came first in older releases."""
    shape = call.argument(0, "shape")
    if isinstance(constant(shape), str):
        shape = call.argument(1, "shape")
    is_trained = constant(call.argument(-1, "trainable")) is not False
    sizes = dimensions_in(shape)
    count = element_count(sizes) if is_trained else 0
    operation = Operation(
        "parameter", "add_weight", parameters=count if isinstance(count, int) else None, origin=call.origin
    )
    return Tensor(
        shape=sizes,
        dtype="float32",
        library="keras",
        operation=operation,
        is_parameter=is_trained,
        origin=call.origin,
    )


def load_weights(call: Call) -> Value:
    if isinstance(call.receiver, Instance):
        call.machine.write(call.receiver, "pretrained", Known(True, call.origin))
    return Known(None)


def nothing(call: Call) -> Value:
    return Known(None)


def adapt(call: Call) -> Value:
    """A layer takes its mean and range from the data."""
    given = call.argument(0, "data")
    layer, tensor = (
        call.receiver,
        tensor_of(as_numbers(given, call) if given is not None else None, "keras", call),
    )
    if isinstance(layer, Instance) and tensor is not None:
        call.machine.note(ScalerFitted(layer, tensor, call.site))
    return Known(None)


_LAYER_METHODS = {
    "__init__": initialise,
    "build": build,
    "add_weight": add_weight,
    "add_variable": add_weight,
    "set_weights": load_weights,
    "count_params": lambda call: Unknown("number of weights"),
    "add_loss": nothing,
    "adapt": adapt,
    "compute_output_shape": lambda call: Unknown("a shape"),
}

METHODS = {
    LAYER: _LAYER_METHODS,
    MODEL: {
        "get_layer": get_layer,
        "summary": nothing,
        "load_weights": load_weights,
        "save": nothing,
        "save_weights": nothing,
        "export": nothing,
        "reset_states": nothing,
        "reset_metrics": nothing,
    },
    SEQUENTIAL: {"add": add_layer, "pop": pop_layer},
}

ATTRIBUTES = {
    LAYER: {"trainable": trainable},
    MODEL: {
        "layers": layers_of_model,
        "output": output_attribute,
        "outputs": output_attribute,
        "input": input_attribute,
        "inputs": input_attribute,
    },
}

ASSIGNMENTS = {LAYER: {"trainable": set_trainable}}
