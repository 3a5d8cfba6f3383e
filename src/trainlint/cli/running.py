"""With what a run is done: processes or a cluster, findings kept from earlier runs, a bar that shows how far it is."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING

from trainlint.cli.console import fail

if TYPE_CHECKING:
    from trainlint.engine.cache import Cache
    from trainlint.engine.configured import Configured
    from trainlint.engine.run import RunResult
    from trainlint.engine.work import Runner
    from trainlint.probe.cache import Verdicts

_PATIENCE = 1.0
"""Seconds that a run may take before a bar appears."""


class Executor(StrEnum):
    """Who does the work."""

    PROCESS = "process"
    DASK = "dask"


@dataclass(frozen=True)
class Means:
    """How the user wants the work to be done."""

    jobs: int | None = None
    executor: Executor = Executor.PROCESS
    scheduler: str | None = None
    cached: bool = True
    cache_folder: Path | None = None
    quiet: bool = False

    def check(self, files: list[Path], settings: Configured) -> RunResult:
        """Checks files with these means."""
        from trainlint.engine.run import check_files

        with _bar(len(files), wanted=not self.quiet) as progress:
            runner = self.runner(len(files))
            return check_files(files, settings, runner, cache=settings.cache, progress=progress)

    def probe(self, files: list[Path], settings: Configured) -> RunResult:
        """Puts the findings of many programs to the test with these means."""
        from trainlint.probe.many import TIME_LIMIT, probe_files

        folder = self._folder() if self.cached and self.executor is Executor.PROCESS else None
        with _bar(len(files), wanted=not self.quiet) as progress:
            return probe_files(
                files, settings, self.runner(len(files), TIME_LIMIT), folder, progress=progress
            )

    @contextmanager
    def kept_verdicts(self) -> Iterator[Verdicts | None]:
        """The answers of earlier probes."""
        if not self.cached:
            yield None
            return
        from trainlint.probe.cache import Verdicts

        known = Verdicts(self._folder())
        try:
            yield known
        finally:
            known.close()

    def _folder(self) -> Path:
        from trainlint.engine.database import folder_for

        return self.cache_folder or folder_for(Path.cwd())

    @contextmanager
    def cache(self) -> Iterator[Cache | None]:
        """The findings of earlier runs, and what is known of settings."""
        if not self.cached:
            yield None
            return
        from trainlint.engine.cache import Cache

        cache = Cache(self._folder())
        try:
            yield cache
        finally:
            cache.close()

    def runner(self, files: int, time_limit: float | None = None) -> Runner:
        """Who does the work for so many files, each of which may take `time_limit` seconds: None for the usual."""
        if self.executor is Executor.DASK:
            return _cluster(self.scheduler)
        if self.scheduler:
            fail("--dask-scheduler needs `--executor dask`")
        from trainlint.engine.forked import Forked, can_fork

        jobs = self.jobs or _processors()
        if can_fork():
            return Forked(jobs) if time_limit is None else Forked(jobs, time_limit)
        from trainlint.engine.pool import WORTH_IT, Pool
        from trainlint.engine.work import one_by_one

        if jobs == 1 or (files < WORTH_IT and time_limit is None):
            return one_by_one
        return Pool(jobs) if time_limit is None else Pool(jobs, time_limit)


def _cluster(scheduler: str | None) -> Runner:
    if scheduler is None:
        fail("--executor dask needs `--dask-scheduler ADDRESS`, such as `tcp://10.0.0.1:8786`")
    try:
        from trainlint.engine.cluster import Cluster
        from trainlint.engine.work import NoCluster
    except ImportError as error:
        fail(f"--executor dask needs Dask ({error}): pip install 'trainlint[dask]'")
    try:
        return Cluster(scheduler)
    except NoCluster as error:
        fail(error)


def _processors() -> int:
    """Processors that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0)) or 1
    return os.cpu_count() or 1


@contextmanager
def _bar(files: int, *, wanted: bool) -> Iterator[Callable[[int], None]]:
    """A bar on a terminal, for runs that take their time; it is gone when they are over."""
    if not (wanted and sys.stderr is not None and sys.stderr.isatty()) or os.environ.get("TERM") == "dumb":
        yield lambda done: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("Checking"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    bar = Progress(*columns, console=Console(stderr=True), transient=True)
    task = bar.add_task("", total=files)
    start = monotonic()
    shown = False

    def advance(done: int) -> None:
        nonlocal shown
        bar.advance(task, done)
        if not shown and monotonic() - start > _PATIENCE:
            bar.start()
            shown = True

    try:
        yield advance
    finally:
        if shown:
            bar.stop()
