"""Which function evaluates which kind of syntax node; the tables fill as the modules are imported."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from trainlint.evaluate.flow import Flow
    from trainlint.evaluate.machine import Machine
    from trainlint.values.value import Value

EXPRESSIONS: dict[type[ast.AST], Callable[[Machine, Any], Value]] = {}
STATEMENTS: dict[type[ast.AST], Callable[[Machine, Any], Flow]] = {}


def expression(*kinds: type[ast.AST]) -> Callable[[Callable[..., Value]], Callable[..., Value]]:
    """Registers the function that evaluates some kinds of expression."""

    def register(function: Callable[..., Value]) -> Callable[..., Value]:
        EXPRESSIONS.update(dict.fromkeys(kinds, function))
        return function

    return register


def statement(*kinds: type[ast.AST]) -> Callable[[Callable[..., Flow]], Callable[..., Flow]]:
    """Registers the function that executes some kinds of statement."""

    def register(function: Callable[..., Flow]) -> Callable[..., Flow]:
        STATEMENTS.update(dict.fromkeys(kinds, function))
        return function

    return register
