"""Puts the plan together from what was noted while the program ran."""

from __future__ import annotations

from collections import Counter

from trainlint.evaluate.assembly.context import context_of
from trainlint.evaluate.assembly.gathered import CompileCalled, Gathered, LossApplied, NetworkApplied
from trainlint.evaluate.assembly.loops import sequence
from trainlint.evaluate.assembly.networks import network_of, tensors_in
from trainlint.evaluate.assembly.objectives import losses_of, objective
from trainlint.evaluate.assembly.optimizers import optimizers_of
from trainlint.evaluate.assembly.runs import Numbers, runs_of
from trainlint.evaluate.machine import Machine
from trainlint.evaluate.program import Program
from trainlint.frameworks.keras.models import outputs_of
from trainlint.plan.network import Network
from trainlint.plan.plan import TrainingPlan
from trainlint.values.tensor import Tensor
from trainlint.values.value import Instance, Value


def assemble(machine: Machine, program: Program) -> TrainingPlan:
    """The training plan of a program that has been evaluated."""
    gathered = Gathered(machine.facts, machine.happened)
    networks, owners = _networks(gathered, machine)
    losses = losses_of(gathered, machine)
    objectives = tuple(objective(fact, certainty, _title(fact, owners)) for fact, certainty in losses)
    optimizers = optimizers_of(gathered)
    numbers = Numbers(_objectives_by_model(losses, owners))
    runs = runs_of(gathered, machine, numbers)
    tree = sequence(machine.happened, gathered)
    return TrainingPlan(
        filename=program.filename,
        optimizers=optimizers,
        networks=networks,
        objectives=objectives,
        runs=runs,
        events=(tree,) if tree.items else (),
        context=context_of(gathered, program, networks, optimizers, runs),
        unknowns=_unknowns(optimizers, networks),
    )


def _networks(gathered: Gathered, machine: Machine) -> tuple[tuple[Network, ...], dict[int, Instance]]:
    """Networks that were applied, or compiled, each once; and which network made each output tensor."""
    found: list[Network] = []
    owners: dict[int, Instance] = {}
    outermost = [fact for fact, _ in gathered.of(NetworkApplied) if not fact.depth]
    for fact in outermost:
        network, output, framework = fact.network, fact.output, fact.framework
        tensors = tensors_in(output)
        owners |= {id(tensor): network for tensor in tensors}
        if gathered.networks.known(network) is None and tensors:
            gathered.networks.of(network)
            found.append(network_of(tensors, network.title, framework, network.origin)[0])
    for compiled, _ in gathered.of(CompileCalled):
        if gathered.networks.known(compiled.model) is None:
            gathered.networks.of(compiled.model)
            tensors = tensors_in(outputs_of(compiled.model, machine, compiled.site))
            owners |= {id(tensor): compiled.model for tensor in tensors}
            found.append(network_of(tensors, compiled.model.title, "keras", compiled.model.origin)[0])
    return tuple(found), owners


def _title(fact: LossApplied, owners: dict[int, Instance]) -> str:
    model = fact.model if isinstance(fact.model, Instance) else owners.get(id(fact.prediction))
    return model.title if model is not None else "network"


def _objectives_by_model(
    losses: list[tuple[LossApplied, object]] | object, owners: dict[int, Instance]
) -> dict[int, int]:
    numbers: dict[int, int] = {}
    assert isinstance(losses, list)
    for number, (fact, _) in enumerate(losses):
        model: Value | None = fact.model or _model_behind(fact.prediction, owners)
        if model is not None:
            numbers.setdefault(id(model), number)
    return numbers


def _model_behind(prediction: Tensor | None, owners: dict[int, Instance]) -> Instance | None:
    """The network whose output a loss reads, directly or after some operations."""
    tensor = prediction
    while tensor is not None:
        if id(tensor) in owners:
            return owners[id(tensor)]
        tensor = (
            tensor.operation.inputs[0] if tensor.operation is not None and tensor.operation.inputs else None
        )
    return None


def _unknowns(optimizers: object, networks: tuple[Network, ...]) -> tuple[tuple[str, int], ...]:
    """Why settings and layers stayed unknown, commonest first."""
    reasons: Counter[str] = Counter()
    assert isinstance(optimizers, tuple)
    for optimizer in optimizers:
        if not optimizer.learning_rate.values and optimizer.learning_rate.reason:
            reasons[optimizer.learning_rate.reason] += 1
    for network in networks:
        reasons.update(network.reasons)
    return tuple(reasons.most_common())
