"""Findings of earlier runs, kept for as long as everything they rest on stands as it did."""

from __future__ import annotations

import contextlib
import json
import sqlite3
import zlib
from datetime import date
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from trainlint.config.settings import Settings
from trainlint.engine import tool
from trainlint.engine.diagnostic import Diagnostic
from trainlint.engine.own_rules import AnalysisGaveUp, RuleFailed
from trainlint.engine.packages import BUILT_IN, only_built_in
from trainlint.engine.work import Outcome, Task
from trainlint.sources import disk

FOLDER = ".trainlint_cache"

KEPT_DAYS = 30
"""Days after which an entry that nobody asked for is dropped."""

_FILE = "findings.sqlite"
_BATCH = 200
_SHORT_LIVED = frozenset({RuleFailed.code, AnalysisGaveUp.code})
_DIAGNOSTICS = TypeAdapter(list[Diagnostic])


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
        if connection is None or (key := self._key(task)) is None:
            return None
        try:
            row = connection.execute("SELECT outcome FROM outcomes WHERE key = ?", (key,)).fetchone()
        except sqlite3.Error:
            return None
        try:
            facts, found = json.loads(zlib.decompress(row[0])) if row else (None, None)
            if facts is None or any(self._answer(question) != said for question, said in facts.items()):
                return None
            outcome = Outcome(_DIAGNOSTICS.validate_python(found), facts, kept=True)
        except (zlib.error, ValueError, TypeError, AttributeError, ValidationError):
            return None  # a damaged entry
        self._used.add(key)
        return outcome

    def keep(self, task: Task, outcome: Outcome) -> None:
        """Keeps an outcome, unless it may be otherwise next time."""
        if self._opened() is None or not outcome.lasting:
            return
        if any(diagnostic.code in _SHORT_LIVED for diagnostic in outcome.diagnostics):
            return
        content = outcome.rests_on.get(_question(task))
        if content is None or content == "unreadable":
            return
        found = _DIAGNOSTICS.dump_python(outcome.diagnostics, mode="json")
        entry = zlib.compress(json.dumps([outcome.rests_on, found]).encode(), 1)
        self._waiting[_key(task, content, self._tool(task))] = entry
        if len(self._waiting) >= _BATCH:
            self._write()

    def fits(self, settings: Settings) -> bool:
        """Whether these settings are known to name only rules and options that there are, and nothing went wrong when
        the rules were collected. Of plugins that is never known: what they do depends on more than their files."""
        if not only_built_in(settings.plugins) or not (self._connection or (self.folder / _FILE).exists()):
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

    def _key(self, task: Task) -> str | None:
        content = self._answer(_question(task))
        return None if content == "unreadable" else _key(task, content, self._tool(task))

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


def folder_for(working_folder: Path) -> Path:
    """Where the cache of a run lies unless the user says otherwise: in the repository's root."""
    from trainlint.sources.discovery import repository_root

    return (repository_root(working_folder) or working_folder) / FOLDER


def remove(folder: Path) -> bool:
    """Removes a cache, and its folder if nothing else is in it; whether there was one."""
    files = [*folder.glob(f"{_FILE}*"), *folder.glob(".gitignore")]
    if not (folder / _FILE).exists():
        return False
    for file in files:
        file.unlink(missing_ok=True)
    with contextlib.suppress(OSError):  # something else is in it
        folder.rmdir()
    return True


def opened(folder: Path) -> sqlite3.Connection | None:
    """The database in a folder, which is made if it is not there; None where it cannot be."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        ignore = folder / ".gitignore"
        if not ignore.exists():
            ignore.write_text("*\n")
    except OSError:
        return None
    file = folder / _FILE
    try:
        return _connected(file)
    except sqlite3.OperationalError:
        return None
    except sqlite3.DatabaseError:  # damaged
        with contextlib.suppress(OSError, sqlite3.Error):
            file.unlink(missing_ok=True)
            return _connected(file)
        return None


def _connected(file: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(file, timeout=5)
    try:
        connection.execute("PRAGMA synchronous = OFF")  # a lost entry is worked out again
        connection.execute(
            "CREATE TABLE IF NOT EXISTS outcomes (key TEXT PRIMARY KEY, used INTEGER, outcome BLOB)"
        )
        connection.execute("CREATE TABLE IF NOT EXISTS tools (stamp TEXT PRIMARY KEY, digest TEXT)")
        connection.execute("CREATE TABLE IF NOT EXISTS fitting (key TEXT PRIMARY KEY)")
        connection.execute("SELECT key FROM outcomes LIMIT 1").fetchone()
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def _question(task: Task) -> str:
    return f"content None {disk.absolute(task.path)}"


def _fit(settings: Settings) -> str:
    parts = (settings.model_dump_json(), tool.stamp(BUILT_IN))
    return disk.digest("\0".join(parts).encode("utf-8", "surrogatepass"))


def _key(task: Task, content: str, behind: str) -> str:
    parts = (
        str(disk.absolute(task.path)),
        task.filename,
        str(disk.working_folder()),
        content,
        task.settings.model_dump_json(),
        behind,
    )
    return disk.digest("\0".join(parts).encode("utf-8", "surrogatepass"))
