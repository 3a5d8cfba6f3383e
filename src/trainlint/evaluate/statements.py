"""What statements do."""

from __future__ import annotations

import ast
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from trainlint.evaluate import classes, functions, names, operators
from trainlint.evaluate.assignment import assign, assign_attribute, assign_item
from trainlint.evaluate.attributes import attribute
from trainlint.evaluate.best_values import note_best
from trainlint.evaluate.calls import arguments_of
from trainlint.evaluate.dropping import note_dropped
from trainlint.evaluate.flow import Flow
from trainlint.evaluate.grammar import statement
from trainlint.evaluate.keeping import note_sum
from trainlint.evaluate.patterns import matches
from trainlint.evaluate.subscripts import item, single_index
from trainlint.evaluate.turns import every_turn
from trainlint.evaluate.unused import is_plain, note_unused
from trainlint.frameworks import catalogue
from trainlint.frameworks.call import Arguments, Call
from trainlint.frameworks.library import ALONE
from trainlint.syntax.positions import NameSite
from trainlint.values.tensor import Tensor
from trainlint.values.trail import MISSING
from trainlint.values.value import (
    Bound,
    Class,
    Function,
    Instance,
    Items,
    Known,
    Mapped,
    Method,
    Partial,
    Unknown,
    Value,
    integer,
)

if TYPE_CHECKING:
    from trainlint.evaluate.machine import Machine


@statement(ast.Expr)
def expression_statement(machine: Machine, node: ast.Expr) -> Flow:
    note_unused(machine, node.value)
    value = machine.evaluate(node.value)
    if isinstance(value, Instance) and (handler := catalogue.method(value, ALONE)) is not None:
        handler(Call(ALONE, Arguments(), machine.site(node.value), machine, value))
    elif isinstance(value, Tensor):
        _changed_in_place(machine, node.value, value)
    return Flow.NEXT


def _changed_in_place(machine: Machine, node: ast.expr, result: Tensor) -> None:
    """`x.add_(y)` alone: PyTorch's methods whose name ends in `_` change the tensor that they are called on, and
    so does `resize` of NumPy."""
    method = node.func if isinstance(node, ast.Call) else None
    if not isinstance(method, ast.Attribute) or not isinstance(method.value, ast.Name):
        return
    name = method.attr
    changes = (
        name.endswith("_") and not name.endswith("__") if result.library == "torch" else name == "resize"
    )
    if not changes:
        return
    before = machine.evaluate(method.value)
    if isinstance(before, Tensor) and before is not result and not before.is_parameter:
        names.bind(machine, method.value.id, result)


@statement(ast.Assign)
def assignment(machine: Machine, node: ast.Assign) -> Flow:
    value = machine.evaluate(node.value)
    note_dropped(machine, node)
    for target in node.targets:
        assign(machine, target, value, node.value)
    return Flow.NEXT


@statement(ast.AnnAssign)
def annotated_assignment(machine: Machine, node: ast.AnnAssign) -> Flow:
    if node.value is not None:
        assign(machine, node.target, machine.evaluate(node.value), node.value)
    return Flow.NEXT


@statement(ast.AugAssign)
def augmented_assignment(machine: Machine, node: ast.AugAssign) -> Flow:
    """`x += y`; a list grows in place, as in Python."""
    target = node.target
    if isinstance(target, ast.Subscript):
        old = item(machine, machine.evaluate(target.value), single_index(machine, target), node)
    else:
        old = machine.evaluate(target)
    value = machine.evaluate(node.value)
    sign = _AUGMENTED[type(node.op)]
    if isinstance(old, Items) and old.kind == "list" and sign == "+":
        more = machine.items(value)
        machine.write(old, "items", old.items + (more or ()))
        if more is None:
            machine.write(old, "complete", False)
        return Flow.NEXT
    in_place = catalogue.method(old, "__iadd__") if isinstance(old, Instance) and sign == "+" else None
    if in_place is not None:
        in_place(Call("__iadd__", Arguments((value,)), machine.site(node), machine, old))
        return Flow.NEXT
    new = operators.combine(machine, sign, old, value, node)
    if sign == "+":
        note_sum(machine, old, value, new, node.value)
    if isinstance(target, ast.Subscript):
        assign_item(machine, target, new, node)
    else:
        assign(machine, target, new, node)
    return Flow.NEXT


_AUGMENTED = {
    ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.FloorDiv: "//", ast.Mod: "%", ast.Pow: "**",
    ast.MatMult: "@", ast.BitAnd: "&", ast.BitOr: "|", ast.BitXor: "^", ast.LShift: "<<", ast.RShift: ">>",
}  # fmt: skip


