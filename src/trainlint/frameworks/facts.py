"""What handlers note while a program is evaluated; the plan is put together from it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from trainlint.syntax.positions import Site
from trainlint.values.origin import Origin
from trainlint.values.tensor import Tensor
from trainlint.values.value import Instance, Value


@dataclass(eq=False)
class OptimizerMade:
    """An optimizer was constructed. `optimizer.arguments` holds its settings; `owners` the modules whose
    parameters it changes; None when that is unknown."""

    optimizer: Instance
    framework: str
    owners: tuple[Value, ...] | None
    site: Site
    held: tuple[Value, ...] = ()  # the owners and the modules within them, as they were then
    outdated: tuple[str, ...] = ()  # arguments that present releases ignore or refuse


@dataclass(eq=False)
class ScheduleMade:
    """A learning-rate schedule was constructed for an optimizer."""

    schedule: Instance
    framework: str
    optimizer: Value | None
    site: Site


@dataclass(frozen=True)
class ChosenMetric:
    """Something to be measured beside a loss: its name, or its class with what that was told."""

    name: str
    origin: Origin | None
    settings: dict[str, Value] = field(default_factory=dict)
    own: bool = False  # a function or class of the program, whatever its name


@dataclass(eq=False)
class Compared:
    """Predictions met what they should have been, to be counted or measured: by `==`, or by something of a
    library that was told `settings`. Which of the two `sides` is the prediction shows by what made it."""

    measure: str  # `==`, or the name of the function or class
    framework: str
    sides: tuple[Value, Value]
    origin: Origin
    settings: dict[str, Value] = field(default_factory=dict)


@dataclass(eq=False)
class LossApplied:
    """A loss met a prediction and a target. `is_one_of_several`: a choice that is not decided."""

    loss: str
    title: str
    framework: str
    prediction: Tensor | None
    target: Value | None
    takes_logits: Value
    settings: dict[str, Value] = field(default_factory=dict)
    result: Tensor | None = None
    metrics: tuple[ChosenMetric, ...] = ()
    model: Value | None = None
    origin: Origin | None = None
    loss_origin: Origin | None = None
    is_one_of_several: bool = False


@dataclass(eq=False)
class NetworkApplied:
    """A network was applied to data: the result and what went in."""

    network: Instance
    inputs: tuple[Tensor, ...]
    output: Value
    framework: str
    depth: int  # 0: not inside another network
    site: Site


@dataclass(eq=False)
class FitCalled:
    """A `fit` was called: `settings` by the common names epochs, batch_size, steps_per_epoch, shuffle,
    validation, callbacks; loader and drop_last where it was a loader of PyTorch. `validates_on_training_data`: the same data was given for both."""

    framework: str
    model: Value | None
    inputs: Value | None
    targets: Value | None
    settings: dict[str, Value]
    site: Site
    validates_on_training_data: bool = False


@dataclass(eq=False)
class MeasuredOnTraining:
    """A trainer was given the same data to train on and to measure on."""

    framework: str
    site: Site


@dataclass(eq=False)
class BestChosen:
    """A trainer goes on with the weights of the epoch that did best on `inputs`."""

    framework: str
    inputs: Value
    site: Site


@dataclass(eq=False)
class ScalerFitted:
    """A scaler or a layer took its numbers from some data, or samples were added to it."""

    scaler: Instance
    given: Tensor
    site: Site


@dataclass(eq=False)
class ShuffledAlone:
    """One array was put into random order, or an order was drawn to index arrays with: `given`. `generator`:
    the object that drew, if it was not the library's own. `is_fixed`: it was told a state to draw from."""

    given: Value
    generator: Value | None
    site: Site
    is_fixed: bool = False


@dataclass(eq=False)
class Seeded:
    """A random generator was set to a state."""

    site: Site


@dataclass(eq=False)
class Measured:
    """A model was evaluated, or asked to predict, on `inputs`. `scores`: labels were given as well."""

    model: Value | None
    inputs: Value
    site: Site
    scores: bool = False


@dataclass(eq=False)
class CompileCalled:
    """A Keras model got its optimizer and loss. `arguments` are those of `compile`, by name."""

    model: Instance
    arguments: dict[str, Value]
    site: Site


@dataclass(eq=False)
class LeftUnused:
    """A statement calls, only names, or compares a method or attribute of an object, and nothing more; or
    it assigns to an attribute that means nothing there. `by_company`: what the object is is not known, and
    looks like what it came with."""

    receiver: Value
    method: str
    form: Literal["called", "named", "compared", "assigned"]
    site: Site
    by_company: bool = False


@dataclass(eq=False)
class TrainableSet:
    """`layer.trainable = …` in Keras, for a layer or a model."""

    layer: Value
    site: Site


@dataclass(eq=False)
class MonitorMade:
    """Something was constructed that watches a number from epoch to epoch: a callback, a schedule."""

    monitor: Instance
    framework: str
    watched: Value | None
    mode: Value | None


@dataclass(eq=False)
class DemoRun:
    """A trainer was told to try its code on a few batches only."""

    site: Site


@dataclass(eq=False)
class ModelMade:
    """A Keras model was put together; it may be trained by code that is not followed."""

    model: Instance
    site: Site


@dataclass(eq=False)
class LoaderMade:
    """A data loader was constructed; `loader.arguments` holds its settings."""

    loader: Instance
    site: Site
