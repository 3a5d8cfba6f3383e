"""What a loss is fed with looks the same through PyTorch and through NumPy."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from trainlint.probe.worker.loss_inputs import LOSSES, facts

SCORES = torch.randn(16, 5, generator=torch.Generator().manual_seed(0))
LABELS = torch.arange(16) % 5

CALLS = {
    "probabilities with labels": ("cross_entropy", SCORES.softmax(1), LABELS),
    "logits with labels": ("cross_entropy", SCORES, LABELS),
    "log-probabilities": ("nll_loss", SCORES.log_softmax(1), LABELS),
    "rows of Keras": ("categorical", SCORES.softmax(1), torch.eye(5)[LABELS]),
    "shapes that broadcast": ("mse_loss", SCORES[:, :1], SCORES[:, 1]),
    "one of two": ("binary_cross_entropy", SCORES[:, :1].sigmoid(), (LABELS[:, None] > 2).float()),
    "nothing": ("mse_loss", SCORES[:0], SCORES[:0]),
}


def plain(found: dict[str, Any]) -> dict[str, Any]:
    return {
        name: pytest.approx(value, rel=1e-4, abs=1e-6) if isinstance(value, float) else value
        for name, value in found.items()
    }


@pytest.mark.parametrize("call", CALLS)
def test_both_libraries_see_the_same(call: str) -> None:
    name, prediction, target = CALLS[call]
    seen = facts(torch, name, prediction, target)
    shapes = seen.keys() & {"rows_unequal", "log_rows_unequal"}  # medians of an even number differ
    through_numpy = facts(np, name, prediction.numpy(), target.numpy())
    assert {**through_numpy, **{key: seen[key] for key in shapes}} == plain(seen)


def test_facts_of_probabilities() -> None:
    found = facts(np, *(CALLS["probabilities with labels"][0], SCORES.softmax(1).numpy(), LABELS.numpy()))
    assert found["probabilities"]
    assert found["within_unit"]
    assert found["takes_logits"]
    assert found["scores"] == 5
    assert found["labels"] == {0: 4, 1: 3, 2: 3, 3: 3, 4: 3}


SHAPES = st.lists(st.integers(0, 3), min_size=0, max_size=3)


@given(st.sampled_from(LOSSES), SHAPES, SHAPES, st.sampled_from(["float32", "int64"]))
def test_no_shape_breaks_it(name: str, prediction: list[int], target: list[int], kind: str) -> None:
    for library, array in ((torch, torch.ones), (np, np.ones)):
        goal = array(tuple(target), dtype=getattr(library, kind))
        assert facts(library, name, array(tuple(prediction)), goal)["loss_kind"] == name
