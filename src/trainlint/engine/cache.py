"""Findings of earlier runs, kept for as long as everything they rest on stands as it did."""

from __future__ import annotations

import contextlib
import json
import sqlite3
import zlib
from datetime import date
from pathlib import Path

from pydantic import ValidationError

from trainlint.config.settings import Settings
from trainlint.engine import tool
from trainlint.engine.database import FILE, KEPT_DAYS, opened
from trainlint.engine.diagnostic import Diagnostic
from trainlint.engine.own_rules import AnalysisGaveUp, RuleFailed
from trainlint.engine.packages import BUILT_IN, only_built_in
from trainlint.engine.work import Outcome, Task
from trainlint.sources import disk

_BATCH = 200
_SHORT_LIVED = frozenset({RuleFailed.code, AnalysisGaveUp.code})
_BETWEEN_PARTS, _BETWEEN_ITEMS = "\x1e", "\x1f"


class Cache:
    """Outcomes by task. Several processes may use one folder at once; a cache that cannot be read is empty,
    and one that cannot be written keeps nothing."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._answers: dict[str, str] = {}
        self._waiting: dict[str, bytes] = {}
        self._used: set[str] = set()
        self._fitting: set[str] = set()
        self._tools: dict[tuple[str, ...], str] = {}
        self._connection: sqlite3.Connection | None = None
        self._tried = False

    def find(self, task: Task) -> Outcome | None:
        """The outcome of an equal task, if all that it rests on is still so."""
        connection = self._opened()
        path = disk.full_name(task.path)
        content = self._answer(_question(path))
        if connection is None or content == "unreadable":
            return None
        key = self._key(task, path, content)
        try:
            row = connection.execute("SELECT outcome FROM outcomes WHERE key = ?", (key,)).fetchone()
        except sqlite3.Error:
            return None
        try:
            outcome = _unpacked(row[0]) if row else None
        except (zlib.error, ValueError, TypeError, ValidationError):
            return None  # a damaged entry
        if outcome is None or not self._stands(outcome.rests_on):
            return None
        self._used.add(key)
        return outcome

    def keep(self, task: Task, outcome: Outcome) -> None:
        """Keeps an outcome, unless it may be otherwise next time."""
        if self._opened() is None or not outcome.lasting:
            return
        if any(diagnostic.code in _SHORT_LIVED for diagnostic in outcome.diagnostics):
            return
        path = disk.full_name(task.path)
        content = outcome.rests_on.get(_question(path))
        if content is None or content == "unreadable":
            return
        self._waiting[self._key(task, path, content)] = _packed(outcome)
        if len(self._waiting) >= _BATCH:
            self._write()

    def fits(self, settings: Settings) -> bool:
        """Whether these settings are known to name only rules and options that there are, and nothing went wrong when
        the rules were collected. Of plugins that is never known: what they do depends on more than their files."""
        if not only_built_in(settings.plugins) or not (self._connection or (self.folder / FILE).exists()):
            return False
        key = _fit(settings)
        if key not in self._fitting and (connection := self._opened()):
            asked = "SELECT key FROM fitting WHERE key = ?"
            with contextlib.suppress(sqlite3.Error):
                self._fitting |= {row[0] for row in connection.execute(asked, (key,))}
        return key in self._fitting

    def keep_fit(self, settings: Settings) -> None:
        """Keeps that these settings fit the rules, which have been imported to find that out."""
        from trainlint.engine.registry import registry

        if only_built_in(settings.plugins) and registry().is_complete:
            self._fitting.add(_fit(settings))

    def close(self) -> None:
        """Writes what is waiting, and drops what has not been asked for since long."""
        if self._connection is None:
            return
        self._write()
        with contextlib.suppress(sqlite3.Error):
            self._connection.close()
        self._connection = None

    def _opened(self) -> sqlite3.Connection | None:
        if not self._tried:
            self._connection, self._tried = opened(self.folder), True
        return self._connection

    def _key(self, task: Task, path: str, content: str) -> str:
        here = str(disk.working_folder())
        return _short(path, task.filename, here, content, task.settings.model_dump_json(), self._tool(task))

    def _tool(self, task: Task) -> str:
        """What stands behind findings beside the program. Its files are read again only where one has changed."""
        packages = tool.packages(task.settings.plugins)
        if packages not in self._tools:
            self._tools[packages] = self._read_tool(packages)
        return self._tools[packages]

    def _read_tool(self, packages: tuple[str, ...]) -> str:
        assert self._connection is not None
        stamp = tool.stamp(packages)
        try:
            with self._connection:
                asked = "SELECT digest FROM tools WHERE stamp = ?"
                row = self._connection.execute(asked, (stamp,)).fetchone()
                if row is None:
                    row = (tool.digest(packages),)
                    self._connection.execute("DELETE FROM fitting")
                    self._connection.execute("DELETE FROM tools")  # of what was there before
                    self._connection.execute("INSERT INTO tools VALUES (?, ?)", (stamp, row[0]))
        except sqlite3.Error:
            return tool.digest(packages)
        return str(row[0])

    def _stands(self, facts: disk.Facts) -> bool:
        """Whether all that was seen is still so."""
        return all(
            said == (self._answers.get(question) or self._answer(question))
            for question, said in facts.items()
        )

    def _answer(self, question: str) -> str:
        if question not in self._answers:
            self._answers[question] = disk.answer(question)
        return self._answers[question]

    def _write(self) -> None:
        assert self._connection is not None
        today = date.today().toordinal()
        used = [(today, key, today) for key in self._used]
        try:
            with self._connection:
                self._connection.executemany(
                    "INSERT OR REPLACE INTO outcomes VALUES (?, ?, ?)",
                    [(key, today, entry) for key, entry in self._waiting.items()],
                )
                self._connection.executemany(
                    "INSERT OR IGNORE INTO fitting VALUES (?)", [(key,) for key in self._fitting]
                )
                self._connection.executemany("UPDATE outcomes SET used = ? WHERE key = ? AND used < ?", used)
                self._connection.execute("DELETE FROM outcomes WHERE used < ?", (today - KEPT_DAYS,))
        except sqlite3.Error:
            pass  # another process holds it, the disk is full or read-only
        self._waiting.clear()
        self._used.clear()


def _packed(outcome: Outcome) -> bytes:
    """An outcome in few bytes that are quick to read: most of it are thousands of names of files."""
    found = [diagnostic.model_dump(mode="json") for diagnostic in outcome.diagnostics]
    facts = outcome.rests_on
    parts = (_BETWEEN_ITEMS.join(facts), _BETWEEN_ITEMS.join(facts.values()), json.dumps(found))
    return zlib.compress(_BETWEEN_PARTS.join(parts).encode("utf-8", "surrogatepass"), 1)


def _unpacked(entry: bytes) -> Outcome:
    """The outcome again.

    Raises:
        zlib.error, ValueError, TypeError, ValidationError: the entry is damaged, or a name in it holds one of the marks.
    """
    text = zlib.decompress(entry).decode("utf-8", "surrogatepass")
    questions, answers, found = text.split(_BETWEEN_PARTS)
    facts = dict(zip(questions.split(_BETWEEN_ITEMS), answers.split(_BETWEEN_ITEMS), strict=True))
    return Outcome([Diagnostic.model_validate(each) for each in json.loads(found)], facts, kept=True)


def _question(path: str) -> str:
    return f"content None {path}"


def _fit(settings: Settings) -> str:
    return _short(settings.model_dump_json(), tool.stamp(BUILT_IN))


def _short(*parts: str) -> str:
    return disk.digest("\0".join(parts).encode("utf-8", "surrogatepass"))
