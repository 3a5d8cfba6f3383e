"""What an expression may be. Unknown is a value too, and rules are silent about it."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

from trainlint.syntax.positions import Site
from trainlint.values.origin import Made, Origin


class Value:
    """Base of all values. Those without a state have slots: there are many, and they are made all the time."""

    __slots__ = ()
    origin: Origin | None = None


@dataclass(eq=False, slots=True)
class Known(Value):
    """A number, string, boolean, None or the like that is known in full."""

    value: Any
    origin: Origin | None = None


@dataclass(eq=False, slots=True)
class Unknown(Value):
    """A value that cannot be worked out, and why."""

    reason: str = ""
    origin: Origin | None = None


@dataclass(eq=False, slots=True)
class OneOf(Value):
    """One of several values, depending on a branch that is not decided."""

    options: tuple[Value, ...]
    origin: Origin | None = None


class Absent(Value):
    """An element that is not there on some path: the other half of an optional list item."""


ABSENT = Absent()


class Mutable(Value):
    """A value with state. All writes go through `Trail.write`, so that a branch can be undone and joined.

    `birth` counts the mutable values: what was made within a branch needs no undoing there.
    """

    births = 0

    def __init__(self) -> None:
        self.slots: dict[Any, Any] = {}
        Mutable.births += 1
        self.birth = Mutable.births


_NO_NAMES: Set[str] = frozenset()


class Scope(Mutable):
    """Names and their values: a module, a running function, a class body."""

    def __init__(
        self, kind: Literal["module", "function", "class"], parent: Scope | None = None, name: str = ""
    ) -> None:
        super().__init__()
        self.kind = kind
        self.parent = parent
        self.name = name
        self.globals: Set[str] = _NO_NAMES
        self.nonlocals: Set[str] = _NO_NAMES

    @property
    def module(self) -> Scope:
        scope = self
        while scope.parent is not None:
            scope = scope.parent
        return scope


class Items(Mutable):
    """A list, tuple or set. Not `complete`: there may be more items than are known."""

    def __init__(
        self,
        items: Iterable[Value] = (),
        kind: Literal["list", "tuple", "set"] = "list",
        *,
        complete: bool = True,
        origin: Origin | None = None,
    ) -> None:
        super().__init__()
        self.kind = kind
        self.origin = origin
        self.slots["items"] = tuple(items)
        self.slots["complete"] = complete
        self.fields: tuple[str, ...] = ()  # names of the items of a named tuple

    @property
    def items(self) -> tuple[Value, ...]:
        items: tuple[Value, ...] = self.slots["items"]
        return items

    @property
    def complete(self) -> bool:
        return bool(self.slots["complete"])

    @property
    def is_certain(self) -> bool:
        """Whether the number of items is known."""
        return self.complete and not any(has_absent(item) for item in self.items)


class Mapped(Mutable):
    """A dictionary with known keys; each slot is an entry. Not `complete`: there may be more."""

    def __init__(
        self,
        entries: Mapping[Any, Value] | None = None,
        *,
        complete: bool = True,
        origin: Origin | None = None,
    ) -> None:
        super().__init__()
        self.origin = origin
        self.complete = complete
        self.slots.update(entries or {})


@dataclass(eq=False)
class Function(Value):
    """A function or lambda of the program."""

    node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
    chunk: Any
    scope: Scope
    defaults: dict[str, Value] = field(default_factory=dict)
    owner: Class | None = None
    decorators: tuple[Value, ...] = ()
    is_generator: bool = False
    origin: Origin | None = None

    @property
    def name(self) -> str:
        return "<lambda>" if isinstance(self.node, ast.Lambda) else self.node.name

    @cached_property
    def positional(self) -> tuple[ast.arg, ...]:
        """The parameters that take arguments by position."""
        return (*self.node.args.posonlyargs, *self.node.args.args)

    @cached_property
    def parameters(self) -> tuple[str, ...]:
        """Names of the parameters in order, without `*args` and `**kwargs`."""
        return tuple(parameter.arg for parameter in (*self.positional, *self.node.args.kwonlyargs))


@dataclass(eq=False, slots=True)
class Bound(Value):
    """A function of the program bound to its first argument."""

    function: Value
    receiver: Value
    origin: Origin | None = None


@dataclass(eq=False, slots=True)
class Method(Value):
    """A method, named but not yet called, of a value that is not the program's own: `x.view`."""

    receiver: Value
    name: str
    origin: Origin | None = None


@dataclass(eq=False, slots=True)
class Partial(Value):
    """A callable with some arguments given."""

    function: Value
    positional: tuple[Value, ...] = ()
    keyword: dict[str, Value] = field(default_factory=dict)
    origin: Origin | None = None


