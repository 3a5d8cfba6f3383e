"""What a plan says about places in a document: texts for hovering, hints between the code, lenses."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from trainlint.plan.network import Layer, Network
from trainlint.plan.optimizer import Optimizer
from trainlint.plan.plan import TrainingPlan
from trainlint.plan.setting import Setting, spoken
from trainlint.report.plan_words import shape_text
from trainlint.server import hovering
from trainlint.server.ranges import Ranges
from trainlint.syntax.positions import Place
from trainlint.values.origin import Made, Origin

NONE: dict[str, Any] = {"hovers": [], "hints": [], "lenses": []}

_MOST_SHAPES = 3
"""Shapes that a hint tells where a line makes several layers."""


def of(plan: TrainingPlan, ranges: Ranges) -> dict[str, Any]:
    """`hovers` (place and Markdown), `hints` (place, label, tooltip) and `lenses` (place)."""
    hovers = [
        {**at, "text": text} for place, text in hovering.texts(plan, ranges) if (at := ranges.own(place))
    ]
    hints = [
        {**at, "label": label, "tooltip": tooltip}
        for place, label, tooltip in (*_shapes(plan), *_rates(plan))
        if (at := ranges.own(place))
    ]
    return {"hovers": hovers, "hints": hints, "lenses": list(_lenses(plan, ranges))}


def place_of(origin: Origin | None) -> Place | None:
    """Where something was written."""
    if origin is None:
        return None
    return next((step.site.place for step in origin.chain() if step.site is not None), None)


def _shapes(plan: TrainingPlan) -> Iterator[tuple[Place, str, str]]:
    """The output shape behind each layer; several where a line makes several layers."""
    made: dict[Place, list[tuple[Network, Layer]]] = {}
    for network in plan.networks:
        for layer in network.layers:
            place = place_of(layer.origin)
            if place is not None and layer.kind != "input" and layer.output_shape is not None:
                made.setdefault(place, []).append((network, layer))
    for place, layers in made.items():
        shapes = list(dict.fromkeys(shape_text(layer.output_shape) for _, layer in layers))
        told = " | ".join(shapes[:_MOST_SHAPES]) + (" | …" if len(shapes) > _MOST_SHAPES else "")
        if any(shape.strip("(?, )") for shape in shapes):
            yield place, f"→ {told}", hovering.layers_text(layers)


def _rates(plan: TrainingPlan) -> Iterator[tuple[Place, str, str]]:
    """The learning rate where it is used, unless the very number stands there and no schedule changes it."""
    told: set[Place] = set()
    for optimizer in plan.optimizers:
        place, label = _rate(optimizer)
        if place is not None and label and place not in told:
            told.add(place)
            yield place, label, hovering.optimizer_text(optimizer)


def _rate(optimizer: Optimizer) -> tuple[Place | None, str]:
    rate, schedule = optimizer.learning_rate, optimizer.schedule
    peak = schedule.peak.value if schedule is not None else None
    course = f", at most {spoken(peak)} by {schedule.name}" if schedule and peak is not None else ""
    if rate.is_library_default and rate.value is not None:
        return place_of(optimizer.origin), f"learning rate {spoken(rate.value)} by default{course}"
    origin = rate.origin
    if origin is None or rate.value is None:
        return None, ""
    written_here = origin.made is Made.WRITTEN and not origin.parents
    if written_here and (not course or peak == rate.value):
        return None, ""
    number = "" if written_here else f"= {spoken(rate.value)}"
    return place_of(origin), f"{number}{course}".removeprefix(", ")


def _lenses(plan: TrainingPlan, ranges: Ranges) -> Iterator[dict[str, Any]]:
    """Above what trains: each place once."""
    seen: set[tuple[object, int]] = set()
    for place in _training_places(plan):
        at = ranges.own(place)
        if at and (at["cell"], at["range"][0]) not in seen:
            seen.add((at["cell"], at["range"][0]))
            yield at


def _training_places(plan: TrainingPlan) -> Iterable[Place]:
    stepped = [optimizer.origin for optimizer in plan.optimizers if optimizer.trains]
    places = [place_of(origin) for origin in (*(run.origin for run in plan.runs), *stepped)]
    own = [place for place in places if place is not None and place.filename == plan.filename]
    return own[:1]


def values_of(optimizer: Optimizer) -> dict[str, Setting[Any]]:
    """All settings of an optimizer by name, its learning rate first."""
    return {"learning_rate": optimizer.learning_rate, **optimizer.settings}
