"""What reaches training, as the plan says it."""

from __future__ import annotations

import re

from trainlint.evaluate.assembly.settings import sizes, whole
from trainlint.frameworks.arrays.sklearn_preparing import SCALERS, SPLITS
from trainlint.plan.data import Data, PartOfSplit, Rescaling
from trainlint.plan.setting import Setting
from trainlint.values.origin import Made
from trainlint.values.tensor import Tensor
from trainlint.values.value import Instance, Items, Mapped, Value

_SMALL = re.compile(r"(^|_)(small|tiny|mini|sample|subset|debug|few)(_|$|s_)", re.IGNORECASE)
"""Names that say a data set is small (rules.md grade C: hinted)."""


def data_of(value: Value | None, name: str = "") -> Data:
    """The facts about an array, a batch of a loader, or what stands for them."""
    tensor = first_tensor(value)
    name = name or _name(tensor or value)
    hinted = bool(_SMALL.search(name))
    if tensor is None:
        return Data(name=name, hinted_small=hinted, origin=value.origin if value is not None else None)
    facts = tensor.data
    return Data(
        name=(facts.name if facts is not None else "") or name,
        dataset=facts.dataset if facts is not None else None,
        samples=samples_of(tensor),
        full_samples=facts.full_samples if facts is not None else None,
        shape=sizes(tensor.shape),
        low=tensor.low,
        high=tensor.high,
        integer=tensor.dtype.startswith(("int", "uint")) if tensor.dtype else None,
        classes=facts.classes if facts is not None else None,
        random=facts.random if facts is not None else False,
        hinted_small=hinted or (facts.hinted_small if facts is not None else False),
        augmented=facts.augmented if facts is not None else False,
        image=facts.image if facts is not None else None,
        rescalings=rescalings_of(tensor),
        part=_part_of(tensor),
        origin=(facts.origin if facts is not None else None) or tensor.origin,
    )


def _name(value: Value | None) -> str:
    """The name of a variable that is nowhere defined, which may still say something."""
    while isinstance(value, Tensor) and value.operation is not None and value.operation.inputs:
        value = value.operation.inputs[0]
    origin = value.origin if value is not None else None
    return origin.label if origin is not None and origin.made is Made.WRITTEN else ""


def rescalings_of(tensor: Tensor) -> tuple[Rescaling, ...]:
    """What made the range of a tensor smaller since it was loaded, first to last."""
    found: list[Rescaling] = []
    current = tensor
    while current.operation is not None and current.operation.inputs:
        source = current.operation.inputs[0]
        before, after = _span(source), _span(current)
        if before and after and after < before:
            found.append(Rescaling(before=before, after=after, origin=current.operation.origin))
        current = source
    return tuple(reversed(found))


def _part_of(tensor: Tensor) -> PartOfSplit | None:
    """What happened to an array since `train_test_split` gave it; None when it is no such part."""
    queue, seen, split = [tensor], {id(tensor)}, None
    scaler, plain = "", True
    for step in queue:
        operation = step.operation
        if operation is None:
            continue
        if operation.title in SPLITS:
            split = operation.origin
            continue
        found = operation.settings.get("scaler")
        if isinstance(found, Instance) and found.title in SCALERS:
            scaler = found.title
        plain = plain and operation.kind in _AS_IT_WAS
        new = [source for source in operation.inputs if id(source) not in seen]
        seen.update(id(source) for source in new)
        queue += new
    return PartOfSplit(scaler=scaler, plain=plain, origin=split) if split is not None else None


_AS_IT_WAS = frozenset("select identity cast reshape batch shuffle expand squeeze".split())


def _span(tensor: Tensor) -> float | None:
    return None if tensor.low is None or tensor.high is None else tensor.high - tensor.low


def samples_of(tensor: Tensor) -> Setting[int]:
    if tensor.data is not None and tensor.data.samples is not None:
        return whole(tensor.data.samples)
    return Setting(reason="the number of samples is not known")


def first_tensor(value: Value | None) -> Tensor | None:
    if isinstance(value, Tensor):
        return value
    if isinstance(value, Items):
        return next((found for item in value.items if (found := first_tensor(item)) is not None), None)
    if isinstance(value, Mapped):
        entries = [entry for entry in value.slots.values() if isinstance(entry, Value)]
        return next((found for entry in entries if (found := first_tensor(entry)) is not None), None)
    return None
