"""What is done with the names that a loop or a function binds together: `for images, labels in loader`."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from trainlint.syntax.chunks import Chunk
from trainlint.syntax.surroundings import last_name, parents_of


def keeps_results_of(chunk: Chunk, call: cst.Call, method: str) -> bool:
    """Whether what is around `x.method(…)` binds `x` beside another name and keeps that one's result:
    `y = y.method(…)`. An argument of a function may be a network, which moves in place: `x` is none where a network
    is applied to it, and nothing else is done with it."""
    name = _receiver(call, method)
    around = parents_of(chunk, call)
    binding = next((node for node in around if isinstance(node, cst.For | cst.FunctionDef)), None)
    if not name or binding is None:
        return False
    together = set(_names(binding.target) if isinstance(binding, cst.For) else _parameters(binding))
    if name not in together or len(together) < 2:
        return False
    keeping = _Keeping(method)
    binding.body.visit(keeping)
    if not keeping.names & (together - {name}) or name in keeping.names:
        return False
    if isinstance(binding, cst.For):
        return True
    use = _Use(name, together)
    binding.body.visit(use)
    return use.goes_in and use.owner == 1  # the one is the call in question


def _parameters(function: cst.FunctionDef) -> Iterator[str]:
    given = function.params
    return (one.name.value for one in (*given.posonly_params, *given.params, *given.kwonly_params))


class _Use(cst.CSTVisitor):
    """What is done with one name: whether it alone goes into another argument of the function or a member of its
    object, and how often it is called or asked for a member itself."""

    def __init__(self, name: str, arguments: set[str]) -> None:
        super().__init__()
        self.name = name
        self.arguments = arguments
        self.goes_in = False
        self.owner = 0

    def visit_Attribute(self, node: cst.Attribute) -> None:
        self.owner += self._is_it(node.value)

    def visit_Call(self, node: cst.Call) -> None:
        self.owner += self._is_it(node.func)
        if len(node.args) == 1 and self._is_it(node.args[0].value):
            owner = node.func.value if isinstance(node.func, cst.Attribute) else node.func
            self.goes_in |= isinstance(owner, cst.Name) and owner.value in self.arguments

    def _is_it(self, node: cst.BaseExpression) -> bool:
        return isinstance(node, cst.Name) and node.value == self.name


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
