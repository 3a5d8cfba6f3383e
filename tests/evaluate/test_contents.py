"""What follows from the statements of a file alone."""

from __future__ import annotations

from trainlint.evaluate.contents import Contents
from trainlint.syntax.chunks import split


def _contents(text: str) -> Contents:
    return Contents(split(text, "contents.py"))


def test_who_binds_a_name() -> None:
    contents = _contents("a = 1\nb = 2\na = b\n")
    assert contents.binders("a") == {0, 2}
    assert contents.binders("b") == {1}
    assert contents.binders("c") == frozenset()


def test_a_star_may_bind_anything() -> None:
    contents = _contents("from x import *\na = 1\n")
    assert contents.binders("a") == {0, 1}
    assert contents.binders("c") == {0}


def test_what_trains_and_what_that_needs() -> None:
    contents = _contents("rate = 1\nunused = 2\ndef go():\n    loss.backward()\nopt.step(rate)\n")
    assert contents.training_names == {"go"}
    assert contents.that_train == [0, 2, 3]


def test_modes_are_switched_somewhere() -> None:
    assert _contents("def f(net):\n    net.eval()\n").switches_modes
    assert not _contents("def f(net):\n    net(1)\n").switches_modes
