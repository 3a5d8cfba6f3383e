"""Values of our tables as Python values, to compare them with defaults of Keras."""

from __future__ import annotations

from typing import Any

from trainlint.values.value import Items, Known, Value


def python_of(value: Value) -> Any:
    if isinstance(value, Items):
        return tuple(python_of(item) for item in value.items)
    assert isinstance(value, Known)
    return value.value
