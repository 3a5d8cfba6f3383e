"""Leaks: what happened to the arrays that training and measuring begin with."""

from __future__ import annotations

from collections.abc import Iterator

from trainlint.evaluate.assembly.data import first_tensor
from trainlint.evaluate.assembly.gathered import FitCalled, Gathered, LossApplied
from trainlint.frameworks.arrays.oversampling import OVERSAMPLERS
from trainlint.frameworks.arrays.sklearn_learning import LEARNERS, VOCABULARIES
from trainlint.frameworks.arrays.sklearn_preparing import SCALERS, SPLITS
from trainlint.frameworks.facts import Measured, ScalerFitted
from trainlint.plan.preparation import Leak
from trainlint.values.origin import Made, Origin
from trainlint.values.tensor import Tensor, sources_of
from trainlint.values.value import Value

LEARNED = frozenset({*SCALERS, *LEARNERS, *OVERSAMPLERS, *VOCABULARIES, "Tokenizer"}) - {"Normalizer"}
"""What takes numbers from the data, or makes samples of others; a Normalizer looks at each sample alone."""

WORDS = frozenset({*VOCABULARIES, "Tokenizer", "TextVectorization", "StringLookup", "IntegerLookup"})
"""What takes no numbers, but a list of words."""

ADAPTED = frozenset({"Normalization", "TextVectorization", "StringLookup", "IntegerLookup"})
"""Layers of Keras that take their numbers from data beforehand; they are part of the network."""


def leaks_of(gathered: Gathered) -> Iterator[Leak]:
    """The scalers that have seen the data they are measured on, each place once."""
    fitted = list(gathered.of(ScalerFitted))
    seen: set[int] = set()
    for tensor in _used(gathered) if fitted else ():
        line = list(sources_of(tensor))
        used = {id(found.operation.settings.get("scaler")) for found in line if found.operation is not None}
        split = next((found for found in line if _is_split(found)), None)
        before = set(sources_of(split)) if split is not None else set()
        for number, (fact, certainty) in enumerate(fitted):
            title = fact.scaler.title
            counts = id(fact.scaler) in used if title in LEARNED else title in ADAPTED
            leak = _leak(fact, split, before) if counts and id(fact) not in seen else None
            if leak is None:
                continue
            seen.add(id(fact))
            earlier = any(other.scaler is fact.scaler for other, _ in fitted[:number])
            told = {
                "again": earlier,
                "certainty": certainty,
                "words": title in WORDS,
                "repeats": title in OVERSAMPLERS,
            }
            yield leak.model_copy(update=told)


def _leak(fact: ScalerFitted, split: Tensor | None, before: set[Tensor]) -> Leak | None:
    role = fact.given.data.role if fact.given.data is not None else None
    origin = Origin(Made.COMPUTED, fact.site, "fit")
    if role in ("test", "validation"):
        return Leak(kind="test part", scaler=fact.scaler.title, origin=origin)
    if split is None or role == "train" or fact.given is split or fact.given not in before:
        return None  # what is split once more may be taken from the training part
    return Leak(kind="before split", scaler=fact.scaler.title, split=split.origin, origin=origin)


def _is_split(tensor: Tensor) -> bool:
    return tensor.operation is not None and tensor.operation.title in SPLITS


def _used(gathered: Gathered) -> Iterator[Tensor]:
    """The arrays that networks are trained and measured on."""
    given: list[Value | None] = []
    for fitted, _ in gathered.of(FitCalled):
        given += [fitted.inputs, fitted.settings.get("validation_data")]
    given += [measured.inputs for measured, _ in gathered.of(Measured)]
    given += [loss.prediction for loss, _ in gathered.of(LossApplied)]
    yield from (tensor for value in given if (tensor := first_tensor(value)) is not None)
