"""Losses that are kept from one turn of a loop to the next, with the graph behind them."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from trainlint.evaluate.loops import CHANGES_IN_LOOP
from trainlint.frameworks.losses import LOSSES
from trainlint.syntax.positions import NodeSite, Site
from trainlint.values.tensor import Tensor
from trainlint.values.value import Items, Unknown, Value

if TYPE_CHECKING:
    from trainlint.evaluate.machine import Machine


def note_sum(machine: Machine, old: Value, added: Value, total: Value, node: ast.expr) -> None:
    """`total += loss`, where `total` comes from the turn before."""
    grows = isinstance(old, Unknown) and old.reason == CHANGES_IN_LOOP
    if machine.frame.loops and grows and _may_hold_graph(machine, added):
        machine.happen("keep", machine.site(node), loss=added, total=total)


def note_append(machine: Machine, collected: Items, added: Value, site: Site) -> None:
    """`losses.append(loss)`, where the list was made before the loop."""
    outside = collected.birth <= machine.frame.loop_birth
    if machine.frame.loops and outside and _may_hold_graph(machine, added):
        machine.happen("keep", _argument(site), loss=added)


def _argument(site: Site) -> Site:
    """What is passed in a call of one argument."""
    node = site.node if isinstance(site, NodeSite) else None
    if isinstance(site, NodeSite) and isinstance(node, ast.Call) and node.args:
        return NodeSite(site.chunk, node.args[0])
    return site


def _may_hold_graph(machine: Machine, value: Value) -> bool:
    """Whether a value is a loss with its graph; what is not known may be one, which `backward` shows."""
    if isinstance(value, Unknown):
        return "backward" in machine.frame.chunk.words
    return isinstance(value, Tensor) and _holds_graph(value)


def _holds_graph(tensor: Tensor) -> bool:
    """Whether a tensor is a loss, or a little arithmetic with one, that was not cut off."""
    waiting = [tensor]
    for _ in range(8):
        if not waiting:
            return False
        operation = waiting.pop(0).operation
        if operation is None or operation.kind in ("detach", "unknown"):
            continue
        if operation.kind in LOSSES:
            return tensor.library == "torch"
        waiting += operation.inputs
    return False
