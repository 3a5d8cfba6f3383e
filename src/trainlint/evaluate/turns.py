"""Tests that hold at each n-th turn of a loop: `(i + 1) % n == 0`."""

from __future__ import annotations

import ast

from trainlint.evaluate.machine import Machine
from trainlint.values.value import Value


def every_turn(machine: Machine, test: ast.expr) -> Value | None:
    """The n of such a test; None for others."""
    waiting = [test]
    while waiting:
        node = waiting.pop(0)
        match node:
            case ast.BinOp(op=ast.Mod(), right=ast.Name() | ast.Attribute() | ast.Constant(value=int())):
                return machine.evaluate(node.right)
            case ast.BoolOp():
                waiting += node.values
            case ast.Compare():
                waiting += [node.left, *node.comparators]
            case ast.UnaryOp():
                waiting.append(node.operand)
    return None
