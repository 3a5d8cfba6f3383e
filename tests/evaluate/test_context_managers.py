"""Generators of the program as context managers: what stands before the `yield` runs first, what follows last."""

from __future__ import annotations

from tests.evaluate.running import plain, values
from tests.frameworks.planning import kinds, plan, within

MANAGER = """
from contextlib import contextmanager
seen = []
@contextmanager
def noted(name):
    seen.append("before " + name)
    try:
        yield name.upper()
    finally:
        seen.append("after " + name)
"""


def test_the_body_runs_at_the_yield() -> None:
    found = values(MANAGER + "with noted('a') as x:\n    seen.append(x)")
    assert plain(found["seen"]) == ["before a", "A", "after a"]


def test_several_in_one_statement() -> None:
    found = values(MANAGER + "with noted('a') as x, noted('b') as y:\n    seen.append(x + y)")
    assert plain(found["seen"]) == ["before a", "before b", "AB", "after b", "after a"]


def test_a_method_and_a_return_within() -> None:
    code = """
    class Timer:
        @contextmanager
        def lap(self):
            self.running = True
            yield 3
            self.running = False
    timer = Timer()
    def f():
        with timer.lap() as laps:
            return (laps, timer.running)
    result = f()
    after = timer.running
    """
    from textwrap import dedent

    found = values(MANAGER + dedent(code))
    assert plain(found["result"]) == (3, True)
    assert plain(found["after"]) is False


def test_a_generator_that_never_yields() -> None:
    found = values(
        "from contextlib import contextmanager\n@contextmanager\ndef f():\n    pass\nwith f():\n    x = 3"
    )
    assert plain(found["x"]) == 3


def test_evaluation_mode_ends_after_the_body() -> None:
    made = plan(
        """
        import torch
        from contextlib import contextmanager
        @contextmanager
        def evaluating(net):
            net.eval()
            yield
            net.train()
        net = torch.nn.Linear(3, 1)
        optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
        for _ in range(3):
            with evaluating(net):
                net(torch.zeros(2, 3))
            optimizer.step()
        """
    )
    assert within(["eval_mode", "forward", "train_mode", "step"], kinds(made))
