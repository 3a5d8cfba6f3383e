"""Which evaluations use the very data that was trained on: the same array, loader or data set."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import libcst as cst

from trainlint.evaluate.assembly.arguments import argument
from trainlint.evaluate.assembly.gathered import FitCalled, Gathered, events
from trainlint.evaluate.assembly.numbering import with_parts
from trainlint.evaluate.happenings import Forked, Happened, Happening, Repeated
from trainlint.frameworks.facts import LoaderMade, MeasuredOnTraining
from trainlint.frameworks.torch.known_datasets import known_length, split_of
from trainlint.plan.evaluation import Evaluation
from trainlint.syntax.positions import NodeSite, Site
from trainlint.values.origin import Made, Origin
from trainlint.values.value import Instance, Known, Value

_PLACE = 7  # of `validation_data` among the arguments of Keras' fit


def evaluations_of(gathered: Gathered) -> tuple[Evaluation, ...]:
    return (*_validated(gathered), *_given_twice(gathered), *_measured(gathered))


def _given_twice(gathered: Gathered) -> Iterator[Evaluation]:
    """Trainers that are given the same data twice."""
    for fact, certainty in gathered.of(MeasuredOnTraining):
        place = Origin(Made.COMPUTED, fact.site, "training")
        yield Evaluation(framework=fact.framework, certainty=certainty, trained=place, origin=place)


def _validated(gathered: Gathered) -> Iterator[Evaluation]:
    """Calls of `fit` that are given the same data twice."""
    for fact, certainty in gathered.of(FitCalled):
        if not fact.validates_on_training_data:
            continue
        site = argument(fact.site, _PLACE, "validation_data") or fact.site
        yield Evaluation(
            framework=fact.framework,
            certainty=certainty,
            trained=Origin(Made.COMPUTED, fact.site, "fit"),
            origin=Origin(Made.PASSED, site, "validation_data"),
        )


@dataclass
class _Pass:
    """A loop over a loader that trains or measures a network; no networks: one that is not known."""

    loop: Repeated
    dataset: Value
    networks: frozenset[int]
    trains: bool

    def meets(self, other: _Pass) -> bool:
        return bool(self.networks & other.networks) or not (self.networks or other.networks)


def _measured(gathered: Gathered) -> Iterator[Evaluation]:
    """Loops that measure a network over the data set of the loop that trains it."""
    passes = list(_passes(gathered.happened, gathered, measures=False))
    measured = [found for found in passes if not found.trains]
    for one in measured:
        trained = next(
            (p for p in passes if p.trains and p.meets(one) and _same(p.dataset, one.dataset)),
            None,
        )
        others = (p for p in measured if p.meets(one))
        if trained is None or any(not _same(p.dataset, trained.dataset) for p in others):
            continue
        yield Evaluation(
            framework="torch",
            spares_others=_has_other_data(trained.dataset, passes, gathered),
            trained=Origin(Made.COMPUTED, _over(trained.loop), "training loop"),
            origin=Origin(Made.COMPUTED, _over(one.loop), "evaluation loop"),
        )


def _passes(happened: list[Happened], gathered: Gathered, *, measures: bool) -> Iterator[_Pass]:
    """The loops over loaders; `measures`: gradients are off, or the network is in evaluation mode."""
    for item in happened:
        if isinstance(item, Happening):
            if item.kind in ("no_grad_enter", "eval_mode"):
                measures = True
            elif item.kind in ("no_grad_exit", "train_mode"):
                measures = False
        elif isinstance(item, Forked):
            for path in item.paths:
                yield from _passes(path, gathered, measures=measures)
        else:
            found = _pass(item, gathered, measures=measures)
            if found is not None:
                yield found
            else:
                yield from _passes(item.body, gathered, measures=measures)


def _pass(loop: Repeated, gathered: Gathered, *, measures: bool) -> _Pass | None:
    loader = _loader(loop.iterable)
    if loader is None or not _goes_through_all(loader):
        return None
    happened = list(events(loop.body))
    kinds = {event.kind for event in happened}
    forwards = [event for event in happened if event.kind == "forward"]
    networks = frozenset(
        gathered.networks.of(part)
        for event in forwards
        for value in event.objects.get("networks", ())
        if isinstance(value, Value)
        for part in with_parts(value)
    )
    trains = bool(kinds & {"step", "backward"})
    measures = measures or bool(kinds & {"no_grad_enter", "eval_mode"})
    dataset = loader.arguments.get("dataset")
    applies = networks or "loss" in kinds
    if not applies or dataset is None or not (trains or measures):
        return None
    return _Pass(loop, dataset, networks, trains)


def _loader(iterable: Value | None) -> Instance | None:
    """The loader that a loop goes through, looking into enumerate, zip and progress bars."""
    if not isinstance(iterable, Instance):
        return None
    if "torch.utils.data.DataLoader" in iterable.library_names:
        return iterable
    return _loader(iterable.arguments.get("iterable"))


def _goes_through_all(loader: Instance) -> bool:
    """A sampler may choose part of the data set, another one than elsewhere."""
    given = (loader.arguments.get(name) for name in ("sampler", "batch_sampler"))
    return all(value is None or (isinstance(value, Known) and value.value is None) for value in given)


def _same(one: Value, other: Value) -> bool:
    """One object, or two of a known data set's training part."""
    if one is other:
        return True
    if not isinstance(one, Instance) or not isinstance(other, Instance) or one.title != other.title:
        return False
    return split_of(one) == split_of(other) == "train" and known_length(one) is not None


def _has_other_data(dataset: Value, passes: list[_Pass], gathered: Gathered) -> bool:
    """Whether a loader over another data set was made that no loop goes through."""
    used = {id(found.dataset) for found in passes}
    loaders = (fact.loader.arguments.get("dataset") for fact, _ in gathered.of(LoaderMade))
    return any(
        isinstance(other, Instance) and id(other) not in used and not _same(other, dataset)
        for other in loaders
    )


def _over(loop: Repeated) -> Site:
    """Where the loop says what it goes through."""
    site = loop.site
    if isinstance(site, NodeSite) and isinstance(site.node, cst.For):
        return NodeSite(site.chunk, site.node.iter)
    return site
