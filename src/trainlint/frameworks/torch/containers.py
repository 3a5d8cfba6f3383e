"""torch.nn.Sequential, ModuleList, ModuleDict and their parameter twins.

The slot `modules` holds the modules: Items for lists, Mapped for dictionaries. `__iter__`, `__len__`,
`__getitem__` and `__setitem__` are what loops, len() and subscripts ask for.
"""

from __future__ import annotations

from trainlint.frameworks.call import Arguments, Call, Handler
from trainlint.frameworks.torch.module import applied
from trainlint.values.join import either
from trainlint.values.value import (
    ABSENT,
    Instance,
    Items,
    Known,
    Mapped,
    Reference,
    Unknown,
    Value,
    constant,
    has_absent,
    options_of,
)

MODULES = "modules"


def _constructor(name: str, fill: Handler) -> Handler:
    def handler(call: Call) -> Value:
        made = Instance(Reference(name), {}, call.origin)
        fill(Call(call.name, call.arguments, call.site, call.machine, made))
        return made

    return handler


def _fill_sequential(call: Call) -> Value:
    container = call.receiver
    assert isinstance(container, Instance)
    given = call.arguments.positional
    named: list[tuple[str, Value]] | None = None
    if len(given) == 1 and isinstance(given[0], Mapped):
        named = [(str(key), value) for key, value in given[0].slots.items()]
    elif len(given) == 1 and isinstance(given[0], Items):
        named = _pairs(given[0])
    for name, module in named or ():
        call.machine.write(container, name, module)
    items = [module for _, module in named] if named is not None else list(given)
    call.machine.write(container, MODULES, Items(items, complete=call.arguments.complete))
    return Known(None)


def _pairs(items: Items) -> list[tuple[str, Value]] | None:
    """OrderedDict([("conv", …), …]) that was not made a dictionary yet."""
    pairs: list[tuple[str, Value]] = []
    for item in items.items:
        if (
            not isinstance(item, Items)
            or len(item.items) != 2
            or not isinstance(constant(item.items[0]), str)
        ):
            return None
        pairs.append((constant(item.items[0]), item.items[1]))
    return pairs


def _fill_list(call: Call) -> Value:
    assert isinstance(call.receiver, Instance)
    given = call.argument(0, "modules", "values")
    call.machine.write(call.receiver, MODULES, Items((), complete=True))
    if given is not None and not isinstance(given, Known):
        _add_all(call, given)
    return Known(None)


def _add_all(call: Call, values: Value) -> None:
    held = _held(call.receiver)
    if held is None:
        return
    found = call.machine.items(values)
    if found is None and isinstance(values, Items):
        found = values.items
    if found is None or (isinstance(values, Items) and not values.complete):
        call.machine.write(held, "complete", False)
    call.machine.write(held, "items", (*held.items, *(found or ())))


def _fill_dictionary(call: Call) -> Value:
    assert isinstance(call.receiver, Instance)
    given = call.argument(0, "modules", "parameters")
    held = Mapped({}, complete=given is None or isinstance(given, Mapped))
    if isinstance(given, Mapped):
        held.slots.update(given.slots)
    elif isinstance(given, Items):
        held.slots.update(_pairs(given) or [])
    call.machine.write(call.receiver, MODULES, held)
    return Known(None)


def _held(container: Value | None) -> Items | None:
    held = container.slots.get(MODULES) if isinstance(container, Instance) else None
    return held if isinstance(held, Items) else None


def _held_names(container: Value | None) -> Mapped | None:
    held = container.slots.get(MODULES) if isinstance(container, Instance) else None
    return held if isinstance(held, Mapped) else None


def _run(call: Call) -> Value:
    """Each module on what the one before gives. A module that is there on some paths only is passed by."""
    held = _held(call.receiver)
    value = call.argument(0, "input", "x")
    if held is None or value is None:
        return call.unknown("a Sequential whose modules are not known")
    for item in held.items:
        value = either(
            value if option is ABSENT else call.machine.call(option, Arguments((value,)), call.site)
            for option in options_of(item)
        )
    if not held.complete:
        rest = Call(call.name, Arguments((value,)), call.site, call.machine)
        value = rest.unknown("a Sequential with modules that are not known")
    return value


def _append(call: Call) -> Value:
    held, module = _held(call.receiver), call.argument(0, "module", "value")
    if held is not None and module is not None:
        call.machine.write(held, "items", (*held.items, module))
    return call.receiver or Unknown("container")


def _extend(call: Call) -> Value:
    more = call.argument(0, "modules", "values", "sequential")
    if more is not None:
        _add_all(call, _held(more) or more)
    return call.receiver or Unknown("container")


def _insert(call: Call) -> Value:
    held, position, module = _held(call.receiver), call.argument(0, "index"), call.argument(1, "module")
    at = constant(position)
    if held is not None and module is not None:
        items = list(held.items)
        if isinstance(at, int):
            items.insert(at, module)
            call.machine.write(held, "items", tuple(items))
        else:
            call.machine.write(held, "complete", False)
    return call.receiver or Unknown("container")


def _add_module(call: Call) -> Value:
    """`add_module(name, module)`: an attribute, and one more at the end."""
    name, module = constant(call.argument(0, "name")), call.argument(1, "module")
    held = _held(call.receiver)
    if held is not None and module is not None and isinstance(call.receiver, Instance):
        call.machine.write(held, "items", (*held.items, module))
        if isinstance(name, str):
            call.machine.write(call.receiver, name, module)
    return Known(None)


