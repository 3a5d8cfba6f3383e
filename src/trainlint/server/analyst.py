"""The process that analyses: reads jobs, one a line, and answers each with one line or more.

It does one job at a time. `cancel` interrupts the job that runs; the end of its input ends it at once, so it
never outlives the server. What libraries and rules print goes to standard error.
"""

from __future__ import annotations

import _thread
import contextlib
import json
import os
import queue
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextvars import copy_context
from importlib import import_module
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

if TYPE_CHECKING:
    from trainlint.engine.garbage import CollectWhenIdle

Job = dict[str, Any]

_IDLE_AFTER = 0.05
"""Seconds without a job after which nobody seems to be typing: the next one mostly follows an answer, or its
cancelling, within milliseconds."""


class Superseded(BaseException):
    """The job is not wanted any more. No Exception: rules and analyses catch those."""


class Analyst:
    """The state between jobs: which texts stand in for files, and the settings of folders."""

    def __init__(self, answers: IO[bytes]) -> None:
        self._answers = answers
        self._jobs: queue.SimpleQueue[Job] = queue.SimpleQueue()
        self._texts: dict[str, bytes] = {}
        self._configured: dict[str, Any] = {}
        self._chunks: Any = {}
        self._running: int | None = None
        self._worked = False
        self._unwanted: set[int] = set()

    def read(self, jobs: IO[bytes]) -> None:
        """Takes jobs as they come, in a thread of its own; ends the process when nobody sends any."""
        for line in jobs:
            job = json.loads(line)
            if job["kind"] == "cancel":
                self._unwanted.add(job["number"])
                if self._running == job["number"]:
                    _thread.interrupt_main()
            else:
                self._jobs.put(job)
        os._exit(0)

    def work(self) -> None:
        """Does jobs for ever."""
        from trainlint.engine.garbage import CollectWhenIdle

        garbage = CollectWhenIdle()
        signal.signal(signal.SIGINT, self._interrupt)
        self._answer({"kind": "ready"})
        while True:
            job = self._next(garbage)
            self._worked = job["kind"] not in ("text", "edit", "forget")
            number = job.get("number", 0)
            try:
                self._try(job, number)
            except Superseded:  # just when it was done
                self._running = None
                self._answer({"kind": "ended", "number": number})

    def _next(self, garbage: CollectWhenIdle) -> Job:
        """The next job. Where none comes for a moment, garbage is looked for."""
        if self._worked:
            try:
                return self._jobs.get(timeout=_IDLE_AFTER)
            except queue.Empty:
                garbage.idle()
        return self._jobs.get()

    def _try(self, job: Job, number: int) -> None:
        try:
            if number in self._unwanted:
                raise Superseded
            self._running = number
            # What a job that breaks off leaves behind in context variables goes with its context.
            copy_context().run(self._do, job)
        except Superseded:
            self._running = None
            self._answer({"kind": "ended", "number": number})
        except Exception as error:
            self._answer({"kind": "failed", "number": number, "reason": f"{type(error).__name__}: {error}"})
        finally:
            self._running = None
            self._unwanted.discard(number)

    def _interrupt(self, *_: object) -> None:
        if self._running is not None and self._running in self._unwanted:
            raise Superseded

    def _answer(self, answer: Mapping[str, Any]) -> None:
        line = json.dumps(answer).encode() + b"\n"
        running, self._running = self._running, None  # half an answer must never be sent
        self._answers.write(line)
        self._answers.flush()
        self._running = running

    def _do(self, job: Job) -> None:
        getattr(self, f"_{job['kind']}")(job)

    def _text(self, job: Job) -> None:
        """A text stands in for a file, or no longer."""
        if job["text"] is None:
            self._texts.pop(job["path"], None)
        else:
            self._texts[job["path"]] = _bytes_of(job["text"])

    def _edit(self, job: Job) -> None:
        """A text that stands in for a file has changed between two offsets."""
        text = _text_of(self._texts[job["path"]])
        self._texts[job["path"]] = _bytes_of(text[: job["start"]] + job["new"] + text[job["end"] :])

    def _forget(self, job: Job) -> None:
        """Settings files may have changed."""
        self._configured.clear()

    def _analyse(self, job: Job) -> None:
        from trainlint.config.mistakes import WrongSettings

        start = time.perf_counter()
        number = job["number"]
        with self._seen_from(job["folder"]):
            try:
                analysis = self._analysis(job)
                findings = analysis.findings()
            except WrongSettings as problem:
                self._answer({"kind": "settings", "number": number, "reason": str(problem)})
                return
            seconds = time.perf_counter() - start
            self._answer(
                {
                    "kind": "findings",
                    "number": number,
                    "findings": findings,
                    "rests_on": analysis.rests_on,
                    "seconds": seconds,
                }
            )
            if job["facts"]:
                self._answer({"kind": "facts", "number": number, "facts": analysis.facts()})

    def _discover(self, job: Job) -> None:
        """The files of a folder that are checked."""
        from trainlint.config.mistakes import WrongSettings
        from trainlint.sources.discovery import discover

        folder = Path(job["folder"])
        with self._seen_from(job["folder"]):
            configured = self._settings_of(job)
            try:
                files = discover([folder], lambda inner: configured.settings_for(inner).file_choice)
            except WrongSettings as problem:
                self._answer({"kind": "settings", "number": job["number"], "reason": str(problem)})
                return
        self._answer({"kind": "files", "number": job["number"], "files": [str(file) for file in files]})

    def _understood(self, job: Job) -> None:
        from trainlint.report.plan_json import as_json
        from trainlint.report.understood import understood
        from trainlint.server.locations import with_targets

        with self._seen_from(job["folder"]):
            analysis = self._analysis(job)
            plan = analysis.examined.plan
            self._answer(
                {
                    "kind": "understood",
                    "number": job["number"],
                    "plan": as_json(plan) if plan is not None else None,
                    "understood": with_targets(understood(plan), analysis.ranges)
                    if plan is not None
                    else None,
                    "findings": analysis.findings(),
                    "facts": analysis.facts(),
                }
            )

    def _analysis(self, job: Job) -> Any:
        from trainlint.server.analysis import Analysis

        document = job["document"]
        if document.get("text_is_known"):
            document = {**document, "text": _text_of(self._texts[document["path"]])}
        return Analysis.of(document, job["encoding"], self._settings_of(job))

    def _settings_of(self, job: Job) -> Any:
        from trainlint.server.preferences import configured

        key = json.dumps([job["folder"], job["settings"], job["trusted"]])
        if key not in self._configured:
            self._configured[key] = configured(job["settings"], Path(job["folder"]), trusted=job["trusted"])
        return self._configured[key]

    @contextlib.contextmanager
    def _seen_from(self, folder: str) -> Iterator[None]:
        from trainlint.sources import disk
        from trainlint.syntax.reuse import reusing

        # Names of files in findings, and patterns in settings, are those of a run in the workspace's folder.
        with contextlib.suppress(OSError):
            os.chdir(folder)
        with disk.overlaid(self._texts), reusing(self._chunks):
            yield


def _bytes_of(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _text_of(data: bytes) -> str:
    return data.decode("utf-8", "surrogatepass")


def main(load: Callable[[], object] | None = None) -> None:
    """Works on standard input and output until the input ends."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever writes to standard output from now on writes to standard error
    sys.stdout = sys.stderr
    analyst = Analyst(answers)
    threading.Thread(target=analyst.read, args=(sys.stdin.buffer,), daemon=True).start()
    if load is not None:
        load()
    analyst.work()


def _load() -> None:
    """Imports what every analysis needs, before the first is asked for."""
    from trainlint.engine.registry import registry

    for module in ("trainlint.evaluate.evaluate", "trainlint.server.analysis"):
        import_module(module)
    registry()


if __name__ == "__main__":
    main(_load)
