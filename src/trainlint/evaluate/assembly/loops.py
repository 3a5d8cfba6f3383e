"""The events of the plan as a tree."""

from __future__ import annotations

from trainlint.evaluate.assembly.gathered import Gathered
from trainlint.evaluate.assembly.networks import ordered
from trainlint.evaluate.assembly.numbering import with_parts
from trainlint.evaluate.happenings import Forked, Happened, Happening, Repeated
from trainlint.plan.loop import Branch, Event, Loop, Sequence
from trainlint.values.origin import Made, Origin
from trainlint.values.tensor import Tensor
from trainlint.values.value import Value, integer


def sequence(happened: list[Happened], gathered: Gathered) -> Sequence:
    return Sequence(items=tuple(_item(item, gathered) for item in happened))


def _item(item: Happened, gathered: Gathered) -> Event | Loop | Branch:
    if isinstance(item, Happening):
        return _event(item, gathered)
    origin = Origin(Made.WRITTEN, item.site)
    if isinstance(item, Repeated):
        return Loop(
            body=sequence(item.body, gathered),
            over=item.over if item.over in ("batches", "epochs") else "unknown",
            times=integer(item.times),
            origin=origin,
        )
    assert isinstance(item, Forked)
    paths = tuple(sequence(path, gathered) for path in item.paths)
    return Branch(paths=paths, condition=item.condition, origin=origin)


def _event(item: Happening, gathered: Gathered) -> Event:
    optimizer, loss = item.objects.get("optimizer"), item.objects.get("loss")
    networks: list[Value] = [value for value in item.objects.get("networks", ()) if isinstance(value, Value)]
    numbers = [gathered.networks.of(part) for value in networks for part in with_parts(value)]
    if item.kind == "backward" and isinstance(loss, Tensor):
        numbers = _behind(loss, gathered)
    return Event(
        kind=item.kind,
        optimizer=gathered.optimizers.of(optimizer) if isinstance(optimizer, Value) else None,
        networks=tuple(dict.fromkeys(numbers)),
        loss=gathered.losses.of(loss) if isinstance(loss, Value) else None,
        origin=Origin(Made.COMPUTED, item.site, item.kind),
    )


def _behind(loss: Tensor, gathered: Gathered) -> list[int]:
    """The modules that a loss was computed with; none when part of the way is not known."""
    numbers: list[int] = []
    for tensor in ordered([loss]):
        operation = tensor.operation
        if operation is None:
            continue
        if operation.kind == "unknown":
            return []
        if operation.layer is not None:
            numbers.append(gathered.networks.of(operation.layer))
    return numbers
