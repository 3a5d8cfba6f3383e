"""From rows to handlers for torch.nn classes: constructing a layer, and applying it."""

from __future__ import annotations

from collections.abc import Mapping

from trainlint.frameworks.call import Call, Handler, as_tensor
from trainlint.frameworks.torch.meaning import Meaning, bound
from trainlint.frameworks.torch.module import applied
from trainlint.values.value import Instance, Known, Reference, Value

_INPUTS = ("input", "x", "inputs")


def constructor(name: str, meaning: Meaning) -> Handler:
    """`torch.nn.Linear(…)`: an instance with its arguments."""

    def handler(call: Call) -> Value:
        return Instance(Reference(name), bound(call, meaning.signature), call.origin)

    return handler


def initialiser(meaning: Meaning) -> Handler:
    """`super().__init__(…)` in a subclass of the program."""

    def handler(call: Call) -> Value:
        if isinstance(call.receiver, Instance):
            call.receiver.arguments.update(bound(call, meaning.signature))
        return Known(None)

    return handler


def application(meaning: Meaning) -> Handler:
    """`layer(x)` and `layer.forward(x)`."""

    def handler(call: Call) -> Value:
        layer = call.receiver
        value = call.argument(0, *_INPUTS)
        if not isinstance(layer, Instance) or value is None:
            return call.unknown()
        if as_tensor(value) is None:
            return call.unknown(f"{layer.title} applied to something that is no tensor")
        return meaning.result(call, value, layer.arguments, layer=layer, title=layer.title)

    return handler


def layer_tables(
    rows: Mapping[str, Meaning],
) -> tuple[dict[str, Handler], dict[str, dict[str, Handler]], dict[str, Handler]]:
    """Functions, methods and calls of classes by their short names in torch.nn."""
    return class_tables({name: (meaning, application(meaning)) for name, meaning in rows.items()})


def class_tables(
    classes: Mapping[str, tuple[Meaning, Handler]],
) -> tuple[dict[str, Handler], dict[str, dict[str, Handler]], dict[str, Handler]]:
    """The same for classes whose application is written by hand."""
    functions: dict[str, Handler] = {}
    methods: dict[str, dict[str, Handler]] = {}
    calls: dict[str, Handler] = {}
    for short, (meaning, apply) in classes.items():
        name = f"torch.nn.{short}"
        functions[name] = constructor(name, meaning)
        methods[name] = {"__init__": initialiser(meaning), "forward": apply}
        calls[name] = applied(apply)
    return functions, methods, calls
