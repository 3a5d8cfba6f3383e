"""What statements do."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

import libcst as cst

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


@statement(cst.SimpleStatementLine)
def line(machine: Machine, node: cst.SimpleStatementLine) -> Flow:
    return machine.execute(node.body)


@statement(cst.Expr)
def expression_statement(machine: Machine, node: cst.Expr) -> Flow:
    note_unused(machine, node.value)
    value = machine.evaluate(node.value)
    if isinstance(value, Instance) and (handler := catalogue.method(value, ALONE)) is not None:
        handler(Call(ALONE, Arguments(), machine.site(node.value), machine, value))
    elif isinstance(value, Tensor):
        _changed_in_place(machine, node.value, value)
    return Flow.NEXT


def _changed_in_place(machine: Machine, node: cst.BaseExpression, result: Tensor) -> None:
    """`x.add_(y)` alone: PyTorch's methods whose name ends in `_` change the tensor that they are called on, and
    so does `resize` of NumPy."""
    method = node.func if isinstance(node, cst.Call) else None
    if not isinstance(method, cst.Attribute) or not isinstance(method.value, cst.Name):
        return
    name = method.attr.value
    changes = (
        name.endswith("_") and not name.endswith("__") if result.library == "torch" else name == "resize"
    )
    if not changes:
        return
    before = machine.evaluate(method.value)
    if isinstance(before, Tensor) and before is not result and not before.is_parameter:
        names.bind(machine, method.value.value, result)


@statement(cst.Assign)
def assignment(machine: Machine, node: cst.Assign) -> Flow:
    value = machine.evaluate(node.value)
    note_dropped(machine, node)
    for target in node.targets:
        assign(machine, target.target, value, node.value)
    return Flow.NEXT


@statement(cst.AnnAssign)
def annotated_assignment(machine: Machine, node: cst.AnnAssign) -> Flow:
    if node.value is not None:
        assign(machine, node.target, machine.evaluate(node.value), node.value)
    return Flow.NEXT


@statement(cst.AugAssign)
def augmented_assignment(machine: Machine, node: cst.AugAssign) -> Flow:
    """`x += y`; a list grows in place, as in Python."""
    target = node.target
    if isinstance(target, cst.Subscript):
        old = item(machine, machine.evaluate(target.value), single_index(machine, target), node)
    else:
        old = machine.evaluate(target)
    value = machine.evaluate(node.value)
    sign = _AUGMENTED[type(node.operator)]
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
    if isinstance(target, cst.Subscript):
        assign_item(machine, target, new, node)
    else:
        assign(machine, target, new, node)
    return Flow.NEXT


_AUGMENTED = {
    cst.AddAssign: "+", cst.SubtractAssign: "-", cst.MultiplyAssign: "*", cst.DivideAssign: "/",
    cst.FloorDivideAssign: "//", cst.ModuloAssign: "%", cst.PowerAssign: "**", cst.MatrixMultiplyAssign: "@",
    cst.BitAndAssign: "&", cst.BitOrAssign: "|", cst.BitXorAssign: "^", cst.LeftShiftAssign: "<<",
    cst.RightShiftAssign: ">>",
}  # fmt: skip


@statement(cst.If)
def condition(machine: Machine, node: cst.If) -> Flow:
    note_best(machine, node)
    test = machine.evaluate(node.test)
    decided = machine.truth(test)

    def otherwise() -> Flow:
        if isinstance(node.orelse, cst.If):
            return condition(machine, node.orelse)
        return machine.execute(node.orelse.body.body) if node.orelse is not None else Flow.NEXT

    def then() -> Flow:
        return machine.execute(node.body.body)

    if decided is None:
        every = partial(every_turn, machine, node.test)
        return machine.branch([then, otherwise], machine.site(node.test), every=every)
    taken, left_out = (then, node.orelse) if decided else (otherwise, node.body)
    if _overridable(test) and left_out is not None and _trains_only(machine, left_out, node, decided):
        # `if args.train:` with a default of False: what would be trained still matters.
        return machine.branch([then, otherwise], machine.site(node.test))
    with machine.decided_by(test):
        return taken()


def _overridable(test: Value) -> bool:
    from trainlint.values.origin import Certainty

    return test.origin is not None and test.origin.certainty is not Certainty.EXACT


def _trains_only(machine: Machine, left_out: cst.CSTNode, node: cst.If, decided: bool) -> bool:
    taken: cst.CSTNode | None = node.body if decided else node.orelse
    program = machine.frame.program
    return program.trains(machine, left_out) and (taken is None or not program.trains(machine, taken))


@statement(cst.With)
def context(machine: Machine, node: cst.With) -> Flow:
    return _within(machine, node, 0)


def _within(machine: Machine, node: cst.With, position: int) -> Flow:
    """The body of a `with` statement inside its context managers from some position on."""
    if position == len(node.items):
        return machine.execute(node.body.body)
    item = node.items[position]
    generator = _generator(machine, item.item)
    if generator is not None:
        return _within_generator(machine, node, position, *generator)
    manager = machine.evaluate(item.item)
    _name_context(machine, item, _enter(machine, manager, item.item))
    flow = _within(machine, node, position + 1)
    _exit(machine, manager, item.item)
    return flow


def _name_context(machine: Machine, item: cst.WithItem, value: Value) -> None:
    if item.asname is not None and isinstance(item.asname.name, cst.BaseExpression):
        assign(machine, item.asname.name, value, item.item)


def _generator(machine: Machine, node: cst.BaseExpression) -> tuple[Function, Arguments] | None:
    """A function of the program that is a context manager as a generator, and what it is called with."""
    if not isinstance(node, cst.Call) or not is_plain(node.func):
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
    machine: Machine, node: cst.With, position: int, function: Function, given: Arguments
) -> Flow:
    """What stands before the `yield` runs first, then the body, then the rest."""
    frame, item, flows = machine.frame, node.items[position], list[Flow]()

    def body(value: Value) -> None:
        with machine.within(frame):
            _name_context(machine, item, value)
            flows.append(_within(machine, node, position + 1))

    functions.run(machine, function, given, machine.site(item.item), body)
    if not flows:  # no `yield` was met
        body(Unknown("what a context manager gives"))
    return flows[0]


def _enter(machine: Machine, manager: Value, node: cst.CSTNode) -> Value:
    return _manage(machine, manager, "__enter__", (), node)


def _exit(machine: Machine, manager: Value, node: cst.CSTNode) -> None:
    _manage(machine, manager, "__exit__", (Known(None), Known(None), Known(None)), node)


def _manage(
    machine: Machine, manager: Value, name: str, arguments: tuple[Value, ...], node: cst.CSTNode
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


@statement(cst.Try, cst.TryStar)
def attempt(machine: Machine, node: cst.Try | cst.TryStar) -> Flow:
    """The body as if nothing goes wrong; the handlers only where the body always raises."""
    flow = machine.execute(node.body.body)
    if flow is Flow.RAISE and node.handlers:
        flow = machine.execute(node.handlers[0].body.body)
    elif flow is Flow.NEXT and node.orelse is not None:
        flow = machine.execute(node.orelse.body.body)
    if node.finalbody is not None:
        last = machine.execute(node.finalbody.body.body)
        return last if last is not Flow.NEXT else flow
    return flow


@statement(cst.FunctionDef)
def define_function(machine: Machine, node: cst.FunctionDef) -> Flow:
    function: Value = functions.make_function(machine, node)
    assert isinstance(function, Function)
    for decorator in reversed(function.decorators):
        if (
            isinstance(decorator, Method)
            and isinstance(decorator.receiver, Function)
            and decorator.name == "setter"
        ):
            # `@rate.setter`: the property keeps its name, what sets it gets one of its own.
            machine.write(machine.frame.scope, f"{node.name.value}.setter", function)
            return Flow.NEXT
        function = _decorated(machine, decorator, function, node)
    machine.write(machine.frame.scope, node.name.value, function)
    return Flow.NEXT


def _decorated(
    machine: Machine, decorator: Value, function: Value, node: cst.FunctionDef | cst.ClassDef
) -> Value:
    """A decorator of the program may change a function or class; one that is not known leaves it as it is."""
    handler = catalogue.decorator(decorator)
    if handler is not None:
        receiver = decorator if isinstance(decorator, Instance) else None
        site = machine.site(node.name)
        return handler(Call(node.name.value, Arguments((function,)), site, machine, receiver))
    if isinstance(decorator, Function | Bound | Partial | Class) or (
        isinstance(decorator, Instance) and isinstance(decorator.cls, Class)
    ):
        changed = machine.call(decorator, Arguments((function,)), machine.site(node.name))
        if not isinstance(changed, Unknown) and not (isinstance(changed, Known) and changed.value is None):
            return changed
    return function


@statement(cst.ClassDef)
def define_class(machine: Machine, node: cst.ClassDef) -> Flow:
    cls: Value = classes.make_class(machine, node)
    assert isinstance(cls, Class)
    for decorator in reversed(cls.decorators):
        cls = _decorated(machine, decorator, cls, node)
    machine.write(machine.frame.scope, node.name.value, cls)
    return Flow.NEXT


@statement(cst.Return)
def returning(machine: Machine, node: cst.Return) -> Flow:
    value = machine.evaluate(node.value) if node.value is not None else Known(None)
    machine.frame.returned.append(value)
    return Flow.RETURN


@statement(cst.Break)
def breaking(machine: Machine, node: cst.Break) -> Flow:
    return Flow.BREAK


@statement(cst.Continue)
def continuing(machine: Machine, node: cst.Continue) -> Flow:
    return Flow.CONTINUE


@statement(cst.Raise)
def raising(machine: Machine, node: cst.Raise) -> Flow:
    return Flow.RAISE


@statement(cst.Global)
def global_names(machine: Machine, node: cst.Global) -> Flow:
    machine.frame.scope.globals.update(name.name.value for name in node.names)
    return Flow.NEXT


@statement(cst.Nonlocal)
def nonlocal_names(machine: Machine, node: cst.Nonlocal) -> Flow:
    machine.frame.scope.nonlocals.update(name.name.value for name in node.names)
    return Flow.NEXT


@statement(cst.Del)
def deletion(machine: Machine, node: cst.Del) -> Flow:
    targets = [e.value for e in node.target.elements] if isinstance(node.target, cst.Tuple) else [node.target]
    for target in targets:
        if isinstance(target, cst.Name):
            names.unbind(machine, target.value)
        elif isinstance(target, cst.Subscript):
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
        elif isinstance(target, cst.Attribute):
            receiver, gone = machine.evaluate(target.value), Unknown("deleted")
            assign_attribute(machine, receiver, target.attr.value, gone, machine.site(target))
    return Flow.NEXT


@statement(cst.Import, cst.ImportFrom)
def importing(machine: Machine, node: cst.Import | cst.ImportFrom) -> Flow:
    machine.frame.program.run_import(machine, node)
    return Flow.NEXT


@statement(cst.Match)
def matching(machine: Machine, node: cst.Match) -> Flow:
    """A `match` on constants is decided where the subject is known; else each case is a path."""
    subject = machine.evaluate(node.subject)
    paths: list[Callable[[], Flow]] = []
    for case in node.cases:
        verdict = matches(machine, case, subject)
        if verdict is False:
            continue
        if verdict and not paths:
            with machine.decided_by(subject):
                return machine.execute(case.body.body)
        paths.append(lambda case=case: machine.execute(case.body.body))  # type: ignore[misc]
        if verdict:
            break
    else:
        paths.append(lambda: Flow.NEXT)
    if len(paths) == 1:
        return paths[0]()
    return machine.branch(paths, machine.site(node.subject))
