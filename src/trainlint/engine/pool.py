"""Checks files in processes of their own. A process that dies costs one file, never the run."""

from __future__ import annotations

import contextlib
import faulthandler
import multiprocessing
import os
import signal
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Future, ProcessPoolExecutor, wait
from ctypes import c_char
from dataclasses import dataclass, field
from multiprocessing.context import BaseContext
from pathlib import Path
from time import monotonic
from typing import Any

from trainlint.engine import asking
from trainlint.engine.garbage import collect_seldom
from trainlint.engine.registry import registry
from trainlint.engine.work import TIME_LIMIT, LeftOut, Outcome, Task, gave_up, one_by_one, perform

WORTH_IT = 20
"""Files from which on processes are started: fewer are done sooner than a process is ready."""

_LARGEST_BATCH = 16
_NAME_SIZE = 1024


@dataclass(frozen=True)
class Pool:
    """A runner with `jobs` processes. A file that kills its process, or takes longer than `time_limit` seconds,
    is tried once more alone; then it is a finding. Where a rule of a plugin did that, the file is checked without it."""

    jobs: int
    time_limit: float = TIME_LIMIT
    left_out: LeftOut = field(default_factory=LeftOut)

    def __call__(self, tasks: Sequence[Task]) -> Iterator[tuple[int, Outcome]]:
        batches = _batches(len(tasks), self.jobs)
        try:
            context = _context()
            lanes = [_Lane(context) for _ in range(min(self.jobs, len(batches)))]
        except (ImportError, OSError, NotImplementedError):  # a system without semaphores
            yield from one_by_one(tasks)
            return
        children = set(multiprocessing.active_children())
        try:
            yield from self._run(tasks, batches, lanes)
        except BaseException:
            # Interrupted: nobody waits for files that are half done.
            for child in set(multiprocessing.active_children()) - children:
                child.terminate()
            raise
        finally:
            for lane in lanes:
                lane.executor.shutdown(cancel_futures=True)

    def _run(
        self, tasks: Sequence[Task], batches: deque[_Batch], lanes: list[_Lane]
    ) -> Iterator[tuple[int, Outcome]]:
        idle = [*lanes]
        busy: dict[Future[list[Outcome]], tuple[_Lane, _Batch, float]] = {}
        while batches or busy:
            while batches and idle:
                lane, batch = idle.pop(), batches.popleft()
                future = lane.executor.submit(
                    _perform, [self.left_out.applied(n, tasks[n]) for n in batch.numbers], self.time_limit
                )
                busy[future] = (lane, batch, monotonic())
            for future in wait(busy, return_when=FIRST_COMPLETED).done:
                lane, batch, start = busy.pop(future)
                idle.append(lane)
                try:
                    yield from zip(batch.numbers, future.result(), strict=True)
                except BrokenExecutor:
                    rule = lane.asked_rule
                    lane.renew()
                    if not batch.alone:
                        batches.extendleft(_Batch([number], alone=True) for number in reversed(batch.numbers))
                        continue
                    late = monotonic() - start >= self.time_limit
                    reason = f"takes longer than {self.time_limit:g} s" if late else "ends its process"
                    [number] = batch.numbers
                    if rule:
                        self.left_out.note(number, rule, reason, late=late)
                        batches.appendleft(batch)
                    else:
                        yield number, gave_up(tasks[number], f"it {reason}")


@dataclass
class _Batch:
    numbers: list[int]
    alone: bool = False


@dataclass
class _Lane:
    """One process at a time. An executor for each, because one that breaks loses all its work."""

    context: BaseContext
    executor: ProcessPoolExecutor = field(init=False)
    _rule: Any = field(init=False)

    def __post_init__(self) -> None:
        self.renew()

    def renew(self) -> None:
        self._rule = self.context.RawArray(c_char, _NAME_SIZE)
        self.executor = ProcessPoolExecutor(
            1, mp_context=self.context, initializer=_begin, initargs=(self._rule,)
        )

    @property
    def asked_rule(self) -> str:
        """The rule of a plugin that was being asked when the process ended; empty for none."""
        return bytes(self._rule.value).decode("utf-8", "replace")


def _batches(files: int, jobs: int) -> deque[_Batch]:
    size = max(1, min(_LARGEST_BATCH, files // (jobs * 4)))
    numbers = list(range(files))
    return deque(_Batch(numbers[start : start + size]) for start in range(0, files, size))


def _context() -> BaseContext:
    # Never a plain fork: libraries that run threads of their own do not survive it.
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    built_in = {rule.__module__ for rule in registry().rules.values() if asking.is_built_in(rule)}
    context.set_forkserver_preload([__name__, "trainlint.evaluate.evaluate", *sorted(built_in)])
    return context


def _begin(rule: Any) -> None:
    """A process in the pool leaves Ctrl-C to the one that started it, keeps what plugins print out of the report,
    and writes down which of their rules it asks."""
    collect_seldom()
    with contextlib.suppress(ValueError):
        signal.signal(signal.SIGINT, signal.SIG_IGN)
    with contextlib.suppress(OSError):
        os.dup2(2, 1)

    def watch(identity: str) -> None:
        rule.value = identity.encode()[: _NAME_SIZE - 1]

    asking.watcher = watch


def _perform(tasks: list[Task], time_limit: float) -> list[Outcome]:
    outcomes = []
    with Path(os.devnull).open("w") as nowhere:
        for task in tasks:
            # A thread in C: it also ends a process that never comes back to Python.
            faulthandler.dump_traceback_later(time_limit, exit=True, file=nowhere)
            try:
                outcomes.append(perform(task))
            finally:
                faulthandler.cancel_dump_traceback_later()
    return outcomes
