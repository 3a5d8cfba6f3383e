"""Models: Sequential, functional, and classes of the program; what they give for an input."""

from __future__ import annotations

from trainlint.frameworks import catalogue
from trainlint.frameworks.arrays.subject import dimensions_in
from trainlint.frameworks.call import Arguments, Call, Machine
from trainlint.frameworks.facts import NetworkApplied
from trainlint.frameworks.keras.applied import not_followed, tensors_in
from trainlint.frameworks.keras.graph import copied, layers_of
from trainlint.frameworks.keras.inputs import as_batch, declared_shape, input_tensor, is_symbolic, with_batch
from trainlint.frameworks.keras.layers import apply_layer
from trainlint.syntax.positions import Site
from trainlint.values.join import either
from trainlint.values.tensor import Operation, Shape, Tensor, element_count
from trainlint.values.value import (
    ABSENT,
    Class,
    Function,
    Instance,
    Items,
    Known,
    Mapped,
    Reference,
    Unknown,
    Value,
    constant,
    integer,
    options_of,
)

MODEL, SEQUENTIAL, LAYER = "keras.Model", "keras.Sequential", "keras.layers.Layer"


# -- making models ----------------------------------------------------------------------------------------


def make_sequential(call: Call) -> Value:
    model = Instance(Reference(SEQUENTIAL), _keywords(call), call.origin)
    _begin_sequential(call, model, call.argument(0, "layers"))
    return model


def _begin_sequential(call: Call, model: Instance, given: Value | None) -> None:
    items = call.machine.items(given) if given is not None and constant(given) is None else ()
    complete = items is not None and (given is None or not isinstance(given, Unknown))
    if isinstance(given, Items):
        items, complete = given.items, given.complete
    call.machine.write(model, "layers", Items(items or (), complete=complete))


def make_model(call: Call) -> Value:
    model = Instance(Reference(MODEL), _keywords(call), call.origin)
    _begin_functional(call, model)
    return model


def _begin_functional(call: Call, model: Instance) -> None:
    inputs, outputs = call.argument(0, "inputs", "input"), call.argument(1, "outputs", "output")
    if inputs is not None and outputs is not None:
        call.machine.write(model, "inputs", inputs)
        call.machine.write(model, "outputs", outputs)


def _keywords(call: Call) -> dict[str, Value]:
    return {
        name: call.arguments.keyword[name] for name in ("name", "trainable") if name in call.arguments.keyword
    }


def initialise(call: Call) -> Value:
    """`super().__init__(…)` in a class of the program."""
    model = call.receiver
    if isinstance(model, Instance):
        model.arguments |= _keywords(call)
        if catalogue.is_a(model, SEQUENTIAL):
            _begin_sequential(call, model, call.argument(0, "layers"))
        elif catalogue.is_a(model, MODEL):
            _begin_functional(call, model)
    return Known(None)


def add_layer(call: Call) -> Value:
    model, layer = call.receiver, call.argument(0, "layer")
    layers = model.slots.get("layers") if isinstance(model, Instance) else None
    if isinstance(layers, Items) and layer is not None:
        call.machine.write(layers, "items", (*layers.items, layer))
    return Known(None)


def pop_layer(call: Call) -> Value:
    layers = call.receiver.slots.get("layers") if isinstance(call.receiver, Instance) else None
    if isinstance(layers, Items) and layers.items:
        last = layers.items[-1]
        call.machine.write(layers, "items", layers.items[:-1])
        return last
    return Unknown("a layer of an unknown model")


# -- applying models --------------------------------------------------------------------------------------


def apply_model(call: Call) -> Value:
    """A model called on tensors."""
    model = call.receiver
    assert isinstance(model, Instance)
    inputs = tensors_in(call.argument(0, "inputs", "x"))
    with call.machine.within_network() as depth:
        output = _applied(call, model, inputs)
    if any(is_symbolic(tensor) for tensor in inputs):
        return output  # a larger model is put together: nothing runs yet
    call.machine.note(NetworkApplied(model, inputs, output, "keras", depth, call.site))
    if depth == 0:
        call.machine.happen("forward", call.site, networks=(model,), inputs=inputs, output=output)
    return output


