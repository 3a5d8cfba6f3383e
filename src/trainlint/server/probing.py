"""Confirms findings by training briefly."""

from __future__ import annotations

from functools import cache
from importlib.util import find_spec


@cache
def is_there() -> bool:
    """Whether this version can train."""
    return find_spec("trainlint.probe") is not None
