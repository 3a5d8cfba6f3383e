"""Loops and comprehensions.

A loop over known items that trains nothing is unrolled: it builds layers. A loop that trains is an event of
the plan: its body runs once for all its turns, and what changes from turn to turn is unknown in it.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, TypeGuard

from trainlint.evaluate.assigned import For, Functions, assigned_in
from trainlint.evaluate.assignment import assign
from trainlint.evaluate.expressions import hashable
from trainlint.evaluate.flow import Flow
from trainlint.evaluate.grammar import expression, statement
from trainlint.evaluate.happenings import Repeated
from trainlint.evaluate.iteration import element
from trainlint.frameworks import catalogue
from trainlint.values.origin import Made
from trainlint.values.value import (
    Bound,
    Function,
    Instance,
    Items,
    Known,
    Mapped,
    Mutable,
    OneOf,
    Scope,
    Unknown,
    Value,
    has_absent,
)

if TYPE_CHECKING:
    from trainlint.evaluate.machine import Machine

CHANGES_IN_LOOP = "it changes in a loop"
"""The reason why a number that a loop counts up is unknown in it."""

MOST_TURNS = 256
"""Turns of a loop that are unrolled."""

MOST_NESTED_TURNS = 1024
"""Turns of loops inside loops of one function that are unrolled: what builds layers takes fewer, tables of
relative positions (49 x 49 for a window of 7) take more."""

MOST_WHILE_TURNS = 64
"""Turns of a `while` that are tried before it counts as one that goes on for long."""

MOST_WHILE_STEPS = 20_000
"""Steps of evaluation that such a try may take."""


_BATCHES = re.compile(r"load(er|ers)\b|(^|[^a-z])(mini_?)?batches\b|(^|_)dl\b", re.IGNORECASE)
"""How people name what gives batches, where nothing else is known of it."""


@statement(ast.For, ast.AsyncFor)
def for_loop(machine: Machine, node: For) -> Flow:
    iterable = machine.evaluate(node.iter)
    known = machine.items(iterable)
    if (
        known is not None
        and len(known) <= MOST_TURNS
        and not machine.frame.program.trains(machine, node.body)
    ):
        if len(known) * machine.frame.turns <= MOST_NESTED_TURNS:
            return _unrolled(machine, node, known, iterable)
        machine.frame.endless = True
    return _once_for_all(machine, node, iterable)


def _unrolled(machine: Machine, node: For, known: tuple[Value, ...], iterable: Value) -> Flow:
    """Each turn by itself; where a loop within has too many, one turn of both stands for all that are left."""
    frame, outside = machine.frame, machine.frame.turns
    frame.turns = outside * max(len(known), 1)
    try:
        for item in known:
            if machine.steps < 0:
                break
            if has_absent(item):
                _optional_turn(machine, node, item)
                continue
            assign(machine, node.target, item, node.iter)
            flow = machine.execute(node.body)
            if flow is Flow.BREAK:
                return Flow.NEXT
            if flow in (Flow.RETURN, Flow.RAISE):
                return flow
            if frame.endless:
                return _once_for_all(machine, node, iterable)
    finally:
        frame.turns = outside
        frame.endless = frame.endless and outside > 1
    return machine.execute(node.orelse)


def _optional_turn(machine: Machine, node: For, item: Value) -> None:
    present = [o for o in item.options if not has_absent(o)] if isinstance(item, OneOf) else []

    def turn() -> Flow:
        assign(machine, node.target, present[0] if len(present) == 1 else OneOf(tuple(present)), node.iter)
        machine.execute(node.body)
        return Flow.NEXT

    if present:
        machine.branch([turn, lambda: Flow.NEXT], machine.site(node.iter), str)


def _once_for_all(machine: Machine, node: For, iterable: Value) -> Flow:
    site = machine.site(node.iter)
    over = _runs_over(iterable)
    if over == "unknown" and not _is_range(iterable) and _BATCHES.search(site.text):
        over = "batches"
    times = Known(len(iterable.value), iterable.origin) if _is_range(iterable) else None

    def prepare() -> None:
        assign(machine, node.target, element(machine, iterable, site), node.iter)

    return _abstract_loop(machine, prepare, node, Repeated([], over, times, site, iterable))


@statement(ast.While)
def while_loop(machine: Machine, node: ast.While) -> Flow:
    if machine.truth(machine.evaluate(node.test)) is False:
        return Flow.NEXT
    if not machine.frame.program.trains(machine, node.body):
        flow = _unrolled_while(machine, node)
        if flow is not None:
            return flow
    return _abstract_loop(machine, lambda: None, node, Repeated([], "unknown", None, machine.site(node)))


def _unrolled_while(machine: Machine, node: ast.While) -> Flow | None:
    """The turns of a loop whose condition stays known to its end; None, and nothing done, for others."""
    frame, mark, facts, budget = machine.frame, machine.trail.mark(), len(machine.facts), machine.steps
    returned, yielded = len(frame.returned), len(frame.yielded)
    ended: Flow | None = None
    with machine.apart() as happened:
        for _ in range(MOST_WHILE_TURNS):
            decided = machine.truth(machine.evaluate(node.test))
            if decided is None or machine.steps < budget - MOST_WHILE_STEPS:
                break
            flow = machine.execute(node.body) if decided else Flow.BREAK
            if not decided and node.orelse:
                flow = machine.execute(node.orelse)
                ended = flow
                break
            if flow not in (Flow.NEXT, Flow.CONTINUE):
                ended = Flow.NEXT if flow is Flow.BREAK else flow
                break
    changes = machine.trail.rewind(mark)
    if ended is None:
        del machine.facts[facts:], frame.returned[returned:], frame.yielded[yielded:]
        return None
    machine.trail.join([changes])
    machine.happened += happened
    return ended


def _abstract_loop(
    machine: Machine,
    prepare: Callable[[], None],
    node: For | ast.While,
    loop: Repeated,
) -> Flow:
    forget_what_changes(machine, node)
    machine.frame.loops += 1
    birth, machine.frame.loop_birth = machine.frame.loop_birth, Mutable.births
    with machine.apart() as happened:
        prepare()
        flow = machine.execute(node.body)
    machine.frame.loops -= 1
    machine.frame.loop_birth = birth
    loop.body = happened
    if happened:
        derived = machine.frame.chunk.derived
        if (_can_stop, node) not in derived:
            derived[_can_stop, node] = _can_stop(node.body)
        loop.can_stop = derived[_can_stop, node]
        machine.happened.append(loop)
    # A return within some turn: the loop may end without it as well.
    return Flow.RAISE if flow is Flow.RAISE else Flow.NEXT


def _can_stop(body: Sequence[ast.AST]) -> bool:
    """Whether a break or return leaves the loop that has this body."""
    waiting = list(body)
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Break | ast.Return):
            return True
        if not isinstance(node, For | ast.While | ast.ClassDef | Functions | ast.expr):
            waiting.extend(ast.iter_child_nodes(node))
    return False


def _is_range(value: Value) -> TypeGuard[Known]:
    return isinstance(value, Known) and isinstance(value.value, range)


def forget_what_changes(machine: Machine, loop: For | ast.While) -> None:
    """Before a body that stands for all turns: numbers it reassigns are unknown from the start."""
    changed = assigned_in(loop, machine.frame.chunk)
    scope: Scope | None = machine.frame.scope
    for name in changed.names:
        found = scope.slots.get(name) if scope is not None else None
        if isinstance(found, Known) and isinstance(found.value, int | float | str):
            machine.write(scope, name, Unknown(CHANGES_IN_LOOP))  # type: ignore[arg-type]
    receiver = machine.frame.receiver
    if isinstance(receiver, Mutable):
        _forget_attributes(machine, receiver, changed.attributes)


def forget_what_a_method_changes(machine: Machine, method: Value) -> None:
    """Before a method that stands for all its calls: numbers of its object that it reassigns are unknown."""
    if not isinstance(method, Bound) or not isinstance(method.function, Function):
        return
    changed = assigned_in(method.function.node, method.function.chunk)
    if isinstance(method.receiver, Mutable):
        _forget_attributes(machine, method.receiver, changed.attributes)


def _forget_attributes(machine: Machine, receiver: Mutable, names: frozenset[str]) -> None:
    for name in names:
        found = receiver.slots.get(name)
        if isinstance(found, Known) and isinstance(found.value, int | float):
            machine.write(receiver, name, Unknown(CHANGES_IN_LOOP))


def _runs_over(iterable: Value) -> str:
    """Batches, epochs or something unknown: what one turn of the loop is."""
    if isinstance(iterable, Instance):
        if catalogue.is_a(iterable, "builtins.enumerate", "builtins.zip", "tqdm.tqdm", "builtins.range"):
            inner = iterable.arguments.get("iterable")
            return _runs_over(inner) if inner is not None else "unknown"
        if catalogue.is_a(iterable, "torch.utils.data.DataLoader", "tensorflow.data.Dataset"):
            return "batches"
    return "unknown"


Comprehension = ast.ListComp | ast.GeneratorExp | ast.SetComp | ast.DictComp


@expression(ast.ListComp, ast.GeneratorExp, ast.SetComp, ast.DictComp)
def comprehension(machine: Machine, node: Comprehension) -> Value:
    found: list[tuple[Value | None, Value]] = []
    outer = machine.frame.scope
    machine.frame.scope = Scope("function", outer, "<comprehension>")
    try:
        complete = _turns(machine, node.generators, node, found)
    finally:
        machine.frame.scope = outer
    origin = machine.origin(Made.WRITTEN, node)
    if isinstance(node, ast.DictComp):
        entries: dict[object, Value] = {}
        for key, value in found:
            hashed = hashable(key) if key is not None else None
            if hashed is None:
                complete = False
            else:
                entries[hashed[0]] = value
        return Mapped(entries, complete=complete, origin=origin)
    kind = "set" if isinstance(node, ast.SetComp) else "list"
    return Items([value for _, value in found], kind, complete=complete, origin=origin)  # type: ignore[arg-type]


def _turns(
    machine: Machine,
    loops: Sequence[ast.comprehension],
    node: Comprehension,
    found: list[tuple[Value | None, Value]],
) -> bool:
    """Runs the loops of a comprehension; False when its items are not all known."""
    loop, *inner = loops
    iterable = machine.evaluate(loop.iter)
    known = machine.items(iterable)
    complete = known is not None and len(known) <= MOST_TURNS
    if not complete:
        known = (element(machine, iterable, machine.site(loop.iter)),)
    for item in known or ():
        if machine.steps < 0:
            return False
        assign(machine, loop.target, item, loop.iter)
        decided = [machine.truth(machine.evaluate(test)) for test in loop.ifs]
        if False in decided:
            continue
        start = len(found)
        if inner:
            complete = _turns(machine, inner, node, found) and complete
        elif isinstance(node, ast.DictComp):
            found.append((machine.evaluate(node.key), machine.evaluate(node.value)))
        else:
            found.append((None, machine.evaluate(node.elt)))
        if None in decided or has_absent(item):
            complete = False
            del found[start + 1 :]
    return complete
