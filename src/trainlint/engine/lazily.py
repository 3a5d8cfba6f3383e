"""Modules that are imported when something of them is asked for."""

from __future__ import annotations

from importlib import import_module
from typing import Any


class Lazily:
    """Stands for a module. Several threads may ask at once: each waits until the import is done."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, attribute: str) -> Any:
        return getattr(import_module(self._name), attribute)
