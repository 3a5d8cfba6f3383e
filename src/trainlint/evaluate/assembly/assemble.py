"""Puts the plan together from what was noted while the program ran."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from trainlint.evaluate.assembly.context import context_of
from trainlint.evaluate.assembly.gathered import CompileCalled, Gathered, LossApplied, NetworkApplied
from trainlint.evaluate.assembly.loops import sequences
from trainlint.evaluate.assembly.networks import network_of, tensors_in
from trainlint.evaluate.assembly.objectives import losses_of, objective
from trainlint.evaluate.assembly.optimizers import optimizers_of
from trainlint.evaluate.assembly.runs import runs_of
from trainlint.evaluate.assembly.unused import unused_in
from trainlint.evaluate.machine import Machine
from trainlint.evaluate.program import Program
from trainlint.frameworks.keras.models import outputs_of
from trainlint.plan.network import Network
from trainlint.plan.optimizer import Optimizer
from trainlint.plan.plan import TrainingPlan
from trainlint.values.origin import Certainty
from trainlint.values.tensor import Tensor
from trainlint.values.value import Instance, Value


def assemble(machine: Machine, program: Program) -> TrainingPlan:
    """The training plan of a program that has been evaluated."""
    gathered = Gathered(machine.facts, machine.happened)
    applied = _applied(gathered, machine)
    losses = losses_of(gathered, machine)
    objectives = tuple(
        objective(fact, certainty, _title(fact, applied), applied.beginnings) for fact, certainty in losses
    )
    optimizers = optimizers_of(gathered)
    runs = runs_of(gathered, machine, _objectives_by_model(losses, applied))
    return TrainingPlan(
        filename=program.filename,
        optimizers=optimizers,
        networks=applied.networks,
        objectives=objectives,
        runs=runs,
        events=sequences(machine.happened, gathered),
        unused=tuple(unused_in(gathered)),
        context=context_of(gathered, program, applied.networks, optimizers, runs),
        unknowns=_unknowns(optimizers, applied.networks),
    )


@dataclass(frozen=True)
class Applied:
    """Networks that were applied or compiled, each once; which one made a tensor, and where data begins."""

    networks: tuple[Network, ...]
    makers: Mapping[int, Instance]  # by the identity of an output
    beginnings: frozenset[int]  # identities of tensors that come from no network


def _applied(gathered: Gathered, machine: Machine) -> Applied:
    found: list[Network] = []
    makers: dict[int, Instance] = {}
    inputs: set[int] = set()
    for fact, _ in gathered.of(NetworkApplied):
        if fact.depth:
            continue
        tensors, given = tensors_in(fact.output), {id(tensor) for tensor in fact.inputs}
        makers |= {id(tensor): fact.network for tensor in tensors}
        inputs |= given
        if gathered.networks.known(fact.network) is None and tensors:
            gathered.networks.of(fact.network)
            title, origin = fact.network.title, fact.network.origin
            found.append(network_of(tensors, title, fact.framework, origin, given)[0])
    for compiled, _ in gathered.of(CompileCalled):
        if gathered.networks.known(compiled.model) is None:
            gathered.networks.of(compiled.model)
            tensors = tensors_in(outputs_of(compiled.model, machine, compiled.site))
            makers |= {id(tensor): compiled.model for tensor in tensors}
            found.append(network_of(tensors, compiled.model.title, "keras", compiled.model.origin)[0])
    return Applied(tuple(found), makers, frozenset(inputs - makers.keys()))


def _title(fact: LossApplied, applied: Applied) -> str:
    model = fact.model if isinstance(fact.model, Instance) else _model_behind(fact.prediction, applied)
    return model.title if model is not None else "network"


def _objectives_by_model(losses: list[tuple[LossApplied, Certainty]], applied: Applied) -> dict[int, int]:
    """Index of the first objective of each model, by the model's identity."""
    numbers: dict[int, int] = {}
    for number, (fact, _) in enumerate(losses):
        model: Value | None = fact.model or _model_behind(fact.prediction, applied)
        if model is not None:
            numbers.setdefault(id(model), number)
    return numbers


def _model_behind(prediction: Tensor | None, applied: Applied) -> Instance | None:
    """The network whose output a loss reads, directly or after some operations."""
    tensor = prediction
    while tensor is not None:
        if id(tensor) in applied.makers:
            return applied.makers[id(tensor)]
        sources = tensor.operation.inputs if tensor.operation is not None else ()
        tensor = sources[0] if sources else None
    return None


def _unknowns(
    optimizers: tuple[Optimizer, ...], networks: tuple[Network, ...]
) -> tuple[tuple[str, int], ...]:
    """Why settings and layers stayed unknown, commonest first."""
    reasons: Counter[str] = Counter()
    for optimizer in optimizers:
        if not optimizer.learning_rate.values and optimizer.learning_rate.reason:
            reasons[optimizer.learning_rate.reason] += 1
    for network in networks:
        reasons.update(network.reasons)
    return tuple(reasons.most_common())
