"""Names that a statement does not give a value itself: what it takes from its module, or from Python."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Set

from trainlint.syntax.chunks import Chunk, told_once

_Function = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
_Comprehension = ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp


@told_once
def free_names(chunk: Chunk) -> Set[str]:
    """The names that a chunk takes from outside."""
    return frozenset(_taken(chunk.statements))


def _taken(nodes: Iterable[ast.AST]) -> set[str]:
    """What some code in one scope reads; what it assigns counts, too, since it may read that before."""
    taken: set[str] = set()
    waiting = list(nodes)
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Name):
            taken.add(node.id)
        elif isinstance(node, _Function):
            body = [node.body] if isinstance(node, ast.Lambda) else node.body
            taken |= _taken(body) - _made_in(body) - {argument.arg for argument in _arguments(node.args)}
            waiting += _header(node)
        elif isinstance(node, _Comprehension):
            targets = _made_in(loop.target for loop in node.generators)
            taken |= _taken(ast.iter_child_nodes(node)) - targets
        else:
            waiting.extend(ast.iter_child_nodes(node))
    return taken


def _made_in(body: Iterable[ast.AST]) -> set[str]:
    """The names that belong to a function because it gives them a value."""
    made: set[str] = set()
    lent: set[str] = set()
    waiting = list(body)
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Name):
            if not isinstance(node.ctx, ast.Load):
                made.add(node.id)
        elif isinstance(node, ast.Global | ast.Nonlocal):
            lent.update(node.names)
        elif isinstance(node, ast.Import | ast.ImportFrom):
            made.update(alias.asname or alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            made.add(node.name)
        elif isinstance(node, ast.ExceptHandler | ast.MatchAs | ast.MatchStar) and node.name:
            made.add(node.name)
            waiting.extend(ast.iter_child_nodes(node))
        elif not isinstance(node, ast.Lambda | _Comprehension):
            waiting.extend(ast.iter_child_nodes(node))
    return made - lent


def _arguments(given: ast.arguments) -> Iterable[ast.arg]:
    yield from (*given.posonlyargs, *given.args, *given.kwonlyargs)
    yield from (argument for argument in (given.vararg, given.kwarg) if argument is not None)


def _header(function: _Function) -> list[ast.AST]:
    """What of a function is read where it is defined."""
    header: list[ast.AST] = [*function.args.defaults, *filter(None, function.args.kw_defaults)]
    header += [a.annotation for a in _arguments(function.args) if a.annotation is not None]
    if not isinstance(function, ast.Lambda):
        header += function.decorator_list
        header += [function.returns] if function.returns is not None else []
    return header
