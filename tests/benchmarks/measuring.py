"""Runs commands and compares what they take. A figure is a ratio within one run: machines differ and are noisy."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

TRAINLINT = (sys.executable, "-m", "trainlint")


@dataclass(frozen=True)
class Row:
    """One line of the table: a figure and the most it may be, or the least."""

    what: str
    figure: float
    bound: float | None = None
    at_least: bool = False
    unit: str = "x"

    @property
    def met(self) -> bool | None:
        if self.bound is None:
            return None
        return self.figure >= self.bound if self.at_least else self.figure <= self.bound


@dataclass(frozen=True)
class Cost:
    """What one run of a command took: seconds on the clock, seconds of processors, and memory at most."""

    wall: float
    processor: float
    megabytes: float


def cost(command: Sequence[str], folder: Path | None = None) -> Cost:
    """Runs a command whose findings do not matter. Python keeps its bytecode, as it does where a program is installed.

    Raises:
        subprocess.CalledProcessError: it ends with more than 1, so it did not do its work.
    """
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    start = time.perf_counter()
    process = subprocess.Popen(
        command, cwd=folder, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    _, status, used = os.wait4(process.pid, 0)
    wall = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode > 1:
        raise subprocess.CalledProcessError(process.returncode, command)
    return Cost(wall, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)


def costs(commands: Sequence[Sequence[str]], turns: int, folder: Path | None = None) -> list[Cost]:
    """The least that each of some commands took, run in turns so that a busy moment hits all of them."""
    found: list[list[Cost]] = [[] for _ in commands]
    for _ in range(turns):
        for runs, command in zip(found, commands, strict=True):
            runs.append(cost(command, folder))
    return [
        Cost(*(min(getattr(run, name) for run in runs) for name in ("wall", "processor", "megabytes")))
        for runs in found
    ]
