"""What a short training says about a finding: confirmed, refuted, or neither, and why."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict

Answer = Literal["confirmed", "refuted", "inconclusive"]
Curve = tuple[float | None, ...]
"""Losses by step; None where the loss was no number."""


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


class Evidence(_Frozen):
    """A statistic of the runs, the number that it was compared with, and both in a sentence."""

    statistic: str
    value: float | str | None
    threshold: str = ""
    text: str


class Plot(_Frozen):
    """The losses of each seed: as written, and with the proposed fix applied and nothing else changed."""

    as_written: tuple[Curve, ...] = ()
    control: tuple[Curve, ...] = ()


class Budget(_Frozen):
    """What the answer took. `overhead` is the share of the training time that measuring took."""

    steps: int = 0
    seconds: float = 0.0
    seeds: int = 0
    overhead: float | None = None


class LayerMeasure(_Frozen):
    """Medians over a run: the norm of a weight's gradient and its update by its size; of an activation its
    spread over a batch, its mean, and the share of units that never fired."""

    name: str
    gradient: float | None = None
    update: float | None = None
    spread: float | None = None
    mean: float | None = None
    dead: float | None = None


class Verdict(_Frozen):
    """The answer to one finding. `sandbox` says what kept the program apart in script mode; `assumptions` what
    was made up because the program does not say it."""

    rule: str
    code: str
    fingerprint: str = ""
    verdict: Answer
    mode: Literal["synthetic", "script"]
    evidence: tuple[Evidence, ...] = ()
    plot: Plot = Plot()
    layers: tuple[LayerMeasure, ...] = ()
    budget: Budget = Budget()
    sandbox: Literal["bwrap", "userns", "guard-only"] | None = None
    versions: dict[str, str] = {}
    assumptions: tuple[str, ...] = ()

    @property
    def sentence(self) -> str:
        """The first piece of evidence, which carries the answer."""
        return self.evidence[0].text if self.evidence else ""
