"""What is done with the names that a loop or function binds together: `for images, labels in loader`."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

from trainlint.syntax.chunks import Chunk

_Loop = ast.For | ast.AsyncFor
_Function = ast.FunctionDef | ast.AsyncFunctionDef


def keeps_results_of(chunk: Chunk, call: ast.Call, method: str) -> bool:
    """Whether what is around `x.method(…)` binds `x` beside another name and keeps that one's result:
    `y = y.method(…)`. An argument of a function may be a network, which moves in place: `x` is none where a network
    is applied to it, and nothing else is done with it."""
    name = _receiver(call, method)
    around = _path_to(call, chunk.statements)
    binding = next((node for node in reversed(around) if isinstance(node, _Loop | _Function)), None)
    if not name or binding is None:
        return False
    together = set(_names(binding.target) if isinstance(binding, _Loop) else _parameters(binding))
    if name not in together or len(together) < 2:
        return False
    inside = [node for statement in binding.body for node in ast.walk(statement)]
    keeping = set(_keeping(inside, method))
    if not keeping & (together - {name}) or name in keeping:
        return False
    # Of a function's argument, the call in question is all that it is the owner of.
    return isinstance(binding, _Loop) or (_goes_in(inside, name, together) and _owns(inside, name) == 1)


def _path_to(node: ast.AST, nodes: Sequence[ast.AST]) -> list[ast.AST]:
    """The nodes around a node, outermost first; empty when it stands in none of these."""
    for start in nodes:
        if start is node:
            return [start]
        path = _path_to(node, list(ast.iter_child_nodes(start)))
        if path:
            return [start, *path]
    return []


def _parameters(function: _Function) -> Iterator[str]:
    given = function.args
    return (one.arg for one in (*given.posonlyargs, *given.args, *given.kwonlyargs))


def _receiver(node: ast.expr, method: str) -> str:
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
        return ""
    owner = node.func.value
    return owner.id if node.func.attr == method and isinstance(owner, ast.Name) else ""


def _names(target: ast.expr) -> Iterator[str]:
    for node in ast.walk(target):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id


def _keeping(nodes: Sequence[ast.AST], method: str) -> Iterator[str]:
    """Names that are assigned what a method of their own gives."""
    for node in nodes:
        if isinstance(node, ast.Assign):
            target, name = node.targets[0], _receiver(node.value, method)
            if name and isinstance(target, ast.Name) and target.id == name:
                yield name


def _goes_in(nodes: Sequence[ast.AST], name: str, arguments: set[str]) -> bool:
    """Whether a name alone goes into another argument of the function, or into a member of its object."""
    for node in nodes:
        if (
            isinstance(node, ast.Call)
            and not node.keywords
            and len(node.args) == 1
            and _is(node.args[0], name)
        ):
            owner = node.func.value if isinstance(node.func, ast.Attribute) else node.func
            if isinstance(owner, ast.Name) and owner.id in arguments:
                return True
    return False


def _owns(nodes: Sequence[ast.AST], name: str) -> int:
    """How often what has a name is called, or asked for a member."""
    owners = (
        node.value if isinstance(node, ast.Attribute) else node.func
        for node in nodes
        if isinstance(node, ast.Attribute | ast.Call)
    )
    return sum(_is(owner, name) for owner in owners)


def _is(node: ast.expr, name: str) -> bool:
    return isinstance(node, ast.Name) and node.id == name
