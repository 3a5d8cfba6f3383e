"""Finds the settings that hold for a file: those of the nearest settings file, and what that inherits."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from trainlint.config.layer import Layer, NoTable, layer_of_file
from trainlint.config.merge import Merged, merge
from trainlint.config.mistakes import WrongSettings, wrong
from trainlint.config.settings import Settings
from trainlint.sources.discovery import shown_name
from trainlint.sources.settings_entry import NotSettings

NAMES = (".trainlint.toml", "trainlint.toml", "pyproject.toml")
"""Settings files; of several in one folder the first of these holds."""


@dataclass
class Resolver:
    """The one way from a file to its settings, for every surface.

    `file` is a settings file that holds for all files. Without it the nearest one above each file does;
    `isolated` reads none. `above` are layers that a command line or an editor lays over them. Where the
    workspace is not `trusted`, no plugin that settings name is loaded, because its code would run.
    """

    file: Path | None = None
    isolated: bool = False
    above: Sequence[Layer] = ()
    trusted: bool = True
    _folders: dict[str, Merged] = field(default_factory=dict, repr=False)
    _files: dict[Path | None, Merged] = field(default_factory=dict, repr=False)

    def settings_for(self, path: Path) -> Settings:
        """The settings for a file or folder.

        Raises:
            WrongSettings: the settings file cannot be used.
        """
        return self.merged_for(path).settings

    def merged_for(self, path: Path) -> Merged:
        """The same with the source of each value.

        Raises:
            WrongSettings: the settings file cannot be used.
        """
        # By text, because thousands of files are asked about. A link keeps the name under which the user knows it.
        name = os.path.abspath(path)  # noqa: PTH100
        folder = name if os.path.isdir(name) else os.path.dirname(name)  # noqa: PTH112, PTH120
        known = self._folders.get(folder)
        if known is None:
            known = self._folders[folder] = self._for_folder(Path(folder))
        return known

    def all_merged(self) -> list[Merged]:
        """All different settings that were asked for so far."""
        return list(self._files.values())

    def _for_folder(self, folder: Path) -> Merged:
        file = None if self.isolated else _absolute(self.file) if self.file else nearest(folder)
        if file not in self._files:
            below = tuple(_inherited(file, ())) if file else ()
            self._files[file] = merge((*below, *self.above), trusted=self.trusted)
        return self._files[file]


def nearest(folder: Path) -> Path | None:
    """The settings file that holds in a folder; a pyproject.toml counts if it speaks of trainlint."""
    for parent in (folder, *folder.parents):
        for name in NAMES:
            path = parent / name
            try:
                if path.is_file() and (name != "pyproject.toml" or _speaks_of_trainlint(path)):
                    return path
            except OSError:
                continue
    return None


def _speaks_of_trainlint(path: Path) -> bool:
    if b"trainlint" not in path.read_bytes():
        return False
    try:
        layer_of_file(path, shown_name(path))
    except NoTable:
        return False
    except NotSettings:
        return True  # the error is told when it is read
    return True


def _inherited(path: Path, inheritors: tuple[Path, ...]) -> Iterator[Layer]:
    """The layers of a settings file: first those that it extends."""
    shown = shown_name(path)
    try:
        layer = layer_of_file(path, shown)
    except NoTable:
        raise WrongSettings(f"{shown}: has no table `[tool.trainlint]`") from None
    except NotSettings as error:
        raise WrongSettings(str(error)) from None
    extended = layer.values.get("extend")
    if isinstance(extended, str):
        # Path.expanduser raises where there is no such user; the folder is told then.
        target = _absolute(layer.folder / os.path.expanduser(extended))  # noqa: PTH111
        if target in (path, *inheritors):
            way = " -> ".join(shown_name(step) for step in (*inheritors, path, target))
            raise wrong(layer, ("extend",), f"`extend` leads back to where it began: {way}")
        if not target.is_file():
            raise wrong(layer, ("extend",), f"`extend` names `{extended}`, which is no file")
        yield from _inherited(target, (*inheritors, path))
    yield layer


def _absolute(path: Path) -> Path:
    # Not Path.resolve: a link keeps the name under which the user knows it.
    return Path(os.path.abspath(path))  # noqa: PTH100
