"""What would be trained and how: all that rules may ask about."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from trainlint.plan import context, modes, walk
from trainlint.plan.compiling import ChangedAfterCompile
from trainlint.plan.coverage import LeftOut
from trainlint.plan.evaluation import Evaluation
from trainlint.plan.gradients import UnclearedStep, uncleared_step
from trainlint.plan.loop import Event, Loop, Sequence
from trainlint.plan.modes import WrongMode
from trainlint.plan.monitor import Monitor
from trainlint.plan.network import Layer, Network
from trainlint.plan.objective import Objective
from trainlint.plan.optimizer import Optimizer
from trainlint.plan.part import Part
from trainlint.plan.preparation import Leak, ShuffledApart
from trainlint.plan.run import TrainingRun
from trainlint.plan.scaling import ScalerMisuse, scaler_misuses
from trainlint.plan.schedule_steps import MisplacedStep, misplaced_steps
from trainlint.plan.severed import SeveredLoss
from trainlint.plan.training_step import IncompleteStep, incomplete_steps
from trainlint.plan.unused import Unused
from trainlint.values.origin import Origin


class TrainingPlan(Part):
    """The typed facts of one program. `context` holds the words of plan/context.py."""

    filename: str
    optimizers: tuple[Optimizer, ...] = ()
    networks: tuple[Network, ...] = ()
    unknown_networks: tuple[int, ...] = ()  # the numbers of those that come from elsewhere
    objectives: tuple[Objective, ...] = ()
    runs: tuple[TrainingRun, ...] = ()
    events: tuple[Sequence, ...] = ()  # one tree for each entry point
    evaluations: tuple[Evaluation, ...] = ()
    severed: tuple[SeveredLoss, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    monitors: tuple[Monitor, ...] = ()
    changed_after_compile: tuple[ChangedAfterCompile, ...] = ()
    leaks: tuple[Leak, ...] = ()
    shuffled_apart: tuple[ShuffledApart, ...] = ()
    unused: tuple[Unused, ...] = ()  # statements that come to nothing
    context: frozenset[str] = frozenset()
    unknowns: tuple[tuple[str, int], ...] = ()  # why values stayed unknown, commonest first

    @property
    def is_empty(self) -> bool:
        return not (self.optimizers or self.networks or self.objectives or self.runs)

    def runs_of(self, optimizer: Optimizer) -> Iterator[TrainingRun]:
        return (run for run in self.runs if self.optimizer_of(run) is optimizer)

    def network_of(self, run: TrainingRun) -> Network | None:
        return self.network_at(run.network) if run.network is not None else None

    def network_at(self, number: int) -> Network | None:
        """The network with a number, None for one whose layers are not known."""
        return self.networks[number] if number < len(self.networks) else None

    def optimizer_of(self, run: TrainingRun) -> Optimizer | None:
        return self.optimizers[run.optimizer] if run.optimizer is not None else None

    def objective_of(self, run: TrainingRun) -> Objective | None:
        return self.objectives[run.objective] if run.objective is not None else None

    def networks_of(self, optimizer: Optimizer) -> list[Network]:
        """The networks whose weights it changes; empty when that is unknown."""
        return [self.networks[index] for index in optimizer.networks if index < len(self.networks)]

    def steps_beside_others(self, optimizer: Optimizer) -> bool:
        """Whether another optimizer takes its steps in the same loop, as the two of a GAN do; where its own
        steps are not seen, whether the program has another."""
        index = next(number for number, other in enumerate(self.optimizers) if other is optimizer)
        turns = [stepped for tree in self.events for stepped in walk.stepped_together(tree)]
        if not any(index in stepped for stepped in turns):
            return context.GAN in self.context and not any(run.optimizer == index for run in self.runs)
        return any(index in stepped and len(stepped) > 1 for stepped in turns)

    def updates_of(self, optimizer: Optimizer) -> int | None:
        """Number of updates in all runs together, None when one is unknown."""
        updates = [run.updates for run in self.runs_of(optimizer)]
        known = [number for number in updates if number is not None]
        return sum(known) if known and len(known) == len(updates) else None

    def is_repeated(self, run: TrainingRun) -> bool:
        """Whether a call of `fit` stands in a loop, so that its epochs are not all there are."""
        return any(
            event.kind == "fit" and _same_place(event.origin, run.origin)
            for tree in self.events
            for loop in walk.loops(tree)
            for event in loop.walk()
        )

    def loops(self) -> Iterator[Loop]:
        """All loops of the program, an outer one before those within it."""
        for tree in self.events:
            yield from walk.loops(tree)

    def misplaced_schedule_steps(self) -> Iterator[MisplacedStep]:
        """Steps of schedules in the wrong loop, or before the optimizer's own."""
        epochs = {
            run.optimizer: run.epochs.value
            for run in self.runs
            if run.optimizer is not None and run.epochs.value is not None
        }
        return misplaced_steps(self.events, self.optimizers, epochs)

    def scaler_misuses(self) -> Iterator[ScalerMisuse]:
        """For each gradient scaler the first use out of order."""
        return scaler_misuses(self.events)

    def incomplete_steps(self) -> Iterator[IncompleteStep]:
        """Optimizers that change no weights, with the step or backward pass that is in vain."""
        return incomplete_steps(self.events, self.optimizers)

    def mode_dependent(self, network: int) -> Layer | None:
        """The first layer of a network that does one thing in training and another in evaluation."""
        return modes.mode_dependent(self.networks[network]) if network < len(self.networks) else None

    @property
    def graphs(self) -> tuple[Network, ...]:
        """The networks; where there are none, what the losses are computed with, as with `tf.matmul(x, weight)`."""
        return self.networks or tuple(one.network for one in self.objectives if one.network is not None)

    def trained_in_evaluation(self) -> Iterator[WrongMode]:
        """Networks that depend on the mode, or may, and are trained in evaluation mode."""
        for network, trees in self._may_depend_on_mode():
            if found := modes.trained_in_evaluation(trees, network):
                yield found

    def evaluated_in_training(self) -> Iterator[WrongMode]:
        """Networks that depend on the mode, or may, are trained, and measure or predict in training mode."""
        for network, trees in self._may_depend_on_mode():
            found = self.network_at(network)
            in_keras = found is not None and found.framework == "keras"
            look = modes.told_to_train if in_keras else modes.evaluated_in_training
            if wrong := look(trees, network):
                yield wrong

    def recorded_for_nothing(self) -> Iterator[tuple[int, Event]]:
        """Trained networks that measure or predict with gradients on, each with the first such pass."""
        for network, trees in self._with_trees(range(len(self.networks))):
            if found := modes.recorded_for_nothing(trees, network):
                yield network, found

    def _may_depend_on_mode(self) -> Iterator[tuple[int, list[Sequence]]]:
        """Networks whose layers do, or are not known, each with the entry points that have to do with it."""
        known = range(len(self.networks))
        yield from self._with_trees(
            (*(network for network in known if self.mode_dependent(network)), *self.unknown_networks)
        )

    def _with_trees(self, networks: Iterable[int]) -> Iterator[tuple[int, list[Sequence]]]:
        """Networks, each with the entry points that have to do with it: a file may hold hundreds of both."""
        trees: defaultdict[int, list[Sequence]] = defaultdict(list)
        for tree in self.events:
            for network in {network for event in tree.walk() for network in event.networks}:
                trees[network].append(tree)
        for network in networks:
            yield network, trees[network]

    def kept_graphs(self) -> Iterator[Event]:
        """Losses that are kept from turn to turn with their graph, in loops that go backward from them."""
        for tree in self.events:
            started = [event for event in tree.walk() if event.kind == "backward"]
            steps = any(event.kind == "step" for event in tree.walk())
            for loop in walk.loops(tree):
                if steps and not any(event.kind == "step" for event in loop.walk()):
                    continue  # the parts of one batch, whose graphs go with the next
                turn = list(walk.directly_in(loop))
                here = {event.loss for event in turn if event.kind == "backward"}
                later = {event.loss for event in started if event.loss is not None} - here
                kept = (event for event in turn if event.kind == "keep" and event.trains)
                # What another loop goes backward from is needed until then.
                yield from (event for event in kept if here and event.loss not in later)

    def cut_backwards(self) -> Iterator[tuple[Event, Origin]]:
        """Backward passes that find no gradients to compute, with what switched gradients off."""
        for tree in self.events:
            yield from ((event, event.cut_by) for event in tree.walk() if event.cut_by is not None)
        for off, forward in modes.switched_off(self.events):
            if off.origin is not None:
                yield forward, off.origin

    def uncleared_steps(self) -> Iterator[UnclearedStep]:
        """For each optimizer the first step on gradients that an earlier step has used already."""
        trains = {index: optimizer.networks for index, optimizer in enumerate(self.optimizers)}
        for index in trains:
            found = (uncleared_step(tree, index, trains) for tree in self.events if index in tree.stepped)
            steps = [step for step in found if step is not None]
            if steps:
                yield min(steps, key=lambda step: step.certainty.rank)


def _same_place(one: Origin | None, other: Origin | None) -> bool:
    if one is None or other is None or one.site is None or other.site is None:
        return False
    return one.site.place == other.site.place
