"""Verdicts of earlier probes, kept for as long as what was trained, how, and with which versions stays the same.

Only what was trained on made-up data is kept: a program itself may read other data the next time.
"""

from __future__ import annotations

import contextlib
import re
import sqlite3
from datetime import date
from functools import cache
from pathlib import Path

from pydantic import ValidationError

from trainlint.engine import tool
from trainlint.engine.database import KEPT_DAYS, opened
from trainlint.engine.verdict import Verdict
from trainlint.sources import disk


class Verdicts:
    """Verdicts by what they rest on. A cache that cannot be read is empty, and one that cannot be written keeps
    nothing."""

    def __init__(self, folder: Path) -> None:
        self._connection = opened(folder)
        if self._connection is not None:
            try:
                with self._connection:
                    self._connection.execute(
                        "CREATE TABLE IF NOT EXISTS verdicts (key TEXT PRIMARY KEY, used INTEGER, verdict TEXT)"
                    )
            except sqlite3.Error:
                self._connection = None

    def find(self, key: str) -> Verdict | None:
        """The verdict that was kept under a key."""
        if self._connection is None:
            return None
        try:
            row = self._connection.execute("SELECT verdict FROM verdicts WHERE key = ?", (key,)).fetchone()
            return Verdict.model_validate_json(row[0]) if row else None
        except (sqlite3.Error, ValidationError, TypeError):
            return None  # a damaged entry

    def keep(self, key: str, verdict: Verdict) -> None:
        """Keeps a verdict, unless nothing was trained for it."""
        if self._connection is None or not verdict.versions:
            return
        today = date.today().toordinal()
        with contextlib.suppress(sqlite3.Error), self._connection:
            entry = (key, today, verdict.model_dump_json())
            self._connection.execute("INSERT OR REPLACE INTO verdicts VALUES (?, ?, ?)", entry)
            self._connection.execute("DELETE FROM verdicts WHERE used < ?", (today - KEPT_DAYS,))

    def close(self) -> None:
        if self._connection is not None:
            with contextlib.suppress(sqlite3.Error):
                self._connection.close()
            self._connection = None


def key_of(*parts: object) -> str:
    """A key for what a verdict rests on: descriptions, budget, seeds, interpreter; trainlint itself counts too."""
    return disk.digest(repr((*parts, tool.digest(tool.packages()))).encode("utf-8", "surrogatepass"))


@cache
def versions_in(interpreter: str) -> tuple[str, ...]:
    """The versions of frameworks beside an interpreter, without starting it; empty where they cannot be seen."""
    places = (
        *Path(interpreter).parent.parent.glob("lib/python3*/site-packages"),
        Path(interpreter).parent / "Lib" / "site-packages",
    )
    names = (folder.name for place in places for folder in place.glob("*.dist-info"))
    return tuple(sorted(name for name in names if re.match(r"(torch|keras|numpy)-", name)))
