"""What does not end by itself is ended, in the main thread and in others."""

from __future__ import annotations

import contextlib
import signal
import sys
import threading
import time
from collections.abc import Callable

import pytest

from trainlint.engine.limits import TookTooLong, limited

timers = pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="no timers on this system")


def in_thread(work: Callable[[], None]) -> None:
    failed: list[BaseException] = []

    def run() -> None:
        try:
            work()
        except BaseException as error:
            failed.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join(20)
    assert not thread.is_alive()
    if failed:
        raise failed[0]


def spin() -> None:
    while True:
        pass


def catch_all() -> None:
    for _ in range(3):
        with contextlib.suppress(BaseException):
            spin()
    raise AssertionError("it was ended three times")


def in_time(work: Callable[[], object]) -> Callable[[], None]:
    def run() -> None:
        with limited(0.2):
            work()

    return run


@timers
@pytest.mark.parametrize("work", [spin, lambda: time.sleep(60), lambda: [spin() for _ in "a"]])
def test_what_spins_or_sleeps_is_ended(work: Callable[[], object]) -> None:
    with pytest.raises(TookTooLong, match=r"takes longer than 0\.2 s"):
        in_time(work)()


def test_what_spins_is_ended_in_another_thread() -> None:
    with pytest.raises(TookTooLong, match=r"takes longer than 0\.2 s"):
        in_thread(in_time(spin))


@timers
def test_what_catches_everything_is_ended_again() -> None:
    with pytest.raises(AssertionError, match="three times"):
        in_time(catch_all)()


@pytest.mark.parametrize("where", [lambda work: work(), in_thread])
def test_what_is_done_in_time_is_left_alone(where: Callable[[Callable[[], None]], None]) -> None:
    done: list[int] = []
    where(in_time(lambda: done.append(1)))
    time.sleep(0.3)
    assert done == [1]


@timers
@pytest.mark.skipif(sys.platform == "win32", reason="no alarms there")
def test_the_timer_of_others_goes_on() -> None:
    rung: list[int] = []
    before = signal.signal(signal.SIGALRM, lambda *_: rung.append(1))
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.3)
        in_time(lambda: None)()
        time.sleep(0.5)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    assert rung == [1]
