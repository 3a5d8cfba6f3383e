"""Statements that are an expression: what they give is thrown away."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Literal

from trainlint.frameworks.facts import LeftUnused
from trainlint.syntax.company import keeps_results_of
from trainlint.values.tensor import Tensor
from trainlint.values.value import Instance, Unknown, options_of

if TYPE_CHECKING:
    from trainlint.evaluate.machine import Machine


def note_unused(machine: Machine, node: ast.expr) -> None:
    """Before the statement runs: which method of which object it calls, names or compares."""
    if _is_shown(machine):
        return
    named = node
    form: Literal["called", "named", "compared"] = "named"
    if isinstance(node, ast.Call):
        named, form = node.func, "called"
    elif isinstance(node, ast.Compare):
        named, form = node.left, "compared"
    if not isinstance(named, ast.Attribute) or not is_plain(named.value):
        return
    for receiver in options_of(machine.evaluate(named.value)):
        # A method of an object may do its work without a result; one of a tensor gives a new tensor.
        if isinstance(receiver, Tensor) or (isinstance(receiver, Instance) and form != "called"):
            machine.note(LeftUnused(receiver, named.attr, form, machine.site(node)))
        elif isinstance(receiver, Unknown) and isinstance(node, ast.Call):
            method = named.attr
            if method in _MOVING and keeps_results_of(machine.frame.chunk, node, method):
                machine.note(LeftUnused(receiver, method, form, machine.site(node), by_company=True))


_MOVING = frozenset({"to", "cuda"})
"""Methods that give a new tensor, as the author knows who keeps the result for the next name."""


def _is_shown(machine: Machine) -> bool:
    """Whether the statement is the last of a notebook's cell, which shows what it gives."""
    chunk = machine.frame.chunk
    return chunk.shown and machine.frame.function is None and isinstance(chunk.statements[-1], ast.Expr)


def is_plain(node: ast.expr) -> bool:
    """Whether evaluating an expression does nothing but look."""
    while isinstance(node, ast.Attribute):
        node = node.value
    return isinstance(node, ast.Name)
