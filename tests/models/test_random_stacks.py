"""Stacks of layers that nobody thought of have the shapes and numbers of weights that torch gives them."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from tests.models.programs import understood

_small = st.integers(1, 6)
_kernels = st.integers(1, 4)

_ANYWHERE = st.sampled_from(
    [
        "nn.ReLU()",
        "nn.GELU()",
        "nn.Sigmoid()",
        "nn.Dropout(0.2)",
        "nn.Identity()",
        "nn.Softmax(dim=-1)",
        "nn.LeakyReLU(0.1)",
        "nn.PReLU()",
        "nn.LayerNorm({last})",
        "nn.Linear({last}, {units})",
        "nn.Linear({last}, {units}, bias=False)",
        "nn.Flatten()",
        "nn.Flatten(start_dim=2)",
        "nn.LazyLinear({units})",
        "nn.GLU(dim=1)",
    ]
)

_WITH_CHANNELS = st.sampled_from(
    [
        "nn.Conv{axes}d({channels}, {units}, {kernel})",
        "nn.Conv{axes}d({channels}, {units}, {kernel}, stride={stride}, padding={padding})",
        "nn.Conv{axes}d({channels}, {units}, {kernel}, dilation=2, bias=False)",
        "nn.Conv{axes}d({channels}, {units}, {kernel}, padding='same')",
        "nn.Conv{axes}d({channels}, {channels}, {kernel}, groups={channels})",
        "nn.ConvTranspose{axes}d({channels}, {units}, {kernel}, stride={stride})",
        "nn.ConvTranspose{axes}d({channels}, {units}, 3, stride=2, padding=1, output_padding=1)",
        "nn.MaxPool{axes}d({kernel})",
        "nn.MaxPool{axes}d({kernel}, stride={stride}, ceil_mode=True)",
        "nn.AvgPool{axes}d({kernel}, stride={stride})",
        "nn.AdaptiveAvgPool{axes}d({units})",
        "nn.AdaptiveMaxPool{axes}d({kernel})",
        "nn.BatchNorm{axes}d({channels})",
        "nn.BatchNorm{axes}d({channels}, affine=False)",
        "nn.InstanceNorm{axes}d({channels})",
        "nn.GroupNorm(1, {channels})",
        "nn.Dropout{axes}d(0.5)",
        "nn.Upsample(scale_factor={stride})",
        "nn.ZeroPad2d({padding})",
        "nn.PixelShuffle(2)",
    ]
)

LARGEST = 20_000
"""Values that a stack may give for one sample."""


@st.composite
def stacks(draw: st.DrawFn) -> tuple[list[str], tuple[int, ...]]:
    """The texts of some layers, and a shape that goes through all of them."""
    axes = draw(st.integers(0, 3))
    shape = (2, draw(_small), *(draw(st.integers(4, 12)) for _ in range(axes)))
    tensor = torch.zeros(shape)
    texts: list[str] = []
    for _ in range(draw(st.integers(1, 8))):
        text = draw(_ANYWHERE if tensor.dim() == 2 else _ANYWHERE | _WITH_CHANNELS).format(
            axes=tensor.dim() - 2,
            channels=tensor.shape[1],
            last=tensor.shape[-1],
            units=draw(_small),
            kernel=draw(_kernels),
            stride=draw(st.integers(1, 3)),
            padding=draw(st.integers(0, 2)),
        )
        after = _after(text, tensor)
        if after is not None and 0 < after.numel() <= LARGEST:
            texts.append(text)
            tensor = after
    return texts, shape


def _after(text: str, tensor: torch.Tensor) -> torch.Tensor | None:
    """What a layer gives; None where torch refuses it."""
    try:
        with torch.no_grad():
            output = eval(text, {"nn": nn}).eval()(tensor)
    except (RuntimeError, ValueError, IndexError, AttributeError):
        return None
    assert isinstance(output, torch.Tensor)
    return output


@pytest.mark.filterwarnings("ignore::UserWarning")  # torch on odd sizes
@settings(max_examples=60, deadline=None)
@given(stacks())
def test_a_stack_is_understood(stack: tuple[list[str], tuple[int, ...]]) -> None:
    texts, shape = stack
    if not texts:
        return
    made = f"nn.Sequential({', '.join(texts)})"
    network = understood(
        f"import torch\nfrom torch import nn\nmodel = {made}\nprediction = model(torch.zeros({shape}))\n",
        "stack",
    )
    model = eval(made, {"nn": nn}).eval()
    shapes = [tuple(shape)]
    tensor = torch.zeros(shape)
    for layer in model:
        tensor = layer(tensor)
        shapes.append(tuple(tensor.shape))

    assert network.complete
    assert [layer.output_shape for layer in network.layers] == shapes
    assert network.parameters == sum(parameter.numel() for parameter in model.parameters())
