"""Which evaluations use the very data that was trained on: the same array, loader or data set."""

from __future__ import annotations

from collections.abc import Iterator

from trainlint.evaluate.assembly.arguments import argument
from trainlint.evaluate.assembly.callbacks import callback_names
from trainlint.evaluate.assembly.data import first_tensor
from trainlint.evaluate.assembly.gathered import FitCalled, Gathered
from trainlint.evaluate.assembly.passes import Pass, over, passes_in
from trainlint.evaluate.assembly.spent_tests import VALIDATION_PLACE, chosen_by_test, trained_on_test
from trainlint.frameworks.facts import LoaderMade, Measured, MeasuredOnTraining
from trainlint.frameworks.keras.callbacks import FUNCTIONS as CALLBACK_NAMES
from trainlint.frameworks.torch.known_datasets import known_length, split_of
from trainlint.plan.evaluation import Evaluation
from trainlint.values.origin import Certainty, Made, Origin, weakest
from trainlint.values.value import Instance, Value, constant, integer

_TRUTH_TABLE = 4  # samples


def evaluations_of(gathered: Gathered) -> tuple[Evaluation, ...]:
    passes = list(passes_in(gathered.happened, gathered))
    on_training = (
        *_validated(gathered), *_given_twice(gathered), *_measured(gathered, passes), *_evaluated(gathered),
    )  # fmt: skip
    return on_training or (*trained_on_test(gathered, passes), *chosen_by_test(gathered, passes))


def _evaluated(gathered: Gathered) -> Iterator[Evaluation]:
    """Calls of `evaluate` on what a call of `fit` was given, where a program measures on nothing else."""
    measured, fits = list(gathered.of(Measured)), list(gathered.of(FitCalled))
    used = [found.inputs for found, _ in measured] + [fact.settings.get("given") for fact, _ in fits]
    for fact, certainty in fits if measured else ():
        given = fact.settings.get("given")
        if any(value is not given for value in used) or _has_own_callbacks(fact):
            continue
        if constant(fact.settings.get("validation")) is not False or is_whole_table(fact.inputs):
            continue
        for found, also in measured:
            if found.scores and found.model is fact.model:
                yield Evaluation(
                    framework=fact.framework,
                    spares_others=has_test_part(fact.inputs),
                    certainty=weakest(certainty, also, Certainty.EXACT),
                    trained=Origin(Made.COMPUTED, fact.site, "fit"),
                    origin=Origin(Made.PASSED, argument(found.site, 0, "x") or found.site, "evaluate"),
                )
                return


def _has_own_callbacks(fact: FitCalled) -> bool:
    """Whether a callback of the program may measure."""
    names = callback_names(fact.settings.get("callbacks"))
    return names is None or any(f"keras.callbacks.{name}" not in CALLBACK_NAMES for name in names)


def is_whole_table(inputs: Value | None) -> bool:
    """Whether the samples are all there are: a truth table such as XOR, or made up."""
    tensor = first_tensor(inputs)
    facts = tensor.data if tensor is not None else None
    samples = integer(facts.samples) if facts is not None else None
    return facts is not None and (facts.random or (samples is not None and samples <= _TRUTH_TABLE))


def has_test_part(inputs: Value | None) -> bool:
    tensor = first_tensor(inputs)
    return tensor is not None and tensor.data is not None and tensor.data.role == "train"


def _given_twice(gathered: Gathered) -> Iterator[Evaluation]:
    """Trainers that are given the same data twice."""
    for fact, certainty in gathered.of(MeasuredOnTraining):
        place = Origin(Made.COMPUTED, fact.site, "training")
        yield Evaluation(
            framework=fact.framework, given_twice=True, certainty=certainty, trained=place, origin=place
        )


def _validated(gathered: Gathered) -> Iterator[Evaluation]:
    """Calls of `fit` that are given the same data twice."""
    for fact, certainty in gathered.of(FitCalled):
        if not fact.validates_on_training_data:
            continue
        site = argument(fact.site, VALIDATION_PLACE, "validation_data") or fact.site
        yield Evaluation(
            framework=fact.framework,
            given_twice=True,
            certainty=certainty,
            trained=Origin(Made.COMPUTED, fact.site, "fit"),
            origin=Origin(Made.PASSED, site, "validation_data"),
        )


def _measured(gathered: Gathered, passes: list[Pass]) -> Iterator[Evaluation]:
    """Loops that measure a network over the data set of the loop that trains it."""
    measured = [found for found in passes if not found.trains]
    for one in measured:
        trained = next(
            (p for p in passes if p.trains and p.meets(one) and _same(p.dataset, one.dataset)),
            None,
        )
        others = (p for p in measured if p.meets(one))
        if trained is None or any(not _same(p.dataset, trained.dataset) for p in others):
            continue
        yield Evaluation(
            framework="torch",
            spares_others=_has_other_data(trained.dataset, passes, gathered),
            trained=Origin(Made.COMPUTED, over(trained.loop), "training loop"),
            origin=Origin(Made.COMPUTED, over(one.loop), "evaluation loop"),
        )


def _same(one: Value, other: Value) -> bool:
    """One object, or two of a known data set's training part."""
    if one is other:
        return True
    if not isinstance(one, Instance) or not isinstance(other, Instance) or one.title != other.title:
        return False
    return split_of(one) == split_of(other) == "train" and known_length(one) is not None


def _has_other_data(dataset: Value, passes: list[Pass], gathered: Gathered) -> bool:
    """Whether a loader over another data set was made that no loop goes through."""
    used = {id(found.dataset) for found in passes}
    loaders = (fact.loader.arguments.get("dataset") for fact, _ in gathered.of(LoaderMade))
    return any(
        isinstance(other, Instance) and id(other) not in used and not _same(other, dataset)
        for other in loaders
    )
