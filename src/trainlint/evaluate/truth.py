"""Whether a value counts as true."""

from __future__ import annotations

from trainlint.values.tensor import Symbol
from trainlint.values.value import (
    Bound,
    Class,
    Function,
    Instance,
    Items,
    Known,
    Mapped,
    Module,
    OneOf,
    Partial,
    Reference,
    Value,
)  # fmt: skip


def truth(value: Value) -> bool | None:
    """True, False, or None when it is not known."""
    if isinstance(value, Known):
        return None if isinstance(value.value, Symbol) else bool(value.value)
    if isinstance(value, OneOf):
        found = {truth(option) for option in value.options}
        return found.pop() if len(found) == 1 else None
    if isinstance(value, Items):
        if value.is_certain:
            return bool(value.items)
        return True if value.items and not value.complete else None
    if isinstance(value, Mapped):
        return True if value.slots else (False if value.complete else None)
    if isinstance(value, Instance):
        # Containers of libraries may be empty; an optimizer, a layer, a model is there.
        return (
            None if any(name.endswith(("List", "Dict", "Dataset")) for name in value.library_names) else True
        )
    if isinstance(value, Function | Class | Module | Bound | Partial | Reference):
        return True
    return None
