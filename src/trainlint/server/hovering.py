"""Texts, in Markdown, about what stands under the pointer: optimizers, settings, layers, rules in comments."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from trainlint.engine.registry import UnknownRule, registry
from trainlint.plan.network import Layer, Network
from trainlint.plan.objective import Objective
from trainlint.plan.optimizer import Optimizer
from trainlint.plan.plan import TrainingPlan
from trainlint.plan.run import TrainingRun
from trainlint.plan.schedule import Schedule
from trainlint.plan.setting import Setting
from trainlint.probe.explained import whole_page
from trainlint.report.kind_words import kind_word
from trainlint.report.plan_words import certainty_text, number_text, shape_text, value_text
from trainlint.report.sparkline import sparkline
from trainlint.server.ranges import Ranges
from trainlint.syntax.positions import Place
from trainlint.values.origin import Made, Origin

log = logging.getLogger(__name__)

_WORD = re.compile(r"[A-Za-z][\w-]*")
_MOST_LAYERS = 12


def texts(plan: TrainingPlan, ranges: Ranges) -> Iterator[tuple[Place, str]]:
    """Places with what is to be said there. Where several hold the pointer, the smallest counts."""
    usual = _usual(plan)
    for optimizer in plan.optimizers:
        yield from _at(optimizer.origin, optimizer_text(optimizer))
        yield from _settings(optimizer.name, _with_rate(optimizer), usual)
        if optimizer.schedule is not None:
            yield from _at(optimizer.schedule.origin, _schedule_text(optimizer.schedule))
            yield from _settings(optimizer.schedule.name, optimizer.schedule.settings)
    for objective in plan.objectives:
        yield from _at(objective.origin, _objective_text(objective))
    for run in plan.runs:
        yield from _settings("training", _run_settings(run))
    yield from _layers(plan)
    yield from _rules_in_comments(ranges)


def optimizer_text(optimizer: Optimizer) -> str:
    """An optimizer with all its settings."""
    lines = [f"**{optimizer.name}** ({optimizer.framework})", ""]
    lines += _table(_with_rate(optimizer))
    if optimizer.schedule is not None:
        lines += ["", _schedule_text(optimizer.schedule)]
    return "\n".join(lines)


def layers_text(layers: Sequence[tuple[Network, Layer]]) -> str:
    """The layers that one place makes, each with its shapes and its parameters."""
    told = [_layer_text(network, layer) for network, layer in layers[:_MOST_LAYERS]]
    if len(layers) > _MOST_LAYERS:
        told.append(f"… and {len(layers) - _MOST_LAYERS} more")
    return "\n\n".join(dict.fromkeys(told))


def _layers(plan: TrainingPlan) -> Iterator[tuple[Place, str]]:
    made: dict[Place, list[tuple[Network, Layer]]] = {}
    for network in plan.networks:
        yield from _at(network.origin, _network_text(network))
        for layer in network.layers:
            if layer.kind == "input":
                continue
            for place, _ in _at(layer.origin, ""):
                made.setdefault(place, []).append((network, layer))
            yield from _settings(layer.title, layer.settings)
    for place, layers in made.items():
        yield place, layers_text(layers)


def _layer_text(network: Network, layer: Layer) -> str:
    words = kind_word(layer.kind)
    lines = [
        f"**{layer.title}** — {words}, layer {layer.index} of {network.name}",
        f"{shape_text(layer.input_shape)} → {shape_text(layer.output_shape)}",
    ]
    if layer.parameters != 0:
        frozen = ", frozen" if layer.trainable is False else ""
        lines.append(f"{number_text(layer.parameters)} parameters{frozen}")
    return "  \n".join(lines)


def _network_text(network: Network) -> str:
    parameters, trainable = number_text(network.parameters), number_text(network.trainable_parameters)
    lines = [
        f"**{network.name}** ({network.framework}): {len(network.layers)} layers",
        f"{parameters} parameters, {trainable} of them trainable",
    ]
    if not network.complete:
        lines.append(f"not complete: {'; '.join(network.reasons) or 'some operation could not be followed'}")
    return "  \n".join(lines)


def _objective_text(objective: Objective) -> str:
    head = objective.head
    lines = [f"**{objective.title}** ({objective.framework})"]
    if head is not None:
        lines.append(f"prediction: {head.title} {shape_text(objective.prediction_shape)}")
    if objective.target.encoding or objective.target.shape:
        lines.append(f"target: {objective.target.encoding or '?'} {shape_text(objective.target.shape)}")
    return "  \n".join([*lines, *_table(objective.settings)])


def _schedule_text(schedule: Schedule) -> str:
    lines = [f"**{schedule.name}** (learning-rate schedule)"]
    if schedule.curve:
        first, top, last = schedule.curve[0], max(schedule.curve), schedule.curve[-1]
        lines.append(f"`{sparkline(schedule.curve)}`")
        lines.append(f"from {first:.3g} to {last:.3g}, at most {top:.3g}")
    return "  \n".join(lines)


def _with_rate(optimizer: Optimizer) -> dict[str, Setting[Any]]:
    return {"learning rate": optimizer.learning_rate, **optimizer.settings}


def _run_settings(run: TrainingRun) -> dict[str, Setting[Any]]:
    return {
        "batch size": run.batch_size,
        "epochs": run.epochs,
        "steps per epoch": run.steps_per_epoch,
        "shuffle": run.shuffle,
    }


def _usual(plan: TrainingPlan) -> dict[int, str]:
    """What rules say is usual for settings, by the settings' identities."""
    told: dict[int, str] = {}
    for rule in registry().rules.values():
        try:
            told |= {id(setting): text for setting, text in rule().usual(plan)}
        except Exception:  # a rule of somebody's own: it is a finding when it is asked to check
            log.warning("`%s` could not say what is usual", rule.name)
    return told


