"""Names and attributes that statements mention."""

from __future__ import annotations

import ast

import pytest

from trainlint.syntax.gate import DEEPEST
from trainlint.syntax.mentions import Mentions, mentions_of


def _of(text: str) -> Mentions:
    return mentions_of(ast.parse(text).body)


@pytest.mark.parametrize(
    ("text", "names", "attributes"),
    [
        ("a.b.c(d, e=f)", {"a", "d", "f"}, {"b", "c"}),
        ("def f(x: T = d) -> R:\n    return x.y", {"T", "d", "R", "x"}, {"y"}),
        ("re.compile(x)", {"re", "x"}, set()),
        ("model.compile(x)", {"model", "x"}, {"compile"}),
        ("{**a, b: lambda c: d}", {"a", "b", "d"}, set()),
        ("match a:\n    case B(c=1): d", {"a", "B", "d"}, set()),
        ("import a.b as c", set(), set()),
    ],
)
def test_names_and_attributes(text: str, names: set[str], attributes: set[str]) -> None:
    found = _of(text)
    assert found.names == names
    assert found.attributes == attributes
    assert found.words == names | attributes


def test_functions_at_any_depth_each_once() -> None:
    found = _of(
        "class A:\n    def f(self, x=d):\n        def g():\n            global made\n            return y\n"
    )
    assert [function.name for function in found.functions] == ["g", "f"]
    outer = found.functions[1]
    assert outer.header.names == {"d"}
    assert outer.body.names == {"y"}
    assert found.declared_global == {"made"}


@pytest.mark.parametrize("innermost", ["x", "1"])
def test_names_count_at_the_deepest_level_that_is_followed(innermost: str) -> None:
    """One statement, then a minus for each level: what stands below the deepest one is a name or a number."""
    minuses = "- " * (DEEPEST - 1)
    assert not _of(minuses + innermost).too_deep
    assert _of(minuses + "- " + innermost).too_deep


def test_functions_are_levels_too() -> None:
    nested = (
        "".join(f"{'  ' * level}def f():\n" for level in range(60)) + "  " * 60 + "return " + "- " * 89 + "x"
    )
    assert not _of(nested).too_deep
    assert _of(nested.replace("return ", "return - ")).too_deep
