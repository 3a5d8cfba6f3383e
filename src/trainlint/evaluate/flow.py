"""How the execution of a statement ends, and the frame it runs in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Any

from trainlint.frameworks.torch.alike import Alike
from trainlint.syntax.chunks import Chunk
from trainlint.values.origin import Origin
from trainlint.values.value import Class, Function, Scope, Value


class Flow(Enum):
    """What comes next after a statement."""

    NEXT = auto()
    RETURN = auto()
    BREAK = auto()
    CONTINUE = auto()
    RAISE = auto()


@dataclass(eq=False, slots=True)
class Frame:
    """One running function, or the module itself."""

    scope: Scope
    chunk: Chunk
    program: Any  # the evaluate.program.Program that the code belongs to
    function: Function | None = None
    owner: Class | None = None
    receiver: Value | None = None
    given: dict[str, Value] = field(default_factory=dict)  # what the parameters were called with
    returned: list[Value] = field(default_factory=list)
    yielded: list[Value] = field(default_factory=list)
    yields_known: bool = True  # nothing was yielded on some path only
    depth: int = 0  # branches that were open when the frame was entered
    turns: int = 1  # of the loops around us that are unrolled, multiplied
    endless: bool = False  # a loop in these has too many turns to be unrolled
    loops: int = 0  # abstract loops that are running in this frame
    loop_birth: int = 0  # how many mutable values there were before the innermost of them
    around: Callable[[Value], None] | None = None  # what runs at the first `yield` of a context manager
    alike: Alike | None = None  # what calls of the function by itself did to modules
    conditions: list[Origin] = field(default_factory=list)  # decided by defaults that a user may override
