"""The file in which is kept what earlier runs found out."""

from __future__ import annotations

import contextlib
import sqlite3
from pathlib import Path

FOLDER = ".trainlint_cache"

FILE = "findings.sqlite"

KEPT_DAYS = 30
"""Days after which an entry that nobody asked for is dropped."""


def folder_for(working_folder: Path) -> Path:
    """Where the cache of a run lies unless the user says otherwise: in the repository's root."""
    from trainlint.sources.discovery import repository_root

    return (repository_root(working_folder) or working_folder) / FOLDER


def remove(folder: Path) -> bool:
    """Removes a cache, and its folder if nothing else is in it; whether there was one."""
    files = [*folder.glob(f"{FILE}*"), *folder.glob(".gitignore")]
    if not (folder / FILE).exists():
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
    file = folder / FILE
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
