"""How the learning rate changes while training."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from trainlint.plan.part import Part
from trainlint.plan.setting import Setting
from trainlint.values.origin import Origin


class Schedule(Part):
    """A learning-rate schedule. `peak` is the highest rate it reaches, when that can be worked out.

    `curve` is the learning rate at places spread evenly over the run, first and last update included; empty
    when the length of the run or the schedule is not known.
    """

    name: str
    framework: str
    settings: Mapping[str, Setting[object]] = {}
    peak: Setting[float] = Setting()
    curve: tuple[float, ...] = ()
    warms_up: bool | None = None  # None: not known
    origin: Origin | None = None

    def counts(self, epochs: int | None) -> Literal["batches", "epochs"] | None:
        """What one step of the schedule stands for, as its numbers tell; None when they fit both.

        `epochs` is how long the training goes. A schedule as long as the epochs counts those; one that is
        given the steps of an epoch, or is much longer than the epochs, counts batches.
        """
        steps = self._number("steps_per_epoch")
        if steps is not None and steps > 1:
            return "batches"
        setting = self.settings.get("steps_per_epoch")
        if self.name == "OneCycleLR" and steps is None and setting is not None and not _is_none(setting):
            return "batches"
        if epochs is None or epochs < 3:
            return None
        length = self._number("total_steps") or self._number("num_training_steps")
        if length is not None and length >= 2 * epochs:
            return "batches"
        return "epochs" if self._last_change is not None and 1 < self._last_change <= epochs else None

    def _number(self, name: str) -> float | None:
        setting = self.settings.get(name)
        value = setting.value if setting else None
        return float(value) if isinstance(value, int | float) else None

    @property
    def _last_change(self) -> float | None:
        """The step at which the schedule is through, or changes for the last time (StepLR: the first)."""
        if self.name == "MultiStepLR":
            setting = self.settings.get("milestones")
            milestones = setting.value if setting else None
            if not isinstance(milestones, list | tuple):
                return None
            return max((entry for entry in milestones if isinstance(entry, int)), default=None)
        return self._number({"CosineAnnealingLR": "T_max", "StepLR": "step_size"}.get(self.name, ""))


def _is_none(setting: Setting[object]) -> bool:
    return setting.known and setting.value is None
