"""The events of a program as they happen during evaluation; plan/loop.py is their finished form."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from trainlint.syntax.positions import Site
from trainlint.values.value import Value

ENTRY_POINT = "entry_point"
"""The kind of event after which a function runs that nobody calls here: what comes next has no past."""

APPLIED = "unknown applied"
"""The kind of event of a call of something that is not known: a forward pass if it turns out a network."""


@dataclass(eq=False)
class Happening:
    """One event. `objects` are values: optimizer, networks, loss."""

    kind: str
    site: Site
    objects: dict[str, Any] = field(default_factory=dict)


@dataclass(eq=False)
class Repeated:
    """A loop whose body was evaluated once for all turns.

    `told` is what the trainer that goes through it was told, by the common names epochs, batch_size,
    steps_per_epoch, shuffle, validation, callbacks, data; empty for a loop of the program itself.
    """

    body: list[Happened]
    over: str
    times: Value | None  # a known number, with its origin
    site: Site
    iterable: Value | None = None
    can_stop: bool = False  # by break or return, before its items are used up
    told: dict[str, Value] = field(default_factory=dict)


@dataclass(eq=False)
class Forked:
    """A branch that is not decided. `condition` is the text of the test, `every` the n of one that holds at each
    n-th turn of a loop."""

    paths: list[list[Happened]]
    condition: str
    site: Site
    leaves: list[bool]  # for each path whether what follows the branch does not happen on it
    every: Value | None = None


Happened = Happening | Repeated | Forked
