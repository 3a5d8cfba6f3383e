"""Tests that hold at each n-th turn of a loop: `(i + 1) % n == 0`."""

from __future__ import annotations

import libcst as cst

from trainlint.evaluate.machine import Machine
from trainlint.values.value import Value


def every_turn(machine: Machine, test: cst.BaseExpression) -> Value | None:
    """The n of such a test; None for others."""
    waiting: list[cst.BaseExpression] = [test]
    while waiting:
        node = waiting.pop(0)
        match node:
            case cst.BinaryOperation(
                operator=cst.Modulo(), right=cst.Name() | cst.Attribute() | cst.Integer()
            ):
                return machine.evaluate(node.right)
            case cst.BooleanOperation():
                waiting += [node.left, node.right]
            case cst.Comparison():
                waiting += [node.left, *(part.comparator for part in node.comparisons)]
            case cst.UnaryOperation():
                waiting.append(node.expression)
    return None
