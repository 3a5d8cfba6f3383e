"""The abstract machine: runs a program on values that may be unknown and notes what it would train.

Every expression has a value, `Unknown` where it cannot be worked out. A branch that is not decided runs both
ways and is joined; a loop is unrolled when its items are known and it trains nothing, else its body runs once
for all turns. A budget of steps bounds it all: what is cut off is unknown.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any

from trainlint.evaluate.attributes import attribute
from trainlint.evaluate.calls import call
from trainlint.evaluate.classes import instantiate_uncalled
from trainlint.evaluate.flow import Flow, Frame
from trainlint.evaluate.grammar import EXPRESSIONS, STATEMENTS
from trainlint.evaluate.happenings import Forked, Happened, Happening, Repeated
from trainlint.evaluate.iteration import element, items
from trainlint.evaluate.loops import forget_what_a_method_changes
from trainlint.evaluate.names import look_up
from trainlint.evaluate.settings_files import file_text, settings_in
from trainlint.evaluate.truth import truth
from trainlint.frameworks.call import Arguments
from trainlint.sources.settings_file import Language
from trainlint.syntax.positions import NodeSite, Site
from trainlint.values.origin import Certainty, Made, Origin
from trainlint.values.trail import Changes, Trail
from trainlint.values.value import Class, Instance, Known, Mutable, Reference, Scope, Unknown, Value

_NOTHING = nullcontext()

STEPS = 400_000
"""Expressions and statements evaluated for one program before the rest counts as unknown. Of 355 public
training files the median needs 500, the largest that comes to its end 142 000; two BERT scripts do not."""


class _Within(AbstractContextManager[None]):
    """A frame on top of others for a while. A class, since functions are entered all the time."""

    __slots__ = ("frame", "frames")

    def __init__(self, frames: list[Frame], frame: Frame) -> None:
        self.frames = frames
        self.frame = frame

    def __enter__(self) -> None:
        self.frames.append(self.frame)

    def __exit__(self, *problem: object) -> None:
        self.frames.pop()


class Machine:
    """Evaluates one program, with the files of its project that it imports."""

    def __init__(self, versions: dict[str, str] | None = None) -> None:
        self.versions = versions or {}
        self.trail = Trail()
        self.steps = STEPS
        self.frames: list[Frame] = []
        self._decided_from = 0  # the first frame whose conditions matter to what runs
        self.facts: list[tuple[object, Certainty]] = []
        self.happened: list[Happened] = []
        self.called: set[int] = set()
        self.network_depth = 0
        self._shared: dict[str, Instance] = {}
        self.registered: set[str] = set()  # keys that registrations were looked for

    # -- where we are -------------------------------------------------------------------------------------

    @property
    def frame(self) -> Frame:
        return self.frames[-1]

    def site(self, node: ast.AST) -> NodeSite:
        return NodeSite(self.frames[-1].chunk, node)

    def origin(self, made: Made, node: ast.AST, label: str = "", parents: tuple[Origin, ...] = ()) -> Origin:
        return Origin(made, NodeSite(self.frames[-1].chunk, node), label, parents)

    @property
    def conditions(self) -> tuple[Origin, ...]:
        """The overridable defaults that decided the branches we are in."""
        return tuple(c for frame in self.frames[self._decided_from :] for c in frame.conditions)

    def within(self, frame: Frame) -> AbstractContextManager[None]:
        return _Within(self.frames, frame)

    # -- evaluation ---------------------------------------------------------------------------------------

    def evaluate(self, node: ast.expr) -> Value:
        self.steps -= 1
        if self.steps < 0:
            return Unknown("the budget of steps is used up")
        handler = EXPRESSIONS.get(node.__class__)
        return handler(self, node) if handler else Unknown(f"{type(node).__name__} is not followed")

    def execute(self, statements: Sequence[ast.stmt]) -> Flow:
        for statement in statements:
            self.steps -= 1
            if self.steps < 0:
                return Flow.NEXT
            handler = STATEMENTS.get(statement.__class__)
            flow = handler(self, statement) if handler else Flow.NEXT
            if flow is not Flow.NEXT:
                return flow
        return Flow.NEXT

    def call(self, function: Value, arguments: Arguments, site: Site) -> Value:
        return call(self, function, arguments, site)

    def make(self, cls: Class, site: Site) -> Value:
        """An object of a class of the program as somebody else makes it: with its defaults."""
        return instantiate_uncalled(self, cls, site)

    def parameters(self) -> dict[str, Value]:
        """The parameters of the running function of the program, `self` left out, with what they hold."""
        function = self.frame.function
        names = function.parameters if function is not None else ()
        held = {name: self.frame.scope.slots.get(name) for name in names}
        return {
            name: value
            for name, value in held.items()
            if isinstance(value, Value) and value is not self.frame.receiver
        }

    def attribute(self, value: Value, name: str, site: Site) -> Value:
        return attribute(self, value, name, site)

    def items(self, value: Value) -> tuple[Value, ...] | None:
        return items(self, value)

    def element(self, value: Value, site: Site) -> Value:
        return element(self, value, site)

    # -- what stands outside of the program ---------------------------------------------------------------

    def file_text(self, name: Value | None) -> Value:
        """The text of a settings file that the program names."""
        return file_text(self, name)

    def settings_in(self, text: Value | None, language: Language) -> Value:
        """What a text in a language for settings says."""
        return settings_in(self, text, language)

    def module(self, dotted: str) -> Value | None:
        """A file of the project by its dotted name; None when there is no such file."""
        found = self.frame.program.module_named(dotted)
        return found if isinstance(found, Value) else None

    def locate(self, dotted: str) -> Value:
        """What a dotted name means: something in a file of the project, else something of a library."""
        found: Value = self.frame.program.locate(self, dotted)
        return found

    def name(self, name: str) -> Value:
        """What a name stands for where the program runs."""
        return look_up(self, name)

    def scope(self, *, outermost: bool) -> Scope:
        """The names of the running function or, outermost, of its module, with their values."""
        return self.frame.scope.module if outermost else self.frame.scope

    @property
    def shared_objects(self) -> int:
        """How many objects of libraries the program has once."""
        return len(self._shared)

    def shared(self, name: str) -> Instance:
        """An object of a library that a program has once: absl's FLAGS, Hydra's store of configurations."""
        if name not in self._shared:
            self._shared[name] = Instance(Reference(name))
        return self._shared[name]

    # -- state and branches -------------------------------------------------------------------------------

    def write(self, target: Mutable, slot: Any, content: Any) -> None:
        self.trail.write(target, slot, content)

    def branch(
        self,
        paths: Sequence[Callable[[], Flow]],
        site: Site,
        condition: Callable[[], str] | None = None,
        every: Callable[[], Value | None] | None = None,
    ) -> Flow:
        """Runs several paths from the same state and joins what they leave behind. The condition is the text
        at the site unless somebody words it otherwise; it and `every` are asked for only where something
        happens."""
        flows: list[Flow] = []
        changes: list[Changes] = []
        happened: list[list[Happened]] = []
        outer = self.happened
        for path in paths:
            mark = self.trail.mark()
            self.happened = []
            try:
                flows.append(path())
            finally:
                changes.append(self.trail.rewind(mark))
                happened.append(self.happened)
                self.happened = outer
        if any(happened):
            text = condition() if condition is not None else site.text
            leaves = [self._leaves(flow) for flow in flows]
            self.happened.append(Forked(happened, text, site, leaves, every() if every is not None else None))
        going_on = [made for made, flow in zip(changes, flows, strict=True) if flow is Flow.NEXT]
        if going_on:
            self.trail.join(going_on)
            return Flow.NEXT
        leaving = [(made, flow) for made, flow in zip(changes, flows, strict=True) if flow is not Flow.RAISE]
        if not leaving:
            return Flow.RAISE
        self.trail.join([made for made, _ in leaving])
        flows = [flow for _, flow in leaving]
        return flows[0] if len(set(flows)) == 1 else Flow.CONTINUE if Flow.CONTINUE in flows else flows[0]

    def _leaves(self, flow: Flow) -> bool:
        """Whether a turn of the loop ends; a function that returns ends only itself."""
        return flow in (Flow.CONTINUE, Flow.BREAK, Flow.RAISE) or (
            flow is Flow.RETURN and self.frame.loops > 0
        )

    @contextmanager
    def apart(self) -> Iterator[list[Happened]]:
        """Collects what happens into a list of its own."""
        outer, self.happened = self.happened, []
        try:
            yield self.happened
        finally:
            self.happened = outer

    @contextmanager
    def for_good(self) -> Iterator[None]:
        """While something runs that stays as it is, whatever becomes of the branch that asked for it and whatever
        decided that: a definition is read once."""
        outer, self._decided_from = self._decided_from, len(self.frames)
        try:
            with self.trail.suspended(), self.apart():
                yield
        finally:
            self._decided_from = outer

    # -- what handlers note -------------------------------------------------------------------------------

    def happen(self, kind: str, site: Site, **objects: Any) -> None:
        self.happened.append(Happening(kind, site, objects))

    @contextmanager
    def repeated(
        self,
        over: str,
        site: Site,
        *,
        times: Value | None = None,
        iterable: Value | None = None,
        told: dict[str, Value] | None = None,
        runs: Sequence[Value] = (),
    ) -> Iterator[None]:
        """While the body of a loop runs that a trainer of a library goes through, once for all its turns."""
        for method in runs:
            forget_what_a_method_changes(self, method)
        with self.apart() as happened:
            yield
        if happened:
            self.happened.append(Repeated(happened, over, times, site, iterable, told=told or {}))

    def note(self, fact: object) -> None:
        certainty = Certainty.DEFAULT if self.conditions else Certainty.EXACT
        self.facts.append((fact, certainty))

    @contextmanager
    def watched(self) -> Iterator[list[tuple[object, object]]]:
        """Collects what the program does meanwhile: the slots of older objects that it writes, and all that it notes."""
        facts, happened = len(self.facts), len(self.happened)
        done: list[tuple[object, object]] = []
        with self.trail.watched() as changes:
            yield done
        done += changes
        done += [(fact, None) for fact, _ in self.facts[facts:]]
        done += [(event, None) for event in self.happened[happened:]]

    @contextmanager
    def within_network(self) -> Iterator[int]:
        self.network_depth += 1
        try:
            yield self.network_depth - 1
        finally:
            self.network_depth -= 1

    # -- decisions ----------------------------------------------------------------------------------------

    def truth(self, value: Value) -> bool | None:
        """Whether a value counts as true; None when that is not known."""
        return truth(value)

    def decided_by(self, value: Value) -> AbstractContextManager[None]:
        """While a path runs that was chosen by `value`: what happens there is no surer than the choice."""
        origin = value.origin
        return self._decided_by(origin) if origin is not None and origin.overridable else _NOTHING

    @contextmanager
    def _decided_by(self, origin: Origin) -> Iterator[None]:
        conditions = self.frame.conditions
        conditions.append(origin)
        try:
            yield
        finally:
            conditions.pop()

    def bound(self, value: Value, node: ast.AST, label: str) -> Value:
        """A value on its way into a name: a literal learns the name, everything else gets one more step."""
        origin = value.origin
        if isinstance(value, Known) and origin is not None:
            if origin.made is Made.WRITTEN and not origin.label and not self.conditions:
                return Known(value.value, Origin(origin.made, origin.site, label, origin.parents))
            parents = (origin, *self.conditions)
            return Known(value.value, Origin(Made.BOUND, self.site(node), label, parents))
        return value
