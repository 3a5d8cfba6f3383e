"""What trainlint says of a network in Keras is what the network is."""

from __future__ import annotations

from math import prod
from typing import Any

import keras
import pytest

from tests.models.keras_cases import CASES
from tests.models.programs import Case, executed, shapes_of, text_of, understood

_TRAINED = """
model.compile(optimizer="adam", loss="mse")
prediction = model({inputs})
"""


@pytest.mark.parametrize("case", CASES, ids=str)
@pytest.mark.filterwarnings("ignore:Do not pass an `input_shape`")  # programs do
def test_a_network_is_understood(case: Case) -> None:
    text = f"{text_of(case, 'keras_programs')}\n\nmodel = {case.make}\n"
    network = understood(text + _TRAINED.format(inputs=case.inputs), case.program)
    names = executed(text, case.program)
    model = names["model"]
    output = model(eval(case.inputs, names))

    assert (network.complete, network.reasons) == (True, ())
    wanted = [tuple(tensor.shape) for tensor in _tensors(output)]
    assert [_sized(shape, batch=wanted[0][0]) for shape in shapes_of(network)] == wanted
    assert network.trainable_parameters == _count(model)


def _sized(shape: tuple[object, ...] | None, *, batch: int) -> tuple[object, ...] | None:
    """A functional model is what it is for batches of any size."""
    return None if shape is None else tuple(batch if size == "batch" else size for size in shape)


def _tensors(output: Any) -> list[Any]:
    return list(output) if isinstance(output, tuple | list) else [output]


def _count(model: keras.Model) -> int:
    return sum(prod(weight.shape) for weight in model.trainable_weights)
