"""What stands within a node, against what the standard library says."""

from __future__ import annotations

import ast
import inspect
import sys

import pytest

from trainlint.syntax.nodes import walk, within

_LEFT_OUT = (ast.operator, ast.unaryop, ast.boolop, ast.cmpop, ast.expr_context, ast.alias)

EVERYTHING = """
import os.path as path, sys
from . import this as that
global counted, made
@decorated(1)
def function(a, /, b: int = 1, *args, c, d=2, **kwargs) -> list[int]:
    nonlocal x
    return {**a, "b": b} or not [*args] and {c, *d} < 1 <= 2 is not None
async def other(*, given=1):
    async for i in a: await b
    async with a as b, c: yield
    return [x async for x in y if x if z]
class Net(Base, metaclass=Meta):
    size: int
    (width): int = 3
    lr: float = 1e-3
for i, (j, *k) in zip(a, b):
    continue
else:
    pass
while (n := f(*a, key=1, **more)):
    break
if a[1:2, ..., ::3]:
    del a.b, a[0]
elif lambda x, *y: -x @ y:
    raise E from e
with open(a) as b:
    assert a, "because"
try:
    x = y = 0
    x += 1 if y else 2
except (A, B) as error:
    f"{x!r:>{width}} {y}"
except:
    (yield from x)
finally:
    {a: b for a in b}, {a for a in b}, (a for a in b), u"text", b"bytes", 1j
try:
    pass
except* A:
    pass
match x:
    case 1 | None | True: ...
    case {"a": 1, **rest}: ...
    case Point(1, y=[2, *others]) as point if point: ...
    case a.b: ...
    case _: ...
"""

NEWER = """
type Pair[T: int, *Ts, **P] = tuple[T, T]
def generic[T](x: T) -> T: ...
class Box[T]: ...
"""


def _nodes(tree: ast.AST) -> list[ast.AST]:
    return list(ast.walk(tree))


@pytest.mark.parametrize("text", [EVERYTHING, *([NEWER] if sys.version_info >= (3, 12) else [])])
def test_it_is_what_the_standard_library_finds(text: str) -> None:
    for node in _nodes(ast.parse(text)):
        expected = [child for child in ast.iter_child_nodes(node) if not isinstance(child, _LEFT_OUT)]
        assert within(node) == expected, ast.dump(node)


def test_all_nodes_are_walked_through_once() -> None:
    tree = ast.parse(EVERYTHING)
    expected = [node for node in ast.walk(tree) if not isinstance(node, _LEFT_OUT)]
    found = list(walk([tree]))
    assert len(found) == len(expected)
    assert set(found) == set(expected)


def test_every_kind_of_node_that_python_3_11_knows_is_tried() -> None:
    tried = {type(node) for node in _nodes(ast.parse(EVERYTHING))}
    all_kinds = {
        kind
        for group in (ast.stmt, ast.expr, ast.pattern)
        for kind in group.__subclasses__()
        if inspect.getmodule(kind) is ast
        and kind.__name__ not in ("TypeAlias", "TemplateStr", "Interpolation")
    }
    assert all_kinds <= tried, all_kinds - tried
