"""Ends foreign code that does not come to an end by itself."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


class TookTooLong(BaseException):
    """What is raised in code that has used up its time. No Exception: code that catches those goes on forever."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"takes longer than {seconds:g} s")


@contextmanager
def limited(seconds: float) -> Iterator[None]:
    """Raises TookTooLong in what is done within, once its time is up.

    In the main thread that ends whatever Python can be interrupted in, waiting and sleeping included. In another
    thread, and on systems without timers, it ends what runs in Python, but not what waits.
    """
    in_main_thread = threading.current_thread() is threading.main_thread()
    with _by_signal(seconds) if in_main_thread and hasattr(signal, "setitimer") else _by_thread(seconds):
        yield


@contextmanager
def _by_signal(seconds: float) -> Iterator[None]:
    over = False

    def late(number: int, frame: FrameType | None) -> None:
        if not over:
            raise TookTooLong(seconds)

    handler = signal.signal(signal.SIGALRM, late)
    # Once more each second: code that catches everything may have caught this, too.
    rest, interval = signal.setitimer(signal.ITIMER_REAL, seconds, 1)
    try:
        yield
    finally:
        over = True
        signal.setitimer(signal.ITIMER_REAL, rest, interval)
        signal.signal(signal.SIGALRM, handler)


@contextmanager
def _by_thread(seconds: float) -> Iterator[None]:
    import ctypes  # where there are no signals only

    over = False
    turn = threading.Lock()
    watched = ctypes.c_ulong(threading.get_ident())

    class Late(TookTooLong):
        """The same with its text: only a class can be raised in another thread."""

        def __init__(self) -> None:
            super().__init__(seconds)

    def late() -> None:
        with turn:
            if not over:
                ctypes.pythonapi.PyThreadState_SetAsyncExc(watched, ctypes.py_object(Late))

    timer = threading.Timer(seconds, late)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        with turn:
            over = True
        timer.cancel()
