"""Which Python has the framework that a program trains with."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path


def candidates(chosen: str | None, folder: Path) -> list[str]:
    """Interpreters to try, best first: the one that was chosen and no other, else that of the active
    environment, of an environment in the project, and trainlint's own."""
    if chosen:
        return [chosen]
    found: list[str] = []
    for python in _guesses(folder):
        if python not in found:
            found.append(python)
    return found


def _guesses(folder: Path) -> Iterator[str]:
    for variable in ("VIRTUAL_ENV", "CONDA_PREFIX"):
        root = os.environ.get(variable)
        if root and (python := _python_in(Path(root))):
            yield python
    for parent in (folder, *folder.parents):
        for name in (".venv", "venv"):
            if python := _python_in(parent / name):
                yield python
        if (parent / ".git").exists():
            break
    yield sys.executable


def _python_in(environment: Path) -> str | None:
    for place in ("bin/python", "Scripts/python.exe", "python.exe"):
        if (environment / place).is_file():
            return str(environment / place)
    return None