def apply_own_layer(call: Call) -> Value:
    """A layer called on tensors: one of the library, or of a class of the program."""
    layer = call.receiver
    assert isinstance(layer, Instance)
    inputs = tensors_in(call.argument(0, "inputs", "x", "query"))
    if isinstance(layer.cls, Class):
        with call.machine.within_network():
            return _called(call, layer, inputs)
    if layer.title == "MultiHeadAttention":
        inputs += tensors_in(call.argument(1, "value")) + tensors_in(call.argument(2, "key"))
    if not inputs:
        return call.unknown()
    return apply_layer(call, layer, inputs)


def _applied(call: Call, model: Instance, inputs: tuple[Tensor, ...]) -> Value:
    if own_method(model, "call") is not None:
        return _called(call, model, inputs)
    layers = model.slots.get("layers")
    if catalogue.is_a(model, SEQUENTIAL) and isinstance(layers, Items):
        return _run_layers(call, layers, inputs)
    if "outputs" in model.slots:
        return _rerun(call, model, inputs)
    return not_followed(call, "the layers of the model are not known", *inputs, layer=model)


def own_method(instance: Instance, name: str) -> Function | None:
    """A method that a class of the program defines."""
    if not isinstance(instance.cls, Class):
        return None
    for ancestor in instance.cls.ancestors():
        if isinstance(ancestor, Class) and isinstance(found := ancestor.slots.get(name), Function):
            return found
    return None


def _called(call: Call, layer: Instance, inputs: tuple[Tensor, ...]) -> Value:
    """Runs `build` once and then `call`, in training mode."""
    machine = call.machine
    method = own_method(layer, "call")
    if method is None:
        return not_followed(call, f"{layer.title} has no call", *inputs, layer=layer)
    if own_method(layer, "build") is not None and "built" not in layer.slots:
        machine.write(layer, "built", Known(True))
        shape = inputs[0].shape if len(inputs) == 1 else None
        given: Value = Unknown("the shape of the input")
        if shape is not None:
            given = Items([_size(size) for size in shape], "tuple")
        machine.call(machine.attribute(layer, "build", call.site), Arguments((given,)), call.site)
    arguments = call.arguments
    parameters = {parameter.name.value for parameter in method.node.params.params} | {
        parameter.name.value for parameter in method.node.params.kwonly_params
    }
    if "training" in parameters and "training" not in arguments.keyword and len(arguments.positional) < 2:
        keyword = {**arguments.keyword, "training": Known(True)}
        arguments = Arguments(arguments.positional, keyword, arguments.complete)
    return machine.call(machine.attribute(layer, "call", call.site), arguments, call.site)


def _size(size: object) -> Value:
    return Known(size) if isinstance(size, int) else Known(None) if size is not None else Unknown("a size")


def _run_layers(call: Call, layers: Items, inputs: tuple[Tensor, ...]) -> Value:
    if not inputs:
        return call.unknown()
    output: Value = inputs[0]
    for item in layers.items:
        if not isinstance(output, Tensor):
            return not_followed(call, "a layer gives several tensors", *inputs)
        before = output
        paths: list[Value] = []
        for option in options_of(item):
            if option is ABSENT:
                paths.append(before)
            else:
                paths.append(_one_layer(call, option, before))
        output = either(paths) if len(paths) > 1 else paths[0]
    if not layers.complete and isinstance(output, Tensor):
        return not_followed(call, "some layers of the model are not known", output)
    return output


def _one_layer(call: Call, layer: Value, tensor: Tensor) -> Value:
    if isinstance(layer, Tensor):
        return tensor  # an `Input(…)` at the head of the list
    if isinstance(layer, Instance) and isinstance(layer.cls, Reference):
        if layer.title == "InputLayer":
            return tensor
        if catalogue.is_a(layer, LAYER) and not catalogue.is_a(layer, MODEL):
            return apply_layer(call, layer, (tensor,))
    if isinstance(layer, Unknown):
        return not_followed(call, layer.reason or "a layer is not known", tensor, layer=layer)
    result = call.machine.call(layer, Arguments((tensor,)), call.site)
    if isinstance(result, Unknown):
        return not_followed(call, result.reason, tensor, layer=layer)
    return result


def _rerun(call: Call, model: Instance, inputs: tuple[Tensor, ...]) -> Value:
    """A functional model on other inputs."""
    declared = tensors_in(model.slots.get("inputs"))
    if len(declared) != len(inputs):
        return not_followed(call, "inputs of the model do not match", *inputs, layer=model)
    onto = {id(old): new for old, new in zip(declared, inputs, strict=True)}
    return _mapped(model.slots["outputs"], onto, call)


