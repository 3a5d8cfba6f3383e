"""What a name stands for."""

from __future__ import annotations

import builtins
from typing import TYPE_CHECKING

from trainlint.evaluate.deferred import Deferred
from trainlint.frameworks import catalogue
from trainlint.values.trail import MISSING
from trainlint.values.value import Reference, Scope, Unknown, Value

if TYPE_CHECKING:
    from trainlint.evaluate.machine import Machine

_BUILTINS = frozenset(dir(builtins))


def look_up(machine: Machine, name: str) -> Value:
    """The value of a name, seen from the running frame."""
    running = machine.frames[-1].scope
    found = running.slots.get(name)
    if found is not None and found.__class__ is not Deferred:  # what a function has of its own, mostly
        return found  # type: ignore[no-any-return]
    scope: Scope | None = running
    while scope is not None:
        # A class body's names are seen by the body itself only, not by its methods.
        if scope.kind != "class" or scope is running:
            found = scope.slots.get(name)
            if not isinstance(found, Value) or isinstance(found, Deferred):
                found = own(machine, scope, name)
            if found is not None:
                return found
        scope = scope.parent
    if name in _BUILTINS:
        return Reference(f"builtins.{name}")
    return Unknown(f"the name {name} is not defined here")


def own(machine: Machine, scope: Scope, name: str) -> Value | None:
    """The value of a name in one scope; for a module, what it binds or imports, read when asked for."""
    found = scope.slots.get(name)
    if found is None and scope.kind == "module":
        found = machine.frame.program.project.program_of(scope).demand(machine, name)
    if isinstance(found, Deferred):
        found = found.program.resolve(machine, name, found)
    return found if isinstance(found, Value) else None


def bind(machine: Machine, name: str, value: Value) -> None:
    """Gives a name of the running frame a value."""
    machine.write(target_scope(machine.frame.scope, name), name, value)


def unbind(machine: Machine, name: str) -> None:
    machine.write(target_scope(machine.frame.scope, name), name, MISSING)


def target_scope(scope: Scope, name: str) -> Scope:
    """The scope that an assignment in `scope` writes to: `global` and `nonlocal` look outward."""
    if name in scope.globals:
        return scope.module
    if name in scope.nonlocals:
        outer = scope.parent
        while outer is not None and outer.kind == "function":
            if name in outer.slots:
                return outer
            outer = outer.parent
    return scope


def known_library_name(prefix: str, name: str) -> Reference | None:
    """`name` as something of the library `prefix`, when the tables know it (for `from prefix import *`)."""
    full = catalogue.canonical(f"{prefix}.{name}")
    library = catalogue.library_of(full)
    return Reference(full) if library is not None and full in library.functions else None
