"""The process that analyses, seen from the server: started, asked, watched, replaced.

It has one job at a time. Of several waiting jobs for the same document only the newest is kept, and what a
user types into goes before what depends on it.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from trainlint.server.texts import difference

TIME_LIMIT = 30.0
"""Seconds that one analysis may take. Far more than public training scripts need; half of what the command line
grants, because somebody waits."""

_MOST_FAILED_STARTS = 3
_LONGEST_ANSWER = 1 << 30
_COMMAND = (sys.executable, "-P", "-m", "trainlint.server.analyst")

log = logging.getLogger(__name__)

Answer = dict[str, Any]


@dataclass(eq=False)
class Job:
    """Something to work out. `key` names what it is about: a newer job with the same key replaces it. `hear` is
    called with each answer; the last one is of a kind in `ends`."""

    key: str
    content: dict[str, Any]
    hear: Callable[[Answer], None]
    ends: frozenset[str]
    urgent: bool = True
    number: int = 0


@dataclass
class Worker:
    """Hands jobs to the process, one after the other."""

    command: Sequence[str] = _COMMAND
    time_limit: float = TIME_LIMIT
    on_unusable: Callable[[str], None] = lambda reason: None
    _process: asyncio.subprocess.Process | None = None
    _waiting: dict[str, Job] = field(default_factory=dict)
    _running: Job | None = None
    _cancelled: bool = False
    _last_number: int = 0
    _texts: dict[str, str] = field(default_factory=dict)
    _failed_starts: int = 0
    _ready: bool = False
    _task: asyncio.Task[None] | None = None
    _timer: asyncio.TimerHandle | None = None
    _closed: bool = False
    _given_up: str = ""

    def start(self) -> None:
        """Starts the process, if there is none, before anything is asked of it."""
        if self._task is None and not self._closed:
            self._task = asyncio.get_running_loop().create_task(self._attend())

    def ask(self, job: Job) -> None:
        """Has a job done, in place of an earlier one with its key."""
        if self._given_up:
            job.hear({"kind": "failed", "reason": self._given_up})
            return
        self._waiting.pop(job.key, None)
        self._waiting[job.key] = job
        running = self._running
        if running is not None and (running.key == job.key or (job.urgent and not running.urgent)):
            if running.key != job.key and running.key not in self._waiting:
                self._waiting[running.key] = running  # its turn comes again
            self._cancel()
        self.start()
        self._go_on()

    async def answer(self, key: str, content: dict[str, Any], ends: frozenset[str]) -> Answer:
        """The last answer to a job that can wait."""
        heard: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()

        def hear(answer: Answer) -> None:
            if not heard.done() and (answer["kind"] in ends or answer["kind"] == "failed"):
                heard.set_result(answer)

        self.ask(Job(key, content, hear, ends, urgent=False))
        return await heard

    def drop(self, key: str) -> None:
        """A job with this key is not wanted any more."""
        self._waiting.pop(key, None)
        if self._running is not None and self._running.key == key:
            self._cancel()

    def set_text(self, path: str, text: str | None) -> None:
        """A text that stands in for a file from now on; None: the file itself counts again."""
        before = self._texts.pop(path, None)
        if text is not None:
            self._texts[path] = text
        if before is None or text is None:
            self._send({"kind": "text", "path": path, "text": text})
        else:  # a key changes little of a long text
            start, end, new = difference(before, text)
            self._send({"kind": "edit", "path": path, "start": start, "end": end, "new": new})

    def forget_settings(self) -> None:
        """Settings files may have changed."""
        self._send({"kind": "forget"})

    async def close(self) -> None:
        """Ends the process."""
        self._closed = True
        process, self._process = self._process, None
        if process is not None and process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()
        if self._task is not None:
            self._task.cancel()

    @property
    def process_id(self) -> int | None:
        return self._process.pid if self._process is not None else None

    # -- the process --------------------------------------------------------------------------------------

    async def _attend(self) -> None:
        """Starts a process whenever there is none, and hears what it says, until the server ends."""
        while not self._closed and not self._given_up:
            try:
                process = await asyncio.create_subprocess_exec(
                    *self.command,
                    stdin=asyncio.subprocess.PIPE,
                    stdout=asyncio.subprocess.PIPE,
                    limit=_LONGEST_ANSWER,
                )
            except OSError as error:
                self._give_up(f"the analysis process cannot be started: {error}")
                return
            self._process, self._ready = process, False
            for path, text in self._texts.items():
                self._send({"kind": "text", "path": path, "text": text})
            await self._listen(process)
            code = await process.wait()
            if self._process is process and not self._closed:  # nobody ended it
                started, self._process, self._ready = self._ready, None, False
                self._ended(code, started=started)

    async def _listen(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdout is not None
        while line := await process.stdout.readline():
            try:
                answer = json.loads(line)
                self._heard(answer)
            except Exception:  # one wrong answer must not end the listening
                log.exception("an answer of the analysis process could not be used")

    def _heard(self, answer: Answer) -> None:
        if answer["kind"] == "ready":
            self._ready, self._failed_starts = True, 0
            self._go_on()
            return
        job = self._running
        if job is None or answer.get("number") != job.number:
            return  # of a job that was given up
        last = answer["kind"] in job.ends or answer["kind"] in ("failed", "ended")
        wanted = not self._cancelled
        if last:
            self._finished()
        if wanted and answer["kind"] != "ended":
            job.hear(answer)
        if last:
            self._go_on()

    def _ended(self, code: int, *, started: bool) -> None:
        """The process is gone without being told to go; `started`: it had been ready for jobs."""
        log.warning("the analysis process ended with %s", code)
        if not started:
            self._failed_starts += 1
            if self._failed_starts >= _MOST_FAILED_STARTS:
                self._give_up(f"the analysis process ends at its start, with {code}")
        self._lose("the process that analysed it ended")

    def _give_up(self, reason: str) -> None:
        self._given_up = reason
        log.error("%s", reason)
        self.on_unusable(reason)
        for job in list(self._waiting.values()):
            job.hear({"kind": "failed", "reason": reason})
        self._waiting.clear()

    def _lose(self, reason: str) -> None:
        """The running job will have no result."""
        job, cancelled = self._running, self._cancelled
        self._finished()
        if job is not None and not cancelled:
            job.hear({"kind": "failed", "reason": reason})

    def _late(self) -> None:
        """The running job takes too long, or does not heed that it was cancelled."""
        log.warning("the analysis process is replaced: it took too long")
        # Before anybody hears of it: who hears may ask again, and that must wait for the next process.
        process, self._process, self._ready = self._process, None, False
        if process is not None:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
        self._lose(f"it took longer than {self.time_limit:g} seconds")

    # -- jobs ---------------------------------------------------------------------------------------------

    def _go_on(self) -> None:
        """Begins the next job, if the process is free."""
        if self._running is not None or not self._ready or not self._waiting:
            return
        urgent = [job for job in self._waiting.values() if job.urgent]
        job = urgent[-1] if urgent else next(iter(self._waiting.values()))
        del self._waiting[job.key]
        self._last_number += 1
        job.number = self._last_number
        self._running, self._cancelled = job, False
        self._set_timer(self.time_limit)
        self._send({**self._in_short(job.content), "number": job.number})

    def _in_short(self, content: dict[str, Any]) -> dict[str, Any]:
        """What a job says, without a text that the process has been told already."""
        document = content.get("document", {})
        if document.get("text") is None or self._texts.get(document["path"]) != document["text"]:
            return content
        known = {key: value for key, value in document.items() if key != "text"}
        return {**content, "document": {**known, "text_is_known": True}}

    def _cancel(self) -> None:
        if self._running is not None and not self._cancelled:
            self._cancelled = True
            self._send({"kind": "cancel", "number": self._running.number})
            self._set_timer(min(self.time_limit, 2.0))

    def _finished(self) -> None:
        self._running, self._cancelled = None, False
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _set_timer(self, seconds: float) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = asyncio.get_running_loop().call_later(seconds, self._late)

    def _send(self, content: dict[str, Any]) -> None:
        if self._process is None or self._process.stdin is None:
            return  # told when it starts
        with contextlib.suppress(OSError, RuntimeError):  # it ends just now
            self._process.stdin.write(json.dumps(content).encode() + b"\n")
