"""argparse: options and their defaults, which a user may override."""

from __future__ import annotations

from trainlint.frameworks.call import Call, Handler
from trainlint.values.origin import Made, Origin
from trainlint.values.value import Instance, Items, Known, Reference, Unknown, Value, constant

PARSER = "argparse.ArgumentParser"
NAMESPACE = "argparse.Namespace"

_CONVERT = {"builtins.int": int, "builtins.float": float, "builtins.str": str, "builtins.bool": bool}


def _parser(call: Call) -> Value:
    made = Instance(Reference(PARSER), dict(call.arguments.keyword), call.origin)
    made.slots["options"] = Instance(Reference(NAMESPACE), {}, call.origin)
    return made


def _options(receiver: Value | None) -> Instance | None:
    options = receiver.slots.get("options") if isinstance(receiver, Instance) else None
    return options if isinstance(options, Instance) else None


def _add_argument(call: Call) -> Value:
    options = _options(call.receiver)
    flags = [constant(value) for value in call.arguments.positional]
    if options is None or not flags or not all(isinstance(flag, str) for flag in flags):
        return Unknown("an option that is not known")
    label = max(flags, key=len)
    destination = constant(call.arguments.keyword.get("dest")) or _destination(flags)
    call.machine.write(options, destination, option_default(call, label))
    return Instance(Reference("argparse.Action"), {}, call.origin)


def _destination(flags: list[str]) -> str:
    """The attribute that an option is stored under: its first long flag, as argparse documents it."""
    long = next((flag for flag in flags if flag.startswith("--")), flags[0])
    return long.lstrip("-").replace("-", "_")


def option_default(call: Call, label: str) -> Value:
    """The value of an option that the user does not give."""
    keyword = call.arguments.keyword
    action = constant(keyword.get("action"))
    default = keyword.get("default")
    if default is None and action in ("store_true", "store_false"):
        default = Known(action == "store_false")
    if default is None:
        positional = not label.startswith("-")
        required = constant(keyword.get("required")) is True
        if positional or required:
            return Unknown(f"{label} must be given on the command line")
        default = Known(None)
    return overridable(_converted(default, keyword.get("type")), label, call)


def overridable(value: Value, label: str, call: Call) -> Value:
    """A value that a user may override, known as the default of `label`."""
    if isinstance(value, Known):
        parents = (value.origin,) if value.origin is not None else ()
        site = value.origin.site if value.origin is not None else call.site
        return Known(value.value, Origin(Made.OPTION, site, label, parents))
    if isinstance(value, Items):
        return Items(
            [overridable(item, label, call) for item in value.items], value.kind, complete=value.complete
        )
    return value


def _converted(default: Value, kind: Value | None) -> Value:
    """argparse converts a default that is text with `type`."""
    convert = _CONVERT.get(kind.name) if isinstance(kind, Reference) else None
    if isinstance(default, Known) and isinstance(default.value, str) and convert in (int, float):
        try:
            return Known(convert(default.value), default.origin)
        except ValueError:
            return Unknown("a default that does not convert")
    return default


def _set_defaults(call: Call) -> Value:
    options = _options(call.receiver)
    for name, value in call.arguments.keyword.items():
        if options is not None:
            call.machine.write(options, name, overridable(value, f"--{name}", call))
    return Known(None)


def _parse(call: Call) -> Value:
    return _options(call.receiver) or Unknown("options that are not known")


def _parse_known(call: Call) -> Value:
    return Items([_parse(call), Unknown("the rest of the command line")], "tuple")


def _same(call: Call) -> Value:
    """Groups and subparsers store into the same namespace."""
    return call.receiver or Unknown("a parser")


def _add_parser(call: Call) -> Value:
    return call.receiver or Unknown("a parser")


def _namespace(call: Call) -> Value:
    made = Instance(Reference(NAMESPACE), {}, call.origin)
    made.slots.update(call.arguments.keyword)
    return made


FUNCTIONS: dict[str, Handler] = {PARSER: _parser, NAMESPACE: _namespace}

METHODS: dict[str, dict[str, Handler]] = {
    PARSER: {
        "__init__": lambda call: _init(call),
        "add_argument": _add_argument,
        "add": _add_argument,
        "add_argument_group": _same,
        "add_mutually_exclusive_group": _same,
        "add_subparsers": _same,
        "add_parser": _add_parser,
        "set_defaults": _set_defaults,
        "parse_args": _parse,
        "parse_known_args": _parse_known,
        "parse_intermixed_args": _parse,
    },
}


def _init(call: Call) -> Value:
    if isinstance(call.receiver, Instance):
        call.machine.write(call.receiver, "options", Instance(Reference(NAMESPACE), {}, call.origin))
    return Known(None)