def _get(call: Call) -> Value:
    held, key = _held(call.receiver), call.argument(0, "idx")
    if held is None or not isinstance(call.receiver, Instance) or not held.is_certain:
        return Unknown("module of a container")
    if isinstance(constant(key), slice):
        cls = call.receiver.cls
        taken = Instance(
            cls if isinstance(cls, Reference) else Reference("torch.nn.Sequential"), {}, call.origin
        )
        taken.slots[MODULES] = Items(held.items[constant(key)])
        return taken
    at = constant(key)
    if isinstance(at, int) and -len(held.items) <= at < len(held.items):
        return held.items[at]
    return either(held.items) if held.items else Unknown("module of a container")


def _set(call: Call) -> Value:
    held, at, module = _held(call.receiver), constant(call.argument(0)), call.argument(1)
    if held is None or module is None:
        return Known(None)
    items = list(held.items)
    if isinstance(at, int) and -len(items) <= at < len(items):
        items[at] = module
        call.machine.write(held, "items", tuple(items))
    else:
        call.machine.write(held, "complete", False)
    return Known(None)


def _delete(call: Call) -> Value:
    held, key = _held(call.receiver), call.argument(0)
    if held is None:
        return Known(None)
    items, at = list(held.items), constant(key)
    if isinstance(at, int) and -len(items) <= at < len(items):
        del items[at]
        call.machine.write(held, "items", tuple(items))
    else:
        call.machine.write(held, "complete", False)
    return Known(None)


def _length(call: Call) -> Value:
    held = _held(call.receiver)
    names = _held_names(call.receiver)
    if held is not None and held.is_certain:
        return Known(len(held.items), call.origin)
    if names is not None and names.complete:
        return Known(len(names.slots), call.origin)
    return Unknown("length of a container", call.origin)


def _iterate(call: Call) -> Value:
    return _held(call.receiver) or Unknown("modules of a container")


def _any_module(call: Call) -> Value:
    held = _held(call.receiver)
    present = [item for item in held.items if not has_absent(item)] if held else []
    return either(present) if present else Unknown("module of a container")


def _get_named(call: Call) -> Value:
    names, key = _held_names(call.receiver), constant(call.argument(0, "key"))
    if names is None:
        return Unknown("module of a dictionary")
    if key in names.slots:
        return names.slots[key]  # type: ignore[no-any-return]
    return either(names.slots.values()) if names.slots else Unknown("module of a dictionary")


def _set_named(call: Call) -> Value:
    names, key, module = _held_names(call.receiver), constant(call.argument(0)), call.argument(1)
    if names is not None and module is not None:
        # A key that is not known still adds a module: it stands under the position.
        call.machine.write(names, key if key is not None else f"?{len(names.slots)}", module)
    return Known(None)


def _update(call: Call) -> Value:
    names, more = _held_names(call.receiver), call.argument(0, "modules")
    if names is not None and isinstance(more, Mapped):
        for key, module in more.slots.items():
            call.machine.write(names, key, module)
    return Known(None)


def _keys(call: Call) -> Value:
    names = _held_names(call.receiver)
    return Items([Known(key) for key in names.slots], complete=names.complete) if names else Unknown("keys")


def _values(call: Call) -> Value:
    names = _held_names(call.receiver)
    return Items(list(names.slots.values()), complete=names.complete) if names else Unknown("values")


def _entries(call: Call) -> Value:
    names = _held_names(call.receiver)
    if names is None:
        return Unknown("items")
    pairs = [Items([Known(key), module], "tuple") for key, module in names.slots.items()]
    return Items(pairs, complete=names.complete)


def _contains(call: Call) -> Value:
    names, key = _held_names(call.receiver), call.argument(0)
    if names is None or not isinstance(key, Known):
        return Unknown("in a dictionary")
    return Known(key.value in names.slots) if names.complete or key.value in names.slots else Unknown("in")


_LIST_METHODS: dict[str, Handler] = {
    "append": _append,
    "extend": _extend,
    "__iadd__": _extend,
    "insert": _insert,
    "add_module": _add_module,
    "register_module": _add_module,
    "__getitem__": _get,
    "__setitem__": _set,
    "__delitem__": _delete,
    "__len__": _length,
    "__iter__": _iterate,
}

_DICTIONARY_METHODS: dict[str, Handler] = {
    "__init__": _fill_dictionary,
    "__getitem__": _get_named,
    "__setitem__": _set_named,
    "__len__": _length,
    "__iter__": _keys,
    "__contains__": _contains,
    "update": _update,
    "keys": _keys,
    "values": _values,
    "items": _entries,
}

FUNCTIONS: dict[str, Handler] = {
    "torch.nn.Sequential": _constructor("torch.nn.Sequential", _fill_sequential),
    "torch.nn.ModuleList": _constructor("torch.nn.ModuleList", _fill_list),
    "torch.nn.ParameterList": _constructor("torch.nn.ParameterList", _fill_list),
    "torch.nn.ModuleDict": _constructor("torch.nn.ModuleDict", _fill_dictionary),
    "torch.nn.ParameterDict": _constructor("torch.nn.ParameterDict", _fill_dictionary),
}

METHODS: dict[str, dict[str, Handler]] = {
    "torch.nn.Sequential": {"__init__": _fill_sequential, "forward": _run, **_LIST_METHODS},
    "torch.nn.ModuleList": {"__init__": _fill_list, **_LIST_METHODS},
    "torch.nn.ParameterList": {"__init__": _fill_list, **_LIST_METHODS},
    "torch.nn.ModuleDict": _DICTIONARY_METHODS,
    "torch.nn.ParameterDict": _DICTIONARY_METHODS,
}

ELEMENTS: dict[str, Handler] = dict.fromkeys(
    ("torch.nn.Sequential", "torch.nn.ModuleList", "torch.nn.ParameterList"), _any_module
)
"""Asked only when not all modules are known."""

CALLS: dict[str, Handler] = {"torch.nn.Sequential": applied(_run, container=True)}
