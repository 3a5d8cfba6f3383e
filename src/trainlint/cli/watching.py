"""`--watch`: checks again whenever a file changes."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable
from pathlib import Path

import typer

from trainlint.cli.console import fail, remark

_SUFFIXES = (".py", ".ipynb", ".toml", ".yaml", ".yml", ".json", ".ini", ".cfg", ".txt", ".lock")
"""Programs, and what decides what they mean."""


def watch(paths: list[str], check: Callable[[], None]) -> None:
    """Runs `check` now and after each change, until Ctrl-C."""
    try:
        from watchfiles import Change, DefaultFilter
        from watchfiles import watch as changes
    except ImportError:
        fail("--watch needs watchfiles: pip install 'trainlint[watch]'")

    class OfInterest(DefaultFilter):
        def __call__(self, change: Change, path: str) -> bool:
            return path.endswith(_SUFFIXES) and super().__call__(change, path)

    missing = next((path for path in paths if not Path(path).exists()), None)
    if missing is not None:
        fail(f"`{missing}` does not exist")
    with contextlib.suppress(KeyboardInterrupt):
        _round(check)
        for _ in changes(*paths, watch_filter=OfInterest(), raise_interrupt=True):
            if sys.stdout.isatty():
                sys.stdout.write("\x1b[2J\x1b[H")
            _round(check)


def _round(check: Callable[[], None]) -> None:
    with contextlib.suppress(typer.Exit):  # the status of one round
        check()
    remark("Watching for changes; Ctrl-C ends.")
