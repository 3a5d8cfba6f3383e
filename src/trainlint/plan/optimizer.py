"""What changes the weights, and by how much."""

from __future__ import annotations

from collections.abc import Mapping

from trainlint.plan.part import Part
from trainlint.plan.schedule import Schedule
from trainlint.plan.setting import Setting
from trainlint.values.origin import Origin


class ParameterGroup(Part):
    """Parameters with settings of their own."""

    learning_rate: Setting[float]
    weight_decay: Setting[float]
    networks: tuple[int, ...] = ()
    origin: Origin | None = None


class Optimizer(Part):
    """An optimizer as constructed, or as named by a string.

    `networks` are indices into `TrainingPlan.networks`; empty when it is unknown what is optimised.
    """

    name: str  # the class: Adam, SGD, RMSprop
    framework: str  # torch or keras
    learning_rate: Setting[float]
    settings: Mapping[str, Setting[object]] = {}  # every other argument under the library's own name
    groups: tuple[ParameterGroup, ...] = ()
    schedule: Schedule | None = None
    networks: tuple[int, ...] = ()
    outdated: Mapping[str, Origin] = {}  # arguments that present releases ignore or refuse: their names
    optimises_inputs: bool = False  # an image, a latent: not a network's parameters
    trains: bool = False  # it is stepped, compiled, or handed to a trainer
    origin: Origin | None = None

    def number(self, name: str) -> float | None:
        """The value of a numeric setting, None when it is unknown or absent."""
        setting = self.settings.get(name)
        value = setting.value if setting else None
        return float(value) if isinstance(value, int | float) else None

    @property
    def peak_rates(self) -> tuple[Setting[float], ...]:
        """The highest rate that each group of parameters trains with; what the schedule makes of it counts."""
        if self.schedule is not None:
            return (self.schedule.peak,)
        return tuple(group.learning_rate for group in self.groups) or (self.learning_rate,)