def _settings(
    owner: str, settings: Mapping[str, Setting[Any]], usual: Mapping[int, str] | None = None
) -> Iterator[tuple[Place, str]]:
    """Each setting at all places that its value went through."""
    for name, setting in settings.items():
        if not setting.is_written:
            continue
        text = f"**{name}** of {owner}: {_value(setting)}"
        if band := (usual or {}).get(id(setting)):
            text += f"  \nusual: {band}"
        for origin in setting.origins:
            for step in origin.chain():
                if step.site is not None and step.made is not Made.COMPUTED:
                    yield step.site.place, text


def _table(settings: Mapping[str, Setting[Any]]) -> list[str]:
    rows = [f"| {name} | {_value(setting)} |" for name, setting in settings.items() if setting.values]
    return ["| setting | value |", "| --- | --- |", *rows] if rows else []


def _value(setting: Setting[Any]) -> str:
    value = f"`{value_text(setting)}`".replace("|", "\\|")
    notes = [certainty_text(setting)] if certainty_text(setting) else []
    label = next(
        (step.label for origin in setting.origins for step in origin.chain() if step.made is Made.OPTION), ""
    )
    if label:
        notes = [f"default of `{label}`"]
    elif setting.is_library_default:
        notes = ["default of the library"]
    return f"{value} ({', '.join(notes)})" if notes else value


def _at(origin: Origin | None, text: str) -> Iterator[tuple[Place, str]]:
    site = next((step.site for step in origin.chain() if step.site), None) if origin else None
    if site is not None:
        yield site.place, text


def _rules_in_comments(ranges: Ranges) -> Iterator[tuple[Place, str]]:
    document = ranges.document
    for comment in ranges.texts.suppressions(document.filename).comments:
        place = comment.directive
        line = document.lines.line(place.row)
        for match in _WORD.finditer(line, place.column - 1, place.end_column - 1):
            try:
                rule = registry().find(match.group())
            except UnknownRule:
                continue
            yield (
                Place(document.filename, place.row, match.start() + 1, place.row, match.end() + 1),
                whole_page(rule),
            )
