"""Classes that nobody calls in this file, kept from one version of a text to the next.

While somebody types, a file is understood anew at every key. A network that a file only defines, and that rests on
nothing but definitions, libraries and constants, is what it was before as long as their statements are. What its class
gave stays with its chunk, as a small plan of its own beside that of the rest, and what rules said of it stays there, too.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from trainlint.evaluate.assembly.assemble import plan_of_networks
from trainlint.evaluate.assembly.gathered import NetworkApplied, events
from trainlint.evaluate.happenings import ENTRY_POINT, Happened
from trainlint.plan.plan import TrainingPlan
from trainlint.syntax.chunks import Chunk, told_once
from trainlint.syntax.free_names import free_names
from trainlint.syntax.nodes import walk
from trainlint.values.origin import Certainty
from trainlint.values.value import Known, Reference

if TYPE_CHECKING:
    from trainlint.evaluate.machine import Machine
    from trainlint.evaluate.program import Program

_ONLY_APPLIED = frozenset({ENTRY_POINT, "forward"})


@dataclass(eq=False)
class Standalone:
    """What a class gave that nobody calls. `rests_on` are the statements that it was made from, `others_called` those of
    their functions that something else had called before, `called` the functions that it called first."""

    circumstances: tuple[object, ...]
    rests_on: tuple[Chunk, ...]
    functions: frozenset[int]
    others_called: frozenset[int]
    called: frozenset[int]
    steps: int
    facts: list[tuple[object, Certainty]]
    happened: list[Happened]
    plan: TrainingPlan
    derived: dict[object, Any] = field(default_factory=dict)
    """What readers of the plan worked out from it alone."""


class Shelf:
    """The standalone classes of a program that is being evaluated."""

    def __init__(self, machine: Machine, program: Program) -> None:
        self._machine = machine
        self._program = program
        contents = program.contents
        self._circumstances = (machine.versions, contents.training_names, contents.switches_modes)
        self._numbers = {id(chunk): number for number, chunk in enumerate(program.chunks)}
        self.found: list[Standalone] = []
        self._places: list[tuple[int, int]] = []  # how much had been noted, and had happened, before each

    def has(self, chunk: Chunk) -> bool:
        """Whether what a class gave before still holds; then it is as if it had run again."""
        before, machine = chunk.derived.get(Standalone), self._machine
        if not isinstance(before, Standalone):
            return False
        if not (
            before.rests_on == self._rests_on(chunk)
            and before.circumstances == self._circumstances
            and before.functions & machine.called == before.others_called
        ):
            del chunk.derived[Standalone]
            return False
        machine.called |= before.called
        machine.steps -= before.steps
        self._put(before)
        return True

    def run(self, chunk: Chunk, run: Callable[[], None]) -> None:
        """Runs what a chunk defines, and keeps what it gives if it stands alone."""
        machine, rests_on = self._machine, self._rests_on(chunk)
        if rests_on is None:
            run()
            return
        called, steps, outside = machine.called.copy(), machine.steps, self._outside
        facts, happened = machine.facts, machine.happened
        machine.facts, machine.happened = [], []
        try:
            run()
        finally:
            facts_here, happened_here = machine.facts, machine.happened
            machine.facts, machine.happened = facts, happened
        if (
            machine.steps >= 0
            and self._outside == outside
            and _only_applies(facts_here, happened_here)
            and all(self._is_steady(other) for other in rests_on)
        ):
            plan = plan_of_networks(facts_here, happened_here, machine, self._program.filename)
            if not any(network.pretrained for network in plan.networks):
                functions = _functions_of(rests_on)
                found = Standalone(
                    self._circumstances, rests_on, functions, functions & called, frozenset(machine.called - called),
                    steps - machine.steps, facts_here, happened_here, plan,
                )  # fmt: skip
                chunk.derived[Standalone] = found
                self._put(found)
                return
        machine.facts += facts_here
        machine.happened += happened_here

    def _put(self, found: Standalone) -> None:
        self.found.append(found)
        self._places.append((len(self._machine.facts), len(self._machine.happened)))

    def empty(self) -> None:
        """Gives the machine what the classes gave, as if it had run them."""
        machine = self._machine
        for found, (fact, event) in zip(reversed(self.found), reversed(self._places), strict=True):
            machine.facts[fact:fact] = found.facts
            machine.happened[event:event] = found.happened

    @property
    def _outside(self) -> tuple[int, ...]:
        """How much was read or registered that is not the class's own business."""
        machine = self._machine
        return len(self._program.project.files_read), len(machine.registered), machine.shared_objects

    def _rests_on(self, chunk: Chunk) -> tuple[Chunk, ...] | None:
        """The statements that a definition takes names from, directly or through each other; None where other
        statements of the module may do something to them."""
        chunks, contents = self._program.chunks, self._program.contents
        if contents.stars:
            return None
        first = self._numbers[id(chunk)]
        found, waiting = {first}, [first]
        while waiting:
            current = chunks[waiting.pop()]
            if current.is_import:
                continue
            itself = 0 if current.definition is not None else 1
            if _imports_within(current) or any(
                len(contents.users.get(name, ())) > itself or len(contents.binders(name)) > 1
                for name in current.binds
            ):
                return None
            for name in free_names(current):
                if new := contents.binders(name) - found:
                    found |= new
                    waiting += new
        return tuple(chunks[number] for number in sorted(found))

    def _is_steady(self, chunk: Chunk) -> bool:
        """Whether a chunk gives nothing that may be another thing next time: a file of the project, an object."""
        if chunk.definition is not None:
            return True
        slots = self._program.scope.slots
        return all(
            slots.get(name) is None or isinstance(slots[name], Known | Reference) for name in chunk.binds
        )


def _only_applies(facts: Iterable[tuple[object, Certainty]], happened: list[Happened]) -> bool:
    """Whether nothing came of a class but networks."""
    return all(isinstance(fact, NetworkApplied) for fact, _ in facts) and all(
        event.kind in _ONLY_APPLIED for event in events(happened)
    )


@told_once
def _imports_within(chunk: Chunk) -> bool:
    """Whether a function imports something by itself: a file of the project, perhaps."""
    return any(isinstance(node, ast.Import | ast.ImportFrom) for node in walk(chunk.statements))


def _functions_of(chunks: Iterable[Chunk]) -> frozenset[int]:
    """Identities of the functions and methods that some chunks define."""
    return frozenset(id(node) for chunk in chunks for node in _definitions(chunk))


def _definitions(chunk: Chunk) -> Iterator[ast.AST]:
    definition = chunk.definition
    if isinstance(definition, ast.ClassDef):
        yield from (
            node for node in definition.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        )
    elif definition is not None:
        yield definition
