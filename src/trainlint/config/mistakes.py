"""Says what is wrong in settings: the file, the line, the key, the value, and what was probably meant."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from typing import Any

from pydantic import BaseModel, ValidationError

from trainlint.config.layer import Layer

_KINDS = {
    "bool_parsing": "must be true or false",
    "bool_type": "must be true or false",
    "dict_type": "must be a table",
    "string_type": "must be text",
    "tuple_type": 'must be a list, such as ["..."]',
}
"""What pydantic says in the words of Python, in those of TOML."""


class WrongSettings(Exception):
    """Settings that cannot be used; the text says all that is needed to put them right."""


def wrong(layer: Layer, path: Sequence[str], problem: str) -> WrongSettings:
    """An error about one key of a layer of settings."""
    return WrongSettings(f"{layer.place(path)}: {problem}")


def mistake(error: ValidationError, layer: Layer, model: type[BaseModel]) -> WrongSettings:
    """The first thing that a model has against a layer of settings, in the user's words."""
    found = error.errors()[0]
    path = tuple(str(part) for part in found["loc"])
    if found["type"] == "extra_forbidden":
        return wrong(layer, path, _unknown_key(path[-1], keys_of(_model_at(model, path[:-1]))))
    shown = _written(path)
    given = found["input"]
    if found["type"] == "literal_error":
        allowed = [
            word.strip().strip("'") for word in found["ctx"]["expected"].replace(" or ", ", ").split(",")
        ]
        choices = ", ".join(f"`{word}`" for word in allowed)
        return wrong(layer, path, f"`{shown}` is {_value(given)}; allowed: {choices}{meant(given, allowed)}")
    reason = _KINDS.get(found["type"]) or found["msg"].removeprefix("Value error, ")
    return wrong(layer, path, f"`{shown}` is {_value(given)}: {reason[:1].lower()}{reason[1:]}")


def meant(given: object, known: Iterable[str]) -> str:
    """A guess at what a mistyped word should be; empty without one."""
    near = get_close_matches(given, list(known), n=1) if isinstance(given, str) else []
    return f"; did you mean `{near[0]}`?" if near else ""


def keys_of(model: type[BaseModel]) -> list[str]:
    """The keys of a settings model as users write them."""
    return [field.alias or name for name, field in model.model_fields.items()]


def _model_at(model: type[BaseModel], path: Sequence[str]) -> type[BaseModel]:
    """The model of a table within another, as deep as there are models."""
    for part in path:
        field = next((each for name, each in model.model_fields.items() if part in (name, each.alias)), None)
        inner = field.annotation if field else None
        if not (isinstance(inner, type) and issubclass(inner, BaseModel)):
            return model
        model = inner
    return model


def _unknown_key(key: str, known: list[str]) -> str:
    guess = meant(key.replace("_", "-"), known)
    return f"unknown key `{key}`{guess or '; known are ' + ', '.join(f'`{name}`' for name in known)}"


def _written(path: Sequence[str]) -> str:
    """A key as it stands in TOML; numbers of a list's items are left out."""
    return ".".join(part for part in path if not part.isdecimal())


def _value(given: Any) -> str:
    if isinstance(given, bool):
        text = str(given).lower()
    elif isinstance(given, dict | list):
        text = f"a {'table' if isinstance(given, dict) else 'list'}"
    else:
        text = repr(given)
    return text if len(text) <= 60 else f"{text[:57]}..."
