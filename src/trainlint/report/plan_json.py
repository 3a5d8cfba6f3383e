"""The plan of a program as JSON."""

from __future__ import annotations

import json
from typing import Any

from pydantic_core import to_json

from trainlint.plan.plan import TrainingPlan


def render(plan: TrainingPlan) -> str:
    """All that the plan says; every setting with its values, certainty, and origins newest first.

    An objective names its network by index where the plan has it, so that no network is written twice.
    """
    return json.dumps(as_json(plan), indent=2) + "\n"


def as_json(plan: TrainingPlan) -> dict[str, Any]:
    """The plan as plain data."""
    # A program may hold anything as a value; what JSON has no form for is given by its text.
    data: dict[str, Any] = json.loads(to_json(plan, fallback=str, serialize_unknown=True))
    data["context"] = sorted(plan.context)
    for objective, entry in zip(plan.objectives, data["objectives"], strict=True):
        for index, network in enumerate(plan.networks):
            if network is objective.network:
                entry["network"] = index
    return data
