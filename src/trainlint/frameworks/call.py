"""How the frameworks' tables meet the evaluator: a call, its arguments, and what a handler may ask for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any, Protocol

from trainlint.frameworks.signatures import Signature
from trainlint.syntax.positions import Site
from trainlint.values.origin import Made, Origin
from trainlint.values.tensor import Operation, Shape, Tensor
from trainlint.values.value import Class, Instance, Items, Known, Mutable, OneOf, Unknown, Value


@dataclass
class Arguments:
    """Arguments of a call. Not `complete`: a `*args` or `**kwargs` hides some."""

    positional: tuple[Value, ...] = ()
    keyword: dict[str, Value] = field(default_factory=dict)
    complete: bool = True

    def __iter__(self) -> Any:
        yield from self.positional
        yield from self.keyword.values()


class Machine(Protocol):
    """What handlers may ask the evaluator to do."""

    versions: dict[str, str]

    def write(self, target: Mutable, slot: Any, content: Any) -> None:
        """Changes an object, so that a branch can be undone."""

    def call(self, function: Value, arguments: Arguments, site: Site) -> Value:
        """Calls a value: a function of the program, a class, something of a library."""

    def attribute(self, value: Value, name: str, site: Site) -> Value:
        """Looks up an attribute."""

    def items(self, value: Value) -> tuple[Value, ...] | None:
        """The items of an iterable in order, None when they are not all known."""

    def element(self, value: Value, site: Site) -> Value:
        """One value that stands for every item of an iterable."""

    def make(self, cls: Class, site: Site) -> Value:
        """An object of a class of the program as somebody else makes it: with its defaults."""

    def parameters(self) -> dict[str, Value]:
        """The parameters of the running function of the program, `self` left out, with what they hold."""

    def repeated(
        self,
        over: str,
        site: Site,
        *,
        times: Value | None = None,
        iterable: Value | None = None,
        told: dict[str, Value] | None = None,
        runs: Sequence[Value] = (),
    ) -> AbstractContextManager[None]:
        """While the body of a loop runs that a trainer goes through, once for all its turns.

        `over` is batches or epochs; `told` what the trainer was told (see evaluate/happenings.py); `runs` the
        methods of the program that the body calls, whose counters are unknown in it.
        """

    def file_text(self, name: Value | None) -> Value:
        """The text of a settings file that the program names."""

    def settings_in(self, text: Value | None, language: Any) -> Value:
        """What a text says: `language` is yaml, yaml 1.2, json, toml or ini."""

    def module(self, dotted: str) -> Value | None:
        """A file of the project by its dotted name; None when there is no such file."""

    def locate(self, dotted: str) -> Value:
        """What a dotted name means: something in a file of the project, else something of a library."""

    def name(self, name: str) -> Value:
        """What a name stands for where the program runs."""

    def scope(self, *, outermost: bool) -> Mutable:
        """The names of the running function or, outermost, of its module, with their values."""

    def shared(self, name: str) -> Instance:
        """An object of a library that a program has once, by its canonical name."""

    def within_network(self) -> AbstractContextManager[int]:
        """While a network is applied: gives how many networks it is inside of."""

    def watched(self) -> AbstractContextManager[list[tuple[object, object]]]:
        """Collects what the program does meanwhile: older objects that it changes with the slot, and what it notes.
        The list is filled at the end."""

    def happen(self, kind: str, site: Site, **objects: Any) -> None:
        """Notes an event of the training loop: see evaluate/happenings.py."""

    def note(self, fact: object) -> None:
        """Keeps a fact for the plan: see frameworks/facts.py."""


@dataclass
class Call:
    """One call of something of a library. For a method, `receiver` is the object."""

    name: str
    arguments: Arguments
    site: Site
    machine: Machine
    receiver: Value | None = None

    @property
    def origin(self) -> Origin:
        return Origin(Made.COMPUTED, self.site, self.name.rpartition(".")[2])

    def bind(self, signature: Signature) -> dict[str, Value]:
        """Arguments by parameter name, library defaults included. What was hidden by `**kwargs` is unknown."""
        return signature.bind(
            self.arguments.positional, self.arguments.keyword, self.arguments.complete, self.title
        )

    @property
    def title(self) -> str:
        return self.name.rpartition(".")[2]

    def argument(self, position: int, *names: str) -> Value | None:
        """One argument by position or any of its names; None when it is not given."""
        for name in names:
            if name in self.arguments.keyword:
                return self.arguments.keyword[name]
        if 0 <= position < len(self.arguments.positional):
            return self.arguments.positional[position]
        return None if self.arguments.complete else Unknown("hidden by * or **")

    def tensor(
        self,
        kind: str,
        inputs: Sequence[Value],
        shape: Shape | None,
        *,
        layer: Value | None = None,
        settings: dict[str, Value] | None = None,
        parameters: int | None = 0,
        title: str | None = None,
        **fields: Any,
    ) -> Tensor:
        """A tensor made by this call from others. `fields` are further fields of Tensor (dtype, low, high…);
        the data facts of the first input are carried along unless given."""
        tensors = tuple(found for value in inputs if (found := as_tensor(value)) is not None)
        first = tensors[0] if tensors else Tensor()
        operation = Operation(
            kind,
            title or self.title,
            tensors,
            layer,
            settings or {},
            parameters,
            Origin(Made.COMPUTED, self.site, self.title),
        )
        fields.setdefault("library", first.library)
        fields.setdefault("data", first.data)
        return Tensor(shape=shape, operation=operation, origin=operation.origin, **fields)

    def unknown(self, reason: str = "") -> Value:
        """The result of something that is not followed: a tensor of unknown shape when tensors went in."""
        tensors = [
            value
            for value in ([self.receiver] if self.receiver else []) + list(self.arguments)
            if contains_tensor(value)
        ]
        if tensors:
            result = self.tensor("unknown", tensors, None, data=None)
            assert result.operation is not None
            result.operation.reason = reason or f"{self.name} is not followed"
            return result
        return Unknown(reason or f"result of {self.name}", self.origin)


Handler = Callable[[Call], Value]


def as_tensor(value: Value | None) -> Tensor | None:
    """A value as a tensor where it stands for one: an unknown value may be any tensor."""
    if isinstance(value, Tensor):
        return value
    if isinstance(value, Unknown):
        return Tensor(
            operation=Operation("input", "input", origin=value.origin, reason=value.reason),
            origin=value.origin,
        )
    if isinstance(value, OneOf):
        found = [option for option in value.options if isinstance(option, Tensor)]
        return found[0] if len(found) == 1 else None
    return None


def contains_tensor(value: Value | None) -> bool:
    if isinstance(value, Items):
        return any(contains_tensor(item) for item in value.items)
    return isinstance(value, Tensor)


def is_library(value: Value | None, *names: str) -> bool:
    """Whether a value is an instance of one of some library classes, by canonical name."""
    return isinstance(value, Instance) and any(name in names for name in value.library_names)


__all__ = ["Arguments", "Call", "Handler", "Known", "Machine", "as_tensor", "contains_tensor", "is_library"]
