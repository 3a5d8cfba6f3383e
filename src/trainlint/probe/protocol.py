"""The events of a worker, as the client reads them: one JSON object a line, on a stream of their own."""

from __future__ import annotations

import json
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

VERSION = 1
"""The protocol that this client speaks; the worker says its own in `hello`."""


class WrongProtocol(Exception):
    """The worker speaks another protocol, or writes something that is none of its events."""


class Event(BaseModel):
    """One event. Fields that this version does not know are ignored, and so are events that it does not know."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    v: int
    t: float
    event: str
    request: int | None = None
    # hello, ready
    protocol: int | None = None
    versions: dict[str, str] = {}
    forks: bool | None = None
    module: str = ""
    # progress
    step: int | None = None
    of: int | None = None
    loss: float | str | None = None
    # run, result
    run: int | None = None
    name: str = ""
    seed: int | None = None
    statistics: dict[str, Any] = {}
    losses: tuple[float | str, ...] = ()
    layers: tuple[dict[str, Any], ...] = ()
    notes: tuple[str, ...] = ()
    cannot: str = ""
    misfit: str = ""
    line: int | None = None
    # failed, report, blocked
    reason: str = ""
    what: str = ""
    detail: str = ""
    seconds: float | None = None
    error: dict[str, Any] | None = None
    blocked: dict[str, int] = {}
    redirected: int | None = None
    suppressed: tuple[str, ...] = ()


def parse(line: str) -> Event:
    """An event from its line.

    Raises:
        WrongProtocol: it is none.
    """
    try:
        event = Event.model_validate(json.loads(line))
    except (ValueError, ValidationError) as error:
        raise WrongProtocol(f"the worker wrote `{line.strip()[:80]}`") from error
    if event.event == "hello" and event.protocol != VERSION:
        raise WrongProtocol(f"the worker speaks protocol {event.protocol}, this trainlint {VERSION}")
    return event


class Request(BaseModel):
    """What a worker is asked: runs of described networks, each with a seed and a number of steps."""

    request: int
    kind: Literal["synthetic"] = "synthetic"
    seconds: float
    runs: list[dict[str, Any]]


def number(value: object) -> float | None:
    """A number of the stream, on which those that JSON has no form for are words: `inf`, `nan`."""
    if isinstance(value, bool):
        return float(value)
    if isinstance(value, int | float):
        return float(value)
    if value in ("inf", "-inf", "nan"):
        return float(str(value))
    return None
