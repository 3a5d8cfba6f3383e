"""Puts the plan together from what was noted while the program ran."""

from __future__ import annotations

from collections import Counter

from trainlint.evaluate.assembly.applied import Applied, applied_networks
from trainlint.evaluate.assembly.compiling import changed_after_compile
from trainlint.evaluate.assembly.context import context_of
from trainlint.evaluate.assembly.coverage import left_out_of
from trainlint.evaluate.assembly.curves import with_curves
from trainlint.evaluate.assembly.evaluations import evaluations_of
from trainlint.evaluate.assembly.gathered import Gathered, LossApplied
from trainlint.evaluate.assembly.generation import keras_of
from trainlint.evaluate.assembly.loops import sequences, switched_unknowns
from trainlint.evaluate.assembly.metrics import metrics_of
from trainlint.evaluate.assembly.monitors import monitors_of
from trainlint.evaluate.assembly.objectives import losses_of, objective
from trainlint.evaluate.assembly.optimizers import optimizers_of
from trainlint.evaluate.assembly.preparations import leaks_of
from trainlint.evaluate.assembly.runs import runs_of
from trainlint.evaluate.assembly.severed import severed_losses
from trainlint.evaluate.assembly.shuffles import shuffled_apart
from trainlint.evaluate.assembly.unused import unused_in
from trainlint.evaluate.happenings import Happened
from trainlint.evaluate.machine import Machine
from trainlint.evaluate.program import Program
from trainlint.plan.network import Network
from trainlint.plan.optimizer import Optimizer
from trainlint.plan.plan import TrainingPlan
from trainlint.values.origin import Certainty
from trainlint.values.tensor import Tensor
from trainlint.values.value import Instance, Value


def assemble(machine: Machine, program: Program) -> TrainingPlan:
    """The training plan of a program that has been evaluated."""
    gathered = Gathered(machine.facts, machine.happened)
    applied = applied_networks(gathered, machine)
    losses = losses_of(gathered, machine)
    measured = metrics_of(losses, gathered)
    objectives = tuple(
        objective(fact, certainty, _title(fact, applied), applied.beginnings, measured.get(id(fact), ()))
        for fact, certainty in losses
    )
    optimizers = optimizers_of(gathered)
    runs = runs_of(gathered, machine, _objectives_by_model(losses, applied))
    return TrainingPlan(
        filename=program.filename,
        optimizers=with_curves(optimizers, runs, gathered),
        networks=applied.networks,
        unknown_networks=tuple({gathered.networks.of(value): None for value in switched_unknowns(gathered)}),
        objectives=objectives,
        runs=runs,
        events=sequences(machine.happened, gathered),
        evaluations=evaluations_of(gathered),
        severed=severed_losses(gathered),
        unused=tuple(unused_in(gathered)),
        leaks=tuple(leaks_of(gathered)),
        shuffled_apart=tuple(shuffled_apart(gathered)),
        left_out=tuple(left_out_of(gathered)),
        monitors=tuple(monitors_of(gathered)),
        changed_after_compile=tuple(changed_after_compile(gathered, machine)),
        context=context_of(gathered, program, applied.networks, optimizers, runs)
        | keras_of(program, machine.versions),
        unknowns=_unknowns(optimizers, applied.networks),
    )


def plan_of_networks(
    facts: list[tuple[object, Certainty]], happened: list[Happened], machine: Machine, filename: str
) -> TrainingPlan:
    """The plan of something that came to nothing but networks."""
    gathered = Gathered(facts, happened)
    networks = applied_networks(gathered, machine).networks
    return TrainingPlan(
        filename=filename,
        networks=networks,
        events=sequences(happened, gathered),
    )


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
