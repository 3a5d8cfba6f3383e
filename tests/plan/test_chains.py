"""What follows what in a network, on graphs written by hand."""

from __future__ import annotations

import pytest

from tests.plan.building import network
from trainlint.plan import chains
from trainlint.plan.network import Layer, Network


def indices(found: list[tuple[Layer, ...]]) -> list[list[int]]:
    return [[layer.index for layer in chain] for chain in found]


def kinds_at_the_end(net: Network) -> list[str]:
    return [layer.kind for layer in chains.endings(net, net.layers[net.outputs[0]])]


def test_the_end_is_seen_through_layers_that_change_nothing() -> None:
    assert kinds_at_the_end(network("input", "linear", "softmax", "dropout", "squeeze")) == ["softmax"]
    assert kinds_at_the_end(network("input", "linear", "softmax", "add")) == ["add"]


def test_an_undecided_branch_ends_in_both_its_sides() -> None:
    net = network("input", "linear", "softmax", ("either", (2, 1)), "squeeze")
    assert sorted(kinds_at_the_end(net)) == ["linear", "softmax"]


DENSE = ("linear", "sigmoid")
SATURATED: dict[str, tuple[Network, list[list[int]]]] = {
    "a stack": (network("input", *DENSE * 3, "linear", "softmax"), [[2, 4, 6]]),
    "the last one is the output": (network("input", *DENSE * 3), [[2, 4]]),
    "looked through": (network("input", *("linear", "sigmoid", "dropout") * 2, "linear"), [[2, 5]]),
    "normalised before": (
        network("input", *("linear", "batch_norm", "sigmoid") * 3, "linear"),
        [[3], [6], [9]],
    ),
    "normalised after": (network("input", *("linear", "sigmoid", "layer_norm") * 2, "linear"), [[2], [5]]),
    "residual": (
        network("input", *DENSE, *DENSE, ("add", (4, 2)), *DENSE, "linear"),
        [[2, 4], [7]],
    ),
    "not followed": (network("input", *DENSE, "unknown", *DENSE, "linear"), [[2], [5]]),
    "relu between": (network("input", *DENSE, "linear", "relu", *DENSE, "linear"), [[2], [6]]),
    "gate": (
        network("input", "linear", "sigmoid", ("multiply", (1, 2)), "linear", "sigmoid", "linear"),
        [[5]],
    ),
    "twice on one layer": (network("input", "linear", "sigmoid", "sigmoid", "linear"), [[2]]),
    "the longest branch counts": (
        network("input", *DENSE, *DENSE, ("linear", (2,)), ("concatenate", (4, 5)), "linear"),
        [[2, 4]],
    ),
}  # fmt: skip


@pytest.mark.parametrize(("net", "expected"), SATURATED.values(), ids=SATURATED)
def test_saturating_chains(net: Network, expected: list[list[int]]) -> None:
    assert indices(net.saturating_chains({"sigmoid"})) == expected


LINEAR: dict[str, tuple[Network, list[list[int]]]] = {
    "a pair": (network("input", "linear", "linear", "softmax"), [[1, 2]]),
    "a longer run": (network("input", "linear", "dropout", "linear", "batch_norm", "linear"), [[1, 3, 5]]),
    "activations": (network("input", "linear", "relu", "linear"), []),
    "layer normalisation is not affine": (network("input", "linear", "layer_norm", "linear"), []),
    "pooling": (network("input", "conv2d", "max_pool", "conv2d"), []),
    "something else reads it": (network("input", "linear", "linear", ("linear", (1,))), []),
    "not followed": (network("input", "linear", "unknown", "linear"), []),
    "flattened": (network("input", "conv2d", "flatten", "linear"), [[1, 3]]),
    "two pairs": (network("input", "linear", "linear", "relu", "linear", "linear"), [[1, 2], [4, 5]]),
}


@pytest.mark.parametrize(("net", "expected"), LINEAR.values(), ids=LINEAR)
def test_linear_chains(net: Network, expected: list[list[int]]) -> None:
    assert indices(net.linear_chains) == expected


NORMALISED = {
    "every block": (network("input", *("conv2d", "batch_norm", "relu") * 2, "flatten", "linear"), True),
    "one block without": (network("input", "conv2d", "batch_norm", "conv2d", "relu", "linear"), False),
    "nothing hidden": (network("input", "linear"), True),
    "not followed": (network("input", "conv2d", "unknown", "linear", complete=False), None),
    "bare whatever the rest": (
        network("input", "unknown", "linear", "relu", "linear", complete=False),
        False,
    ),
    "embedded": (network("input", "embedding", "linear"), True),
    "recurrent": (network("input", "lstm", "linear"), False),
}


@pytest.mark.parametrize(("net", "expected"), NORMALISED.values(), ids=NORMALISED)
def test_normalised(net: Network, expected: bool | None) -> None:
    assert net.is_normalised is expected


def test_the_layers_that_meet_the_input() -> None:
    net = network("input", "flatten", "linear", ("max_pool", (0,)), ("batch_norm", (3,)))
    assert [layer.index for layer in net.meeting_input()] == [2, 4]
