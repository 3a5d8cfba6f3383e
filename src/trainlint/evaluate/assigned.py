"""What the body of a loop or function gives a value."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from dataclasses import dataclass

from trainlint.syntax.chunks import Chunk

For = ast.For | ast.AsyncFor
Functions = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Assigned:
    """Names, and attributes of whatever object."""

    names: frozenset[str] = frozenset()
    attributes: frozenset[str] = frozenset()


def assigned_in(node: For | ast.While | Functions | ast.Lambda, chunk: Chunk) -> Assigned:
    """What a body assigns, functions within it left out; found once for each."""
    found = chunk.derived.get((Assigned, node))
    if not isinstance(found, Assigned):
        found = Assigned() if isinstance(node, ast.Lambda) else _assigned(node.body)
        chunk.derived[Assigned, node] = found
    return found


def _assigned(body: Iterable[ast.AST]) -> Assigned:
    names: set[str] = set()
    attributes: set[str] = set()
    waiting: list[ast.AST] = list(body)
    targets: list[ast.expr] = []
    while waiting:
        node = waiting.pop()
        if isinstance(node, Functions | ast.expr):
            continue
        if isinstance(node, ast.Assign | ast.AugAssign):
            targets += node.targets if isinstance(node, ast.Assign) else [node.target]
        waiting.extend(ast.iter_child_nodes(node))
    while targets:
        target = targets.pop()
        if isinstance(target, ast.Name):
            names.add(target.id)
        elif isinstance(target, ast.Attribute):
            attributes.add(target.attr)
        elif isinstance(target, ast.Tuple | ast.List):
            targets += target.elts
        elif isinstance(target, ast.Starred):
            targets.append(target.value)
    return Assigned(frozenset(names), frozenset(attributes))
