"""What is done with the names that a loop binds together: `for images, labels in loader`."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from trainlint.syntax.chunks import Chunk
from trainlint.syntax.surroundings import last_name, parents_of


def keeps_results_of(chunk: Chunk, call: cst.Call, method: str) -> bool:
    """Whether the loop around `x.method(…)` binds `x` beside another name and keeps that one's result:
    `y = y.method(…)`."""
    name = _receiver(call, method)
    around = parents_of(chunk, call)
    loop = next((node for node in around if isinstance(node, cst.For | cst.FunctionDef)), None)
    if not name or not isinstance(loop, cst.For):
        return False
    together = set(_names(loop.target))
    if name not in together or len(together) < 2:
        return False
    keeping = _Keeping(method)
    loop.body.visit(keeping)
    return bool(keeping.names & (together - {name})) and name not in keeping.names


def _receiver(node: cst.BaseExpression, method: str) -> str:
    if not isinstance(node, cst.Call) or not isinstance(node.func, cst.Attribute):
        return ""
    owner = node.func.value
    return owner.value if last_name(node.func) == method and isinstance(owner, cst.Name) else ""


def _names(target: cst.BaseExpression) -> Iterator[str]:
    if isinstance(target, cst.Name):
        yield target.value
    elif isinstance(target, cst.Tuple | cst.List):
        for element in target.elements:
            yield from _names(element.value)


class _Keeping(cst.CSTVisitor):
    """Names that are assigned what a method of their own gives."""

    def __init__(self, method: str) -> None:
        super().__init__()
        self.method = method
        self.names: set[str] = set()

    def visit_Assign(self, node: cst.Assign) -> None:
        target = node.targets[0].target
        name = _receiver(node.value, self.method)
        if name and isinstance(target, cst.Name) and target.value == name:
            self.names.add(name)
