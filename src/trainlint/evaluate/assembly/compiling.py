"""Layers that are frozen or thawed between `compile` and `fit`."""

from __future__ import annotations

from collections.abc import Iterator

from trainlint.evaluate.assembly.gathered import CompileCalled, FitCalled, Gathered
from trainlint.evaluate.assembly.networks import ordered, tensors_in
from trainlint.evaluate.machine import Machine
from trainlint.frameworks.facts import TrainableSet
from trainlint.frameworks.keras.models import outputs_of
from trainlint.plan.compiling import ChangedAfterCompile
from trainlint.values.origin import Made, Origin
from trainlint.values.value import Instance, Value


def changed_after_compile(gathered: Gathered, machine: Machine) -> Iterator[ChangedAfterCompile]:
    """In the order in which it happens. Several models that share layers are compiled at different states on
    purpose (a critic that is frozen within the combined model), so the last one has to be compiled before."""
    compiled: CompileCalled | None = None
    others: list[CompileCalled] = []
    changed: TrainableSet | None = None
    for fact, certainty in gathered.facts:
        if isinstance(fact, CompileCalled):
            if compiled is not None and compiled.model is not fact.model:
                others.append(compiled)
            compiled, changed = fact, None
        elif isinstance(fact, TrainableSet) and compiled is not None:
            shared = any(fact.layer is other.model for other in (*others, compiled)) and others
            if changed is None and not shared and _is_in(fact.layer, compiled.model, machine, compiled):
                changed = fact
        elif (isinstance(fact, FitCalled) and changed is not None and compiled is not None
              and fact.model is compiled.model):  # fmt: skip
            number = gathered.networks.known(compiled.model)
            if number is not None:
                yield ChangedAfterCompile(
                    network=number,
                    compiled=Origin(Made.COMPUTED, compiled.site, "compile"),
                    fitted=Origin(Made.COMPUTED, fact.site, "fit"),
                    certainty=certainty,
                    origin=Origin(Made.WRITTEN, changed.site, "trainable"),
                )
            changed = None


def _is_in(layer: Value, model: Instance, machine: Machine, compiled: CompileCalled) -> bool:
    """Whether a layer is the model or one of those that its outputs go through."""
    if layer is model:
        return True
    if isinstance(layer, Instance) and layer.arguments.get("part_of") is not None:
        layer = layer.arguments["part_of"]
    outputs = tensors_in(outputs_of(model, machine, compiled.site))
    held = [t.operation.layer for t in ordered(outputs) if t.operation is not None]
    inside = model.slots.get("layers")
    items = list(getattr(inside, "items", ()))
    return any(layer is other for other in (*held, *items))
