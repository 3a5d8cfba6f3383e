"""A bar in the client for work that takes its time, with a button that ends it."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
from collections.abc import AsyncIterator
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from lsprotocol import types

if TYPE_CHECKING:
    from trainlint.server.desk import Desk

_numbers = itertools.count(1)


@dataclass
class Bar:
    """Where one piece of work stands. `cancelled` is set when the user does not want it any more."""

    desk: Desk
    token: str | None
    cancelled: asyncio.Event = field(default_factory=asyncio.Event)
    _last: int = -1

    def report(self, done: int, of: int, message: str = "") -> None:
        """Tells how much is done, when that has changed by a hundredth at least."""
        share = 100 * done // of if of else 0
        if self.token is None or share == self._last:
            return
        self._last = share
        self.desk.server.work_done_progress.report(
            self.token,
            types.WorkDoneProgressReport(percentage=share, message=message or None, cancellable=True),
        )


@contextlib.asynccontextmanager
async def bar(desk: Desk, title: str) -> AsyncIterator[Bar]:
    """Shows a bar while something goes on; nothing where the client has none."""
    if not desk.client.shows_progress:
        yield Bar(desk, None)
        return
    progress = desk.server.work_done_progress
    token = f"trainlint-{next(_numbers)}"
    try:
        await asyncio.wait_for(progress.create_async(token), 5)
    except Exception:  # a client that cannot do what it says
        yield Bar(desk, None)
        return
    shown = Bar(desk, token)
    loop = asyncio.get_running_loop()

    def done(future: Future[Any]) -> None:
        if future.cancelled():
            loop.call_soon_threadsafe(shown.cancelled.set)

    progress.tokens[token].add_done_callback(done)
    progress.begin(token, types.WorkDoneProgressBegin(title=title, cancellable=True, percentage=0))
    try:
        yield shown
    finally:
        progress.end(
            token, types.WorkDoneProgressEnd(message="cancelled" if shown.cancelled.is_set() else None)
        )
        progress.tokens.pop(token, None)
