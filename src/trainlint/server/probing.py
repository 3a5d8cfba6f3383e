"""Confirms findings by training briefly, in a process that is ended as soon as nobody wants to know any more."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import os
import signal
import sys
from collections.abc import AsyncIterator
from functools import cache
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from trainlint.server.actions import PROBE
from trainlint.server.documents import OpenDocument, text_content
from trainlint.server.progress import bar

if TYPE_CHECKING:
    from trainlint.server.desk import Desk

_COMMAND = (sys.executable, "-P", "-m", "trainlint.server.prober")
_GRACE = 3.0
"""Seconds in which the process ends what it started before it is ended itself."""

log = logging.getLogger(__name__)


@cache
def is_there() -> bool:
    """Whether this version can train."""
    return find_spec("trainlint.probe") is not None


def register(desk: Desk) -> None:
    """Registers the command."""

    @desk.server.command(PROBE)
    async def probe(uri: str) -> list[dict[str, Any]]:
        return await _probe(desk, uri)


async def _probe(desk: Desk, uri: str) -> list[dict[str, Any]]:
    """Puts the findings of an open document to the test; the findings with their verdicts."""
    document = desk.document_at(uri)
    if document is None or not desk.probes(desk.settings_for(document)):
        return []
    judged: list[dict[str, Any]] = []
    job = {
        "document": text_content(document, desk.texts()),
        "texts": {
            str(other.path): desk.text(other.uri)
            for other in desk.analyses.documents.values()
            if other.path is not None and not other.is_notebook and other is not document
        },
        **desk.circumstances(document),
    }
    async with bar(desk, "Training briefly") as shown, desk.trainer.taken() as trainer:
        answers = trainer.answers(job)
        cancelled = asyncio.create_task(shown.cancelled.wait())
        try:
            while True:
                coming = asyncio.ensure_future(anext(answers, None))
                await asyncio.wait((coming, cancelled), return_when=asyncio.FIRST_COMPLETED)
                if not coming.done():
                    coming.cancel()
                    desk.ask_later(trainer.end())
                    break
                answer = coming.result()
                if answer is None or answer["kind"] == "done":
                    break
                if answer["kind"] == "progress":
                    shown.report(answer["done"], answer["of"], answer["rule"])
                elif answer["kind"] == "verdict":
                    judged.append(answer["finding"])
                    take(desk, document, answer["finding"])
                elif answer["kind"] == "failed":
                    desk.complain(f"training failed: {answer['reason']}")
                    break
        except asyncio.CancelledError:
            desk.ask_later(trainer.end())
            raise
        finally:
            cancelled.cancel()
    return judged


def take(desk: Desk, document: OpenDocument, finding: dict[str, Any]) -> None:
    """Shows what training said about a finding."""
    document.verdicts[finding["fingerprint"], finding["message"]] = finding
    desk.board.put(document)
    desk.refresh_diagnostics()


class Trainer:
    """The process that trains, started when it is needed and kept for the next time."""

    def __init__(self) -> None:
        self._process: asyncio.subprocess.Process | None = None
        self._lock = asyncio.Lock()

    @contextlib.asynccontextmanager
    async def taken(self) -> AsyncIterator[Trainer]:
        """One at a time."""
        async with self._lock:
            yield self

    async def answers(self, job: dict[str, Any]) -> AsyncIterator[dict[str, Any]]:
        """Has a job done and gives the answers; they end early when the process does."""
        if self._process is None or self._process.returncode is not None:
            self._process = await asyncio.create_subprocess_exec(
                *_COMMAND,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                limit=1 << 28,
                start_new_session=os.name == "posix",
            )
        process = self._process
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(json.dumps(job).encode() + b"\n")
        while line := await process.stdout.readline():
            yield json.loads(line)
        yield {"kind": "failed", "reason": "its process ended"}

    async def end(self) -> None:
        """Ends the process and all that it started."""
        process, self._process = self._process, None
        if process is None or process.returncode is not None:
            return
        if process.stdin is not None:
            process.stdin.close()  # it ends its own children then
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(process.wait(), _GRACE)
            return
        with contextlib.suppress(ProcessLookupError):
            if os.name == "posix":
                os.killpg(process.pid, signal.SIGKILL)
            else:
                process.kill()
        await process.wait()
