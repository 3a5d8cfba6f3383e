"""Data that lie sorted by class when the last part of them is kept apart."""

from __future__ import annotations

from trainlint.evaluate.assembly.data import first_tensor
from trainlint.evaluate.assembly.gathered import FitCalled, Gathered
from trainlint.frameworks.facts import ShuffledAlone
from trainlint.values.origin import Origin
from trainlint.values.tensor import Tensor, first_sources
from trainlint.values.value import Value, number

SORTED_SETS = frozenset({"iris", "wine", "olivetti_faces"})
"""Of scikit-learn: their files list one class after the other (a test looks)."""

_KEEPS_ROWS = frozenset("identity cast encode one_hot normalization reshape rescale squeeze expand".split())


def kept_apart_by_class(fact: FitCalled, gathered: Gathered) -> Origin | None:
    """Where the data of a call of `fit` with `validation_split` lie sorted by class; None when that is not known."""
    split = number(fact.settings.get("validation_split"))
    labels = first_tensor(fact.targets)
    if labels is None or split is None or not 0 < split < 1:
        return None
    shuffled = [shuffle.given for shuffle, _ in gathered.of(ShuffledAlone)]
    for step in first_sources(labels):
        if any(given is step for given in shuffled):
            return None
        if _is_sorted(step):
            return step.origin
        if step.operation is not None and step.operation.kind not in _KEEPS_ROWS:
            return None
    return None


def _is_sorted(labels: Tensor) -> bool:
    operation = labels.operation
    if operation is None:
        return labels.data is not None and labels.data.dataset in SORTED_SETS
    if operation.title in ("concatenate", "hstack", "concat", "cat"):
        values = [_constant(part) for part in operation.inputs]
        return None not in values and len(values) > 1 and len(set(values)) == len(values)
    return operation.kind == "select" and _is_ranking(operation.settings.get("order"))


def _constant(tensor: Tensor) -> float | None:
    """The one value of an array such as `np.zeros(100)`."""
    return tensor.low if tensor.low == tensor.high else None


def _is_ranking(order: Value | None) -> bool:
    operation = order.operation if isinstance(order, Tensor) else None
    return operation is not None and operation.title == "argsort"
