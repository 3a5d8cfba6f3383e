"""Horovod: optimizers that add up the gradients of all processes, and what else its programs call."""

from __future__ import annotations

from trainlint.frameworks.call import Call
from trainlint.frameworks.library import Library
from trainlint.frameworks.passing_on import first, nothing
from trainlint.values.origin import Made, Origin
from trainlint.values.value import Known, Unknown, Value

_HOMES = ("torch", "tensorflow", "tensorflow.keras", "keras")


def _processes(call: Call) -> Value:
    """One process, unless a launcher starts more."""
    return Known(1, Origin(Made.MACHINE, call.site, "one process"))


def _rank(call: Call) -> Value:
    return Unknown("depends on the machine", call.origin)


_MEANINGS = {
    "DistributedOptimizer": first("optimizer"),
    "DistributedGradientTape": first("tape", "gradtape"),
    **dict.fromkeys(("size", "local_size"), _processes),
    **dict.fromkeys(("rank", "local_rank"), _rank),
    **dict.fromkeys(
        ("init", "shutdown", "broadcast_parameters", "broadcast_optimizer_state", "broadcast_variables"),
        nothing,
    ),
    **dict.fromkeys(("allreduce", "broadcast", "allgather"), first("tensor")),
}

LIBRARY = Library(
    functions={f"horovod.{home}.{name}": handler for home in _HOMES for name, handler in _MEANINGS.items()}
)
