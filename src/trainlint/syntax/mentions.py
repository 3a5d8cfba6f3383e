"""What statements mention, found in one walk over the standard library's tree."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property

from trainlint.syntax.gate import DEEPEST


@dataclass(eq=False)
class Mentions:
    """Names and attributes that occur in some statements, at any depth."""

    names: set[str] = field(default_factory=set)
    attributes: set[str] = field(default_factory=set)
    declared_global: set[str] = field(default_factory=set)
    functions: list[FunctionMentions] = field(default_factory=list)
    too_deep: bool = False  # nested so deeply that it is not followed, and that libcst must not see it

    @cached_property
    def words(self) -> frozenset[str]:
        return frozenset(self.names | self.attributes)

    def add(self, other: Mentions) -> None:
        self.names |= other.names
        self.attributes |= other.attributes
        self.declared_global |= other.declared_global
        self.functions += other.functions
        self.too_deep |= other.too_deep


@dataclass(eq=False)
class FunctionMentions:
    """What a function mentions. Its header are decorators, annotations and defaults."""

    name: str
    header: Mentions
    body: Mentions


_OF_LIBRARIES = frozenset({("compile", "re"), ("compile", "regex")})
"""Functions of libraries that share their name with a method that matters: patterns are compiled, and models."""


def mentions_of(statements: Iterable[ast.AST], depth: int = 0) -> Mentions:
    """What statements mention that are `depth` levels below the top of their tree."""
    found = Mentions()
    names, attributes = found.names, found.attributes
    waiting = [(statement, depth) for statement in statements]
    while waiting:
        node, depth = waiting.pop()
        if isinstance(node, ast.Name):
            names.add(node.id)
            continue
        if isinstance(node, ast.Constant):
            continue
        depth += 1
        if depth > DEEPEST:
            found.too_deep = True
            continue
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            header = mentions_of((*node.decorator_list, node.args, *_returns(node)), depth)
            body = mentions_of(node.body, depth)
            found.add(header)
            found.add(body)
            found.functions.append(FunctionMentions(node.name, header, body))
            continue
        if isinstance(node, ast.Attribute):
            if (node.attr, getattr(node.value, "id", "")) not in _OF_LIBRARIES:
                attributes.add(node.attr)
        elif isinstance(node, ast.Global):
            found.declared_global.update(node.names)
        # Twice as quick as ast.iter_child_nodes; what is no node (a row, an operator) holds nothing to mention.
        for child in node.__dict__.values():
            if child.__class__ is list:
                waiting += [(item, depth) for item in child if isinstance(item, ast.AST)]
            elif isinstance(child, ast.AST) and child.__class__ not in _WITHOUT_NAMES:
                waiting.append((child, depth))
    return found


_WITHOUT_NAMES = frozenset(
    kind
    for group in (ast.expr_context, ast.operator, ast.unaryop, ast.boolop, ast.cmpop)
    for kind in group.__subclasses__()
)


def _returns(function: ast.FunctionDef | ast.AsyncFunctionDef) -> tuple[ast.expr, ...]:
    return (function.returns,) if function.returns is not None else ()
