"""The events of the plan as trees."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field

from trainlint.evaluate.assembly.cutting import cut_off, without_gradients
from trainlint.evaluate.assembly.gathered import Gathered, NetworkApplied
from trainlint.evaluate.assembly.networks import ordered, tensors_in
from trainlint.evaluate.assembly.numbering import Numbering, with_parts
from trainlint.evaluate.assembly.tapes import TAPE_EVENTS, off_the_tape
from trainlint.evaluate.happenings import APPLIED, ENTRY_POINT, Forked, Happened, Happening, Repeated
from trainlint.frameworks.losses import LOSSES
from trainlint.plan.loop import Branch, Event, Loop, Sequence
from trainlint.values.origin import Made, Origin
from trainlint.values.tensor import Tensor
from trainlint.values.value import Unknown, Value, integer


def sequences(happened: list[Happened], gathered: Gathered) -> tuple[Sequence, ...]:
    """One tree for the program as it runs, and one for each function that only others call."""
    started = (event.objects.get("loss") for event in gathered.walk() if event.kind == "backward")
    behind = _behind_backward(gathered, without_gradients(happened))
    trees = _Trees(
        gathered,
        frozenset(id(tensor) for tensor in behind),
        frozenset(map(id, started)),
        frozenset(id(tensor.origin) for tensor in behind),
        frozenset(id(value) for value in switched_unknowns(gathered)),
        cut_off(happened) | off_the_tape(happened),
    )
    found = (trees.sequence(part) for part in _entry_points(happened))
    return tuple(tree for tree in found if tree.items)


def _entry_points(happened: list[Happened]) -> Iterator[list[Happened]]:
    part: list[Happened] = []
    for item in happened:
        if isinstance(item, Happening) and item.kind == ENTRY_POINT:
            yield part
            part = []
        else:
            part.append(item)
    yield part


def _behind_backward(gathered: Gathered, without: Collection[int]) -> list[Tensor]:
    """All tensors that a backward pass goes through: it ends at those that were made `without` gradients."""
    losses = [event.objects.get("loss") for event in gathered.walk() if event.kind == "backward"]
    found: list[Tensor] = []
    for loss in losses:
        if isinstance(loss, Tensor):
            behind = ordered([loss])
            ends = {id(tensor) for tensor in behind if id(tensor) in without or _is_detached(tensor)}
            # Where everything is cut off, that is the fault: what was meant to be trained still counts.
            found += (
                [t for t in ordered([loss], ends) if id(t) not in ends] if id(loss) not in ends else behind
            )
    return found


def _is_detached(tensor: Tensor) -> bool:
    return tensor.operation is not None and tensor.operation.kind == "detach"


def switched_unknowns(gathered: Gathered) -> Iterator[Unknown]:
    """What is not known and has a mode, as its `train()` and `eval()` say: networks from elsewhere."""
    for event in gathered.walk():
        if event.kind in ("train_mode", "eval_mode"):
            yield from (value for value in event.objects.get("networks", ()) if isinstance(value, Unknown))


def _is_empty(item: Event | Loop | Branch) -> bool:
    """Whether nothing of what happened in a loop or branch is worth telling."""
    if isinstance(item, Loop):
        return not item.body.items
    return isinstance(item, Branch) and not any(path.items or path.leaves for path in item.paths)


@dataclass
class _Trees:
    gathered: Gathered
    behind_backward: frozenset[int]
    started: frozenset[int]  # identities of what backward passes start from
    origins: frozenset[int]  # identities of the origins of all tensors that a backward pass goes through
    switched: frozenset[int]  # identities of what is not known and is switched to training or evaluation
    cut: dict[int, Origin]  # by the identity of the event of a backward pass
    parts: dict[int, list[int]] = field(
        default_factory=dict
    )  # numbers of networks and what is in them, by identity

    def sequence(self, happened: list[Happened]) -> Sequence:
        items = (self.item(item) for item in happened if not self.is_idle(item))
        return Sequence(items=tuple(item for item in items if not _is_empty(item)))

    def is_idle(self, item: Happened) -> bool:
        """Whether something was kept that turned out to be no loss, called that is no network, or only recorded."""
        if isinstance(item, Happening) and item.kind in TAPE_EVENTS:
            return True
        if isinstance(item, Happening) and item.kind == APPLIED:
            return id(item.objects["networks"][0]) not in self.switched
        if not isinstance(item, Happening) or item.kind != "keep":
            return False
        return isinstance(item.objects["loss"], Unknown) and not self.trains(item)

    def item(self, item: Happened) -> Event | Loop | Branch:
        if isinstance(item, Happening):
            return self.event(item)
        origin = Origin(Made.WRITTEN, item.site)
        if isinstance(item, Repeated):
            return Loop(
                body=self.sequence(item.body),
                over=item.over if item.over in ("batches", "epochs") else "unknown",
                times=integer(item.times),
                origin=origin,
            )
        assert isinstance(item, Forked)
        paths = tuple(
            self.sequence(path).model_copy(update={"leaves": leaves})
            for path, leaves in zip(item.paths, item.leaves, strict=True)
        )
        return Branch(paths=paths, condition=item.condition, origin=origin)

    def event(self, item: Happening) -> Event:
        loss = item.objects.get("loss")
        return Event(
            kind="forward" if item.kind == APPLIED else item.kind,
            optimizer=_number(self.gathered.optimizers, item.objects.get("optimizer")),
            networks=tuple(dict.fromkeys(self.networks(item))),
            loss=_number(self.gathered.losses, loss),
            scaler=_number(self.gathered.scalers, item.objects.get("scaler")),
            schedule=_number(self.gathered.schedules, item.objects.get("schedule")),
            trains=self.trains(item),
            cut_by=self.cut.get(id(item)),
            gradients=item.objects.get("gradients", "added"),
            told_to_train=item.objects.get("told_to_train", False),
            origin=Origin(Made.COMPUTED, item.site, item.kind),
        )

    def networks(self, item: Happening) -> list[int]:
        loss = item.objects.get("loss")
        if item.kind == "backward" and isinstance(loss, Tensor):
            return _behind(loss, self.gathered)
        networks = [value for value in item.objects.get("networks", ()) if isinstance(value, Value)]
        for value in networks:
            if id(value) not in self.parts:
                self.parts[id(value)] = [self.gathered.networks.of(part) for part in with_parts(value)]
        return [number for value in networks for number in self.parts[id(value)]]

    def trains(self, item: Happening) -> bool:
        if item.kind == "keep":
            kept, total = item.objects["loss"], item.objects.get("total")
            if not isinstance(kept, Tensor):
                return id(kept) in self.started and id(total) not in self.started
            losses = [tensor for tensor in ordered([kept]) if _is_loss(tensor)]
            trained = any(id(tensor) in self.behind_backward for tensor in losses)
            return trained and id(total) not in self.behind_backward
        made = item.objects.get("loss" if item.kind == "loss" else "output")
        if item.kind not in ("forward", "loss", APPLIED) or not isinstance(made, Value):
            return False
        if isinstance(made, Unknown):
            return id(made.origin) in self.origins
        return any(id(tensor) in self.behind_backward for tensor in tensors_in(made))


def _is_loss(tensor: Tensor) -> bool:
    return tensor.operation is not None and tensor.operation.kind in LOSSES


def _number(numbering: Numbering, value: object) -> int | None:
    return numbering.of(value) if isinstance(value, Value) else None


def _behind(loss: Tensor, gathered: Gathered) -> list[int]:
    """The modules that a loss was computed with; none when part of the way is not known."""
    numbers: list[int] = []
    behind = ordered([loss])
    made = {id(tensor) for tensor in behind}
    for fact, _ in gathered.of(NetworkApplied):
        # A network of the program may have weights of its own beside its layers.
        if any(id(tensor) in made for tensor in tensors_in(fact.output)):
            numbers.append(gathered.networks.of(fact.network))
    for tensor in behind:
        operation = tensor.operation
        if operation is None:
            continue
        if operation.kind == "unknown":
            return []
        if operation.layer is not None:
            numbers.append(gathered.networks.of(operation.layer))
    return numbers
