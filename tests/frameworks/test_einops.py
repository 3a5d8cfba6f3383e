"""einops' patterns give the shapes that its documentation gives."""

from __future__ import annotations

import pytest

from tests.evaluate.running import values
from tests.frameworks.torch.comparison import operations
from trainlint.values.tensor import Tensor

HEAD = """
import torch
from torch import nn, einsum
from einops import rearrange, repeat, reduce
from einops.layers.torch import Rearrange, Reduce
x = torch.zeros(2, 3, 8, 8)
t = torch.zeros(2, 5, 12)
"""

CASES = [
    ("rearrange(x, 'b c h w -> b (h w) c')", (2, 64, 3)),
    ("rearrange(x, 'b c (h p1) (w p2) -> b (h w) (p1 p2 c)', p1=4, p2=4)", (2, 4, 48)),
    ("rearrange(t, 'b n (h d) -> b h n d', h=4)", (2, 4, 5, 3)),
    ("rearrange(t, 'b n (three h d) -> three b h n d', three=3, h=2)", (3, 2, 2, 5, 2)),
    ("rearrange([t, t, t], 'k b n d -> b k n d')", (2, 3, 5, 12)),
    ("rearrange(x, 'b ... -> b (...)')", (2, 192)),
    ("rearrange(t, '... d -> d ...')", (12, 2, 5)),
    ("rearrange(t, 'b n d -> b n 1 d')", (2, 5, 1, 12)),
    ("repeat(torch.zeros(1, 1, 12), '1 1 d -> b 1 d', b=7)", (7, 1, 12)),
    ("repeat(torch.zeros(12), 'd -> b d', b=7)", (7, 12)),
    ("reduce(x, 'b c h w -> b c', 'mean')", (2, 3)),
    ("reduce(x, 'b c (h 2) (w 2) -> b c h w', 'max')", (2, 3, 4, 4)),
    ("nn.Sequential(Rearrange('b c h w -> b (c h w)'), nn.Linear(192, 10))(x)", (2, 10)),
    ("Reduce('b c h w -> b c', 'mean')(x)", (2, 3)),
]


@pytest.mark.parametrize(("text", "shape"), CASES)
def test_shapes(text: str, shape: tuple[int, ...]) -> None:
    found = values(f"{HEAD}result = {text}")["result"]
    assert isinstance(found, Tensor)
    assert found.shape == shape
    assert "unknown" not in [operation.kind for operation in operations(found)]


def test_a_pattern_that_is_not_known_gives_a_tensor_of_unknown_shape() -> None:
    found = values(f"{HEAD}result = rearrange(x, input())")["result"]
    assert isinstance(found, Tensor)
    assert found.shape is None
