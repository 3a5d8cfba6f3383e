"""Loops over loaders that train or measure a network."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from trainlint.evaluate.assembly.gathered import Gathered, events
from trainlint.evaluate.assembly.numbering import with_parts
from trainlint.evaluate.happenings import Forked, Happened, Happening, Repeated
from trainlint.syntax.positions import NodeSite, Site
from trainlint.values.value import Instance, Known, Value


@dataclass
class Pass:
    """A loop over a loader that trains or measures a network; no networks: one that is not known."""

    loop: Repeated
    dataset: Value
    networks: frozenset[int]
    trains: bool

    def meets(self, other: Pass) -> bool:
        return bool(self.networks & other.networks) or not (self.networks or other.networks)


def passes_in(happened: list[Happened], gathered: Gathered, *, measures: bool = False) -> Iterator[Pass]:
    """The loops over loaders; `measures`: gradients are off, or the network is in evaluation mode."""
    for item in happened:
        if isinstance(item, Happening):
            if item.kind in ("no_grad_enter", "eval_mode"):
                measures = True
            elif item.kind in ("no_grad_exit", "train_mode"):
                measures = False
        elif isinstance(item, Forked):
            for path in item.paths:
                yield from passes_in(path, gathered, measures=measures)
        else:
            found = _pass(item, gathered, measures=measures)
            if found is not None:
                yield found
            else:
                yield from passes_in(item.body, gathered, measures=measures)


def _pass(loop: Repeated, gathered: Gathered, *, measures: bool) -> Pass | None:
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
    return Pass(loop, dataset, networks, trains)


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


def over(loop: Repeated) -> Site:
    """Where the loop says what it goes through."""
    site = loop.site
    if isinstance(site, NodeSite) and isinstance(site.node, ast.For | ast.AsyncFor):
        return NodeSite(site.chunk, site.node.iter)
    return site
