"""Gradients that a tape gives and that the program does not look at."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

from trainlint.evaluate.happenings import Happening
from trainlint.syntax.positions import NodeSite

if TYPE_CHECKING:
    from trainlint.evaluate.machine import Machine


def note_dropped(machine: Machine, node: cst.Assign) -> None:
    """After `gradients = tape.gradient(…)`: whether anything in the function reads that name."""
    last = machine.happened[-1] if machine.happened else None
    if not isinstance(last, Happening) or last.objects.get("gradients") != "given":
        return
    names = [target.target.value for target in node.targets if isinstance(target.target, cst.Name)]
    made_here = isinstance(last.site, NodeSite) and last.site.node is node.value
    function = machine.frame.function
    if made_here and function is not None and len(names) == len(node.targets):
        uses = _Uses(frozenset(names))
        function.node.body.visit(uses)
        if uses.count == len(names):
            last.objects["gradients"] = "dropped"


class _Uses(cst.CSTVisitor):
    """How often some names stand in a body, as targets or otherwise."""

    def __init__(self, names: frozenset[str]) -> None:
        super().__init__()
        self.names = names
        self.count = 0

    def visit_Name(self, node: cst.Name) -> None:
        self.count += node.value in self.names
