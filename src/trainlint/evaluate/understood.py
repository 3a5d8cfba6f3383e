"""What a program is: one plan, or while somebody types several."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from trainlint.plan.plan import TrainingPlan

if TYPE_CHECKING:
    from trainlint.evaluate.standalone import Standalone


@dataclass
class Understood:
    """A program as one plan, or while somebody types as that of what it does and those of classes that stand alone."""

    main: TrainingPlan
    standalone: Sequence[Standalone] = ()
    joined: Callable[[], TrainingPlan] | None = None

    @cached_property
    def whole(self) -> TrainingPlan:
        """All of it as one plan."""
        return self.joined() if self.joined is not None and self.standalone else self.main
