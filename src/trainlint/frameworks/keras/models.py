"""Models: Sequential, functional, and classes of the program; what they give for an input."""

from __future__ import annotations

from trainlint.frameworks import catalogue
from trainlint.frameworks.call import Arguments, Call, Machine
from trainlint.frameworks.facts import ModelMade, NetworkApplied
from trainlint.frameworks.keras.applied import not_followed, tensors_in
from trainlint.frameworks.keras.graph import copied
from trainlint.frameworks.keras.inputs import as_batch, declared_shape, input_tensor, is_symbolic, with_batch
from trainlint.frameworks.keras.layers import apply_layer
from trainlint.syntax.positions import Site
from trainlint.values.join import either
from trainlint.values.tensor import Operation, Shape, Tensor
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
    options_of,
)

MODEL, SEQUENTIAL, LAYER = "keras.Model", "keras.Sequential", "keras.layers.Layer"


# -- making models ----------------------------------------------------------------------------------------


def make_sequential(call: Call) -> Value:
    model = Instance(Reference(SEQUENTIAL), _keywords(call), call.origin)
    _begin_sequential(call, model, call.argument(0, "layers"))
    call.machine.note(ModelMade(model, call.site))
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
    call.machine.note(ModelMade(model, call.site))
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
        output = applied(call, model, inputs)
    if any(is_symbolic(tensor) for tensor in inputs):
        return output  # a larger model is put together: nothing runs yet
    call.machine.note(NetworkApplied(model, inputs, output, "keras", depth, call.site))
    if depth == 0:
        told = constant(call.argument(-1, "training")) is True
        call.machine.happen(
            "forward", call.site, networks=(model,), inputs=inputs, output=output, told_to_train=told
        )
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


def applied(call: Call, model: Instance, inputs: tuple[Tensor, ...]) -> Value:
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
    for ancestor in instance.cls.ancestors:
        if isinstance(ancestor, Class) and isinstance(found := ancestor.slots.get(name), Function):
            return found
    return None


def only_trains_others(model: Instance) -> bool:
    """A model with a `train_step` of its own and no layers: it is applied to nothing, its parts are."""
    own = own_method(model, "train_step") is not None and own_method(model, "call") is None
    return own and not any(slot in model.slots for slot in ("outputs", "layers"))


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
    if (
        "training" in method.parameters
        and "training" not in arguments.keyword
        and len(arguments.positional) < 2
    ):
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
        output = applied(call, model, given)
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


FUNCTIONS = {
    SEQUENTIAL: make_sequential,
    MODEL: make_model,
    "keras.models.Sequential": make_sequential,
    "keras.models.Model": make_model,
}

CALLS = {LAYER: apply_own_layer, MODEL: apply_model}
