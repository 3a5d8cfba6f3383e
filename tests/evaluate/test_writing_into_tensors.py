"""What is written into a tensor joins the graph behind it."""

from __future__ import annotations

from tests.evaluate.running import values
from tests.frameworks.torch.comparison import operations
from trainlint.values.tensor import Tensor

NETWORK = """
import torch
layer = torch.nn.Linear(3, 3)
x = torch.zeros(2, 3)
"""


def written(code: str) -> Tensor:
    found = values(NETWORK + code)["x"]
    assert isinstance(found, Tensor)
    return found


def titles(tensor: Tensor) -> set[str]:
    return {operation.title for operation in operations(tensor)}


def test_an_item_that_is_assigned() -> None:
    found = written("x[:, 0] = layer(torch.ones(2, 3))[:, 0]")
    assert found.shape == (2, 3)
    assert {"zeros", "Linear"} <= titles(found)


def test_bounds_hold_the_old_values_and_the_new_ones() -> None:
    found = written("x[0] = 5.0")
    assert (found.low, found.high) == (0.0, 5.0)


def test_a_method_in_place_that_stands_alone() -> None:
    assert {"zeros", "Linear"} <= titles(written("x.add_(layer(torch.ones(2, 3)))"))
    assert "Linear" in titles(written("x.index_add_(0, torch.arange(2), layer(torch.ones(2, 3)))"))


def test_a_weight_stays_a_weight() -> None:
    found = values("import torch\nx = torch.nn.Parameter(torch.zeros(3))\nx[0] = 1.0\nx.data.fill_(2.0)")["x"]
    assert isinstance(found, Tensor)
    assert found.is_parameter


def test_the_result_of_a_function_is_another_tensor() -> None:
    assert titles(written("x.add(layer(torch.ones(2, 3)))")) == {"zeros"}