@statement(ast.If)
def condition(machine: Machine, node: ast.If) -> Flow:
    note_best(machine, node)
    test = machine.evaluate(node.test)
    decided = machine.truth(test)
    if decided is None:
        every = partial(every_turn, machine, node.test)
        return _both(machine, node, every)
    taken, left_out = (node.body, node.orelse) if decided else (node.orelse, node.body)
    if test.origin is None or not test.origin.overridable:
        return machine.execute(taken)
    if left_out and _trains_only(machine, left_out, taken):
        return _both(
            machine, node
        )  # `if args.train:` with a default of False: what would be trained still matters
    with machine.decided_by(test):
        return machine.execute(taken)


def _both(machine: Machine, node: ast.If, every: Callable[[], Value | None] | None = None) -> Flow:
    paths = [partial(machine.execute, node.body), partial(machine.execute, node.orelse)]
    return machine.branch(paths, machine.site(node.test), every=every)


def _trains_only(machine: Machine, left_out: list[ast.stmt], taken: list[ast.stmt]) -> bool:
    program = machine.frame.program
    return program.trains(machine, left_out) and not program.trains(machine, taken)


With = ast.With | ast.AsyncWith


@statement(ast.With, ast.AsyncWith)
def context(machine: Machine, node: With) -> Flow:
    return _within(machine, node, 0)


def _within(machine: Machine, node: With, position: int) -> Flow:
    """The body of a `with` statement inside its context managers from some position on."""
    if position == len(node.items):
        return machine.execute(node.body)
    item = node.items[position]
    generator = _generator(machine, item.context_expr)
    if generator is not None:
        return _within_generator(machine, node, position, *generator)
    manager = machine.evaluate(item.context_expr)
    _name_context(machine, item, _enter(machine, manager, item.context_expr))
    flow = _within(machine, node, position + 1)
    _exit(machine, manager, item.context_expr)
    return flow


def _name_context(machine: Machine, item: ast.withitem, value: Value) -> None:
    if item.optional_vars is not None:
        assign(machine, item.optional_vars, value, item.context_expr)


def _generator(machine: Machine, node: ast.expr) -> tuple[Function, Arguments] | None:
    """A function of the program that is a context manager as a generator, and what it is called with."""
    if not isinstance(node, ast.Call) or not is_plain(node.func):
        return None
    called = machine.evaluate(node.func)
    function = called.function if isinstance(called, Bound) else called
    if not isinstance(function, Function) or not functions.is_context(function):
        return None
    given = arguments_of(machine, node)
    if isinstance(called, Bound):
        given = Arguments((called.receiver, *given.positional), given.keyword, given.complete)
    return function, given


def _within_generator(
    machine: Machine, node: With, position: int, function: Function, given: Arguments
) -> Flow:
    """What stands before the `yield` runs first, then the body, then the rest."""
    frame, item, flows = machine.frame, node.items[position], list[Flow]()

    def body(value: Value) -> None:
        with machine.within(frame):
            _name_context(machine, item, value)
            flows.append(_within(machine, node, position + 1))

    functions.run(machine, function, given, machine.site(item.context_expr), body)
    if not flows:  # no `yield` was met
        body(Unknown("what a context manager gives"))
    return flows[0]


def _enter(machine: Machine, manager: Value, node: ast.AST) -> Value:
    return _manage(machine, manager, "__enter__", (), node)


def _exit(machine: Machine, manager: Value, node: ast.AST) -> None:
    _manage(machine, manager, "__exit__", (Known(None), Known(None), Known(None)), node)


def _manage(
    machine: Machine, manager: Value, name: str, arguments: tuple[Value, ...], node: ast.AST
) -> Value:
    site = machine.site(node)
    handler = catalogue.method(manager, name)
    if handler is not None:
        return handler(Call(name, Arguments(arguments), site, machine, manager))
    if (
        isinstance(manager, Instance)
        and isinstance(manager.cls, Class)
        and classes.find(machine, manager.cls, name)
    ):
        return machine.call(attribute(machine, manager, name, site), Arguments(arguments), site)
    return manager if name == "__enter__" else Known(None)


@statement(ast.Try, ast.TryStar)
def attempt(machine: Machine, node: ast.Try | ast.TryStar) -> Flow:
    """The body as if nothing goes wrong; the handlers only where the body always raises."""
    flow = machine.execute(node.body)
    if flow is Flow.RAISE and node.handlers:
        flow = machine.execute(node.handlers[0].body)
    elif flow is Flow.NEXT:
        flow = machine.execute(node.orelse)
    last = machine.execute(node.finalbody)
    return last if last is not Flow.NEXT else flow


