"""Methods of lists, dictionaries, strings and numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trainlint.evaluate.keeping import note_append
from trainlint.evaluate.registrations import register
from trainlint.frameworks.call import Arguments, Call
from trainlint.values.join import either
from trainlint.values.origin import Made, Origin
from trainlint.values.trail import MISSING
from trainlint.values.value import (
    Instance,
    Items,
    Known,
    Mapped,
    Reference,
    Unknown,
    Value,
    constant,
    integer,
)  # fmt: skip

if TYPE_CHECKING:
    from trainlint.evaluate.machine import Machine


def container_method(machine: Machine, receiver: Value, name: str, call: Call) -> Value:
    """The result of a method of a built-in type."""
    if isinstance(receiver, Items):
        return _list_method(machine, receiver, name, call)
    if isinstance(receiver, Mapped):
        return _dict_method(machine, receiver, name, call)
    assert isinstance(receiver, Known)
    return _constant_method(receiver, name, call)


def _list_method(machine: Machine, receiver: Items, name: str, call: Call) -> Value:
    first = call.argument(0)
    items = receiver.items
    if name in ("append", "add") and first is not None:
        note_append(machine, receiver, first, call.site)
        machine.write(receiver, "items", (*items, first))
    elif name == "insert":
        position, value = integer(first), call.argument(1)
        if position is None or value is None:
            machine.write(receiver, "complete", False)
        else:
            changed = list(items)
            changed.insert(position, value)
            machine.write(receiver, "items", tuple(changed))
    elif name in ("extend", "update") and first is not None:
        more = machine.items(first)
        machine.write(receiver, "items", items + (more or ()))
        if more is None:
            machine.write(receiver, "complete", False)
    elif name == "pop":
        position = -1 if first is None else integer(first)
        if position is not None and receiver.is_certain and -len(items) <= position < len(items):
            changed = list(items)
            value = changed.pop(position)
            machine.write(receiver, "items", tuple(changed))
            return value
        machine.write(receiver, "complete", False)
        return either(items) if items else Unknown("an item taken from a list")
    elif name == "clear":
        machine.write(receiver, "items", ())
        machine.write(receiver, "complete", True)
    elif name == "reverse":
        machine.write(receiver, "items", items[::-1])
    elif name == "copy":
        return Items(items, receiver.kind, complete=receiver.complete, origin=receiver.origin)
    elif name in ("index", "count"):
        if not receiver.is_certain or not all(isinstance(item, Known) for item in (*items, first)):
            return Unknown("a position in a list")
        found = [constant(item) == constant(first) for item in items]
        if name == "index" and True not in found:
            return Unknown("a position in a list")
        return Known(found.count(True) if name == "count" else found.index(True), call.origin)
    elif name == "remove":
        kept = tuple(
            item
            for item in items
            if item is not first and (constant(item) is None or constant(item) != constant(first))
        )
        machine.write(receiver, "items", kept)
    elif name == "_replace":
        changed = [
            call.arguments.keyword.get(field, item)
            for field, item in zip(receiver.fields, items, strict=False)
        ]
        record = Items(changed, "tuple", origin=receiver.origin)
        record.fields = receiver.fields
        return record
    elif name == "_asdict":
        return Mapped(dict(zip(receiver.fields, items, strict=False)))
    elif name == "sort":
        ordered = machine.call(
            Reference("builtins.sorted"), Arguments((receiver,), call.arguments.keyword), call.site
        )
        if isinstance(ordered, Items):
            machine.write(receiver, "items", ordered.items)
            machine.write(receiver, "complete", ordered.complete)
    return Known(None)


def _dict_method(machine: Machine, receiver: Mapped, name: str, call: Call) -> Value:
    key, default = call.argument(0), call.argument(1, "default")
    entries = {slot: entry for slot, entry in receiver.slots.items() if isinstance(entry, Value)}
    if name in ("get", "pop", "setdefault"):
        if not isinstance(key, Known):
            found = [*entries.values(), *([default] if default is not None else [])]
            return (
                either(found)
                if receiver.complete and found and name == "get"
                else Unknown("an entry under an unknown key")
            )
        if key.value not in entries and isinstance(key.value, str) and register(machine, key.value):
            entries = {slot: entry for slot, entry in receiver.slots.items() if isinstance(entry, Value)}
        if key.value in entries:
            if name == "pop":
                machine.write(receiver, key.value, MISSING)
            return entries[key.value]
        if not receiver.complete:
            return Unknown("a key that is not known to be in the dictionary")
        value = default if default is not None else Known(None)
        if name == "setdefault":
            machine.write(receiver, key.value, value)
        return value
    if name == "keys":
        return Items([Known(slot) for slot in entries], complete=receiver.complete)
    if name == "values":
        return Items(entries.values(), complete=receiver.complete)
    if name == "items":
        pairs = [Items([Known(slot), entry], "tuple") for slot, entry in entries.items()]
        return Items(pairs, complete=receiver.complete)
    if name == "copy":
        return Mapped(entries, complete=receiver.complete, origin=receiver.origin)
    if name == "update":
        for source in (key,) if key is not None else ():
            if isinstance(source, Mapped | Instance):
                for slot, entry in source.slots.items():
                    machine.write(receiver, slot, entry)
            else:
                receiver.complete = False
        for slot, entry in call.arguments.keyword.items():
            machine.write(receiver, slot, entry)
        return Known(None)
    if name == "clear":
        for slot in entries:
            machine.write(receiver, slot, MISSING)
        return Known(None)
    if name == "popitem" and entries and receiver.complete:
        last = list(entries)[-1]
        machine.write(receiver, last, MISSING)
        return Items([Known(last), entries[last]], "tuple")
    return Unknown(f"the method {name} of a dictionary")


_HARMLESS = (str, bytes, int, float, bool, complex)
_ATTEMPT = (TypeError, ValueError, AttributeError, IndexError, KeyError, OverflowError, LookupError)


def _constant_method(receiver: Known, name: str, call: Call) -> Value:
    values = list(call.arguments)
    if not isinstance(receiver.value, _HARMLESS) or not all(isinstance(value, Known) for value in values):
        if name == "join" and isinstance(receiver.value, str) and len(values) == 1:
            words = call.machine.items(values[0])
            if words is not None and all(isinstance(constant(word), str) for word in words):
                return Known(receiver.value.join(str(constant(word)) for word in words), call.origin)
            return Unknown("text that is put together")
        return Unknown(f"the method {name} of a constant")
    if name in ("format", "ljust", "rjust", "center", "zfill") and any(
        isinstance(constant(value), int) and constant(value) > 10_000 for value in values
    ):
        return Unknown("text that is put together")
    method = getattr(receiver.value, name, None)
    if method is None or name.startswith("__"):
        return Unknown(f"the method {name} of a constant")
    try:
        result = method(
            *(constant(v) for v in call.arguments.positional),
            **{k: constant(v) for k, v in call.arguments.keyword.items()},
        )
    except _ATTEMPT:
        return Unknown(f"the method {name} of a constant fails")
    origin = Origin(Made.COMPUTED, call.site, "", (receiver.origin,) if receiver.origin else ())
    if isinstance(result, list | tuple):
        return Items(
            [Known(item, origin) for item in result], "list" if isinstance(result, list) else "tuple"
        )
    return Known(result, origin)
