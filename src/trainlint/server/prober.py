"""The process that trains: reads jobs, one a line, answers with progress and with a verdict for each finding.

It keeps the framework loaded for the next job, and ends, with all processes that it started, as soon as nobody can
send it another one: closing its input is how a job is cancelled.
"""

from __future__ import annotations

import json
import os
import queue
import sys
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import IO, Any

from trainlint.sources.document import Document, Unreadable

IDLE_LIMIT = 300.0
"""Seconds without a job after which it ends and gives its memory back."""

_GRACE = 2.0
_GONE = threading.Event()
"""Nobody wants to know any more."""

_IDLE = threading.Event()


def main() -> None:
    """Works on standard input and output."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    sys.stdout = sys.stderr

    from trainlint.probe.probe import Workers

    workers = Workers()
    jobs: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()
    threading.Thread(target=_read, args=(sys.stdin.buffer, jobs, workers), daemon=True).start()
    while True:
        try:
            job = jobs.get(timeout=IDLE_LIMIT)
        except queue.Empty:
            workers.close()
            return
        try:
            _IDLE.clear()
            _probe(job, workers, answers)
        except Exception as error:
            if not _GONE.is_set():
                _answer(answers, {"kind": "failed", "reason": f"{type(error).__name__}: {error}"})
        finally:
            _IDLE.set()


def _read(incoming: IO[bytes], jobs: queue.SimpleQueue[dict[str, Any]], workers: Any) -> None:
    for line in incoming:
        jobs.put(json.loads(line))
    _GONE.set()
    workers.close()
    _IDLE.wait(_GRACE)  # a program that runs is ended by who started it
    os._exit(0)


def _probe(job: dict[str, Any], workers: Any, answers: IO[bytes]) -> None:
    from trainlint.probe.probe import Options, Progress, probe
    from trainlint.report.json_format import as_json
    from trainlint.server.analysis import Analysis
    from trainlint.server.preferences import configured
    from trainlint.sources import disk

    folder = Path(job["folder"])
    os.chdir(folder)
    texts = {path: text.encode("utf-8", "surrogatepass") for path, text in job["texts"].items()}
    with disk.overlaid(texts):
        files = configured(job["settings"], folder, trusted=job["trusted"])
        analysis = Analysis.of(job["document"], job["encoding"], files)
        plan = analysis.examined.plan
        found = [diagnostic for diagnostic in analysis.shown if not diagnostic.code.startswith("TL9")]
        if plan is None or not found:
            _answer(answers, {"kind": "done"})
            return
        chosen = files.settings_for(Path(job["document"]["path"] or ".")).probe

        def tell(progress: Progress) -> None:
            _answer(
                answers,
                {"kind": "progress", "done": progress.done, "of": progress.of, "rule": progress.rule},
            )

        def judge(number: int, verdict: Any) -> None:
            judged = found[number].judged(verdict)
            _answer(answers, {"kind": "verdict", "finding": as_json(judged)})

        if job["settings"]["probe"]["mode"] == "script":
            if reason := _unsaved(analysis.document):
                _answer(answers, {"kind": "failed", "reason": reason})
                return
            for number, verdict in enumerate(_ran(analysis.document, found, plan, chosen, tell)):
                judge(number, verdict)
        else:
            options = Options(**chosen.model_dump(include={"steps", "seeds", "seconds", "interpreter"}))
            probe(
                analysis.document, found, plan,
                options=options, workers=workers, on_progress=tell, on_verdict=judge, cancelled=_GONE.is_set,
            )  # fmt: skip
    _answer(answers, {"kind": "done"})


def _unsaved(document: Document) -> str:
    """Why the program itself cannot be run: it is run as it lies on the disk."""
    if document.path is None or document.cells:
        return ""  # told in its own words
    try:
        saved = Document.from_bytes(document.path.read_bytes(), document.filename).text
    except (OSError, Unreadable):
        saved = None
    return "" if saved == document.text else "the program itself is run as it is saved; save it first"


def _ran(
    document: Document, found: list[Any], plan: Any, chosen: Any, tell: Callable[[Any], None]
) -> list[Any]:
    """Verdicts from one run of the program itself."""
    from trainlint.probe.probe import Progress
    from trainlint.probe.script import ScriptOptions, probe_script

    options = ScriptOptions(
        steps=chosen.steps,
        seconds=chosen.script_seconds,
        memory=chosen.memory,
        interpreter=chosen.interpreter,
    )
    return probe_script(
        document, found, plan,
        options=options,
        on_progress=lambda done, of, loss: tell(Progress(done, of, "the program", loss)),
        cancelled=_GONE.is_set,
    )  # fmt: skip


def _answer(answers: IO[bytes], answer: Mapping[str, Any]) -> None:
    answers.write(json.dumps(answer).encode() + b"\n")
    answers.flush()


if __name__ == "__main__":
    main()
