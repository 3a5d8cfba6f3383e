"""The best value so far, kept by hand: `if loss < best_loss: best_loss = loss`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

from trainlint.frameworks.facts import MonitorMade
from trainlint.values.origin import Made
from trainlint.values.value import Instance, Known, Reference

if TYPE_CHECKING:
    from trainlint.evaluate.machine import Machine

_DIRECTIONS = {
    cst.GreaterThan: "max",
    cst.GreaterThanEqual: "max",
    cst.LessThan: "min",
    cst.LessThanEqual: "min",
}
_OTHER_WAY = {"max": "min", "min": "max"}


def note_best(machine: Machine, node: cst.If) -> None:
    """Before an `if` in a loop: whether it takes a number for better than the best one before."""
    test = node.test
    if not isinstance(test, cst.Comparison) or len(test.comparisons) != 1:
        return
    mode = _DIRECTIONS.get(type(test.comparisons[0].operator))
    if mode is None:
        return
    left, right = test.left, test.comparisons[0].comparator
    for number, best, way in ((left, right, mode), (right, left, _OTHER_WAY[mode])):
        if _is_best(best) and isinstance(number, cst.Name | cst.Attribute) and _is_kept(node, best, number):
            origin = machine.origin(Made.COMPUTED, test)
            record = Instance(Reference(machine.site(best).text), {}, origin)
            watched = Known(machine.site(number).text, machine.origin(Made.COMPUTED, number))
            machine.note(MonitorMade(record, BY_HAND, watched, Known(way)))


BY_HAND = "by hand"
"""The framework of what is watched by an `if` of the program's own."""


def _is_best(node: cst.BaseExpression) -> bool:
    name = node.attr if isinstance(node, cst.Attribute) else node
    return isinstance(name, cst.Name) and "best" in name.value.lower()


def _is_kept(node: cst.If, best: cst.BaseExpression, number: cst.BaseExpression) -> bool:
    """Whether the number becomes the best one where the test holds."""
    return any(
        isinstance(part, cst.Assign)
        and len(part.targets) == 1
        and part.targets[0].target.deep_equals(best)
        and part.value.deep_equals(number)
        for line in node.body.body
        if isinstance(line, cst.SimpleStatementLine)
        for part in line.body
    )
