"""What stands around and within a piece of code: the list it is an item of, what an operation is done to."""

from __future__ import annotations

import libcst as cst

from trainlint.syntax.concrete import AnySite, CodeSite, as_written
from trainlint.syntax.positions import Place

ITEMS = (cst.Element, cst.Arg)


def parents_of(site: CodeSite) -> list[cst.CSTNode]:
    """The nodes around a node, innermost first."""
    path: list[cst.CSTNode] = []
    return path[::-1] if _found(site.written.module, site.node, path) else []


def _found(start: cst.CSTNode, node: cst.CSTNode, path: list[cst.CSTNode]) -> bool:
    path.append(start)
    if any(child is node or _found(child, node, path) for child in start.children):
        return True
    path.pop()
    return False


def neighbours(site: AnySite) -> tuple[CodeSite | None, CodeSite | None] | None:
    """The layers before and behind a layer in a list, or in `Sequential(…)`; None when it stands elsewhere."""
    code = as_written(site)
    item, *around = parents_of(code)[:2] if code is not None else [None]
    if code is None or not isinstance(item, ITEMS) or not around:
        return None
    if isinstance(item, cst.Arg) and item.keyword is not None:
        return None
    container = around[0]
    if isinstance(container, cst.Call) and last_name(container.func) != "Sequential":
        return None
    if not isinstance(container, cst.List | cst.Tuple | cst.Call):
        return None
    items = container.args if isinstance(container, cst.Call) else container.elements
    plain = [other for other in items if isinstance(other, cst.Element) or _is_plain(other)]
    index = next((number for number, other in enumerate(plain) if other is item), None)
    if index is None or len(plain) != len(items) or "#" in code.at(container).text:
        return None
    before = code.at(plain[index - 1].value) if index else None
    behind = code.at(plain[index + 1].value) if index + 1 < len(plain) else None
    return before, behind


def _is_plain(item: cst.CSTNode) -> bool:
    return isinstance(item, cst.Arg) and item.keyword is None and not item.star


def application(site: AnySite) -> tuple[CodeSite, CodeSite] | None:
    """The call `layer(x)` of the layer that is made at a place, and its `x`."""
    code = as_written(site)
    call = next(iter(parents_of(code)), None) if code is not None else None
    if code is None or not isinstance(call, cst.Call) or call.func is not code.node or len(call.args) != 1:
        return None
    only = call.args[0]
    return (code.at(call), code.at(only.value)) if _is_plain(only) else None


def passing_statement(site: AnySite, method: str) -> Place | None:
    """The statement `x.method(…)` of a line of its own that code is the only argument of."""
    code = as_written(site)
    around = parents_of(code)[:4] if code is not None else []
    if (
        code is None
        or len(around) < 4
        or not isinstance(around[3], cst.SimpleStatementLine)
        or len(around[3].body) != 1
    ):
        return None
    argument, call, statement, line = around
    if not isinstance(argument, cst.Arg) or not isinstance(call, cst.Call) or len(call.args) != 1:
        return None
    named = isinstance(call.func, cst.Attribute) and call.func.attr.value == method
    return code.at(line).place if named and isinstance(statement, cst.Expr) else None


def ends_its_block(site: AnySite) -> bool:
    """Whether code stands in the last statement of an indented block."""
    code = as_written(site)
    around = parents_of(code) if code is not None else []
    inner = next((node for node in around if isinstance(node, cst.SimpleStatementLine)), None)
    block = next((node for node in around if isinstance(node, cst.IndentedBlock)), None)
    return block is not None and block.body[-1] is inner


def last_name(node: cst.BaseExpression) -> str:
    """`c` of `a.b.c`; empty for what is no name."""
    last = node.attr if isinstance(node, cst.Attribute) else node
    return last.value if isinstance(last, cst.Name) else ""


def operand(site: AnySite) -> CodeSite | None:
    """What an operation is done to; None where `a.f(b)` may be a method of `a` as well as a function."""
    code = as_written(site)
    found = _operand(code.node) if code is not None else None
    return code.at(found) if code is not None and found is not None else None


def _operand(node: cst.CSTNode) -> cst.BaseExpression | None:
    if isinstance(node, cst.BinaryOperation):
        return node.left
    if not isinstance(node, cst.Call) or any(argument.star for argument in node.args):
        return None
    if last_name(node.func)[:1].isupper():
        return None  # makes a layer
    plain = [argument.value for argument in node.args if argument.keyword is None]
    if not isinstance(node.func, cst.Attribute):
        return plain[0] if plain else None
    owner = node.func.value
    if not isinstance(owner, cst.Name | cst.Attribute):
        return owner  # no module: a method
    if not plain or _is_number(plain[0]):
        return owner
    if len(node.args) > 1 or last_name(owner) in {"F", "functional"} or not isinstance(plain[0], cst.Name):
        return plain[0]
    return None


def _is_number(node: cst.BaseExpression) -> bool:
    while isinstance(node, cst.UnaryOperation):
        node = node.expression
    return isinstance(node, cst.Integer)


def binds_loosely(site: CodeSite) -> bool:
    """Whether an expression needs parentheses to stand within another one."""
    loose = (
        cst.BinaryOperation,
        cst.BooleanOperation,
        cst.Comparison,
        cst.IfExp,
        cst.Lambda,
        cst.UnaryOperation,
    )
    return isinstance(site.node, loose) and not site.node.lpar