def _mapped(outputs: Value, onto: dict[int, Tensor], call: Call) -> Value:
    flat = tensors_in(outputs)
    made = iter(copied(flat, onto, call))

    def rebuilt(value: Value) -> Value:
        if isinstance(value, Items):
            return Items([rebuilt(item) for item in value.items], value.kind, complete=value.complete)
        if isinstance(value, Mapped):
            return Mapped({key: rebuilt(item) for key, item in value.slots.items()}, complete=value.complete)
        return next(made) if tensors_in(value) else value

    return rebuilt(outputs)


# -- what a model gives in training -----------------------------------------------------------------------


def input_shape_of(model: Value) -> Shape | None:
    """The input shape that a model declares."""
    if isinstance(model, Tensor):
        return model.shape
    if not isinstance(model, Instance):
        return None
    if isinstance(shape := model.slots.get("build_shape"), Items):
        return with_batch(shape)
    layers = model.slots.get("layers")
    if catalogue.is_a(model, SEQUENTIAL) and isinstance(layers, Items):
        return input_shape_of(layers.items[0]) if layers.items else None
    if "inputs" in model.slots:
        inputs = tensors_in(model.slots["inputs"])
        return inputs[0].shape if len(inputs) == 1 else None
    if catalogue.is_a(model, MODEL):
        return None
    return declared_shape(model)


def outputs_of(model: Instance, machine: Machine, site: Site, input: Tensor | None = None) -> Value:  # noqa: A002
    """The output of a model in training, as a graph of operations from its input.

    Without `input` it is the data that the model was fitted on, as far as it is known, in the shape that the
    model declares. A model that was told neither starts from a tensor of unknown shape.
    """
    call = Call(model.title, Arguments(), site, machine, model)
    declared = input_shape_of(model)
    if input is not None:
        given: tuple[Tensor, ...] = (input,)
    else:
        given = _fitted_inputs(model, declared)
    if "outputs" in model.slots and own_method(model, "call") is None:
        expected = tensors_in(model.slots.get("inputs"))
        if len(given) != len(expected):
            outputs = model.slots["outputs"]
            assert isinstance(outputs, Value)
            return outputs
        given = tuple(
            new.changed(shape=old.shape, operation=Operation("input", "Input", origin=old.origin))
            for old, new in zip(expected, given, strict=True)
        )
        return _rerun(call, model, given)
    cached = model.slots.get("_outputs")
    layers = model.slots.get("layers")
    key = (layers.items if isinstance(layers, Items) else None, input, model.slots.get("fitted_inputs"))
    if isinstance(cached, tuple) and all(a is b for a, b in zip(cached[0], key, strict=True)):
        found: Value = cached[1]
        return found
    if not given:
        given = (input_tensor(declared, model.origin),)
    call.arguments = Arguments(given if len(given) == 1 else (Items(given),))
    with machine.within_network():
        output = _applied(call, model, given)
    machine.write(model, "_outputs", (key, output))
    return output


def _fitted_inputs(model: Instance, declared: Shape | None) -> tuple[Tensor, ...]:
    fitted = model.slots.get("fitted_inputs")
    if not isinstance(fitted, Value):
        return ()
    single = as_batch(fitted, declared)
    if single is not None:
        return (single,)
    several = tensors_in(fitted) if isinstance(fitted, Items | Mapped) else ()
    return tuple(batch for tensor in several if (batch := as_batch(tensor)) is not None)


# -- asking models ----------------------------------------------------------------------------------------


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
        return _applied(inner, model, (start,))
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


FUNCTIONS = {
    SEQUENTIAL: make_sequential,
    MODEL: make_model,
    "keras.models.Sequential": make_sequential,
    "keras.models.Model": make_model,
}

_LAYER_METHODS = {
    "__init__": initialise,
    "build": build,
    "add_weight": add_weight,
    "add_variable": add_weight,
    "set_weights": load_weights,
    "count_params": lambda call: Unknown("number of weights"),
    "add_loss": nothing,
    "adapt": nothing,
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

CALLS = {LAYER: apply_own_layer, MODEL: apply_model}

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
