"""The best value so far, kept by hand: `if loss < best_loss: best_loss = loss`."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from trainlint.frameworks.facts import MonitorMade
from trainlint.values.origin import Made
from trainlint.values.value import Instance, Known, Reference

if TYPE_CHECKING:
    from trainlint.evaluate.machine import Machine

_DIRECTIONS = {
    ast.Gt: "max",
    ast.GtE: "max",
    ast.Lt: "min",
    ast.LtE: "min",
}
_OTHER_WAY = {"max": "min", "min": "max"}


def note_best(machine: Machine, node: ast.If) -> None:
    """Before an `if` in a loop: whether it takes a number for better than the best one before."""
    test = node.test
    if not isinstance(test, ast.Compare) or len(test.ops) != 1:
        return
    mode = _DIRECTIONS.get(type(test.ops[0]))
    if mode is None:
        return
    left, right = test.left, test.comparators[0]
    for number, best, way in ((left, right, mode), (right, left, _OTHER_WAY[mode])):
        if _is_best(best) and isinstance(number, ast.Name | ast.Attribute) and _is_kept(node, best, number):
            origin = machine.origin(Made.COMPUTED, test)
            record = Instance(Reference(machine.site(best).text), {}, origin)
            watched = Known(machine.site(number).text, machine.origin(Made.COMPUTED, number))
            machine.note(MonitorMade(record, BY_HAND, watched, Known(way)))


BY_HAND = "by hand"
"""The framework of what is watched by an `if` of the program's own."""


def _is_best(node: ast.expr) -> bool:
    name = node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""
    return "best" in name.lower()


def _is_kept(node: ast.If, best: ast.expr, number: ast.expr) -> bool:
    """Whether the number becomes the best one where the test holds."""
    return any(
        isinstance(line, ast.Assign)
        and len(line.targets) == 1
        and ast.unparse(line.targets[0]) == ast.unparse(best)
        and ast.unparse(line.value) == ast.unparse(number)
        for line in node.body
    )
