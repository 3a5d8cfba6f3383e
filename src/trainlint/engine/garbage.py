"""How often Python looks for garbage in a process that does nothing but check."""

from __future__ import annotations

import gc
from itertools import count

COLLECTED_AFTER = 1_000_000
"""Objects that are made, and not freed, before Python looks for garbage. What a file has made is taken apart when it is
done, so that little is left to find. Measured: with 300 000 up to an eighth of the time goes into it, with this nothing
for pytorch-image-models, and the check of keras takes 250 MB instead of 196."""


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
