"""Where rules beside the built-in ones come from, as settings name it."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Plugin:
    """A folder or a Python file at `path`, or a package that is installed where there is no path. What is not
    `trusted` is not loaded: its code would run."""

    name: str
    path: str | None = None
    trusted: bool = True

    @classmethod
    def named(cls, name: str, folder: Path, *, trusted: bool = True) -> Plugin:
        """What a settings file in `folder` means by a name: what lies there, else a package."""
        expanded = os.path.expanduser(name)  # noqa: PTH111 - leaves alone what it does not know
        path = os.path.abspath(folder / expanded)  # noqa: PTH100 - a link keeps its name
        is_path = any(mark in name for mark in "/\\~") or name.endswith((".", ".py")) or Path(path).is_dir()
        return cls(name, path if is_path else None, trusted)

    @property
    def is_missing(self) -> bool:
        """Whether it is a path at which there is nothing."""
        return self.path is not None and not Path(self.path).exists()
