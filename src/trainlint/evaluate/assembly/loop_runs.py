"""Training runs that are written as loops around an optimizer's step."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from trainlint.evaluate.assembly.accumulation import accumulated
from trainlint.evaluate.assembly.callbacks import callback_names
from trainlint.evaluate.assembly.data import data_of
from trainlint.evaluate.assembly.gathered import Gathered, NetworkApplied, events
from trainlint.evaluate.assembly.passes import over
from trainlint.evaluate.assembly.settings import flag, whole
from trainlint.evaluate.assembly.trials import is_tried_out
from trainlint.evaluate.happenings import Forked, Happened, Happening, Repeated
from trainlint.evaluate.iteration import element
from trainlint.evaluate.machine import Machine
from trainlint.frameworks import catalogue
from trainlint.frameworks.call import Arguments, Call
from trainlint.frameworks.torch.sizes import is_none
from trainlint.plan.data import Data
from trainlint.plan.run import TrainingRun
from trainlint.plan.setting import Setting
from trainlint.values.origin import Made, Origin
from trainlint.values.tensor import Tensor
from trainlint.values.value import Instance, Items, Unknown, Value, constant

LOADERS = (
    "torch.utils.data.DataLoader", "tensorflow.data.Dataset", "keras.preprocessing.image.Iterator",
)  # fmt: skip


def loop_runs(gathered: Gathered, machine: Machine, objectives: Mapping[int, int]) -> list[TrainingRun]:
    """The runs of all loops that step an optimizer; `objectives` as for `runs_of`."""
    return [_run(_Loops(loops, gathered, machine), objectives) for loops in _stepping(gathered.happened, ())]


def _stepping(happened: list[Happened], around: tuple[Repeated, ...]) -> list[tuple[Repeated, ...]]:
    """The loops around each step of an optimizer, outermost first."""
    found: list[tuple[Repeated, ...]] = []
    for item in happened:
        if isinstance(item, Happening):
            if item.kind == "step" and around and around not in found:
                found.append(around)
        elif isinstance(item, Repeated):
            found += [loops for loops in _stepping(item.body, (*around, item)) if loops not in found]
        elif isinstance(item, Forked):
            for path in item.paths:
                found += [loops for loops in _stepping(path, around) if loops not in found]
    return found


@dataclass
class _Loops:
    """The loops around a step, and what happens in the innermost one."""

    loops: tuple[Repeated, ...]
    gathered: Gathered
    machine: Machine
    steps: list[Value] = field(init=False)
    forwards: list[Happening] = field(init=False)
    told: dict[str, Value] = field(init=False)  # what a library's trainer was told

    def __post_init__(self) -> None:
        happened = list(events(self.inner.body))
        self.steps = [event.objects["optimizer"] for event in happened if event.kind == "step"]
        self.forwards = [event for event in happened if event.kind == "forward"]
        self.told = {name: value for loop in self.loops for name, value in loop.told.items()}

    @property
    def inner(self) -> Repeated:
        return self.loops[-1]

    @property
    def loader(self) -> Instance | None:
        return _loader(self.inner.iterable)

    @property
    def goes_through_data(self) -> bool:
        """Whether a turn is a batch. Else the loop counts, with the whole data set in each turn."""
        return self.loader is not None or self.inner.times is None or self.inner.over == "batches"

    @property
    def epochs(self) -> Setting[int]:
        if "epochs" in self.told:
            return whole(self.told["epochs"])
        counting = self.loops[:-1] if self.goes_through_data else self.loops[-1:]
        turns = [loop.times for loop in counting if loop.times is not None]
        if len(turns) == 1:
            return whole(turns[0])
        return Setting(reason="how often the data is gone through")

    @property
    def networks(self) -> list[Value]:
        return [event.objects["networks"][0] for event in self.forwards]

    def option(self, name: str) -> Value | None:
        """A setting of the data loader, or what a trainer was told instead."""
        loader = self.loader
        return self.told.get(name, loader.arguments.get(name) if loader is not None else None)

    @property
    def shuffle(self) -> Setting[bool]:
        """Whether batches are drawn in random order; unknown where something else decides the order."""
        arguments = self.loader.arguments if self.loader is not None else {}
        if not all(is_none(arguments, name) for name in ("sampler", "batch_sampler") if name in arguments):
            return Setting(reason="a sampler decides the order")
        if catalogue.is_a(arguments.get("dataset"), "torch.utils.data.IterableDataset"):
            return Setting(reason="the data set decides the order")
        told = self.option("shuffle")
        if isinstance(arguments.get("dataset"), Unknown) and (told is None or constant(told) is None):
            return Setting(reason="the data set is not known, and may have an order of its own")
        return flag(told)

    @property
    def data(self) -> Data:
        loader = self.loader
        batch = (
            element(self.machine, loader, self.inner.site) if loader is not None else self.told.get("data")
        )
        found = self._counted(data_of(batch), loader)
        if not found.name:
            source = data_of(_source(loader))
            named = {"name": source.name, "hinted_small": source.hinted_small}
            found = found.model_copy(update={**named, "origin": source.origin or found.origin})
        entering = self._entering()
        if entering is None:
            return found
        # What the loop does to a batch before the network gets it: `images / 255`.
        seen = data_of(entering)
        return found.model_copy(
            update={
                "low": seen.low,
                "high": seen.high,
                "shape": seen.shape or found.shape,
                "rescalings": seen.rescalings,
            }
        )

    @property
    def whole_data(self) -> Data:
        """What enters the network where a turn is no batch of a loader: its range, not how many samples there are."""
        entering = self._entering()
        found = data_of(entering)
        if entering is None or found.random:
            return Data()
        unknown = Setting[int](reason="how much of the data a turn takes")
        return found.model_copy(update={"samples": unknown, "full_samples": None, "hinted_small": False})

    def _entering(self) -> Tensor | None:
        """The tensor that enters the first network of the loop."""
        for event in self.forwards[:1]:
            for fact, _ in self.gathered.of(NetworkApplied):
                if fact.site is event.site and fact.inputs:
                    return fact.inputs[0]
        return None

    def _counted(self, data: Data, loader: Instance | None) -> Data:
        """The data of a loader, with the number of samples that its data set tells of itself."""
        dataset = loader.arguments.get("dataset") if loader is not None else None
        if dataset is None or data.samples.values:
            return data
        handler = catalogue.method(dataset, "__len__")
        if handler is None or catalogue.is_a(dataset, "torch.utils.data.Dataset"):
            return data
        length = handler(Call("__len__", Arguments(), self.inner.site, self.machine, dataset))
        return data.model_copy(update={"samples": whole(length), "origin": data.origin or dataset.origin})


def _run(loops: _Loops, objectives: Mapping[int, int]) -> TrainingRun:
    validation = constant(loops.told.get("validation"))
    networks = loops.networks
    counted = loops.goes_through_data
    batches, averages = accumulated(loops.inner.body)
    return TrainingRun(
        framework="keras" if catalogue.is_a(loops.steps[0], "keras.optimizers.Optimizer") else "torch",
        network=loops.gathered.networks.known(networks[0]) if networks else None,
        objective=next((objectives[id(found)] for found in networks if id(found) in objectives), None),
        optimizer=loops.gathered.optimizers.known(loops.steps[0]),
        data=loops.data if counted else loops.whole_data,
        batch_size=whole(loops.option("batch_size")),
        accumulated=whole(batches),
        averages=averages,
        epochs=loops.epochs,
        steps_per_epoch=whole(loops.told.get("steps_per_epoch")),
        shuffle=loops.shuffle,
        shuffle_buffer=whole(loops.option("shuffle_buffer")),
        shuffles_batches=flag(loops.option("shuffles_batches")),
        shuffled_once=flag(loops.option("shuffled_once")),
        is_tried_out=any(is_tried_out(loop.site, over(loop).text) for loop in loops.loops),
        loader=loops.loader.origin if loops.loader is not None else None,
        drop_last=flag(loops.option("drop_last")),
        validates=validation if isinstance(validation, bool) else None,
        callbacks=_callbacks(loops),
        origin=Origin(Made.COMPUTED, loops.inner.site, "training loop"),
    )


def _callbacks(loops: _Loops) -> tuple[str, ...] | None:
    if "callbacks" in loops.told:
        return callback_names(loops.told["callbacks"])
    return None if any(loop.can_stop for loop in loops.loops) else ()


def _loader(iterable: Value | None) -> Instance | None:
    """The data loader that a loop goes through, looking into enumerate, zip and progress bars."""
    if not isinstance(iterable, Instance):
        return None
    if catalogue.is_a(iterable, *LOADERS):
        return iterable
    return _loader(iterable.arguments.get("iterable"))


def _source(loader: Instance | None) -> Value | None:
    """What a loader's data set was made of, where its items are not known."""
    dataset = loader.arguments.get("dataset") if loader is not None else None
    tensors = dataset.arguments.get("tensors") if isinstance(dataset, Instance) else None
    return tensors.items[0] if isinstance(tensors, Items) and tensors.items else dataset
