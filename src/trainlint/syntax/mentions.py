"""What statements mention, found in one walk over the standard library's tree."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property

from trainlint.syntax.gate import DEEPEST
from trainlint.syntax.nodes import within


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


_TELLING = frozenset({ast.Attribute, ast.FunctionDef, ast.AsyncFunctionDef, ast.Global})
"""Nodes that say more than what stands within them."""


def mentions_of(statements: Iterable[ast.AST], depth: int = 0) -> Mentions:
    """What statements mention that are `depth` levels below the top of their tree."""
    found = Mentions()
    names, attributes = found.names, found.attributes
    level = list(statements)
    while level:
        depth += 1
        below: list[ast.AST] = []
        for node in level:
            if isinstance(node, ast.Name):
                names.add(node.id)
            elif isinstance(node, ast.Constant):
                continue
            elif depth > DEEPEST:
                found.too_deep = True
            elif node.__class__ not in _TELLING:
                below += within(node)
            elif isinstance(node, ast.Attribute):
                if (node.attr, getattr(node.value, "id", "")) not in _OF_LIBRARIES:
                    attributes.add(node.attr)
                below.append(node.value)
            elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                header = mentions_of((*node.decorator_list, node.args, *_returns(node)), depth)
                body = mentions_of(node.body, depth)
                found.add(header)
                found.add(body)
                found.functions.append(FunctionMentions(node.name, header, body))
            elif isinstance(node, ast.Global):
                found.declared_global.update(node.names)
        level = below
    return found


def _returns(function: ast.FunctionDef | ast.AsyncFunctionDef) -> tuple[ast.expr, ...]:
    return (function.returns,) if function.returns is not None else ()
