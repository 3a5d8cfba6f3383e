"""What would be trained and how: all that rules may ask about."""

from __future__ import annotations

from collections.abc import Iterator

from trainlint.plan.loop import Sequence
from trainlint.plan.network import Network
from trainlint.plan.objective import Objective
from trainlint.plan.optimizer import Optimizer
from trainlint.plan.part import Part
from trainlint.plan.run import TrainingRun


class TrainingPlan(Part):
    """The typed facts of one program. `context` holds the words of plan/context.py."""

    filename: str
    optimizers: tuple[Optimizer, ...] = ()
    networks: tuple[Network, ...] = ()
    objectives: tuple[Objective, ...] = ()
    runs: tuple[TrainingRun, ...] = ()
    events: tuple[Sequence, ...] = ()  # one tree for each entry point
    context: frozenset[str] = frozenset()
    unknowns: tuple[tuple[str, int], ...] = ()  # why values stayed unknown, commonest first

    @property
    def is_empty(self) -> bool:
        return not (self.optimizers or self.networks or self.objectives or self.runs)

    def runs_of(self, optimizer: Optimizer) -> Iterator[TrainingRun]:
        index = self.optimizers.index(optimizer)
        return (run for run in self.runs if run.optimizer == index)

    def network_of(self, run: TrainingRun) -> Network | None:
        return self.networks[run.network] if run.network is not None else None

    def optimizer_of(self, run: TrainingRun) -> Optimizer | None:
        return self.optimizers[run.optimizer] if run.optimizer is not None else None
