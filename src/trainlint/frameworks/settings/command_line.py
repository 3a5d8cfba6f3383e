"""argparse, and the packages that look like it: options and their defaults, which a user may override."""

from __future__ import annotations

from trainlint.frameworks.call import Arguments, Call, Handler
from trainlint.frameworks.settings.options import converted, destination, fixed, overridable
from trainlint.values.join import either
from trainlint.values.value import Instance, Items, Known, Mapped, Reference, Unknown, Value, constant

PARSER = "argparse.ArgumentParser"
NAMESPACE = "argparse.Namespace"

_LOOK_ALIKES = (
    "configargparse.ArgumentParser", "configargparse.ArgParser", "configargparse.ArgParse", "jsonargparse.ArgumentParser",
    "simple_parsing.ArgumentParser", "pytorch_lightning.utilities.argparse.ArgumentParser", "jsonargparse.LightningArgumentParser",
    "optparse.OptionParser",
)  # fmt: skip

_WITHOUT_VALUE = ("help", "version")
_FLAGS = {"store_true": False, "store_false": True}


def _parser(call: Call) -> Value:
    made = Instance(Reference(call.name), dict(call.arguments.keyword), call.origin)
    _prepare(call, made)
    return made


def _init(call: Call) -> Value:
    if isinstance(call.receiver, Instance):
        _prepare(call, call.receiver)
    return Known(None)


def _prepare(call: Call, parser: Instance) -> None:
    """A parser starts with the options of its parents."""
    options = Instance(Reference(NAMESPACE), {}, call.origin)
    parents = call.arguments.keyword.get("parents")
    for parent in call.machine.items(parents) or () if parents is not None else ():
        inherited = _options(parent)
        if inherited is not None:
            options.slots.update(inherited.slots)
    call.machine.write(parser, "options", options)
    call.machine.write(parser, "types", Mapped())


def _options(receiver: Value | None) -> Instance | None:
    options = receiver.slots.get("options") if isinstance(receiver, Instance) else None
    return options if isinstance(options, Instance) else None


def _types(receiver: Value | None) -> Mapped | None:
    """The conversions of the options."""
    types = receiver.slots.get("types") if isinstance(receiver, Instance) else None
    return types if isinstance(types, Mapped) else None


def _add_argument(call: Call) -> Value:
    options = _options(call.receiver)
    flags = [constant(value) for value in call.arguments.positional]
    dest = constant(call.arguments.keyword.get("dest"))
    if options is None or not all(isinstance(flag, str) for flag in flags) or not (flags or dest):
        return Unknown("an option that is not known")
    if constant(call.arguments.keyword.get("action")) in _WITHOUT_VALUE:
        return Known(None)
    label = max(flags, key=len, default=str(dest))
    name = dest if isinstance(dest, str) else destination(flags)
    _store(call, options, name, option_default(call, label))
    types, kind = _types(call.receiver), call.arguments.keyword.get("type")
    if types is not None and kind is not None:
        call.machine.write(types, name, kind)
    return Instance(Reference("argparse.Action"), {"dest": Known(name)}, call.origin)


def _store(call: Call, options: Instance, name: str, value: Value) -> None:
    """Puts an option into the namespace; commands that have it both leave one of two defaults."""
    before = options.slots.get(name)
    is_command = isinstance(call.receiver, Instance) and "command" in call.receiver.slots
    if is_command and isinstance(before, Value):
        value = either([before, value])
    call.machine.write(options, name, value)


def option_default(call: Call, label: str) -> Value:
    """The value of an option that the user does not give."""
    keyword = call.arguments.keyword
    action = constant(keyword.get("action"))
    default = keyword.get("default")
    if default is None and action in _FLAGS:
        default = Known(_FLAGS[str(action)], call.origin)
    if default is None:
        positional = not label.startswith("-")
        optional = constant(keyword.get("nargs")) in ("?", "*")
        if (positional and not optional) or constant(keyword.get("required")) is True:
            return Unknown(f"{label} must be given on the command line")
        if positional and constant(keyword.get("nargs")) == "*":
            return Items((), origin=call.origin)
        default = Known(None, call.origin)
    return overridable(converted(default, keyword.get("type"), call), label, call)


def _set_defaults(call: Call) -> Value:
    options = _options(call.receiver)
    for name, value in call.arguments.keyword.items():
        if options is not None:
            _store(call, options, name, overridable(value, f"--{name}", call))
    if options is not None and not call.arguments.complete:
        for name, before in list(options.slots.items()):  # a dictionary that is not known may set any of them
            call.machine.write(options, name, Unknown("an option that a dictionary may set", before.origin))
    return Known(None)


def _get_default(call: Call) -> Value:
    options, name = _options(call.receiver), constant(call.argument(0))
    found = options.slots.get(name) if options is not None else None
    return found if isinstance(found, Value) else Unknown("a default that is not known")


