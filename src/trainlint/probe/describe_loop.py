"""From a plan to what one step of training does: plain data."""

from __future__ import annotations

from typing import Any

from trainlint.plan.optimizer import Optimizer
from trainlint.plan.plan import TrainingPlan
from trainlint.plan.run import TrainingRun

USUAL_LOOP: dict[str, Any] = {
    "clears": True,
    "goes_backward": True,
    "steps": True,
    "without_gradients": False,
    "severed": False,
    "gradient_scale": 1,
    "clips": None,
}
"""A step as it should be."""


def accumulated(run: TrainingRun, optimizer: Optimizer) -> int:
    """The batches whose gradients make one step."""
    of_keras = optimizer.number("gradient_accumulation_steps") if optimizer.framework == "keras" else None
    return max(run.accumulated.value or int(of_keras or 1), 1)


def loop_of(
    plan: TrainingPlan, run: TrainingRun, optimizer: Optimizer, assumptions: list[str]
) -> dict[str, Any]:
    """What the loop does in a step: as far as the rules about loops find it out of order, and how gradients
    come about. `gradient_scale`: gradients that are added up without dividing the loss grow with their number."""
    batches = accumulated(run, optimizer)
    loop: dict[str, Any] = {**USUAL_LOOP, "severed": bool(plan.severed)}
    if batches > 1:
        assumptions.append(f"{batches} batches at once, as their gradients are added up before a step")
    if run.framework == "keras" and run.origin is not None and optimizer.framework == "keras":
        return loop
    if not run.averages:
        loop["gradient_scale"] = batches
    if any(plan.optimizers[step.optimizer] is optimizer for step in plan.uncleared_steps()):
        loop["clears"] = False
    for incomplete in plan.incomplete_steps():
        if incomplete.optimizer in (optimizer, None):
            loop["steps"] = loop["steps"] and incomplete.fault == "nothing to apply"
            loop["goes_backward"] = incomplete.fault != "nothing to apply"
    loop["without_gradients"] = any(True for _ in plan.cut_backwards())
    if any(event.kind == "clip" for tree in plan.events for event in tree.walk()):
        loop["clips"] = 1.0
        assumptions.append("gradients are clipped to a norm of 1")
    return loop
