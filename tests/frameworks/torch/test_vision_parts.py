"""Parts of torchvision's networks: what is cut off and what stays."""

from __future__ import annotations

import pytest

from tests.evaluate.running import values
from tests.frameworks.torch.comparison import operations
from trainlint.values.tensor import Tensor

CASES = [
    ("models.vgg16(weights=None).features", (2, 512, 7, 7), 14_714_688),
    ("models.vgg19().features[:4]", (2, 64, 224, 224), 38_720),
    ("nn.Sequential(*list(models.vgg11_bn().features.children())[:3])", (2, 64, 224, 224), 1_920),
    ("nn.Sequential(*list(models.resnet18().children())[:-1])", (2, 512, 1, 1), 11_176_512),
    ("nn.Sequential(*list(models.resnet50(pretrained=True).children())[:-2])", (2, 2048, 7, 7), 23_508_032),
    ("nn.Sequential(*[m for name, m in models.resnet34().named_children() if name not in ('fc', 'avgpool')])",
     (2, 512, 7, 7), 21_284_672),
]  # fmt: skip


@pytest.mark.parametrize(("text", "shape", "parameters"), CASES)
def test_parts(text: str, shape: tuple[int, ...], parameters: int | None) -> None:
    code = f"import torch\nfrom torch import nn\nfrom torchvision import models\nx = ({text})(torch.zeros(2, 3, 224, 224))"
    found = values(code)["x"]
    assert isinstance(found, Tensor)
    assert found.shape == shape
    counts = [operation.parameters for operation in operations(found)]
    assert (None if None in counts else sum(count or 0 for count in counts)) == parameters
    assert "unknown" not in [operation.kind for operation in operations(found)]


def test_parts_that_are_not_listed_are_unknown() -> None:
    code = """
    import torch
    from torchvision import models
    x = torch.nn.Sequential(*list(models.densenet121().children())[:-1])(torch.zeros(2, 3, 224, 224))
    """
    assert "unknown" in [operation.kind for operation in operations(values(code)["x"])]


def test_the_transforms_of_weights_are_no_network() -> None:
    from tests.frameworks.planning import plan

    made = plan(
        """
        import torch, torchvision
        weights = torchvision.models.EfficientNet_B0_Weights.DEFAULT
        image = weights.transforms()(torch.zeros(3, 64, 64))
        """
    )
    assert made.networks == ()
