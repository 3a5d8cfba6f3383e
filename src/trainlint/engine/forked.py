"""Checks files in copies of this process: they are ready at once, and one that dies costs one file."""

from __future__ import annotations

import contextlib
import mmap
import os
import pickle
import select
import signal
import struct
import threading
import warnings
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from time import monotonic
from typing import NoReturn

from trainlint.engine import asking
from trainlint.engine.garbage import collect_seldom
from trainlint.engine.work import TIME_LIMIT, LeftOut, Outcome, Task, gave_up, perform
from trainlint.syntax.gate import is_relevant

_NUMBER = struct.Struct("<Q")
_NAME_SIZE = 1024
_LOOKED_AT = 20


def can_fork() -> bool:
    """Whether a copy of this process would work: locks that other threads hold would stay locked in it."""
    if not hasattr(os, "fork") or threading.active_count() > 1:
        return False
    threads = Path("/proc/self/task")  # also those that a library has started
    return not threads.is_dir() or len(list(threads.iterdir())) == 1


def _any_trains(tasks: Sequence[Task]) -> bool:
    for task in tasks:
        with contextlib.suppress(OSError, ValueError):
            if task.path.is_file() and is_relevant(task.path.read_text("utf-8")):
                return True
    return False


@dataclass
class Forked:
    """A runner with up to `jobs` processes. A file that ends its process, or takes longer than `time_limit` seconds,
    is a finding; where a rule of a plugin did that, the file is checked without it."""

    jobs: int
    time_limit: float = TIME_LIMIT
    left_out: LeftOut = field(default_factory=LeftOut)

    def __call__(self, tasks: Sequence[Task]) -> Iterator[tuple[int, Outcome]]:
        waiting = deque(range(len(tasks)))
        children: list[_Child] = []
        if tasks:
            import_module("trainlint.engine.check")  # once, not in each copy
        if min(self.jobs, len(tasks)) > 1 and _any_trains(tasks[:_LOOKED_AT]):
            import_module("trainlint.evaluate.evaluate")
        try:
            while waiting or children:
                while waiting and len(children) < self.jobs:
                    children.append(_Child(tasks, self.left_out, siblings=children))
                    children[-1].take(waiting.popleft())
                for child in self._ready(children):
                    outcome = child.outcome()
                    if outcome is None:  # it ended, or was ended
                        children.remove(child)
                        yield from self._after(child, tasks, waiting)
                        continue
                    yield child.number, outcome
                    if waiting:
                        child.take(waiting.popleft())
                    else:
                        children.remove(child)
                        child.end()
        finally:
            for child in children:
                child.end(kill=True)

    def _ready(self, children: list[_Child]) -> list[_Child]:
        """The children that have something to say; what takes too long is ended, and says that it has."""
        first = min(child.start for child in children) + self.time_limit
        readable, _, _ = select.select(children, [], [], max(0.0, first - monotonic()))
        now = monotonic()
        for child in children:
            if child not in readable and now - child.start >= self.time_limit:
                child.end(kill=True)
                readable.append(child)
        return readable

    def _after(
        self, child: _Child, tasks: Sequence[Task], waiting: deque[int]
    ) -> Iterator[tuple[int, Outcome]]:
        """What is to be done about a file whose process is gone."""
        late = monotonic() - child.start >= self.time_limit
        reason = f"takes longer than {self.time_limit:g} s" if late else "ends its process"
        child.end(kill=True)
        if child.asked_rule:
            self.left_out.note(child.number, child.asked_rule, reason, late=late)
            waiting.appendleft(child.number)
        else:
            yield child.number, gave_up(tasks[child.number], f"it {reason}")


class _Child:
    """A copy of this process. It is told numbers of tasks, and answers with outcomes."""

    def __init__(self, tasks: Sequence[Task], left_out: LeftOut, siblings: list[_Child]) -> None:
        self.number = -1
        self.start = monotonic()
        self._said = b""
        self._rule = mmap.mmap(-1, _NAME_SIZE)
        self._ends: list[int] = []
        told, self._tell = os.pipe()
        self._hear, answers = os.pipe()
        with warnings.catch_warnings():
            # A bar that is shown has a thread; nothing of it is used in the copy.
            warnings.simplefilter("ignore", DeprecationWarning)
            self._process = os.fork()
        if self._process == 0:
            # While a sibling holds an end of a pipe, nobody would notice that this process is gone.
            for descriptor in (self._tell, self._hear, *(end for each in siblings for end in each._ends)):
                os.close(descriptor)
            _work(tasks, left_out, told, answers, self._rule)
        os.close(told)
        os.close(answers)
        self._ends = [self._tell, self._hear]

    def fileno(self) -> int:
        return self._hear

    def take(self, number: int) -> None:
        """Begins a task."""
        self.number, self.start, self._said = number, monotonic(), b""
        with contextlib.suppress(BrokenPipeError):  # it is gone, and will be noticed
            os.write(self._tell, _NUMBER.pack(number))

    def outcome(self) -> Outcome | None:
        """The outcome of the task; None when the process is gone."""
        while len(self._said) < _NUMBER.size or len(self._said) < _NUMBER.size + self._size:
            data = os.read(self._hear, 1 << 20) if self._ends else b""
            if not data:
                return None
            self._said += data
        outcome: Outcome = pickle.loads(self._said[_NUMBER.size :])
        return outcome

    @property
    def _size(self) -> int:
        size: int = _NUMBER.unpack_from(self._said)[0]
        return size

    @property
    def asked_rule(self) -> str:
        """The rule of a plugin that was being asked when the process ended; empty for none."""
        return self._rule[:].rstrip(b"\0").decode("utf-8", "replace")

    def end(self, *, kill: bool = False) -> None:
        """Ends the process, and waits until it is gone."""
        if not self._ends:
            return
        if kill:
            os.kill(self._process, signal.SIGKILL)
        for end in self._ends:
            os.close(end)
        self._ends = []
        os.waitpid(self._process, 0)


def _work(tasks: Sequence[Task], left_out: LeftOut, told: int, answers: int, rule: mmap.mmap) -> NoReturn:
    """The life of a copy; nothing of the original's is cleaned up at its end."""
    status = 1
    collect_seldom()
    try:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # the original hears it, and ends its copies
        nothing = os.open(os.devnull, os.O_RDWR)
        os.dup2(nothing, 0)
        os.dup2(2, 1)  # what a plugin prints past Python

        def watch(identity: str) -> None:
            rule[:] = identity.encode()[:_NAME_SIZE].ljust(_NAME_SIZE, b"\0")

        asking.watcher = watch
        while number := os.read(told, _NUMBER.size):
            [index] = _NUMBER.unpack(number)
            task = left_out.applied(index, tasks[index])
            try:
                done = perform(task)
            except Exception as error:
                done = gave_up(task, asking.named(error))
            outcome = pickle.dumps(done)
            message = _NUMBER.pack(len(outcome)) + outcome
            while message:
                message = message[os.write(answers, message) :]
        status = 0
    finally:
        os._exit(status)
