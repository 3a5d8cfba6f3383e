"""How often Python looks for garbage in a process that does nothing but check."""

from __future__ import annotations

import gc

COLLECTED_AFTER = 100_000
"""Objects that are made before Python looks for garbage. A file's trees and values live until the file is done, so
that looking earlier finds nothing: a quarter of the time for pytorch-image-models."""


def collect_seldom() -> None:
    """For the rest of the process. Who imports trainlint as a library decides that for himself."""
    gc.freeze()  # modules and rules stay
    first, second, third = gc.get_threshold()
    gc.set_threshold(max(first, COLLECTED_AFTER) if first else 0, second, third)
