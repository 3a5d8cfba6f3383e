"""Calls inside calls have room."""

from __future__ import annotations

import sys

import pytest

from trainlint.engine.check import examination
from trainlint.engine.stack import SLOTS, with_room


@with_room
def counted(number: int, *, step: int = 1) -> int:
    """So many."""
    return 0 if number <= 0 else 1 + counted.__wrapped__(number - step, step=step)  # type: ignore[attr-defined,no-any-return]


def test_a_function_with_room_is_the_function() -> None:
    assert counted(500) == 500
    assert counted(500, step=2) == 250
    assert (counted.__name__, counted.__doc__) == ("counted", "So many.")


def test_its_frame_claims_more_than_half_of_a_large_piece() -> None:
    claimed = examination.__code__.co_stacksize  # type: ignore[attr-defined]
    assert claimed == SLOTS or sys.implementation.name != "cpython"
    assert 2**20 / 2 < 8 * SLOTS < 2**20 * 0.6


def test_what_it_raises_is_raised() -> None:
    @with_room
    def fails() -> None:
        raise KeyError("x")

    with pytest.raises(KeyError, match="x"):
        fails()


def test_threads_have_room_each() -> None:
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(4) as threads:
        assert list(threads.map(counted, range(200))) == list(range(200))
