"""What Python's own names mean, as far as training scripts use them to build things."""

from __future__ import annotations

import math
from typing import Any

from trainlint.frameworks.call import Call, Handler, contains_tensor
from trainlint.frameworks.library import Library, merged
from trainlint.frameworks.python import dictionaries, named_tuples, paths
from trainlint.frameworks.python.builtin_functions import ELEMENTS, FUNCTIONS
from trainlint.frameworks.python.standard_library import STANDARD
from trainlint.frameworks.settings import command_line, files
from trainlint.values.origin import Made, Origin
from trainlint.values.value import Instance, Known, Unknown, Value

_ATTEMPT = (TypeError, ValueError, ZeroDivisionError, OverflowError)


def _mathematics(function: Any) -> Handler:
    def handler(call: Call) -> Value:
        values = call.arguments.positional
        if any(contains_tensor(value) for value in values):
            return call.unknown()
        if not all(isinstance(value, Known) for value in values):
            return Unknown(f"{call.name} of something unknown")
        try:
            result = function(*(value.value for value in values if isinstance(value, Known)))
        except _ATTEMPT:
            return Unknown(f"{call.name} fails")
        origins = tuple(value.origin for value in values if value.origin is not None)
        return Known(result, Origin(Made.COMPUTED, call.site, "", origins))

    return handler


def _entered(call: Call) -> Value:
    """What a generator decorated as a context manager yields."""
    return call.receiver.arguments["value"] if isinstance(call.receiver, Instance) else Unknown("a context")


_MATH = {
    f"math.{name}": _mathematics(getattr(math, name))
    for name in "sqrt log log2 log10 exp floor ceil pow prod cos sin tan fabs gcd".split()
}

_CONTEXT: dict[str, dict[str, Handler]] = {"contextlib.contextmanager": {"__enter__": _entered}}

LIBRARY = Library(
    functions=merged(
        FUNCTIONS,
        STANDARD,
        _MATH,
        paths.FUNCTIONS,
        files.OPENING,
        dictionaries.FUNCTIONS,
        named_tuples.FUNCTIONS,
    ),
    methods=merged(paths.METHODS, files.FILE_METHODS, dictionaries.METHODS, named_tuples.METHODS, _CONTEXT),
    attributes=merged(command_line.ATTRIBUTES, paths.ATTRIBUTES),
    calls=named_tuples.CALLS,
    elements=ELEMENTS,
    constants={"math.pi": math.pi, "math.e": math.e, "math.inf": math.inf, "os.sep": "/"},
)
