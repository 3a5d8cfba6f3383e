"""Tells which settings hold, and which file gave each value."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from trainlint.config.layer import Key
from trainlint.config.merge import TABLES, Merged
from trainlint.config.mistakes import keys_of
from trainlint.config.plugin import Plugin
from trainlint.config.settings import Settings
from trainlint.sources.discovery import shown_name
from trainlint.sources.patterns import Pattern

DEFAULT = "default"


@dataclass(frozen=True)
class Explained:
    """One value; `source` names the places that gave it, newest first."""

    key: Key
    value: Any
    source: str


def explained(merged: Merged) -> list[Explained]:
    """All settings but those that say nothing."""
    return list(_explained(merged))


def as_toml(values: list[Explained]) -> str:
    """Settings as they could stand in a trainlint.toml, with the source of each as a comment."""
    lines = [(f"{_key(entry.key)} = {_toml(entry.value)}", entry.source) for entry in values]
    width = min(max((len(text) for text, _ in lines), default=0), 60)
    return "".join(f"{text:<{width}}  # {source}\n" for text, source in lines)


def as_json(values: list[Explained]) -> list[dict[str, Any]]:
    """The same as data."""
    return [{"key": list(entry.key), "value": entry.value, "source": entry.source} for entry in values]


def _explained(merged: Merged) -> Iterator[Explained]:
    settings = merged.settings
    for name, key in zip(Settings.model_fields, keys_of(Settings), strict=True):
        value = getattr(settings, name)
        if key in TABLES:
            for path, entry in _entries(value, key):
                if key != "probe" or merged.place(path):
                    yield Explained(path, _plain(entry), merged.place(path) or DEFAULT)
        elif value is not None and (value != () or merged.place((key,))):
            yield Explained((key,), _plain(value), merged.place((key,)) or DEFAULT)


def _entries(table: Any, key: str) -> Iterator[tuple[Key, Any]]:
    if isinstance(table, BaseModel):
        for name, written in zip(type(table).model_fields, keys_of(type(table)), strict=True):
            if getattr(table, name) is not None:
                yield (key, written), getattr(table, name)
        return
    for name, entry in table.items() if isinstance(table, Mapping) else table:
        if key == "rules":
            for option, value in entry.items():
                yield (key, name, option), value
        else:
            yield (key, name.text if isinstance(name, Pattern) else name), entry


def _plain(value: Any) -> Any:
    if isinstance(value, Pattern):
        return value.text
    if isinstance(value, Plugin):
        return value.name
    if isinstance(value, tuple | list):
        return [_plain(item) for item in value]
    if isinstance(value, str) and Path(value).is_absolute():
        return shown_name(Path(value))
    return value


def _key(key: Key) -> str:
    return ".".join(part if part.replace("-", "").replace("_", "").isalnum() else _toml(part) for part in key)


def _toml(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_key((name,))} = {_toml(entry)}" for name, entry in value.items()) + "}"
    if isinstance(value, list):
        return f"[{', '.join(_toml(item) for item in value)}]"
    if isinstance(value, float):
        return repr(value)
    return json.dumps(value, ensure_ascii=False, default=str)
