"""Residual networks of torchvision cut into their parts."""

from __future__ import annotations

import pytest

from tests.frameworks.planning import plan
from trainlint.frameworks.torch.residual_parts import RESIDUAL
from trainlint.frameworks.torch.vision_models import FAMILIES
from trainlint.plan.network import Network

CUT = """
import torch
from torch import nn
import torchvision.models as models

whole = models.{name}(weights="DEFAULT")
net = nn.Sequential(*list(whole.children()){part}, nn.Flatten(), nn.Linear({width}, 5))
scores = net(torch.zeros(2, 3, 224, 224))
"""


def network(name: str, part: str, width: int) -> Network:
    made = plan(CUT.format(name=name, part=part, width=width))
    return next(found for found in made.networks if found.name == "Sequential")


@pytest.mark.parametrize("name", RESIDUAL)
def test_the_parts_have_the_weights_of_the_whole(name: str) -> None:
    """Numbers: the pages of torchvision's models."""
    family = FAMILIES[name]
    assert family.parameters is not None
    stages = sum(RESIDUAL[name].parameters(stage) for stage in range(1, 5))
    assert stages + 9408 + 128 + (family.features + 1) * 1000 == family.parameters
    assert RESIDUAL[name].channels(4) == family.features


@pytest.mark.parametrize(("name", "features"), [("resnet18", 512), ("resnet152", 2048)])
def test_without_the_head(name: str, features: int) -> None:
    made = network(name, "[:-1]", features)
    assert made.complete
    assert made.pretrained
    assert made.layers[made.outputs[0]].output_shape == (2, 5)
    assert not list(made.misfits)


def test_without_head_and_pooling() -> None:
    made = network("resnet18", "[:-2]", 512 * 7 * 7)
    assert not list(made.misfits)
    assert list(network("resnet18", "[:-2]", 512).misfits)


def test_parts_of_other_networks_are_not_known() -> None:
    made = network("vgg16", "[:-1]", 25088)
    assert not made.complete
    assert not list(made.misfits)


def test_a_frozen_network_has_frozen_parts() -> None:
    made = plan(
        """
        import torch
        from torch import nn
        import torchvision.models as models

        whole = models.resnet18(pretrained=True)
        for parameter in whole.parameters():
            parameter.requires_grad = False
        net = nn.Sequential(*list(whole.children())[:-1], nn.Flatten(), nn.Linear(512, 5))
        scores = net(torch.zeros(2, 3, 224, 224))
        """
    )
    found = next(found for found in made.networks if found.name == "Sequential")
    assert found.trainable_parameters == 513 * 5
