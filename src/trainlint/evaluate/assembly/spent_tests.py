"""Test parts that are used up: trained on, or used to choose the epoch whose score on them is then reported."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from trainlint.evaluate.assembly.arguments import argument
from trainlint.evaluate.assembly.data import first_tensor
from trainlint.evaluate.assembly.gathered import FitCalled, Gathered
from trainlint.evaluate.assembly.passes import Pass, over
from trainlint.frameworks import catalogue
from trainlint.frameworks.facts import BestChosen, Measured, MonitorMade
from trainlint.frameworks.torch.known_datasets import IMAGE_SETS, split_of
from trainlint.frameworks.torch.samples import SUBSET, TENSORS
from trainlint.plan.evaluation import Evaluation
from trainlint.syntax.positions import Site
from trainlint.values.origin import Certainty, Made, Origin
from trainlint.values.tensor import first_sources
from trainlint.values.value import Instance, Items, Known, Value, constant, integer, number

VALIDATION_PLACE = 7  # of `validation_data` among the arguments of Keras' fit

_OF_TRAINING = re.compile(r"train|step|batch", re.IGNORECASE)


def trained_on_test(gathered: Gathered, passes: Sequence[Pass]) -> Iterator[Evaluation]:
    """Training on the test part of something, where nothing is trained on anything else."""
    fits = [(fact, certainty) for fact, certainty in gathered.of(FitCalled)]
    loops = [found for found in passes if found.trains]
    roles = [_role_of(fact.inputs) for fact, _ in fits] + [role(found.dataset) for found in loops]
    if not roles or any(found != "test" for found in roles):
        return
    places: list[tuple[str, Site, Certainty]] = [
        (fact.framework, argument(fact.site, 0, "x") or fact.site, certainty) for fact, certainty in fits
    ] + [("torch", over(found.loop), Certainty.EXACT) for found in loops]
    framework, site, certainty = places[0]
    place = Origin(Made.PASSED, site, "training data")
    yield Evaluation(
        kind="trained on test",
        framework=framework,
        certainty=certainty,
        trained=_made(fits, loops),
        origin=place,
    )


def _made(fits: list[tuple[FitCalled, Certainty]], loops: list[Pass]) -> Origin | None:
    tensor = first_tensor(fits[0][0].inputs) if fits else None
    if tensor is not None and tensor.data is not None:
        return tensor.data.origin
    return loops[0].dataset.origin if loops else None


def role(dataset: Value | None) -> str | None:
    """The part of a whole that a data set of PyTorch is: train, test, validation."""
    if not isinstance(dataset, Instance):
        return None
    if catalogue.is_a(dataset, SUBSET):
        return role(dataset.arguments.get("dataset"))
    if catalogue.is_a(dataset, TENSORS):
        return _role_of(dataset.arguments.get("tensors"))
    known = IMAGE_SETS.get(dataset.title)
    split = split_of(dataset) if known is not None else None
    if known is None or split != "test":
        return split or None
    # Some publish a small part for training; that the larger one is taken may be meant.
    return "test" if known.sizes.get("test", 0) < known.sizes.get("train", 1) else None


def _role_of(value: Value | None) -> str | None:
    """The part of a whole that an array is. Who gives the larger part to the test has named them the other way round."""
    tensor = first_tensor(value)
    if tensor is None or tensor.data is None:
        return None
    told = (
        step.operation.settings.get("test_share")
        for step in first_sources(tensor)
        if step.operation is not None
    )
    share = next((found for value in told if (found := number(value)) is not None), 0)
    return None if 0.5 < share < 1 else tensor.data.role


# -- the epoch is chosen by what it is scored on ----------------------------------------------------------


def chosen_by_test(gathered: Gathered, passes: Sequence[Pass]) -> Iterator[Evaluation]:
    yield from _in_fit(gathered)
    yield from _by_trainer(gathered)
    yield from _by_hand(gathered, passes)


def _in_fit(gathered: Gathered) -> Iterator[Evaluation]:
    """Callbacks that choose an epoch by `validation_data`, which are all that `evaluate` gets afterwards."""
    measured = [fact for fact, _ in gathered.of(Measured)]
    for fact, certainty in gathered.of(FitCalled):
        chooser = _chooser(fact.settings.get("callbacks"))
        given = fact.settings.get("validation_data")
        if chooser is None or given is None or integer(fact.settings.get("epochs")) in (None, 1):
            continue
        inputs = inputs_of(given)
        again = [found for found in measured if found.inputs is inputs]
        others = [found for found in measured if found not in again and not _is_trained(found, fact)]
        if others or not any(found.scores and _is_best(found, fact, chooser) for found in again):
            continue
        site = argument(fact.site, VALIDATION_PLACE, "validation_data") or fact.site
        yield Evaluation(
            kind="chosen by test",
            framework=fact.framework,
            certainty=certainty,
            trained=chooser.origin,
            origin=Origin(Made.PASSED, site, "validation_data"),
        )


def _by_trainer(gathered: Gathered) -> Iterator[Evaluation]:
    """Trainers that go on with the best weights and are scored on what chose them, and on nothing else."""
    measured = [fact for fact, _ in gathered.of(Measured)]
    for fact, certainty in gathered.of(BestChosen):
        if not any(found.scores for found in measured) or any(
            found.inputs is not fact.inputs for found in measured
        ):
            continue
        place = Origin(Made.COMPUTED, fact.site, "training")
        yield Evaluation(
            kind="chosen by test", framework=fact.framework, certainty=certainty, trained=place, origin=place
        )


def _is_best(measured: Measured, fact: FitCalled, chooser: Instance) -> bool:
    """Whether the weights of the best epoch are measured: put back after training, or read from where they were kept."""
    if chooser.title != "ModelCheckpoint" or measured.model is not fact.model:
        return True
    loaded = fact.model.slots.get("pretrained") if isinstance(fact.model, Instance) else None
    return isinstance(loaded, Known) and loaded.origin is not None and loaded.origin.label == "load_weights"


def _is_trained(measured: Measured, fact: FitCalled) -> bool:
    return measured.inputs is fact.settings.get("given")


def inputs_of(given: Value) -> Value:
    """The inputs of `validation_data=(inputs, labels)`; a data set is both."""
    return given.items[0] if isinstance(given, Items) and given.items else given


def _chooser(callbacks: Value | None) -> Instance | None:
    """A callback that keeps the weights of the epoch with the best score on the data for validation."""
    given = callbacks.items if isinstance(callbacks, Items) else (callbacks,)
    return next((found for found in given if isinstance(found, Instance) and _chooses(found)), None)


def _chooses(callback: Instance) -> bool:
    watched = constant(callback.arguments.get("monitor"))
    keeps = any(
        constant(callback.arguments.get(name)) is True for name in ("restore_best_weights", "save_best_only")
    )
    return keeps and isinstance(watched, str) and watched.startswith("val_")


def _by_hand(gathered: Gathered, passes: Sequence[Pass]) -> Iterator[Evaluation]:
    """`if accuracy > best: best = accuracy`, where all that is measured on is the test part of a known set."""
    measured = [found for found in passes if not found.trains]
    if not measured or any(role(found.dataset) != "test" for found in measured):
        return
    if not any(found.trains and role(found.dataset) == "train" for found in passes):
        return
    for fact, certainty in gathered.of(MonitorMade):
        word = constant(fact.watched)
        is_score = isinstance(word, str) and not _OF_TRAINING.search(word) and constant(fact.mode) == "max"
        if fact.framework == "by hand" and is_score:
            yield Evaluation(
                kind="chosen by test",
                framework="torch",
                certainty=certainty,
                trained=Origin(Made.COMPUTED, over(measured[0].loop), "evaluation loop"),
                origin=fact.monitor.origin,
            )
            return
