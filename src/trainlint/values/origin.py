"""Where a value comes from: the chain of places that made it, and how sure that makes us."""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum
from typing import Any

from pydantic_core import core_schema

from trainlint.syntax.positions import Site


class Certainty(Enum):
    """How sure we are that the program, run as it stands, uses this value."""

    EXACT = "exact"
    DEFAULT = "default"  # may be overridden: a command-line default, an uncalled function's parameter
    POSSIBLE = "possible"  # holds on some path through the program only

    @property
    def rank(self) -> int:
        return _RANKS[self]


_RANKS = {Certainty.EXACT: 0, Certainty.DEFAULT: 1, Certainty.POSSIBLE: 2}


def weakest(*certainties: Certainty) -> Certainty:
    """The least certain of several; exact when there is none."""
    return max(certainties, key=lambda certainty: certainty.rank, default=Certainty.EXACT)


class Made(Enum):
    """How a value came into being, or was handed on, at one place."""

    WRITTEN = "written"  # a literal in the code
    BOUND = "bound"  # a name was given to it
    COMPUTED = "computed"  # arithmetic, a call
    PASSED = "passed"  # as an argument
    OPTION = "option"  # the default of a command-line option, or of a field that a user may set
    PARAMETER = "parameter"  # the default of a parameter of a function that nobody calls here
    LIBRARY = "library"  # a default of the library
    SETTINGS_FILE = "settings file"
    MACHINE = "machine"  # one process on one device, unless the program is started on more
    SEARCHED = "searched"  # one of several that a loop tries on purpose


OVERRIDABLE = (Made.OPTION, Made.PARAMETER, Made.MACHINE)


class Origin:
    """One step of a value's history. `label` names it for people: `--lr`, `LR`, `default of Adam`. Nobody changes
    one that is made: every value has some, so that they are plain objects, which are made quickly.

    `overridable`: this step or an earlier one is a default that a user may set otherwise.
    """

    __slots__ = ("label", "made", "overridable", "parents", "site")

    def __init__(
        self, made: Made, site: Site | None = None, label: str = "", parents: tuple[Origin, ...] = ()
    ) -> None:
        self.made = made
        self.site = site
        self.label = label
        self.parents = parents
        overridable = made in OVERRIDABLE
        for parent in parents:
            overridable = overridable or parent.overridable
        self.overridable: bool = overridable

    def __repr__(self) -> str:
        return f"Origin({self.made.value}, {self.label!r}, {self.site!r})"

    def chain(self) -> Iterator[Origin]:
        """This step and the earlier ones, newest first; each once."""
        seen: set[int] = set()
        waiting = [self]
        while waiting:
            origin = waiting.pop(0)
            if id(origin) in seen:
                continue
            seen.add(id(origin))
            yield origin
            waiting.extend(origin.parents)

    @property
    def certainty(self) -> Certainty:
        return Certainty.DEFAULT if self.overridable else Certainty.EXACT

    @property
    def searched(self) -> bool:
        """Whether the value is one of several that a search tries on purpose."""
        return any(step.made is Made.SEARCHED for step in self.chain())

    @property
    def root(self) -> Origin:
        """The step where the number itself stands: follow the newest parents to the end."""
        origin = self
        while origin.parents:
            origin = origin.parents[0]
        return origin

    @property
    def source_edit_site(self) -> Site | None:
        """The place to edit to change this value, when nothing was computed on the way to it."""
        if any(step.made is Made.COMPUTED for step in self.chain()):
            return None
        root = self.root
        return root.site if root.made in (Made.WRITTEN, Made.SETTINGS_FILE) else None

    def as_json(self) -> list[dict[str, str]]:
        """The chain as plain data, newest first."""
        return [
            {"made": step.made.value, "label": step.label, "place": str(step.site.place) if step.site else ""}
            for step in self.chain()
        ]

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: Any) -> core_schema.CoreSchema:
        # Opaque to pydantic: an origin is compared by identity and is never read back from JSON.
        serializer = core_schema.plain_serializer_function_ser_schema(lambda origin: origin.as_json())
        return core_schema.is_instance_schema(cls, serialization=serializer)


def step(made: Made, origin: Origin | None, site: Site | None, label: str = "") -> Origin:
    """`origin` handed on once more."""
    return Origin(made, site, label, (origin,) if origin else ())
