"""absl.flags, which was TensorFlow's: flags are defined one by one and read from an object for all."""

from __future__ import annotations

from trainlint.frameworks.call import Arguments, Call, Handler
from trainlint.frameworks.settings.options import call_with_defaults, converted, overridable
from trainlint.values.value import Instance, Items, Known, Reference, Unknown, Value, constant

FLAGS = "absl.flags.FLAGS"
HOLDER = "absl.flags.FlagHolder"

_KINDS: dict[str, str | None] = {
    "float": "builtins.float", "integer": "builtins.int", "string": None, "bool": None, "boolean": None, "enum": None,
    "list": None, "multi_float": None, "multi_integer": None, "multi_string": None, "spaceseplist": None, "enum_class": None,
    "multi_enum": None, "alias": None,
}  # fmt: skip


def _define(kind: str | None) -> Handler:
    def handler(call: Call) -> Value:
        name, default = constant(call.argument(0, "name")), call.argument(1, "default", "default_value")
        if not isinstance(name, str):
            return Unknown("a flag whose name is not known")
        value = default if default is not None else Known(None, call.origin)
        if call.title == "DEFINE_list" and isinstance(value, Known) and isinstance(value.value, str):
            value = Items([Known(word, value.origin) for word in value.value.split(",")], origin=value.origin)
        convert = Reference(kind) if kind is not None else None
        value = overridable(converted(value, convert, call), f"--{name}", call)
        call.machine.write(call.machine.shared(FLAGS), name, value)
        return Instance(Reference(HOLDER), {"name": Known(name), "value": value}, call.origin)

    return handler


def _config_file(call: Call) -> Value:
    """`config_flags.DEFINE_config_file("config", "configs/default.py")`: what its `get_config()` returns."""
    name, path = constant(call.argument(0, "name")), constant(call.argument(1, "default"))
    if isinstance(name, str):
        value: Value = Unknown(f"--{name} must be given on the command line")
        if isinstance(path, str) and path.endswith(".py"):
            module = call.machine.module(path.removesuffix(".py").replace("/", "."))
            if module is not None:
                function = call.machine.attribute(module, "get_config", call.site)
                value = call.machine.call(function, Arguments(), call.site)
        call.machine.write(call.machine.shared(FLAGS), name, value)
    return Known(None)


def _run(call: Call) -> Value:
    """`app.run(main)` calls main with the rest of the command line."""
    function = call.argument(0, "main")
    if function is None:
        return Unknown("app.run()")
    return call_with_defaults(function, call, (Items((), complete=False),))


def _set_default(call: Call) -> Value:
    name, value = constant(call.argument(0, "name")), call.argument(1, "value")
    if isinstance(name, str) and value is not None:
        call.machine.write(call.machine.shared(FLAGS), name, overridable(value, f"--{name}", call))
    return Known(None)


FUNCTIONS: dict[str, Handler] = {
    **{f"absl.flags.DEFINE_{name}": _define(kind) for name, kind in _KINDS.items()},
    "absl.flags.set_default": _set_default,
    "absl.flags.mark_flag_as_required": lambda call: Known(None),
    "absl.flags.mark_flags_as_required": lambda call: Known(None),
    "absl.app.run": _run,
    "ml_collections.config_flags.DEFINE_config_file": _config_file,
    "ml_collections.config_flags.config_flags.DEFINE_config_file": _config_file,
}

SHARED = frozenset({FLAGS})

CALLS: dict[str, Handler] = {FLAGS: lambda call: Items((), complete=False)}  # FLAGS(sys.argv)
