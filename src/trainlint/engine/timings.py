"""Where the time of a check goes: stages and rules, measured only while somebody asks."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from time import perf_counter

_clock: ContextVar[dict[str, float] | None] = ContextVar("clock", default=None)


@contextmanager
def timing() -> Iterator[dict[str, float]]:
    """Gathers seconds by name for a while."""
    seconds: dict[str, float] = {}
    token = _clock.set(seconds)
    try:
        yield seconds
    finally:
        _clock.reset(token)


class timed:
    """Counts what happens within to a stage, or to `rule NAME`. A class, since it is asked for around each rule."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __enter__(self) -> None:
        self.start = perf_counter()

    def __exit__(self, *_: object) -> None:
        seconds = _clock.get()
        if seconds is not None:
            seconds[self.name] = seconds.get(self.name, 0.0) + perf_counter() - self.start
