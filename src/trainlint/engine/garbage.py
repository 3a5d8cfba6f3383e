"""How often Python looks for garbage in a process that does nothing but check."""

from __future__ import annotations

import gc
from itertools import count

COLLECTED_AFTER = 300_000
"""Objects that are made before Python looks for garbage. A file's trees and values live until the file is done, and those
of imported files longer, so that looking earlier finds little. Measured: with Python's own 700 a quarter of the time for
pytorch-image-models goes into it, with 100 000 an eighth; with 1 000 000 keras takes 333 MB instead of 249."""


def collect_seldom() -> None:
    """For the rest of the process. Who imports trainlint as a library decides that for himself."""
    gc.freeze()  # modules and rules stay
    first, second, third = gc.get_threshold()
    gc.set_threshold(max(first, COLLECTED_AFTER) if first else 0, second, third)


class CollectWhenIdle:
    """Looks for garbage between jobs, where nobody waits, and during a job only when there is very much of it."""

    _OLDER_EACH, _ALL_EACH = 8, 64  # jobs; Python's own ratio is 10

    def __init__(self) -> None:
        collect_seldom()
        self._jobs = count(1)

    def idle(self) -> None:
        """Nobody waits for anything just now."""
        number = next(self._jobs)
        if number == 1:
            gc.collect()
            gc.freeze()  # what the first job has imported stays, too
        else:
            gc.collect(2 if number % self._ALL_EACH == 0 else 1 if number % self._OLDER_EACH == 0 else 0)
