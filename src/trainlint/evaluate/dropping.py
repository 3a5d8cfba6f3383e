"""Gradients that a tape gives and that the program does not look at."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from trainlint.evaluate.happenings import Happening
from trainlint.syntax.positions import NodeSite

if TYPE_CHECKING:
    from trainlint.evaluate.machine import Machine


def note_dropped(machine: Machine, node: ast.Assign) -> None:
    """After `gradients = tape.gradient(…)`: whether anything in the function reads that name."""
    last = machine.happened[-1] if machine.happened else None
    if not isinstance(last, Happening) or last.objects.get("gradients") != "given":
        return
    names = [target.id for target in node.targets if isinstance(target, ast.Name)]
    made_here = isinstance(last.site, NodeSite) and last.site.node is node.value
    function = machine.frame.function
    if made_here and function is not None and len(names) == len(node.targets):
        uses = [each for each in ast.walk(function.node) if isinstance(each, ast.Name) and each.id in names]
        if len(uses) == len(names):
            last.objects["gradients"] = "dropped"
