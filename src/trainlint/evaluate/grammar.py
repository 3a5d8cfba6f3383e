"""Which function evaluates which kind of syntax node; the tables fill as the modules are imported."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import libcst as cst

if TYPE_CHECKING:
    from trainlint.evaluate.flow import Flow
    from trainlint.evaluate.machine import Machine
    from trainlint.values.value import Value

EXPRESSIONS: dict[type[cst.CSTNode], Callable[[Machine, Any], Value]] = {}
STATEMENTS: dict[type[cst.CSTNode], Callable[[Machine, Any], Flow]] = {}


def expression(*kinds: type[cst.CSTNode]) -> Callable[[Callable[..., Value]], Callable[..., Value]]:
    """Registers the function that evaluates some kinds of expression."""

    def register(function: Callable[..., Value]) -> Callable[..., Value]:
        EXPRESSIONS.update(dict.fromkeys(kinds, function))
        return function

    return register


def statement(*kinds: type[cst.CSTNode]) -> Callable[[Callable[..., Flow]], Callable[..., Flow]]:
    """Registers the function that executes some kinds of statement."""

    def register(function: Callable[..., Flow]) -> Callable[..., Flow]:
        STATEMENTS.update(dict.fromkeys(kinds, function))
        return function

    return register
