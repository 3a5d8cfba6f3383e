"""Processes that write events: they end in time, or are ended."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from trainlint.probe import worker_process
from trainlint.probe.protocol import Event
from trainlint.probe.worker_process import Child, NoWorker, TooLong, WorkerProcess


def test_a_process_that_does_not_end_is_told_from_one_that_breaks() -> None:
    child = Child([sys.executable, "-c", "import time; time.sleep(60)"], {})
    try:
        with pytest.raises(TooLong, match=r"longer than 0\.2 s"):
            list(child.events(0.2, lambda: False))
    finally:
        child.close()
    assert not child.alive


def test_a_network_that_is_too_slow_is_the_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    with WorkerProcess(sys.executable) as worker:

        def never(child: Child, limit: float, cancelled: Callable[[], bool]) -> Iterator[Event]:
            raise TooLong(f"it takes longer than {limit:g} s")

        monkeypatch.setattr(worker_process.Child, "events", never)
        runs: list[dict[str, Any]] = []
        with pytest.raises(NoWorker, match="a few steps of this network take too long for a short run"):
            worker.ask(runs, 1.0, lambda event: None)
        assert not worker.alive
