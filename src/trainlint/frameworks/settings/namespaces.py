"""Dictionaries whose entries are attributes too: EasyDict, Box, Munch, ConfigDict, CfgNode, DictConfig."""

from __future__ import annotations

from typing import Any

from trainlint.frameworks.call import Arguments, Call, Handler
from trainlint.frameworks.settings.command_line import NAMESPACE
from trainlint.frameworks.settings.options import overridable
from trainlint.values.trail import MISSING
from trainlint.values.value import Instance, Items, Known, Mapped, OneOf, Reference, Unknown, Value, constant

OMEGACONF = "omegaconf.DictConfig"
SECTION = "configparser.SectionProxy"

OPEN = (
    "easydict.EasyDict", "addict.Dict", "box.Box", "box.ConfigBox", "munch.Munch", "munch.DefaultMunch", "dotmap.DotMap",
    "attrdict.AttrDict", "attributedict.AttributeDict", "ml_collections.ConfigDict", "ml_collections.FrozenConfigDict",
    "ml_collections.config_dict.ConfigDict", "ml_collections.config_dict.FrozenConfigDict", "yacs.config.CfgNode",
    "fvcore.common.config.CfgNode", "detectron2.config.CfgNode", "mmengine.ConfigDict", "mmcv.ConfigDict", OMEGACONF,
    SECTION,
)  # fmt: skip
"""Classes that are made of a dictionary."""

_OTHERS = (
    NAMESPACE, "types.SimpleNamespace", "builtins.dict", "collections.OrderedDict", "collections.UserDict", "collections.defaultdict",
)  # fmt: skip
"""Further classes whose objects hold what they were given under its name."""

_NOTHING = Known(None)


def opened(value: Value, title: str, known: dict[int, Value] | None = None) -> Value:
    """A dictionary, with those inside of it, as an object of such a class."""
    known = {} if known is None else known
    if id(value) in known:
        return known[id(value)]
    if isinstance(value, Mapped):
        made = Instance(Reference(title), {}, value.origin)
        known[id(value)] = made
        made.slots.update({key: opened(entry, title, known) for key, entry in entries(value).items()})
        if not value.complete:
            made.arguments["*incomplete"] = Known(True)
        return made
    if isinstance(value, Items) and any(isinstance(item, Mapped | Items) for item in value.items):
        listed = Items([], value.kind, complete=value.complete, origin=value.origin)
        known[id(value)] = listed
        listed.slots["items"] = tuple(opened(item, title, known) for item in value.items)
        return listed
    return value


def closed(value: Value, known: dict[int, Value] | None = None) -> Value:
    """Such an object, with those inside of it, as plain dictionaries and lists."""
    known = {} if known is None else known
    if id(value) in known:
        return known[id(value)]
    if isinstance(value, Instance | Mapped):
        made = Mapped({}, complete=is_complete(value), origin=value.origin)
        known[id(value)] = made
        made.slots.update({key: closed(entry, known) for key, entry in entries(value).items()})
        return made
    if isinstance(value, Items):
        listed = Items([], value.kind, complete=value.complete, origin=value.origin)
        known[id(value)] = listed
        listed.slots["items"] = tuple(closed(item, known) for item in value.items)
        return listed
    return value


def copied(value: Value, known: dict[int, Value] | None = None) -> Value:
    """A copy that can be changed without changing the original; only dictionaries and lists are copied."""
    known = {} if known is None else known
    if id(value) in known:
        return known[id(value)]
    made: Instance | Mapped
    if isinstance(value, Instance) and is_open(value):
        made = Instance(value.cls, value.arguments, value.origin)
    elif isinstance(value, Mapped):
        made = Mapped({}, complete=value.complete, origin=value.origin)
    elif isinstance(value, Items):
        listed = Items((), value.kind, complete=value.complete, origin=value.origin)
        listed.fields = value.fields
        known[id(value)] = listed
        listed.slots["items"] = tuple(copied(item, known) for item in value.items)
        return listed
    else:
        return value
    known[id(value)] = made
    made.slots.update({key: copied(entry, known) for key, entry in entries(value).items()})
    return made


