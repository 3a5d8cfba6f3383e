"""Statements of the plan whose result nobody uses."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from trainlint.evaluate.assembly.gathered import Gathered
from trainlint.frameworks import catalogue
from trainlint.frameworks.facts import LeftUnused
from trainlint.frameworks.torch.parameters import is_module
from trainlint.plan.unused import Unused
from trainlint.values.origin import Certainty, Made, Origin
from trainlint.values.tensor import Tensor
from trainlint.values.value import Value

_OPTIMIZERS = ("torch.optim.Optimizer", "keras.optimizers.Optimizer")


def unused_in(gathered: Gathered) -> Iterator[Unused]:
    seen: set[int] = set()
    for fact, certainty in gathered.of(LeftUnused):
        node = getattr(fact.site, "node", fact.site)
        if id(node) in seen:
            continue
        seen.add(id(node))
        yield Unused(
            method=fact.method,
            form=fact.form,
            of="tensor" if fact.by_company else _kind(fact.receiver),
            index=gathered.optimizers.known(fact.receiver),
            text=fact.site.text.partition("(")[0].rpartition("." + fact.method)[0],
            certainty=Certainty.POSSIBLE if fact.by_company else certainty,
            origin=Origin(Made.WRITTEN, fact.site, fact.method),
        )


def _kind(value: Value) -> Literal["optimizer", "schedule", "network", "weights", "tensor", "other"]:
    if isinstance(value, Tensor):
        return "weights" if value.is_parameter else "tensor"
    if catalogue.is_a(value, *_OPTIMIZERS):
        return "optimizer"
    if catalogue.is_a(value, "torch.optim.lr_scheduler.LRScheduler"):
        return "schedule"
    return "network" if is_module(value) else "other"
