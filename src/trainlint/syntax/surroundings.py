"""What stands around and within a piece of code: the list it is an item of, what an operation is done to."""

from __future__ import annotations

import libcst as cst

from trainlint.syntax.chunks import Chunk
from trainlint.syntax.positions import NodeSite, Place

ITEMS = (cst.Element, cst.Arg)


def parents_of(chunk: Chunk, node: cst.CSTNode) -> list[cst.CSTNode]:
    """The nodes around a node, innermost first; empty when it does not stand in the chunk."""
    path: list[cst.CSTNode] = []
    return path[::-1] if _found(chunk.module, node, path) else []


def _found(start: cst.CSTNode, node: cst.CSTNode, path: list[cst.CSTNode]) -> bool:
    path.append(start)
    if any(child is node or _found(child, node, path) for child in start.children):
        return True
    path.pop()
    return False


def neighbours(site: NodeSite) -> tuple[NodeSite | None, NodeSite | None] | None:
    """The layers before and behind a layer in a list, or in `Sequential(…)`; None when it stands elsewhere."""
    item, *around = parents_of(site.chunk, site.node)[:2] or [site.node]
    if not isinstance(item, ITEMS) or not around or (isinstance(item, cst.Arg) and item.keyword is not None):
        return None
    container = around[0]
    if isinstance(container, cst.Call) and last_name(container.func) != "Sequential":
        return None
    if not isinstance(container, cst.List | cst.Tuple | cst.Call):
        return None
    items = container.args if isinstance(container, cst.Call) else container.elements
    plain = [other for other in items if isinstance(other, cst.Element) or _is_plain(other)]
    index = next((number for number, other in enumerate(plain) if other is item), None)
    if index is None or len(plain) != len(items) or "#" in site.chunk.code_for(container):
        return None
    before = NodeSite(site.chunk, plain[index - 1].value) if index else None
    behind = NodeSite(site.chunk, plain[index + 1].value) if index + 1 < len(plain) else None
    return before, behind


def _is_plain(item: cst.CSTNode) -> bool:
    return isinstance(item, cst.Arg) and item.keyword is None and not item.star


def application(site: NodeSite) -> tuple[NodeSite, NodeSite] | None:
    """The call `layer(x)` of the layer that is made at a place, and its `x`."""
    around = parents_of(site.chunk, site.node)[:1]
    call = around[0] if around else None
    if not isinstance(call, cst.Call) or call.func is not site.node or len(call.args) != 1:
        return None
    only = call.args[0]
    return (NodeSite(site.chunk, call), NodeSite(site.chunk, only.value)) if _is_plain(only) else None


def passing_statement(site: NodeSite, method: str) -> Place | None:
    """The statement `x.method(…)` of a line of its own that code is the only argument of."""
    around = parents_of(site.chunk, site.node)[:4]
    if len(around) < 4 or not isinstance(around[3], cst.SimpleStatementLine) or len(around[3].body) != 1:
        return None
    argument, call, statement, line = around
    if not isinstance(argument, cst.Arg) or not isinstance(call, cst.Call) or len(call.args) != 1:
        return None
    named = isinstance(call.func, cst.Attribute) and call.func.attr.value == method
    return site.chunk.place_of(line) if named and isinstance(statement, cst.Expr) else None


def ends_its_block(site: NodeSite) -> bool:
    """Whether code stands in the last statement of an indented block."""
    around = parents_of(site.chunk, site.node)
    inner = next((node for node in around if isinstance(node, cst.SimpleStatementLine)), None)
    block = next((node for node in around if isinstance(node, cst.IndentedBlock)), None)
    return block is not None and block.body[-1] is inner


def last_name(node: cst.BaseExpression) -> str:
    """`c` of `a.b.c`; empty for what is no name."""
    last = node.attr if isinstance(node, cst.Attribute) else node
    return last.value if isinstance(last, cst.Name) else ""


def operand(site: NodeSite) -> NodeSite | None:
    """What an operation is done to; None where `a.f(b)` may be a method of `a` as well as a function."""
    found = _operand(site.node)
    return NodeSite(site.chunk, found) if found is not None else None


def callee(site: NodeSite) -> str:
    """What is called at a place, as it is written; empty where nothing is."""
    return site.chunk.code_for(site.node.func) if isinstance(site.node, cst.Call) else ""


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


def binds_loosely(site: NodeSite) -> bool:
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
