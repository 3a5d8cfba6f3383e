"""Room for calls inside calls.

CPython keeps what its running functions hold in pieces of 16 KB. A call that does not fit into the piece in use asks the
system for another one and gives it back when it returns: whoever recurses as an evaluator does crosses that border
thousands of times. A function that claims a large frame is given one large piece, in which all calls below it have room.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

SLOTS = 70_000
"""Values that the frame claims, of 8 bytes: a little more than half of 1 MB, the piece that holds it, so that the other
half is free. Nothing of it is touched. Measured with CPython 3.11: a check of pytorch-image-models takes a tenth less."""

Given = ParamSpec("Given")
Result = TypeVar("Result")


def with_room(function: Callable[Given, Result]) -> Callable[Given, Result]:
    """The same function, called where there is room for some thousand calls inside calls."""

    def roomy(*args: Given.args, **kwargs: Given.kwargs) -> Result:
        return function(*args, **kwargs)

    if sys.implementation.name == "cpython":
        roomy.__code__ = roomy.__code__.replace(co_stacksize=SLOTS)
    return wraps(function)(roomy)
