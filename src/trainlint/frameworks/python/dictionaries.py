"""Dictionaries with a class of their own: defaultdict, subclasses of dict, globals()."""

from __future__ import annotations

from trainlint.frameworks.call import Arguments, Call, Handler
from trainlint.frameworks.settings.namespaces import METHODS_OF_ALL, entries, is_complete
from trainlint.values.value import Instance, Known, Mapped, Reference, Unknown, Value, constant

DEFAULT = "collections.defaultdict"
NAMES = "builtins.globals"
_DICTIONARIES = ("builtins.dict", "collections.OrderedDict", "collections.UserDict")


def _receiver(call: Call) -> Instance:
    assert isinstance(call.receiver, Instance)
    return call.receiver


def _fill(call: Call) -> Value:
    """`dict.__init__` of a subclass."""
    receiver, source = _receiver(call), call.argument(0)
    if isinstance(source, Mapped | Instance):
        for key, entry in entries(source).items():
            call.machine.write(receiver, key, entry)
        if not is_complete(source):
            receiver.arguments["*incomplete"] = Known(True)
    elif source is not None:
        receiver.arguments["*incomplete"] = Known(True)
    for name, value in call.arguments.keyword.items():
        call.machine.write(receiver, name, value)
    return Known(None)


def _entry(call: Call) -> Value:
    receiver, key = _receiver(call), call.argument(0)
    found = (
        receiver.slots.get(key.value) if isinstance(key, Known) and not isinstance(key.value, slice) else None
    )
    return found if isinstance(found, Value) else Unknown("a key that is not in the dictionary here")


def _set_entry(call: Call) -> Value:
    key, value = call.argument(0), call.argument(1)
    if isinstance(key, Known) and value is not None:
        call.machine.write(_receiver(call), key.value, value)
    return Known(None)


def _default_dictionary(call: Call) -> Value:
    made = Instance(Reference(DEFAULT), {"default_factory": call.argument(0) or Known(None)}, call.origin)
    source = call.argument(1)
    made.slots.update(entries(source))
    return made


def _default_entry(call: Call) -> Value:
    receiver, key = _receiver(call), call.argument(0)
    if not isinstance(key, Known):
        return Unknown("an entry under an unknown key")
    found = receiver.slots.get(key.value)
    if not isinstance(found, Value):
        found = call.machine.call(receiver.arguments["default_factory"], Arguments(), call.site)
        call.machine.write(receiver, key.value, found)
    return found


def _names(call: Call) -> Value:
    return Instance(Reference(NAMES), {}, call.origin)


def _named(call: Call) -> Value:
    """`globals()[name]` and `globals().get(name)`."""
    name = constant(call.argument(0))
    return call.machine.name(name) if isinstance(name, str) else Unknown("a name that is not known")


FUNCTIONS: dict[str, Handler] = {DEFAULT: _default_dictionary, NAMES: _names, "builtins.locals": _names}

_SUBCLASS: dict[str, Handler] = METHODS_OF_ALL | {
    "__init__": _fill,
    "__getitem__": _entry,
    "__setitem__": _set_entry,
    "__getattr__": _entry,
}

METHODS: dict[str, dict[str, Handler]] = {
    **dict.fromkeys(_DICTIONARIES, _SUBCLASS),
    DEFAULT: METHODS_OF_ALL | {"__getitem__": _default_entry},
    NAMES: {"__getitem__": _named, "get": _named},
}
