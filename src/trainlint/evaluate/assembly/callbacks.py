"""Callbacks of a training run."""

from __future__ import annotations

from trainlint.values.value import Instance, Items, Known, Value


def callback_names(value: Value | None) -> tuple[str, ...] | None:
    """Names of the classes of callbacks; None when they are not known."""
    if value is None or (isinstance(value, Known) and value.value is None):
        return ()
    if isinstance(value, Items) and value.complete:
        return tuple(item.title if isinstance(item, Instance) else "" for item in value.items)
    return None
