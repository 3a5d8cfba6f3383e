"""From values to settings of the plan."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from trainlint.plan.setting import Setting
from trainlint.values.origin import Certainty, weakest
from trainlint.values.tensor import Dimension, Symbol, Tensor
from trainlint.values.value import Class, Function, Instance, Items, Known, OneOf, Reference, Unknown, Value


def setting(value: Value | None, certainty: Certainty = Certainty.EXACT) -> Setting[Any]:
    """A setting of the plan from a value; unknown with its reason when the value is unknown."""
    if value is None:
        return Setting(reason="not set")
    if isinstance(value, Known):
        origin = value.origin
        if origin is None:
            return Setting(values=_plain(value), certainty=certainty)
        if origin.overridable:
            certainty = weakest(certainty, origin.certainty)
        return Setting(values=_plain(value), certainty=certainty, origins=(origin,))
    options = value.options if isinstance(value, OneOf) else (value,)
    plain = [_plain(option) for option in options]
    if any(entry is None for entry in plain):
        return Setting(reason=next((reason_of(option) for option in options if _plain(option) is None), ""))
    origins = tuple(option.origin for option in options if option.origin is not None)
    values = tuple(entry[0] for entry in plain if entry is not None)
    if all(entry is None for entry in values) and len(values) > 1:
        values = values[:1]
    return Setting(
        values=values,
        certainty=weakest(certainty, *(origin.certainty for origin in origins)),
        origins=origins,
    )


def numeric(value: Value | None, certainty: Certainty = Certainty.EXACT) -> Setting[float]:
    """A setting that only makes sense as a number: anything else counts as unknown."""
    found = setting(value, certainty)
    if all(isinstance(entry, int | float) and not isinstance(entry, bool) for entry in found.values):
        return found
    return Setting(reason=found.reason or "no number")


def whole(value: Value | None, certainty: Certainty = Certainty.EXACT) -> Setting[int]:
    """A setting that only makes sense as a whole number."""
    found = numeric(value, certainty)
    if all(float(entry).is_integer() for entry in found.values):
        return Setting(
            values=tuple(int(entry) for entry in found.values),
            certainty=found.certainty,
            origins=found.origins,
            reason=found.reason,
        )
    return Setting(reason="no whole number")


def flag(value: Value | None, certainty: Certainty = Certainty.EXACT) -> Setting[bool]:
    """A setting that is on or off; None counts as off, as libraries take it."""
    found = setting(value, certainty)
    if all(entry is None or isinstance(entry, bool) for entry in found.values):
        return found.model_copy(update={"values": tuple(bool(entry) for entry in found.values)})
    return Setting(reason=found.reason or "neither on nor off")


def settings(values: Mapping[str, Value], certainty: Certainty = Certainty.EXACT) -> dict[str, Setting[Any]]:
    return {name: setting(value, certainty) for name, value in values.items()}


_CONFIGURATION = ("keras.regularizers.", "keras.initializers.", "torch.nn.init.")


def with_configuration(values: Mapping[str, Value]) -> dict[str, Value]:
    """Settings, with what their regularizers and initializers were told: `kernel_regularizer.l2`."""
    found = dict(values)
    for name, value in values.items():
        if isinstance(value, Instance) and value.library_names[:1] and _configures(value.library_names[0]):
            found |= {f"{name}.{told}": content for told, content in value.arguments.items()}
    return found


def _configures(name: str) -> bool:
    return name.startswith(_CONFIGURATION)


def _plain(value: Value) -> tuple[Any] | None:
    """A value as plain Python in a box; None when it is not known."""
    if isinstance(value, Known):
        return (str(value.value),) if isinstance(value.value, Symbol) else (value.value,)
    if isinstance(value, Items) and value.is_certain:
        parts = [_plain(item) for item in value.items]
        return None if None in parts else (tuple(part[0] for part in parts if part is not None),)
    if isinstance(value, Reference):
        return (value.name,)
    if isinstance(value, Instance):
        return (value.title,)
    if isinstance(value, Function | Class):
        return (value.name,)
    return None


def reason_of(value: Value | None) -> str:
    """Why a value is unknown."""
    if isinstance(value, Unknown):
        return value.reason or "unknown"
    if isinstance(value, Tensor):
        return "the content of a tensor"
    return "a value that is not known in full"


def sizes(shape: Iterable[Dimension] | None) -> tuple[int | str | None, ...] | None:
    """A shape as the plan writes it."""
    if shape is None:
        return None
    return tuple([str(size) if isinstance(size, Symbol) else size for size in shape])