def _parse(call: Call) -> Value:
    options = _options(call.receiver)
    if options is None:
        return Unknown("options that are not known")
    given = call.argument(0, "args")
    if given is not None and not (isinstance(given, Known) and given.value is None):
        options = _given_here(call, options, given)
    namespace = call.argument(1, "namespace")
    if isinstance(namespace, Instance):
        for name, value in options.slots.items():
            if name not in namespace.slots:
                call.machine.write(namespace, name, value)
        return namespace
    return options


def _given_here(call: Call, options: Instance, given: Value) -> Instance:
    """The namespace for a command line that the program writes itself: nobody can override it."""
    words = call.machine.items(given)
    if words is None:
        return options
    made = Instance(Reference(NAMESPACE), {}, call.origin)
    made.slots.update({name: fixed(value) for name, value in options.slots.items()})
    for position, word in enumerate(words):
        text = constant(word)
        if not isinstance(text, str) or not text.startswith("--"):
            continue
        flag, has_value, written = text.partition("=")
        name = destination([flag])
        before = made.slots.get(name)
        value = words[position + 1] if position + 1 < len(words) else None
        if has_value:
            value = Known(written, word.origin)
        if isinstance(before, Known) and before.value is False and not has_value:
            made.slots[name] = Known(True, word.origin)
        elif value is not None:
            types = _types(call.receiver)
            kind = types.slots.get(name) if types is not None else None
            made.slots[name] = converted(value, kind, call) if kind is not None else _like(before, value)
    return made


def _like(before: Value | None, value: Value) -> Value:
    """A word of the command line as the type that the option's default has."""
    kind = type(constant(before))
    if isinstance(value, Known) and isinstance(value.value, str) and kind in (int, float, str):
        try:
            return Known(kind(value.value), value.origin)
        except ValueError:
            return Unknown("an option that does not convert")
    return Unknown("an option whose type is not known")


def _parse_known(call: Call) -> Value:
    return Items([_parse(call), Items((), complete=False)], "tuple")


def _same(call: Call) -> Value:
    """Groups store into the same namespace."""
    return call.receiver or Unknown("a parser")


def _add_subparsers(call: Call) -> Value:
    options, dest = _options(call.receiver), constant(call.argument(-1, "dest"))
    if options is not None and isinstance(dest, str):
        call.machine.write(options, dest, Unknown("a command that must be given"))
    return call.receiver or Unknown("a parser")


def _add_parser(call: Call) -> Value:
    """A command has a parser of its own and the same namespace."""
    made = Instance(Reference(PARSER), {}, call.origin)
    options = _options(call.receiver)
    if options is None:
        return Unknown("a parser")
    _prepare(call, made)
    for name, value in made.slots["options"].slots.items():
        call.machine.write(options, name, value)
    made.slots["options"] = options
    made.slots["command"] = call.argument(0, "name") or Known(None)
    return made


def _namespace(call: Call) -> Value:
    made = Instance(Reference(NAMESPACE), {}, call.origin)
    made.slots.update(call.arguments.keyword)
    if not call.arguments.complete:
        made.arguments["*incomplete"] = Known(True)
    return made


def _as_dictionary(call: Call) -> Value:
    """`args.__dict__`: a dictionary with the very same entries."""
    assert isinstance(call.receiver, Instance)
    return dictionary_of(call.receiver)


def dictionary_of(instance: Instance) -> Mapped:
    """`vars(object)`: writing to it changes the object, as in Python."""
    found = Mapped(origin=instance.origin, complete="*incomplete" not in instance.arguments)
    found.slots, found.birth = instance.slots, instance.birth
    return found


def _options_and_words(call: Call) -> Value:
    return Items([_parse(call), Items((), complete=False)], "tuple")


FUNCTIONS: dict[str, Handler] = {
    **dict.fromkeys((PARSER, *_LOOK_ALIKES), _parser),
    NAMESPACE: _namespace,
}

_METHODS: dict[str, Handler] = {
    "__init__": _init,
    "add_argument": _add_argument,
    "add_option": _add_argument,
    "add": _add_argument,
    "add_arg": _add_argument,
    "add_argument_group": _same,
    "add_mutually_exclusive_group": _same,
    "add_option_group": _same,
    "add_subparsers": _add_subparsers,
    "add_parser": _add_parser,
    "set_defaults": _set_defaults,
    "get_default": _get_default,
    "parse_args": _parse,
    "parse_known_args": _parse_known,
    "parse_intermixed_args": _parse,
    "print_help": lambda call: Known(None),
    "error": lambda call: Known(None),
}

METHODS: dict[str, dict[str, Handler]] = {
    PARSER: _METHODS,
    **dict.fromkeys(_LOOK_ALIKES, _METHODS),
    "optparse.OptionParser": _METHODS | {"parse_args": _options_and_words},
}

ATTRIBUTES: dict[str, dict[str, Handler]] = {
    NAMESPACE: {"__dict__": _as_dictionary},
    "types.SimpleNamespace": {"__dict__": _as_dictionary},
}

__all__ = ["ATTRIBUTES", "FUNCTIONS", "METHODS", "Arguments", "dictionary_of", "overridable"]
