"""Whether a gradient scaler is used in its order: scale, (unscale, clip,) step, update.

An automaton over the tree of events, for one scaler: it knows whether the gradients are scaled, for which
optimizers they were unscaled, and which optimizers have stepped since the last update.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Literal

from trainlint.plan import walk
from trainlint.plan.loop import Event, Sequence
from trainlint.values.origin import Certainty

Fault = Literal["clips scaled", "steps directly", "never updated", "never scaled", "no scaler"]


@dataclass(frozen=True)
class ScalerMisuse:
    """What is wrong with the use of a scaler, and at which event."""

    fault: Fault
    event: Event
    certainty: Certainty = Certainty.EXACT


def scaler_misuses(trees: Collection[Sequence]) -> Iterator[ScalerMisuse]:
    events = [event for tree in trees for event in tree.walk()]
    scalers = sorted({event.scaler for event in events if event.scaler is not None})
    for scaler in scalers:
        found = (_misuse(tree, scaler) for tree in trees)
        first = next((misuse for misuse in found if misuse is not None), None)
        if first is not None:
            yield first
    if not scalers and any(event.kind == "step" for event in events) and not any(map(_by_engine, events)):
        for tree in trees:
            yield from _without_scaler(tree)


def _misuse(tree: Sequence, scaler: int) -> ScalerMisuse | None:
    found: list[tuple[Fault, Event]] = []
    harmless = False
    for choice in walk.choices(tree, lambda event: event.kind in _KINDS):
        scaling = _Scaling(choice, scaler)
        scaling.through(tree)
        if scaling.found is not None:
            found.append(scaling.found)
        elif scaling.used:
            harmless = True
    if not found:
        return None
    return ScalerMisuse(*found[0], Certainty.POSSIBLE if harmless else Certainty.EXACT)


def _by_engine(event: Event) -> bool:
    """Whether an engine (DeepSpeed, Accelerate) goes backward from a loss, and scales as its settings say."""
    site = event.origin.site if event.origin is not None and event.kind == "backward" else None
    return site is not None and _OF_AN_ENGINE.fullmatch(site.text) is not None


_OF_AN_ENGINE = re.compile(r"[\w.]+\.backward\(\s*\w[^=]*\)", re.DOTALL)


def _without_scaler(tree: Sequence) -> Iterator[ScalerMisuse]:
    """Training in half precision with no scaler in the program."""
    context: Event | None = None
    for event in tree.walk():
        if event.kind in ("autocast_enter", "autocast_exit"):
            context = event if event.kind == "autocast_enter" else None
        elif event.kind in ("forward", "loss") and event.trains and context is not None:
            yield ScalerMisuse("no scaler", context)
            return
        elif event.kind == "escape":
            return


_KINDS = frozenset({"scale", "unscale", "scaler_update", "backward", "clip", "step", "zero_grad"})


class _Scaling(walk.Walk):
    """What one scaler has done so far."""

    def __init__(self, choice: walk.Choice, scaler: int) -> None:
        super().__init__(choice)
        self.scaler = scaler
        self.used = False
        self.about_to_scale = False
        self.scaled = False
        self.plain = False
        self.in_doubt = False
        self.unscaled: set[int | None] = set()
        self.stepped: set[int | None] = set()
        self.found: tuple[Fault, Event] | None = None

    def meet(self, event: Event) -> None:
        ours = event.scaler == self.scaler
        self.used = self.used or ours
        if event.kind == "scale" and ours:
            self.about_to_scale = True
        elif event.kind == "backward":
            self.scaled = self.scaled or self.about_to_scale
            self.plain = not self.about_to_scale
            self.about_to_scale = False
            self.unscaled.clear()
        elif event.kind == "unscale" and ours:
            self.unscaled.add(event.optimizer)
        elif event.kind == "clip":
            self.find("clips scaled", event, wrong=self.scaled and not self.unscaled)
        elif event.kind == "step" and ours:
            self.find("never updated", event, wrong=event.optimizer in self.stepped)
            self.find("never scaled", event, wrong=self.plain and not self.scaled)
            self.stepped.add(event.optimizer)
        elif event.kind == "step" and event.scaler is None:
            wrong = self.scaled and event.optimizer not in self.unscaled
            self.find("steps directly", event, wrong=wrong)
        elif event.kind == "scaler_update" and ours:
            self.stepped.clear()
        elif event.kind == "zero_grad":
            self.scaled = False
        elif event.kind == "escape":
            self.in_doubt = True

    def find(self, fault: Fault, event: Event, *, wrong: bool) -> None:
        if wrong and self.found is None and not self.in_doubt:
            self.found = fault, event
