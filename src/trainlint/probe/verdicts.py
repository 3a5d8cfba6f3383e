"""From a judgement and its runs to what users are told."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, Literal

from trainlint.engine.diagnostic import Diagnostic
from trainlint.engine.verdict import Budget, Curve, LayerMeasure, Plot, Verdict
from trainlint.probe.judge import Judgement, Seen
from trainlint.probe.protocol import number
from trainlint.probe.sandbox import Level


def told(
    diagnostic: Diagnostic,
    judgement: Judgement,
    runs: Sequence[Seen] = (),
    controls: Sequence[Seen] = (),
    *,
    beside: Sequence[Seen] = (),
    mode: Literal["synthetic", "script"] = "synthetic",
    assumptions: Sequence[str] = (),
    versions: Mapping[str, str] | None = None,
    seconds: float = 0.0,
    sandbox: Level | None = None,
) -> Verdict:
    """The verdict about one finding. `beside` are the runs as written that took as many steps as the controls,
    where these are others than `runs`."""
    notes = tuple(dict.fromkeys(note for run in (*runs, *controls) for note in run.notes))
    statistics = runs[0].statistics if runs else {}
    spent, overhead = number(statistics.get("seconds")), number(statistics.get("overhead"))
    return Verdict(
        rule=diagnostic.name,
        code=diagnostic.code,
        fingerprint=diagnostic.fingerprint,
        verdict=judgement.answer,
        mode=mode,
        evidence=judgement.evidence,
        plot=Plot(as_written=_curves(beside or runs), control=_curves(controls)),
        layers=tuple(LayerMeasure.model_validate(_finite(layer)) for layer in runs[0].layers) if runs else (),
        budget=Budget(
            steps=int(statistics.get("steps", 0)),
            seconds=round(seconds, 3),
            seeds=len(runs),
            overhead=round(overhead / spent, 3) if spent and overhead is not None else None,
        ),
        sandbox=sandbox,
        versions=dict(versions or {}),
        assumptions=(*assumptions, *notes),
    )


def _curves(runs: Sequence[Seen]) -> tuple[Curve, ...]:
    return tuple(tuple(loss if math.isfinite(loss) else None for loss in run.losses) for run in runs)


def _finite(layer: Mapping[str, Any]) -> dict[str, Any]:
    found = {name: number(value) for name, value in layer.items() if name != "name"}
    known = {name: value for name, value in found.items() if value is not None and math.isfinite(value)}
    return {"name": layer["name"], **known}
