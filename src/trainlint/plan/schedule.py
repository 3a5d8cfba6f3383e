"""How the learning rate changes while training."""

from __future__ import annotations

from collections.abc import Mapping

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
