"""Values that depend on a branch: a program that would fail with one of them does not take it."""

from __future__ import annotations

import pytest

from tests.evaluate.running import plain, values

HEAD = "import random\nclass C:\n    size = 3\nf = (lambda: 5) if random.random() > 0.5 else None\nc = C() if f else None\n"


@pytest.mark.parametrize(
    ("text", "wanted"), [("f()", 5), ("c.size", 3), ("None if f is None else f()", {None, 5})]
)
def test_none_is_neither_called_nor_asked(text: str, wanted: object) -> None:
    assert plain(values(f"{HEAD}x = {text}")["x"]) == wanted
