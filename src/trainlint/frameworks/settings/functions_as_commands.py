"""fire, tyro and the like: a function or class is the command line, its defaults are the options'."""

from __future__ import annotations

from trainlint.frameworks.call import Arguments, Call, Handler
from trainlint.frameworks.settings.options import call_with_defaults, overridable, with_labels
from trainlint.values.value import Class, Instance, Items, Known, Reference, Unknown, Value

_MAKERS = (
    "fire.Fire", "tyro.cli", "tyro.extras.cli", "jsonargparse.CLI", "jsonargparse.auto_cli", "defopt.run", "plac.call",
    "pyrallis.parse", "chz.entrypoint", "chz.nested_entrypoint", "simple_parsing.parse", "draccus.parse", "clize.run",
)  # fmt: skip

HF_PARSER = "hf_argparser.HfArgumentParser"


def _run(call: Call) -> Value:
    function = call.argument(0, "component", "f", "config_class", "components")
    return call_with_defaults(function, call) if function is not None else Known(None)


def _parser(call: Call) -> Value:
    """A parser made of dataclasses."""
    classes = call.argument(0, "dataclass_types") or Unknown("classes that are not known")
    return Instance(Reference(HF_PARSER), {"classes": classes}, call.origin)


def _parse(call: Call) -> Value:
    assert isinstance(call.receiver, Instance)
    classes = call.receiver.arguments.get("classes", Unknown())
    found = [classes] if isinstance(classes, Class | Reference) else list(call.machine.items(classes) or ())
    made = [with_labels(call.machine.call(cls, Arguments(), call.site), call) for cls in found]
    return Items(made, "tuple", complete=bool(made), origin=call.origin)


def _add_dataclass(call: Call) -> Value:
    """`parser.add_arguments(Config, dest="config")` of simple_parsing."""
    cls, dest = call.argument(0, "dataclass"), call.argument(1, "dest")
    options = call.receiver.slots.get("options") if isinstance(call.receiver, Instance) else None
    if isinstance(options, Instance) and isinstance(dest, Known) and cls is not None:
        made = with_labels(call.machine.call(cls, Arguments(), call.site), call)
        call.machine.write(options, dest.value, made)
    return Known(None)


def _typed_parse(call: Call) -> Value:
    """`Arguments().parse_args()` of typed-argument-parser: the fields are the options."""
    receiver = call.receiver
    if isinstance(receiver, Instance) and isinstance(receiver.cls, Class):
        for ancestor in reversed(list(receiver.cls.ancestors)):
            for name in ancestor.annotations if isinstance(ancestor, Class) else ():
                default = ancestor.slots.get(name) if isinstance(ancestor, Class) else None
                value = default if isinstance(default, Value) else Unknown(f"--{name} must be given")
                if name not in receiver.slots:
                    call.machine.write(receiver, name, overridable(value, f"--{name}", call))
    return receiver or Unknown("options")


FUNCTIONS: dict[str, Handler] = {
    **dict.fromkeys(_MAKERS, _run),
    HF_PARSER: _parser,
}

METHODS: dict[str, dict[str, Handler]] = {
    HF_PARSER: {
        "parse_args_into_dataclasses": _parse,
        "parse_args_and_config": _parse,
        "parse_json_file": lambda call: Unknown("settings of a file"),
        "parse_dict": lambda call: Unknown("settings of a dictionary"),
        "parse_yaml_file": lambda call: Unknown("settings of a file"),
    },
    "tap.Tap": {"parse_args": _typed_parse, "__init__": lambda call: Known(None)},
}

ADD_DATACLASS = _add_dataclass
