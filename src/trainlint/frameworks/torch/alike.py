"""Functions that go through the modules of a network do the same to each of a kind: it is seen once and done to the
others. What fills the weights of a deep network takes hundreds of calls otherwise."""

from __future__ import annotations

from collections.abc import Callable

from trainlint.frameworks.call import Machine
from trainlint.frameworks.facts import LeftUnused  # counts once for each statement
from trainlint.frameworks.torch.initialising import INITIAL, INITIAL_BIAS
from trainlint.frameworks.torch.parameters import TRAINABLE
from trainlint.values.value import Instance, Known, Reference, Value, constant

_MARKS = (INITIAL, INITIAL_BIAS, TRAINABLE)
"""What a module may be told that is no part of it: a weight of its own must not become that of another, too."""


def kind_of(module: Instance) -> object:
    """The same for modules that a function over all modules does the same to: it asks for their class, and for the
    arguments of a library's class at most."""
    if not isinstance(module.cls, Reference):
        return id(module.cls)
    return module.cls.name, tuple((name, str(constant(value))) for name, value in module.arguments.items())


class Alike:
    """What calls did to modules, by whatever tells these calls apart."""

    def __init__(self) -> None:
        self._seen: dict[object, tuple[tuple[tuple[object, object], ...], Value | None]] = {}

    def call(self, machine: Machine, module: Instance, key: object, run: Callable[[], Value]) -> Value:
        """Calls something about a module, unless a call with this key did no more than to mark its module; then this one
        is marked alike. A result that was the module itself, or nothing, is so again."""
        key = (
            key,
            *(id(module.slots.get(mark)) for mark in _MARKS),
        )  # on some paths the mark of before stays
        seen = self._seen.get(key)
        if seen is not None:
            marks, result = seen
            for slot, content in marks:
                machine.write(module, slot, content)
            return module if result is None else result
        with machine.watched() as changes:
            result = run()
        changes = [(target, slot) for target, slot in changes if not isinstance(target, LeftUnused)]
        marks_only = all(target is module and slot in _MARKS for target, slot in changes)
        may_mark = isinstance(module.cls, Reference) or not changes
        nothing = isinstance(result, Known) and result.value is None
        if marks_only and may_mark and (result is module or nothing):
            slots = dict.fromkeys(slot for _, slot in changes if slot in module.slots)
            marks = tuple((slot, module.slots[slot]) for slot in slots)
            self._seen[key] = marks, None if result is module else result
        return result
