"""What the weights of a described network start as."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from tests.probe.programs import in_keras, in_torch
from trainlint.engine.check import plan_of
from trainlint.probe.describe import describe
from trainlint.probe.worker.network import build

SEQUENCE = {"data": "x, y = np.random.rand(500, 12, 5), np.random.rand(500)", "features": "(12, 5)"}


def parameters(program: str) -> dict[str, Any]:
    """The weights of the network of a program, by name."""
    plan = plan_of(program, "program.py")
    described = describe(plan, plan.runs[0]).description
    torch.manual_seed(0)
    network = build(described["network"], torch.randn(4, *described["data"]["shape"]), certain=True)
    return {name: parameter.detach() for name, parameter in network.named_parameters()}


def recurrent(layer: str) -> dict[str, Any]:
    found = parameters(in_keras(f"layers.{layer}, layers.Dense(1)", loss="'mse'", **SEQUENCE))
    return {name.rpartition(".")[2]: value for name, value in found.items()}


def test_recurrent_weights_of_keras_are_orthogonal_and_its_biases_zero() -> None:
    found = recurrent("SimpleRNN(8)")
    matrix = found["weight_hh_l0"]
    torch.testing.assert_close(matrix @ matrix.T, torch.eye(8), atol=1e-5, rtol=0)
    assert not found["bias_ih_l0"].any()


def test_a_recurrent_initializer_is_as_the_program_says() -> None:
    matrix = recurrent("SimpleRNN(8, recurrent_initializer=keras.initializers.Orthogonal(1.6))")[
        "weight_hh_l0"
    ]
    torch.testing.assert_close(matrix @ matrix.T, 1.6**2 * torch.eye(8), atol=1e-5, rtol=0)


@pytest.mark.parametrize("forget", [True, False])
def test_the_forget_gate_of_keras_starts_open_unless_the_program_says_otherwise(forget: bool) -> None:
    bias = recurrent(f"LSTM(8, unit_forget_bias={forget})")["bias_ih_l0"]
    assert bias[8:16].tolist() == [float(forget)] * 8
    assert not bias[:8].any()
    assert not bias[16:].any()


def test_biases_that_a_program_fills() -> None:
    of_torch = parameters(in_torch(after="nn.init.constant_(model[0].bias, -5.0)"))
    of_keras = parameters(
        in_keras("layers.Dense(8, bias_initializer=keras.initializers.Constant(-5.0)), layers.Dense(1)")
    )
    for found in (of_torch, of_keras):
        biases = [value for name, value in found.items() if name.endswith("bias")]
        assert bool((biases[0] == -5).all())
        assert not bool((biases[1] == -5).any())
