"""What happens to the time when there is more to read: twice the code should take twice the time."""

from __future__ import annotations

import gc
import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from tests.benchmarks.measuring import TRAINLINT, Row, costs
from tests.benchmarks.programs import nested, program
from tests.benchmarks.repositories import COLD
from trainlint.engine.check import check_source
from trainlint.engine.garbage import collect_seldom


def copies(folder: Path) -> Iterator[Row]:
    """Eight copies of a repository over one, divided by eight."""
    with tempfile.TemporaryDirectory() as scratch:
        for number in range(8):
            shutil.copytree(folder, Path(scratch) / str(number), ignore=shutil.ignore_patterns(".git"))
        once, eight = costs(
            [(*TRAINLINT, *COLD, "--jobs", "1", path) for path in (f"{scratch}/0", scratch)], 1
        )
    yield Row(f"8 copies of {folder.name} / 8 x one", eight.processor / once.processor / 8, 1.2)


def one_file() -> Iterator[Row]:
    """A file of 64 000 lines over one of 1 000, divided by 64, as in a process that checks files only."""
    thresholds = gc.get_threshold()
    collect_seldom()
    small = min(_seconds(program(1_000)) for _ in range(3))
    large = _seconds(program(64_000))
    gc.set_threshold(*thresholds)  # the parser alone is measured as anybody runs it
    yield Row("a file of 64 000 lines / 64 x one of 1 000", large / small / 64, 1.5)


def nesting() -> Iterator[Row]:
    """Calls, branches and parentheses eight times as deep."""
    small = min(_seconds(nested(16)) for _ in range(3))
    yield Row("nesting of 128 / 8 x nesting of 16", _seconds(nested(128)) / small / 8, 1.5)


def _seconds(text: str) -> float:
    start = time.process_time()
    check_source(text)
    return time.process_time() - start