def is_open(value: Value | None) -> bool:
    return isinstance(value, Instance) and any(
        name in OPEN or name in _OTHERS for name in value.library_names
    )


def entries(value: Value | None) -> dict[Any, Value]:
    """What a dictionary or such an object holds."""
    if not isinstance(value, Mapped | Instance):
        return {}
    return {key: entry for key, entry in value.slots.items() if isinstance(entry, Value)}


def is_complete(value: Mapped | Instance) -> bool:
    return value.complete if isinstance(value, Mapped) else "*incomplete" not in value.arguments


def merge(call: Call, target: Mapped | Instance, source: Value, title: str | None = None) -> None:
    """Writes the entries of `source` over those of `target`, dictionaries entry by entry."""
    for key, entry in entries(source).items():
        before = target.slots.get(key)
        if (
            isinstance(before, Mapped | Instance)
            and isinstance(entry, Mapped | Instance)
            and before is not entry
        ):
            merge(call, before, entry, title)
        else:
            call.machine.write(target, key, opened(entry, title) if title else entry)
    if isinstance(source, Mapped | Instance) and not is_complete(source):
        _may_hold_more(target)


def _may_hold_more(target: Mapped | Instance) -> None:
    if isinstance(target, Mapped):
        target.complete = False
    else:
        target.arguments["*incomplete"] = Known(True)


def mark_overridable(call: Call, value: Value, label: str = "", seen: set[int] | None = None) -> None:
    """After settings were merged with what only a user knows: all that is there may have been overridden."""
    seen = set() if seen is None else seen
    if not isinstance(value, Mapped | Instance) or id(value) in seen:
        return
    seen.add(id(value))
    for key, entry in entries(value).items():
        below = f"{label}.{key}" if label else str(key)
        if isinstance(entry, Mapped | Instance):
            mark_overridable(call, entry, below, seen)
        else:
            call.machine.write(value, key, overridable(entry, below, call))


def _make(call: Call) -> Value:
    title = call.name
    source = call.argument(0, "initial_dictionary", "init_dict")
    made = Instance(Reference(title), {}, call.origin)
    if isinstance(source, Mapped | Instance):
        merge(call, made, source, title)
    elif source is not None and not (isinstance(source, Known) and source.value is None):
        _may_hold_more(made)
    for name, value in call.arguments.keyword.items():
        if name not in (
            "initial_dictionary",
            "init_dict",
            "new_allowed",
            "default_box",
            "frozen_box",
            "type_safe",
        ):
            made.slots[name] = opened(value, title)
    if not call.arguments.complete:
        _may_hold_more(made)
    return made


def _receiver(call: Call) -> Instance:
    assert isinstance(call.receiver, Instance)
    return call.receiver


def _get(call: Call) -> Value:
    receiver, key, default = (
        _receiver(call),
        call.argument(0),
        call.argument(1, "default", "default_value", "fallback"),
    )
    if isinstance(key, OneOf) or not isinstance(key, Known):
        return Unknown("an entry under an unknown key")
    found = receiver.slots.get(key.value)
    if isinstance(found, Value):
        if call.title == "pop":
            call.machine.write(receiver, key.value, MISSING)
        return found
    if not is_complete(receiver):
        return Unknown("a key that is not known to be in the settings")
    value = default if default is not None else _NOTHING
    if call.title == "setdefault":
        call.machine.write(receiver, key.value, value)
    return value


def _keys(call: Call) -> Value:
    receiver = _receiver(call)
    return Items([Known(key) for key in entries(receiver)], complete=is_complete(receiver))


def _values(call: Call) -> Value:
    receiver = _receiver(call)
    return Items(entries(receiver).values(), complete=is_complete(receiver))


def _items(call: Call) -> Value:
    receiver = _receiver(call)
    pairs = [Items([Known(key), entry], "tuple") for key, entry in entries(receiver).items()]
    return Items(pairs, complete=is_complete(receiver))