@dataclass(eq=False, slots=True)
class Reference(Value):
    """Something of a library, by its canonical dotted name: `torch.optim.Adam`."""

    name: str
    origin: Origin | None = None


class Class(Mutable):
    """A class of the program; slots are its attributes."""

    def __init__(
        self, name: str, bases: tuple[Value, ...], scope: Scope, origin: Origin | None = None
    ) -> None:
        super().__init__()
        self.name = name
        self.bases = bases
        self.scope = scope
        self.origin = origin
        self.decorators: tuple[Value, ...] = ()
        self.keywords: dict[str, Value] = {}
        self.annotations: dict[str, ast.expr | None] = {}

    @cached_property
    def ancestors(self) -> tuple[Class | Reference, ...]:
        """This class and its bases in the order of attribute look-up (depth first, each once)."""
        return tuple(self._lineage())

    @cached_property
    def library_names(self) -> tuple[str, ...]:
        """Canonical names of the library classes that this one inherits from, nearest first."""
        return tuple(found.name for found in self.ancestors if isinstance(found, Reference))

    def let_go(self) -> None:
        """Forgets what it knows of itself: methods refer to their class, and ancestors begin with it."""
        for value in self.slots.values():
            if isinstance(value, Function) and value.owner is self:  # its scope is the body of the class
                value.scope.slots.clear()
        self.slots.clear()
        self.__dict__.pop("ancestors", None)

    def _lineage(self) -> Iterator[Class | Reference]:
        seen: set[int] = set()
        waiting: list[Value] = [self]
        while waiting:
            found = waiting.pop(0)
            if id(found) in seen:
                continue
            seen.add(id(found))
            if isinstance(found, Class):
                yield found
                waiting[0:0] = found.bases
            elif isinstance(found, Reference):
                yield found


class Instance(Mutable):
    """An object. Of the program's own class, or of a library's (then `cls` is a reference).

    Slots are attributes. `arguments` are the arguments that the library's constructor got, by its parameter
    names, defaults included.
    """

    def __init__(
        self,
        cls: Class | Reference,
        arguments: Mapping[str, Value] | None = None,
        origin: Origin | None = None,
    ) -> None:
        super().__init__()
        self.cls = cls
        self.arguments: dict[str, Value] = dict(arguments or {})
        self.origin = origin

    @property
    def library_names(self) -> tuple[str, ...]:
        """Canonical names of the library classes that this is an instance of, nearest first."""
        return (self.cls.name,) if isinstance(self.cls, Reference) else self.cls.library_names

    @property
    def title(self) -> str:
        return self.cls.name.rpartition(".")[2] if isinstance(self.cls, Reference) else self.cls.name


@dataclass(eq=False, slots=True)
class Super(Value):
    """`super()` within a method."""

    cls: Class
    receiver: Value
    origin: Origin | None = None


class Module(Value):
    """A file of the program, imported."""

    def __init__(self, scope: Scope, filename: str) -> None:
        self.scope = scope
        self.filename = filename


def has_absent(value: Value) -> bool:
    return value is ABSENT or (
        isinstance(value, OneOf) and any(has_absent(option) for option in value.options)
    )


def options_of(value: Value) -> tuple[Value, ...]:
    """The alternatives of a value: itself, unless it is one of several."""
    return value.options if isinstance(value, OneOf) else (value,)


def without_none(value: OneOf) -> tuple[Value, ...]:
    """The alternatives that can be called, or asked for an attribute: with None a program would fail there."""
    found = tuple(o for o in value.options if not (isinstance(o, Known) and o.value is None))
    return found or value.options


def constant(value: Value | None) -> Any:
    """The Python value of a known one; None for everything else."""
    return value.value if isinstance(value, Known) else None


def integer(value: Value | None) -> int | None:
    """The value of a known whole number."""
    found = constant(value)
    return found if isinstance(found, int) and not isinstance(found, bool) else None


def number(value: Value | None) -> float | None:
    """The value of a known number."""
    found = constant(value)
    return found if isinstance(found, int | float) and not isinstance(found, bool) else None


def with_step(value: Value, made: Made, site: Site | None, label: str = "") -> Value:
    """The same value with one more step in its history; objects with an identity stay as they are."""
    if isinstance(value, Known):
        return Known(value.value, Origin(made, site, label, (value.origin,) if value.origin else ()))
    if isinstance(value, OneOf) and all(isinstance(option, Known | Unknown) for option in value.options):
        return OneOf(tuple(with_step(option, made, site, label) for option in value.options))
    return value
