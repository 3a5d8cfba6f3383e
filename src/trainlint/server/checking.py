"""Checks the files of a workspace that are not open, when a user asks for it."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from trainlint.server.desk import Desk
from trainlint.server.documents import OpenDocument, Result
from trainlint.server.progress import bar

COMMAND = "trainlint.checkWorkspace"

MOST_FILES = 2_000
"""Files that are checked: beyond, the command line is the better tool."""


def register(desk: Desk) -> None:
    """Registers the command."""

    @desk.server.command(COMMAND)
    async def check_workspace(*_: Any) -> dict[str, int]:
        return await _check_all(desk)


async def _check_all(desk: Desk) -> dict[str, int]:
    """Checks all files; how many there were, how many of them were checked, how many findings they have."""
    checked = findings = 0
    async with bar(desk, "Checking the workspace") as shown:
        files = [(folder, path) for folder in desk.folders() for path in await _files(desk, folder)]
        for number, (folder, path) in enumerate(files[:MOST_FILES]):
            if shown.cancelled.is_set():
                break
            shown.report(number, min(len(files), MOST_FILES), path.name)
            findings += await check_file(desk, path, folder)
            checked += 1
    if len(files) > MOST_FILES:
        desk.complain(
            f"of {len(files)} files the first {MOST_FILES} were checked; `trainlint check` does all"
        )
    return {"files": len(files), "checked": checked, "findings": findings}


async def check_file(desk: Desk, path: Path, folder: Path) -> int:
    """Shows what is found in a file, unless it is open and so shown anyway; how much that is."""
    uri = path.as_uri()
    opened = desk.analyses.documents.get(unquote(uri))
    if opened is not None:
        return len(opened.result.findings) if opened.result else 0
    document = OpenDocument(uri, False, path, folder)
    desk.checked[path] = folder
    content = {
        "kind": "analyse",
        "document": {"path": str(path), "name": path.name},
        "facts": False,
        **desk.circumstances(document),
    }
    answer = await desk.worker.answer(f"check {uri}", content, frozenset({"findings", "settings"}))
    if answer["kind"] != "findings" or unquote(uri) in desk.analyses.documents:
        return 0
    # Diagnostics of a notebook's cells need cells, which a client has only while it is open.
    found = [finding for finding in answer["findings"] if finding["cell"] is None]
    document.result = Result(0, {}, {}, {}, found)
    desk.board.put(document)
    return len(found)


def changed_on_disk(desk: Desk, paths: Iterable[Path]) -> None:
    """Checks again the files that were checked and have changed."""
    for path in paths:
        folder = desk.checked.get(path)
        if folder is None:
            continue
        if path.is_file():
            desk.ask_later(check_file(desk, path, folder))
        else:
            del desk.checked[path]
            desk.board.take(unquote(path.as_uri()), [path.as_uri()])


async def _files(desk: Desk, folder: Path) -> list[Path]:
    content = {"kind": "discover", **desk.circumstances(OpenDocument(folder.as_uri(), False, None, folder))}
    answer = await desk.worker.answer(f"discover {folder}", content, frozenset({"files", "settings"}))
    return [Path(path) for path in answer.get("files", ())]