@statement(ast.FunctionDef, ast.AsyncFunctionDef)
def define_function(machine: Machine, node: ast.FunctionDef | ast.AsyncFunctionDef) -> Flow:
    function: Value = functions.make_function(machine, node)
    assert isinstance(function, Function)
    for decorator in reversed(function.decorators):
        if (
            isinstance(decorator, Method)
            and isinstance(decorator.receiver, Function)
            and decorator.name == "setter"
        ):
            # `@rate.setter`: the property keeps its name, what sets it gets one of its own.
            machine.write(machine.frame.scope, f"{node.name}.setter", function)
            return Flow.NEXT
        function = _decorated(machine, decorator, function, node)
    machine.write(machine.frame.scope, node.name, function)
    return Flow.NEXT


def _decorated(
    machine: Machine,
    decorator: Value,
    function: Value,
    node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef,
) -> Value:
    """A decorator of the program may change a function or class; one that is not known leaves it as it is."""
    handler = catalogue.decorator(decorator)
    if handler is not None:
        receiver = decorator if isinstance(decorator, Instance) else None
        site = NameSite(machine.frame.chunk, node)
        return handler(Call(node.name, Arguments((function,)), site, machine, receiver))
    if isinstance(decorator, Function | Bound | Partial | Class) or (
        isinstance(decorator, Instance) and isinstance(decorator.cls, Class)
    ):
        changed = machine.call(decorator, Arguments((function,)), NameSite(machine.frame.chunk, node))
        if not isinstance(changed, Unknown) and not (isinstance(changed, Known) and changed.value is None):
            return changed
    return function


@statement(ast.ClassDef)
def define_class(machine: Machine, node: ast.ClassDef) -> Flow:
    cls: Value = classes.make_class(machine, node)
    assert isinstance(cls, Class)
    for decorator in reversed(cls.decorators):
        cls = _decorated(machine, decorator, cls, node)
    machine.write(machine.frame.scope, node.name, cls)
    return Flow.NEXT


@statement(ast.Return)
def returning(machine: Machine, node: ast.Return) -> Flow:
    value = machine.evaluate(node.value) if node.value is not None else Known(None)
    machine.frame.returned.append(value)
    return Flow.RETURN


@statement(ast.Break)
def breaking(machine: Machine, node: ast.Break) -> Flow:
    return Flow.BREAK


@statement(ast.Continue)
def continuing(machine: Machine, node: ast.Continue) -> Flow:
    return Flow.CONTINUE


@statement(ast.Raise)
def raising(machine: Machine, node: ast.Raise) -> Flow:
    return Flow.RAISE


@statement(ast.Global)
def global_names(machine: Machine, node: ast.Global) -> Flow:
    machine.frame.scope.globals |= set(node.names)
    return Flow.NEXT


@statement(ast.Nonlocal)
def nonlocal_names(machine: Machine, node: ast.Nonlocal) -> Flow:
    machine.frame.scope.nonlocals |= set(node.names)
    return Flow.NEXT


@statement(ast.Delete)
def deletion(machine: Machine, node: ast.Delete) -> Flow:
    for target in node.targets:
        if isinstance(target, ast.Name):
            names.unbind(machine, target.id)
        elif isinstance(target, ast.Subscript):
            receiver, key = machine.evaluate(target.value), single_index(machine, target)
            deleter = catalogue.method(receiver, "__delitem__") if isinstance(receiver, Instance) else None
            if deleter is not None:
                deleter(Call("__delitem__", Arguments((key,)), machine.site(target), machine, receiver))
            elif isinstance(receiver, Mapped) and isinstance(key, Known):
                machine.write(receiver, key.value, MISSING)
            elif isinstance(receiver, Items) and (position := integer(key)) is not None:
                kept = list(receiver.items)
                if -len(kept) <= position < len(kept):
                    del kept[position]
                    machine.write(receiver, "items", tuple(kept))
        elif isinstance(target, ast.Attribute):
            receiver, gone = machine.evaluate(target.value), Unknown("deleted")
            assign_attribute(machine, receiver, target.attr, gone, machine.site(target))
    return Flow.NEXT


@statement(ast.Import, ast.ImportFrom)
def importing(machine: Machine, node: ast.Import | ast.ImportFrom) -> Flow:
    machine.frame.program.run_import(machine, node)
    return Flow.NEXT


@statement(ast.Match)
def matching(machine: Machine, node: ast.Match) -> Flow:
    """A `match` on constants is decided where the subject is known; else each case is a path."""
    subject = machine.evaluate(node.subject)
    paths: list[Callable[[], Flow]] = []
    for case in node.cases:
        verdict = matches(machine, case, subject)
        if verdict is False:
            continue
        if verdict and not paths:
            with machine.decided_by(subject):
                return machine.execute(case.body)
        paths.append(lambda case=case: machine.execute(case.body))  # type: ignore[misc]
        if verdict:
            break
    else:
        paths.append(lambda: Flow.NEXT)
    if len(paths) == 1:
        return paths[0]()
    return machine.branch(paths, machine.site(node.subject))
