"""Lays settings over each other: what a nearer source says holds, and what merely adds, adds up."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from trainlint.config.layer import Key, Layer
from trainlint.config.mistakes import mistake, wrong
from trainlint.config.plugin import Plugin
from trainlint.config.settings import Settings, SettingsFile
from trainlint.sources.patterns import Pattern

ADDING = ("extend-select", "ignore", "extend-exclude", "plugins")
"""Lists that add up over all sources."""

TABLES = ("per-file-ignores", "severity", "framework-versions", "rules", "probe")
"""Tables that are merged entry by entry."""


@dataclass(frozen=True)
class Merged:
    """Settings, and for each value the layers that gave it; a value that no layer gave is a default."""

    settings: Settings
    layers: tuple[Layer, ...] = ()
    givers: Mapping[Key, tuple[Layer, ...]] = field(default_factory=dict)

    @property
    def files(self) -> str:
        """The settings files, the nearest first; empty without any."""
        return " <- ".join(layer.source for layer in reversed(self.layers) if layer.path)

    def place(self, key: Key, word: str | None = None) -> str | None:
        """Where a value comes from, newest source first; None for a default. With a `word` of a list, only
        where that stands."""
        for length in range(len(key), 0, -1):
            givers = self.givers.get(key[:length])
            if givers:
                holders = tuple(giver for giver in givers if word and word in giver.values.get(key[0], ()))
                givers = holders or givers
                return ", ".join(giver.place(key) for giver in reversed(givers))
        return None


def merge(layers: Iterable[Layer], *, trusted: bool = True) -> Merged:
    """The settings that layers make together, the weakest first. In a workspace that is not `trusted`, plugins
    are named but not loaded.

    Raises:
        WrongSettings: a key is unknown or has a wrong value.
    """
    values: dict[str, Any] = {}
    givers: dict[Key, tuple[Layer, ...]] = {}
    layers = tuple(layers)
    for layer in layers:
        try:
            SettingsFile.model_validate(layer.values)
        except ValidationError as error:
            raise mistake(error, layer, SettingsFile) from None
        own = _anchored(layer, trusted)
        _give_way(values, givers, own)
        for key, value in own.items():
            if key in ADDING:
                values[key] = [*values.get(key, ()), *value]
                givers[(key,)] = (*givers.get((key,), ()), layer)
            elif key in TABLES:
                table = values.setdefault(key, {})
                for name, entry in value.items():
                    table[name] = {**table.get(name, {}), **entry} if key == "rules" else entry
                    shown = name.text if isinstance(name, Pattern) else str(name)
                    givers[(key, shown)] = (layer,)
                    for option in entry if key == "rules" else ():
                        givers[(key, shown, option)] = (layer,)
            else:
                values[key] = value
                givers[(key,)] = (layer,)
    return Merged(Settings.model_validate(values), layers, givers)


def _anchored(layer: Layer, trusted: bool) -> dict[str, Any]:
    """The values of a layer with patterns and paths that know their folder."""
    own = {key.replace("_", "-"): value for key, value in layer.values.items() if key != "extend"}
    folder = str(layer.folder)
    for key in ("exclude", "extend-exclude", "include"):
        if key in own:
            own[key] = [Pattern(text, folder) for text in own[key]]
    if "per-file-ignores" in own:
        pairs = own["per-file-ignores"].items()
        own["per-file-ignores"] = {Pattern(text, folder): selectors for text, selectors in pairs}
    if "plugins" in own:
        own["plugins"] = [_plugin(layer, name, trusted) for name in own["plugins"]]
    if "baseline" in own:
        own["baseline"] = str(Path(folder, own["baseline"])) if own["baseline"] else None
    return own


def _plugin(layer: Layer, name: str, trusted: bool) -> Plugin:
    plugin = Plugin.named(name, layer.folder, trusted=trusted)
    if trusted and plugin.is_missing:
        raise wrong(layer, ("plugins",), f"`plugins` names `{name}`, which is no folder and no file")
    return plugin


def _give_way(values: dict[str, Any], givers: dict[Key, tuple[Layer, ...]], nearer: dict[str, Any]) -> None:
    """Drops what a nearer source means to replace without naming it: with a `select` or a `profile` the
    choice of rules begins anew; what it ignores, no weaker source selects."""
    if "select" in nearer or "profile" in nearer:
        for key in (
            ("select", "extend-select") if "select" not in nearer else ("select", "extend-select", "ignore")
        ):
            values.pop(key, None)
            givers.pop((key,), None)
    ignored = [selector.upper() for selector in nearer.get("ignore", ())]
    for key in ("select", "extend-select"):
        if key in values:
            values[key] = [word for word in values[key] if not _covered(word, ignored)]
    wanted = {word.upper() for key in ("select", "extend-select") for word in nearer.get(key, ())}
    if "ignore" in values:
        values["ignore"] = [word for word in values["ignore"] if word.upper() not in wanted]


def _covered(word: str, ignored: list[str]) -> bool:
    return any(
        each in (word.upper(), "ALL") or (_is_code(each) and word.upper().startswith(each))
        for each in ignored
    )


def _is_code(selector: str) -> bool:
    return selector.startswith("TL") and selector[2:].isdecimal()
