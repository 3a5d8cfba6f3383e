"""The process that analyses is asked, cancelled, watched and replaced."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

import pytest

from trainlint.server.worker import Answer, Job, Worker

OBEDIENT = """
import json, sys, time, threading, os
unwanted = set()
jobs = []
def read():
    for line in sys.stdin:
        job = json.loads(line)
        if job["kind"] == "cancel": unwanted.add(job["number"])
        else: jobs.append(job)
    os._exit(0)
def say(**answer):
    print(json.dumps(answer), flush=True)
threading.Thread(target=read, daemon=True).start()
say(kind="ready")
while True:
    if not jobs:
        time.sleep(0.005)
        continue
    job = jobs.pop(0)
    if job["kind"] == "die": os._exit(3)
    if job["kind"] == "hang": time.sleep(600)
    if job["kind"] == "nonsense": print("no json", flush=True)
    for _ in range(int(job.get("takes", 0) * 100)):
        if job["number"] in unwanted: break
        time.sleep(0.01)
    say(kind="ended" if job.get("number") in unwanted else "done", number=job.get("number"), what=job.get("what"))
"""


@pytest.fixture
def command(tmp_path: Path) -> tuple[str, ...]:
    """A process that keeps to what is agreed on, and does as a job says."""
    script = tmp_path / "obedient.py"
    script.write_text(OBEDIENT, "utf-8")
    return sys.executable, str(script)


def run(doing: Coroutine[Any, Any, None]) -> None:
    asyncio.run(asyncio.wait_for(doing, 30))


def job(heard: list[Answer], key: str = "a", *, urgent: bool = True, **content: Any) -> Job:
    return Job(key, {"kind": "do", **content}, heard.append, frozenset({"done"}), urgent)


async def until(holds: Any) -> None:
    while not holds():
        await asyncio.sleep(0.01)


def test_the_newest_job_with_a_key_wins(command: tuple[str, ...]) -> None:
    async def doing() -> None:
        worker, heard = Worker(command), list[Answer]()
        for number in range(50):
            worker.ask(job(heard, what=number, takes=0.2))
            await asyncio.sleep(0.005)
        await until(lambda: heard)
        assert [answer["what"] for answer in heard] == [49]
        await worker.close()

    run(doing())


def test_what_is_typed_goes_before_what_depends_on_it(command: tuple[str, ...]) -> None:
    async def doing() -> None:
        worker, heard = Worker(command), list[Answer]()
        worker.ask(job(heard, "background", what="background", takes=1, urgent=False))
        await until(lambda: worker._running)
        worker.ask(job(heard, "typed", what="typed"))
        await until(lambda: len(heard) == 2)
        assert [answer["what"] for answer in heard] == ["typed", "background"]
        await worker.close()

    run(doing())


def test_a_dropped_job_is_not_heard_of(command: tuple[str, ...]) -> None:
    async def doing() -> None:
        worker, heard = Worker(command), list[Answer]()
        worker.ask(job(heard, "a", what="a", takes=1))
        await until(lambda: worker._running)
        worker.drop("a")
        worker.ask(job(heard, "b", what="b"))
        await until(lambda: heard)
        assert [answer["what"] for answer in heard] == ["b"]
        await worker.close()

    run(doing())


@pytest.mark.parametrize("kind", ["die", "hang"])
def test_a_death_or_a_hang_costs_one_result(command: tuple[str, ...], kind: str) -> None:
    async def doing() -> None:
        worker, heard = Worker(command, time_limit=0.5), list[Answer]()
        worker.set_text("/a.py", "x")
        worker.ask(job(heard, "bad", kind=kind))
        worker.ask(job(heard, "good", what="good", urgent=False))
        await until(lambda: len(heard) == 2)
        assert heard[0]["kind"] == "failed"
        assert ("longer than 0.5 seconds" if kind == "hang" else "ended") in heard[0]["reason"]
        assert heard[1]["what"] == "good"
        await worker.close()

    run(doing())


@pytest.mark.parametrize("kind", ["die", "hang"])
def test_who_hears_of_it_may_ask_again_at_once(command: tuple[str, ...], kind: str) -> None:
    async def doing() -> None:
        worker, heard = Worker(command, time_limit=1.0), list[Answer]()

        def again(answer: Answer) -> None:
            worker.ask(job(heard, "again", what="again"))

        worker.ask(Job("bad", {"kind": kind}, again, frozenset({"done"})))
        await until(lambda: heard)
        assert [answer.get("what") for answer in heard] == ["again"]
        await worker.close()

    run(doing())


def test_a_job_that_does_not_heed_its_cancelling_is_ended(command: tuple[str, ...]) -> None:
    async def doing() -> None:
        worker, heard = Worker(command, time_limit=1.0), list[Answer]()
        worker.ask(job(heard, kind="hang"))
        await until(lambda: worker._running)
        worker.ask(job(heard, what="next"))
        await until(lambda: heard)
        assert heard[0]["what"] == "next"
        await worker.close()

    run(doing())


def test_nonsense_in_between_does_no_harm(command: tuple[str, ...]) -> None:
    async def doing() -> None:
        worker, heard = Worker(command), list[Answer]()
        worker.ask(job(heard, kind="nonsense", what=1))
        await until(lambda: heard)
        assert heard[0]["what"] == 1
        await worker.close()

    run(doing())


@pytest.mark.parametrize("command", [("/no/such/program",), (sys.executable, "-c", "raise SystemExit(7)")])
def test_a_process_that_cannot_be_used_is_told_of_once(command: tuple[str, ...]) -> None:
    async def doing() -> None:
        told = list[str]()
        worker, heard = Worker(command, on_unusable=told.append), list[Answer]()
        worker.ask(job(heard))
        await until(lambda: heard)
        worker.ask(job(heard))
        assert [answer["kind"] for answer in heard] == ["failed", "failed"]
        assert len(told) == 1
        await worker.close()

    run(doing())


def test_a_closed_worker_leaves_no_process(command: tuple[str, ...]) -> None:
    async def doing() -> None:
        worker, heard = Worker(command), list[Answer]()
        worker.ask(job(heard, what=1))
        await until(lambda: heard)
        process = worker._process
        assert process is not None
        await worker.close()
        assert process.returncode is not None
        assert worker.process_id is None

    run(doing())
