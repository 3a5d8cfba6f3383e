"""A machine in the place of the evaluator: it calls tables and Python functions, and keeps what is noted."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from trainlint.frameworks import catalogue
from trainlint.frameworks.call import Arguments, Call
from trainlint.syntax.positions import Place, Site, TextSite
from trainlint.values.origin import Made, Origin
from trainlint.values.trail import Trail
from trainlint.values.value import (
    Instance,
    Items,
    Known,
    Mapped,
    Method,
    Mutable,
    Reference,
    Scope,
    Unknown,
    Value,
)

SITE: Site = TextSite(Place("script.py", 1, 1, 1, 2), "x")


@dataclass(eq=False)
class Native(Value):
    """A Python function in the place of one of the program."""

    function: Callable[..., Value]


class PretendMachine:
    """Calls what the tables know and notes the rest."""

    def __init__(self) -> None:
        self.versions: dict[str, str] = {}
        self.trail = Trail()
        self.facts: list[Any] = []
        self.happened: list[tuple[str, dict[str, Any]]] = []
        self.depth = 0

    def write(self, target: Mutable, slot: Any, content: Any) -> None:
        self.trail.write(target, slot, content)

    def call(self, function: Value, arguments: Arguments, site: Site) -> Value:
        if isinstance(function, Native):
            return function.function(*arguments.positional, **arguments.keyword)
        handler, receiver, name = None, None, ""
        if isinstance(function, Reference):
            name = catalogue.canonical(function.name)
            handler = catalogue.function(name)
        elif isinstance(function, Method):
            name, receiver = function.name, function.receiver
            handler = catalogue.method(receiver, name)
        elif isinstance(function, Instance):
            name, receiver = function.title, function
            handler = catalogue.calling(function)
        if handler is None:
            return Unknown(f"{function} cannot be called")
        return handler(Call(name, arguments, site, self, receiver))

    def attribute(self, value: Value, name: str, site: Site) -> Value:
        if isinstance(value, Instance) and name in value.slots:
            found: Value = value.slots[name]
            return found
        handler = catalogue.attribute(value, name)
        if handler is not None:
            return handler(Call(name, Arguments(), site, self, value))
        return Method(value, name)

    def items(self, value: Value) -> tuple[Value, ...] | None:
        return value.items if isinstance(value, Items) and value.is_certain else None

    def file_text(self, name: Value | None) -> Value:
        return Unknown("there are no files here")

    def settings_in(self, text: Value | None, language: Any) -> Value:
        return Unknown("settings are not read here")

    def module(self, dotted: str) -> Value | None:
        return None

    def locate(self, dotted: str) -> Value:
        return Reference(dotted)

    def name(self, name: str) -> Value:
        return Unknown("there are no names here")

    def scope(self, *, outermost: bool) -> Mutable:
        return Scope("module")

    def shared(self, name: str) -> Instance:
        return Instance(Reference(name))

    @contextmanager
    def within_network(self) -> Iterator[int]:
        self.depth += 1
        try:
            yield self.depth - 1
        finally:
            self.depth -= 1

    def happen(self, kind: str, site: Site, **objects: Any) -> None:
        self.happened.append((kind, objects))

    def note(self, fact: object) -> None:
        self.facts.append(fact)

    # -- for tests ----------------------------------------------------------------------------------------

    def of(self, title: str, /, *positional: Any, **keyword: Any) -> Any:
        """Calls something of a library, by its name, with Python values."""
        return self.call(Reference(title), arguments_of(positional, keyword), SITE)

    def do(self, receiver: Value, title: str, /, *positional: Any, **keyword: Any) -> Any:
        """Calls a method."""
        return self.call(self.attribute(receiver, title, SITE), arguments_of(positional, keyword), SITE)

    def apply(self, receiver: Value, *positional: Any, **keyword: Any) -> Any:
        """Calls an object."""
        return self.call(receiver, arguments_of(positional, keyword), SITE)

    def get(self, receiver: Value, name: str) -> Any:
        """Reads an attribute."""
        return self.attribute(receiver, name, SITE)

    def noted(self, kind: type) -> list[Any]:
        return [fact for fact in self.facts if isinstance(fact, kind)]


def arguments_of(positional: tuple[Any, ...], keyword: dict[str, Any]) -> Arguments:
    return Arguments(tuple(map(value_of, positional)), {name: value_of(v) for name, v in keyword.items()})


def value_of(found: Any) -> Value:
    """A Python value as the evaluator would give it, had it been written in a program."""
    origin = Origin(Made.WRITTEN, SITE)
    if isinstance(found, Value):
        return found
    if isinstance(found, tuple):
        return Items([value_of(item) for item in found], "tuple", origin=origin)
    if isinstance(found, list):
        return Items([value_of(item) for item in found], origin=origin)
    if isinstance(found, dict):
        return Mapped({key: value_of(item) for key, item in found.items()}, origin=origin)
    if callable(found):
        return Native(found)
    return Known(found, origin)
