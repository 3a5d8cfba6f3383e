"""Functions that call themselves are followed while they count, and functions within functions as far as they go."""

from __future__ import annotations

import pytest

from tests.evaluate.running import plain, values

COMPOSED = """
from functools import reduce
def compose(*functions):
    return reduce(lambda f, g: lambda *a: g(f(*a)), functions)
"""


@pytest.mark.parametrize(
    ("code", "wanted"),
    [
        ("def f(n):\n    return [] if n == 0 else [n] + f(n - 1)\nx = f(6)", [6, 5, 4, 3, 2, 1]),
        ("def f(n, path=''):\n    return path if n == 0 else f(n - 1, path + 'a')\nx = f(5)", "aaaaa"),
        (COMPOSED + "x = compose(*[lambda v: v + 1] * 8)(0)", 8),
        ("def f():\n    return f()\nx = f()", ...),
        ("def f(n):\n    return f(n)\nx = f(3)", ...),
        ("def f(n):\n    return f(n + 1)\nx = f(3)", ...),
        ("def f(n):\n    return 1 if n < 2 else f(n - 1) + f(n - 2)\nx = f(7)", 21),
    ],
)
def test_recursion(code: str, wanted: object) -> None:
    assert plain(values(code)["x"]) == wanted
