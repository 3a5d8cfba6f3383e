"""Class methods of libraries that make an object of a class of the program, with weights that were stored."""

from __future__ import annotations

from trainlint.frameworks.call import Arguments, Call, Handler
from trainlint.values.value import Class, Unknown, Value


def _from_pretrained(call: Call) -> Value:
    """`Net.from_pretrained(name)`: the constructor gets the configuration, which lies with the weights."""
    config = call.argument(-1, "config") or Unknown("a configuration that is stored with the weights")
    return _made(call, (config,))


def _from_config(call: Call) -> Value:
    return _made(call, call.arguments.positional[:1])


def _from_checkpoint(call: Call) -> Value:
    """Lightning's `Net.load_from_checkpoint(path, **hyper_parameters)`: what is not given again is stored."""
    given = {name: value for name, value in call.arguments.keyword.items() if name not in _NOT_PASSED_ON}
    cls = call.receiver
    if not isinstance(cls, Class):
        return call.unknown()
    return (
        call.machine.call(cls, Arguments((), given, complete=False), call.site)
        if given
        else _default(call, cls)
    )


def _default(call: Call, cls: Class) -> Value:
    return call.machine.make(cls, call.site)


def _made(call: Call, positional: tuple[Value, ...]) -> Value:
    cls = call.receiver
    if not isinstance(cls, Class):
        return call.unknown()
    given = {name: value for name, value in call.arguments.keyword.items() if name != "config"}
    return call.machine.call(cls, Arguments(positional, given), call.site)


_NOT_PASSED_ON = frozenset({"checkpoint_path", "map_location", "hparams_file", "strict", "weights_only"})

CLASS_METHODS: dict[str, Handler] = {
    "from_pretrained": _from_pretrained,
    "from_config": _from_config,
    "_from_config": _from_config,
    "load_from_checkpoint": _from_checkpoint,
}
"""By name; they count where a class of the program inherits them from a library."""