def _update(call: Call) -> Value:
    receiver, title = _receiver(call), _receiver(call).library_names[0]
    source = call.argument(0)
    if isinstance(source, Mapped | Instance):
        merge(call, receiver, source, title)
    elif source is not None:
        _may_hold_more(receiver)
    for name, value in call.arguments.keyword.items():
        call.machine.write(receiver, name, opened(value, title))
    return _NOTHING


def _merge_from_file(call: Call) -> Value:
    receiver = _receiver(call)
    loaded = call.machine.settings_in(call.machine.file_text(call.argument(0, "cfg_filename")), "yaml")
    mark_overridable(call, receiver)  # the file is one of several
    if isinstance(loaded, Mapped):
        merge(call, receiver, _evaluated(loaded), receiver.library_names[0])
    return _NOTHING


def _evaluated(value: Value) -> Value:
    """yacs evaluates text in files: `(30, 60)` is a tuple, `1e-4` a number."""
    import ast

    if isinstance(value, Mapped):
        return Mapped(
            {key: _evaluated(entry) for key, entry in entries(value).items()}, complete=value.complete
        )
    if isinstance(value, Known) and isinstance(value.value, str):
        try:
            found = ast.literal_eval(value.value)
        except (ValueError, SyntaxError, RecursionError, MemoryError, TypeError):
            return value
        return _of_python(found, value)
    return value


def _of_python(found: object, written: Known) -> Value:
    if isinstance(found, tuple | list):
        kind: Any = "tuple" if isinstance(found, tuple) else "list"
        return Items([_of_python(item, written) for item in found], kind, origin=written.origin)
    return Known(found, written.origin) if isinstance(found, str | int | float | bool | None) else written


def _merge_from_list(call: Call) -> Value:
    given = call.argument(0)
    words = call.machine.items(given) if given is not None else None
    if words is None or not all(isinstance(word, Known) for word in words):
        mark_overridable(call, _receiver(call))
        return _NOTHING
    for key, value in zip(words[::2], words[1::2], strict=False):
        target: Value | None = _receiver(call)
        *path, last = str(constant(key)).split(".")
        for name in path:
            target = target.slots.get(name) if isinstance(target, Instance) else None
        if isinstance(target, Instance):
            call.machine.write(target, last, value)
    return _NOTHING


def _same(call: Call) -> Value:
    return call.receiver or _NOTHING


def _nothing(call: Call) -> Value:
    return _NOTHING


METHODS_OF_ALL: dict[str, Handler] = {
    "get": _get, "pop": _get, "setdefault": _get, "keys": _keys, "values": _values, "items": _items, "__iter__": _keys,
    "update": _update, "merge_update": _update, "merge": _update, "merge_from_other_cfg": _update,
    "merge_from_file": _merge_from_file, "merge_from_list": _merge_from_list,
    "copy": lambda call: copied(_receiver(call)), "clone": lambda call: copied(_receiver(call)),
    "deepcopy": lambda call: copied(_receiver(call)), "copy_and_resolve_references": lambda call: copied(_receiver(call)),
    "to_dict": lambda call: closed(_receiver(call)), "toDict": lambda call: closed(_receiver(call)),
    "freeze": _nothing, "defrost": _nothing, "lock": _nothing, "dump": _nothing,
    "set_new_allowed": _nothing, "unlocked": _same, "unlock": _same,
    "__len__": lambda call: Known(len(entries(_receiver(call)))) if is_complete(_receiver(call)) else Unknown("a size"),
}  # fmt: skip

FUNCTIONS: dict[str, Handler] = {name: _make for name in OPEN if name != OMEGACONF} | {
    "munch.munchify": lambda call: opened(call.argument(0) or Unknown(), "munch.Munch"),
    "yacs.config.load_cfg": lambda call: Unknown("settings of a file"),
}

METHODS: dict[str, dict[str, Handler]] = dict.fromkeys(OPEN, METHODS_OF_ALL)

__all__ = [
    "FUNCTIONS",
    "METHODS",
    "OMEGACONF",
    "OPEN",
    "Arguments",
    "closed",
    "copied",
    "entries",
    "merge",
    "opened",
]
