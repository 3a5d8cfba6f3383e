"""What stands at a place is the same for Python's own tree and for libcst's."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from textwrap import dedent

import libcst as cst
import pytest

from trainlint.engine.registry import registry
from trainlint.syntax.chunks import Chunk, split
from trainlint.syntax.concrete import as_written
from trainlint.syntax.positions import NameSite, NodeSite

ODD = {
    "decorators": "@a\n# between\n@b(1)\nclass C(D, metaclass=E):\n    @property\n    async def f(self, *, x=1): ...\n",
    "semicolons": "x = 1; y = 2 ; z = 3\n",
    "tabs and form feeds": "if x:\n\ty = 1\n\x0c\nz = [1,\t2]\n",
    "carriage returns": "x = 1\r\ny = (\r\n    2\r\n)\r\nz = 3\r",
    "wide characters": "x = '\N{SMILING FACE WITH SUNGLASSES}', 1e-8; ü = f('ß', lr=2)\n",
    "clauses": "try:\n    pass\nexcept* E as e:\n    pass\nelse:\n    pass\nfinally:\n    pass\n",
    "parentheses": "x = ((1), (2, 3), (y for y in z))\nf(a for a in b)\nx = (1 +\n     2) * 3\n",
    "no newline at the end": "x = 1\nif x:\n    y = (2)",
}


def nodes_of(text: str) -> Iterator[tuple[Chunk, ast.AST]]:
    for chunk in split(text, "program.py"):
        for statement in chunk.statements:
            yield from ((chunk, node) for node in _without_text(statement))


def _without_text(node: ast.AST) -> Iterator[ast.AST]:
    """A node and all within it, but what stands in f-strings, whose places Python tells since 3.12."""
    if isinstance(node, ast.expr | ast.stmt | ast.arg | ast.keyword):
        yield node
    if not isinstance(node, ast.JoinedStr):
        for child in ast.iter_child_nodes(node):
            yield from _without_text(child)


def check(text: str) -> None:
    for chunk, node in nodes_of(text):
        if isinstance(node, ast.Slice | ast.Starred | ast.Tuple | ast.GeneratorExp) or _has_no_node(node):
            continue
        site = NodeSite(chunk, node)
        code = as_written(site)
        assert code is not None, ast.dump(node)
        assert code.place == site.place, site.text
        if isinstance(
            node, ast.expr
        ):  # a statement's text for libcst has its semicolon, a parameter's its comma
            assert code.text.strip("() \n\r") == site.text.strip("() \n\r")


def _has_no_node(node: ast.AST) -> bool:
    """A keyword argument's `**`, a pattern's constant, and a parameter with its annotation are cut otherwise."""
    return isinstance(node, ast.keyword) or (isinstance(node, ast.arg) and node.annotation is not None)


@pytest.mark.parametrize("text", ODD.values(), ids=ODD.keys())
def test_odd_programs(text: str) -> None:
    check(text)


def test_programs_of_all_rules() -> None:
    for rule in registry().rules.values():
        for example in (*rule.bad, *rule.good):
            check(dedent(example.code))


@pytest.mark.parametrize(
    ("text", "kind"), [("x = (1, 2)\n", cst.Tuple), ("f(a for a in b)\n", cst.GeneratorExp)]
)
def test_what_owns_its_parentheses_is_found(text: str, kind: type[cst.CSTNode]) -> None:
    found = [
        as_written(NodeSite(chunk, node))
        for chunk, node in nodes_of(text)
        if isinstance(node, ast.Tuple | ast.GeneratorExp)
    ]
    assert [type(code.node) for code in found if code] == [kind]


def test_what_is_nested_too_deeply_is_left_to_python() -> None:
    [chunk] = split("x = " + "(" * 90 + "-" * 300 + "1" + ")" * 90 + "\n", "program.py")
    assert not chunk.readable
    assert as_written(NodeSite(chunk, chunk.statements[0])) is None


@pytest.mark.parametrize(
    ("text", "kind", "name"),
    [
        ("@a\nasync  def f(x): ...\n", ast.AsyncFunctionDef, "f"),
        ("class  C(D): ...\n", ast.ClassDef, "C"),
        ("f(ü=1)\n", ast.keyword, "ü"),
        ("def f(ü: int = 1): ...\n", ast.arg, "ü"),
    ],
)
def test_a_name_stands_within_what_it_names(text: str, kind: type[ast.AST], name: str) -> None:
    [site] = [NameSite(chunk, node) for chunk, node in nodes_of(text) if isinstance(node, kind)]
    assert site.text == name
