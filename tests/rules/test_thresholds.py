"""Every number by which a rule decides says where it comes from."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import trainlint_rules

SOURCE = re.compile(
    r"judgement|measured|documentation|exact|default|\b(19|20)\d\d\b|\w/[\w/-]+", re.IGNORECASE
)
"""A judgement that is called one, a measurement, a paper by its year, a page, or a file of a library."""


def thresholds(path: Path) -> Iterator[tuple[str, str]]:
    """The constants of a module that hold numbers, and what is said of each: in the string below it, or in those
    that it is made with."""
    statements = ast.parse(path.read_text("utf-8")).body
    for statement, below in zip(statements, [*statements[1:], ast.Pass()], strict=True):
        if isinstance(statement, ast.Assign) and _numbers(statement.value):
            said = [below.value] if isinstance(below, ast.Expr) else []
            if isinstance(statement.value, ast.Call):
                said += [*statement.value.args, *(given.value for given in statement.value.keywords)]
            yield ast.unparse(statement.targets[0]), " ".join(map(_text, said))


def _numbers(value: ast.expr) -> list[float]:
    return [
        node.value
        for node in ast.walk(value)
        if isinstance(node, ast.Constant) and isinstance(node.value, int | float) and not isinstance(node.value, bool)
    ]


def _text(node: ast.expr) -> str:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


CONSTANTS = [
    pytest.param(said, id=f"{path.stem}: {name}")
    for path in sorted(Path(trainlint_rules.__file__).parent.rglob("*.py"))
    for name, said in thresholds(path)
]


@pytest.mark.parametrize("said", CONSTANTS)
def test_a_number_says_where_it_comes_from(said: str) -> None:
    assert SOURCE.search(said)
