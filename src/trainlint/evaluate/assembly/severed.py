"""Losses that lost their way back to the weights: by `detach`, a comparison, rounding, a choice."""

from __future__ import annotations

from trainlint.evaluate.assembly.gathered import Gathered
from trainlint.evaluate.assembly.networks import ordered
from trainlint.frameworks.losses import LOSSES
from trainlint.frameworks.torch.creation import NEW, NEW_LEAF
from trainlint.plan.severed import SeveredLoss
from trainlint.values.origin import Made, Origin
from trainlint.values.tensor import Operation, Tensor
from trainlint.values.value import constant

SEVERING = frozenset({"detach", "argmax", "argmin", "compare", "round", "sign", "predict"})
"""Operations that pass no gradient on, or one that is zero; `predict` of Keras gives arrays."""

_COMPARING = LOSSES | {"loss"}


def severed_losses(gathered: Gathered) -> tuple[SeveredLoss, ...]:
    """Only where all ways from the loss are known, and every one that leads to weights is cut."""
    found: dict[int, SeveredLoss] = {}
    for event in gathered.walk():
        loss = event.objects.get("loss") if event.kind == "backward" else None
        cut = _cut(loss) if isinstance(loss, Tensor) else None
        if cut is not None and cut.operation is not None:
            found.setdefault(
                id(getattr(event.site, "node", event)),
                SeveredLoss(
                    operation=_title(cut.operation),
                    kind="new" if _is_new(cut) else cut.operation.kind,
                    origin=_origin(cut.operation),
                    backward=Origin(Made.COMPUTED, event.site, "backward"),
                ),
            )
    return tuple(found.values())


def _cut(loss: Tensor) -> Tensor | None:
    """The operation nearest to the loss that cuts it off; None when some way may reach weights."""
    if _is_new(loss):
        return loss  # whatever its values were computed with
    cuts: list[Tensor] = []
    waiting, seen = [loss], set[int]()
    while waiting:
        tensor = waiting.pop(0)
        if id(tensor) in seen:
            continue
        seen.add(id(tensor))
        operation = tensor.operation
        if operation is not None and operation.kind in SEVERING:
            cuts.append(tensor)
        elif _may_lead_to_weights(tensor):
            return None
        elif operation is not None:
            waiting += _sources(operation)
    return next((cut for cut in cuts if _leads_to_weights(cut)), None)


def _title(operation: Operation) -> str:
    made = operation.settings.get(NEW_LEAF)
    return str(constant(made)) if made is not None else operation.title


def _origin(operation: Operation) -> Origin | None:
    made = operation.settings.get(NEW_LEAF)
    return made.origin if made is not None else operation.origin


def _is_new(loss: Tensor) -> bool:
    """Whether a loss was made anew from numbers, as by `torch.tensor(…)`, that are not written there."""
    operation = loss.operation
    if operation is None:
        return False
    return NEW_LEAF in operation.settings or (operation.kind == "cast" and operation.title in NEW)


def _sources(operation: Operation) -> tuple[Tensor, ...]:
    """What a gradient goes to: of a loss the prediction, and a target only where a network made it."""
    if operation.kind not in _COMPARING:
        return operation.inputs
    prediction, *others = operation.inputs or (None,)
    made = [tensor for tensor in others if any(_is_made(part) for part in ordered([tensor]))]
    return tuple(tensor for tensor in (prediction, *made) if tensor is not None)


def _is_made(tensor: Tensor) -> bool:
    """Whether a tensor holds weights, was made with some, or in a way that is not known."""
    operation = tensor.operation
    if tensor.is_parameter or operation is None:
        return tensor.is_parameter
    return operation.layer is not None or operation.kind == "unknown"


def _may_lead_to_weights(tensor: Tensor) -> bool:
    """Whether a tensor holds weights, or may, since it is not known where it comes from."""
    operation = tensor.operation
    if tensor.is_parameter or operation is None:
        return tensor.is_parameter or tensor.data is None
    if operation.kind in ("unknown", "parameter") or operation.parameters != 0:
        return True
    return operation.kind == "input" and tensor.data is None


def _leads_to_weights(cut: Tensor) -> bool:
    """Whether a network with weights stands behind a cut."""
    if cut.operation is not None and cut.operation.kind == "predict":
        return True
    behind = (tensor.operation for tensor in ordered([cut]))
    return any(operation is not None and operation.layer is not None for operation in behind)
