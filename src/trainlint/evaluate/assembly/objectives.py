"""Losses of the plan: where a prediction meets a target."""

from __future__ import annotations

from collections.abc import Collection
from itertools import takewhile

from trainlint.evaluate.assembly.arguments import argument
from trainlint.evaluate.assembly.data import rescalings_of
from trainlint.evaluate.assembly.gathered import CompileCalled, FitCalled, Gathered, LossApplied
from trainlint.evaluate.assembly.hand_written import hand_written
from trainlint.evaluate.assembly.networks import network_of, ordered
from trainlint.evaluate.assembly.settings import setting, settings, sizes
from trainlint.frameworks.call import Machine
from trainlint.frameworks.keras.training import objectives
from trainlint.plan.network import Network
from trainlint.plan.objective import Metric, Objective, Target
from trainlint.values.origin import Certainty, Made, Origin
from trainlint.values.tensor import Tensor
from trainlint.values.value import Instance, Value


def losses_of(gathered: Gathered, machine: Machine) -> list[tuple[LossApplied, Certainty]]:
    """The losses that train: those that a backward pass starts from, all of them when none does."""
    applied = list(gathered.of(LossApplied))
    reached = _reached(gathered)
    trained = [
        (loss, certainty)
        for loss, certainty in applied
        if loss.result is not None and id(loss.result) in reached
    ]
    known = {id(loss.result) for loss, _ in applied if loss.result is not None}
    by_hand = [(loss, Certainty.EXACT) for loss in hand_written(gathered, known)]
    found = [*(trained or applied), *by_hand] if trained or not by_hand else by_hand
    for compiled, certainty in gathered.of(CompileCalled):
        targets = _fitted_on(compiled, gathered)
        found += [(loss, certainty) for loss in objectives(compiled, machine, targets)]
    return _each_once(found)


def _fitted_on(compiled: CompileCalled, gathered: Gathered) -> Value | None:
    """The targets that a model is fitted on before it is compiled again."""
    mine = [
        fact
        for fact, _ in gathered.facts
        if isinstance(fact, CompileCalled | FitCalled) and fact.model is compiled.model
    ]
    following = mine[next(index for index, fact in enumerate(mine) if fact is compiled) + 1 :]
    until = takewhile(lambda fact: isinstance(fact, FitCalled), following)
    return next((fact.targets for fact in until if isinstance(fact, FitCalled)), None)


def _reached(gathered: Gathered) -> set[int]:
    starts = [event.objects.get("loss") for event in gathered.walk() if event.kind == "backward"]
    return {id(tensor) for start in starts if isinstance(start, Tensor) for tensor in ordered([start])}


def _each_once(losses: list[tuple[LossApplied, Certainty]]) -> list[tuple[LossApplied, Certainty]]:
    """A function called several times applies its loss at one place: the first time counts."""
    seen: set[tuple[object, ...]] = set()
    kept: list[tuple[LossApplied, Certainty]] = []
    for loss, certainty in losses:
        site = loss.origin.site if loss.origin is not None else None
        operation = loss.prediction.operation if loss.prediction is not None else None
        head = operation.layer or operation.kind if operation is not None else None
        key = (getattr(site, "node", id(site)), loss.loss, id(head) if not isinstance(head, str) else head)
        if key not in seen:
            seen.add(key)
            kept.append((loss, certainty))
    return kept


def objective(
    fact: LossApplied,
    certainty: Certainty,
    title: str,
    beginnings: Collection[int],
    measured: tuple[Metric, ...] = (),
) -> Objective:
    """A loss of the plan; `beginnings` are identities of tensors at which its network begins, `measured` the
    metrics that the program works out itself."""
    network: Network | None = None
    prediction: int | None = None
    if fact.prediction is not None:
        network, index = network_of([fact.prediction], title, fact.framework, fact.origin, beginnings)
        prediction = index.get(id(fact.prediction))
    return Objective(
        loss=fact.loss,
        title=fact.title,
        framework=fact.framework,
        takes_logits=setting(fact.takes_logits, certainty),
        settings=settings(fact.settings, certainty),
        network=network,
        prediction=prediction,
        prediction_shape=sizes(fact.prediction.shape) if fact.prediction is not None else None,
        target=target(fact.target),
        metrics=tuple(
            Metric(
                name=metric.name,
                framework=fact.framework,
                settings=settings(metric.settings, certainty),
                own=metric.own,
                origin=metric.origin,
            )
            for metric in fact.metrics
        )
        + measured,
        certainty=Certainty.POSSIBLE if fact.is_one_of_several else certainty,
        compiled=isinstance(fact.model, Instance),
        origin=fact.origin,
        given=_argument(fact, 0, "input"),
        asked=_argument(fact, 1, "target"),
        loss_origin=fact.loss_origin,
    )


def _argument(fact: LossApplied, position: int, name: str) -> Origin | None:
    """What a loss is called with: PyTorch's take the prediction first, then the target."""
    site = fact.origin.site if fact.origin is not None and fact.framework == "torch" else None
    found = argument(site, position, name)
    return Origin(Made.PASSED, found) if found is not None else None


def target(value: Value | None) -> Target:
    if not isinstance(value, Tensor):
        return Target(origin=value.origin if value is not None else None)
    facts = value.data
    return Target(
        shape=sizes(value.shape),
        encoding=facts.encoding if facts is not None else None,
        classes=facts.classes if facts is not None else None,
        random=facts.random if facts is not None else False,
        dataset=facts.dataset if facts is not None else None,
        dtype=value.dtype,
        low=value.low,
        high=value.high,
        scale=value.scale,
        rescalings=rescalings_of(value),
        origin=value.origin,
    )
