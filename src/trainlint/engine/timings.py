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


@contextmanager
def timed(name: str) -> Iterator[None]:
    """Counts what happens within to a stage, or to `rule NAME`."""
    seconds = _clock.get()
    if seconds is None:
        yield
        return
    start = perf_counter()
    try:
        yield
    finally:
        seconds[name] = seconds.get(name, 0.0) + perf_counter() - start
