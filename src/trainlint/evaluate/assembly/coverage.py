"""Which layers that a backward pass reaches are held by no optimizer."""

from __future__ import annotations

from collections.abc import Iterator

from trainlint.evaluate.assembly.gathered import Gathered, NetworkApplied, OptimizerMade
from trainlint.evaluate.assembly.networks import ordered
from trainlint.frameworks.torch.optimizers import groups_of
from trainlint.frameworks.torch.parameters import is_trainable, owners_of, submodules
from trainlint.frameworks.torch.weights import has_weights
from trainlint.plan.coverage import LeftOut
from trainlint.plan.kinds import WEIGHTED
from trainlint.values.origin import Certainty
from trainlint.values.tensor import Operation, Tensor
from trainlint.values.value import Instance, Value


def left_out_of(gathered: Gathered) -> Iterator[LeftOut]:
    made = [(fact, certainty) for fact, certainty in gathered.of(OptimizerMade) if fact.framework == "torch"]
    stepped = {id(event.objects.get("optimizer")) for event in gathered.walk() if event.kind == "step"}
    everybody = {id(fact.optimizer) for fact, _ in made}
    if not made or not stepped <= everybody or any(fact.owners is None or _grew(fact) for fact, _ in made):
        return
    held = {id(module) for fact, _ in made for module in fact.held}
    reached = _reached(gathered)
    roots = {id(fact.network): fact.network for fact, _ in gathered.of(NetworkApplied) if not fact.depth}
    for root in roots.values():
        inside = [module for module in submodules(root) if id(module) in reached]
        missing = [m for m in inside if id(m) not in held and is_trainable(m) is True]
        for fact, certainty in made:
            ours = {id(module) for module in fact.held}
            if id(fact.optimizer) in stepped and missing and any(id(module) in ours for module in inside):
                yield _left_out(fact, certainty, gathered, root, missing)
                break
    for root, trainer in _handed_over(gathered):
        inside = [module for module in submodules(root) if has_weights(module)]
        missing = [m for m in inside if id(m) not in held and is_trainable(m) is True]
        makers = [fact for fact, _ in made if fact.optimizer is trainer]
        if makers and missing and len(missing) < len(inside):
            yield _left_out(makers[0], Certainty.POSSIBLE, gathered, root, missing)


def _left_out(
    fact: OptimizerMade, certainty: Certainty, gathered: Gathered, root: Instance, missing: list[Instance]
) -> LeftOut:
    now = {id(module) for owner in fact.owners or () for module in submodules(owner)}
    return LeftOut(
        optimizer=gathered.optimizers.of(fact.optimizer),
        network=root.title,
        layers=tuple(dict.fromkeys(module.title for module in missing)),
        count=len(missing),
        replaced=any(id(module) in now for module in missing),
        certainty=certainty,
        layer_origin=missing[0].origin,
        origin=fact.optimizer.origin,
    )


def _grew(fact: OptimizerMade) -> bool:
    """Whether groups came to an optimizer after it was made."""
    owners = [owners_of(group.slots.get("params")) for group in groups_of(fact.optimizer)]
    known = {id(owner) for owner in fact.owners or ()}
    return any(found is None or any(id(owner) not in known for owner in found) for found in owners)


def _reached(gathered: Gathered) -> set[int]:
    """Identities of the modules with weights of their own that a backward pass goes through."""
    losses = [event.objects.get("loss") for event in gathered.walk() if event.kind == "backward"]
    return _with_weights([loss for loss in losses if isinstance(loss, Tensor)])


def _with_weights(results: list[Tensor]) -> set[int]:
    """Identities of the modules with weights that these were computed with and that `detach` cuts off from
    none of them."""
    cut = {
        id(tensor)
        for tensor in ordered(results)
        if tensor.operation is not None and tensor.operation.kind == "detach"
    }
    return {
        id(tensor.operation.layer)
        for tensor in ordered(results, cut)
        if tensor.operation is not None and tensor.operation.layer is not None
        if _has_weights(tensor.operation) and id(tensor) not in cut
    }


def _has_weights(operation: Operation) -> bool:
    return operation.kind in WEIGHTED if operation.parameters is None else operation.parameters > 0


def _handed_over(gathered: Gathered) -> Iterator[tuple[Instance, Value]]:
    """Networks with the optimizers that went with them to code that is not followed."""
    escapes = [event for event in gathered.walk() if event.kind == "escape"]
    for one in escapes:
        optimizer = one.objects.get("optimizer")
        together = [other for other in escapes if other.site is one.site] if optimizer is not None else []
        for network in (network for other in together for network in other.objects.get("networks", ())):
            if isinstance(network, Instance) and isinstance(optimizer, Value):
                yield network, optimizer
