"""Shapes and numbers of weights of torch.nn layers, compared with torch itself."""

from __future__ import annotations

import pytest
import torch

from tests.frameworks.pretend import PretendMachine
from tests.frameworks.torch.comparison import (
    agrees,
    counted,
    given,
    real,
    shapes,
    tabled,
    with_symbolic_batch,
)
from trainlint.frameworks.torch.library import LIBRARY
from trainlint.values.value import Known

LAYERS = [
    ("nn.Linear(5, 7)", (4, 5)),
    ("nn.Linear(5, 7, bias=False)", (4, 3, 5)),
    ("nn.Linear(5, 7)", (5,)),
    ("nn.Identity()", (4, 5)),
    ("nn.Identity(54, unused=1)", (4, 5)),
    ("nn.Conv1d(3, 6, 5, stride=2)", (4, 3, 20)),
    ("nn.Conv2d(3, 6, 5)", (4, 3, 32, 32)),
    ("nn.Conv2d(3, 6, (3, 5), stride=(2, 1), padding=(1, 2))", (4, 3, 30, 31)),
    ("nn.Conv2d(3, 6, 3, padding='same')", (4, 3, 9, 9)),
    ("nn.Conv2d(3, 6, 3, padding='valid', dilation=2)", (4, 3, 9, 9)),
    ("nn.Conv2d(6, 12, 3, groups=3, bias=False)", (4, 6, 9, 9)),
    ("nn.Conv2d(3, 6, 3)", (3, 9, 9)),
    ("nn.Conv3d(2, 4, 3, padding=1)", (1, 2, 5, 6, 7)),
    ("nn.ConvTranspose1d(3, 6, 4, stride=2, padding=1)", (4, 3, 10)),
    ("nn.ConvTranspose2d(8, 4, 4, 2, 1)", (4, 8, 7, 7)),
    ("nn.ConvTranspose2d(8, 4, 3, stride=2, padding=1, output_padding=1, groups=2)", (4, 8, 7, 7)),
    ("nn.ConvTranspose3d(2, 4, 3)", (1, 2, 5, 5, 5)),
    ("nn.MaxPool1d(3)", (4, 2, 10)),
    ("nn.MaxPool2d(2)", (4, 2, 9, 9)),
    ("nn.MaxPool2d(3, stride=2, padding=1)", (4, 2, 9, 9)),
    ("nn.MaxPool2d(3, 2, ceil_mode=True)", (4, 2, 10, 10)),
    ("nn.MaxPool2d(2, dilation=2)", (4, 2, 9, 9)),
    ("nn.MaxPool3d(2)", (4, 2, 9, 9, 9)),
    ("nn.AvgPool1d(2)", (4, 2, 9)),
    ("nn.AvgPool2d((2, 3), padding=1)", (4, 2, 9, 9)),
    ("nn.AvgPool2d(3, 2, 1, ceil_mode=True)", (4, 2, 7, 7)),
    ("nn.AvgPool3d(2)", (4, 2, 9, 9, 9)),
    ("nn.LPPool2d(2, 3, stride=2)", (4, 2, 9, 9)),
    ("nn.AdaptiveAvgPool1d(4)", (4, 2, 9)),
    ("nn.AdaptiveAvgPool2d(1)", (4, 2, 9, 9)),
    ("nn.AdaptiveAvgPool2d((3, 5))", (4, 2, 9, 9)),
    ("nn.AdaptiveAvgPool2d((None, 5))", (4, 2, 9, 9)),
    ("nn.AdaptiveMaxPool2d(2)", (4, 2, 9, 9)),
    ("nn.AdaptiveAvgPool3d(2)", (4, 2, 9, 9, 9)),
    ("nn.FractionalMaxPool2d(2, output_size=(4, 5))", (4, 2, 9, 9)),
    ("nn.ReLU()", (4, 5)),
    ("nn.LeakyReLU(0.2)", (4, 5)),
    ("nn.PReLU()", (4, 5)),
    ("nn.PReLU(5)", (4, 5)),
    ("nn.GELU()", (4, 5)),
    ("nn.SiLU()", (4, 5)),
    ("nn.Softmax(dim=1)", (4, 5)),
    ("nn.LogSoftmax(-1)", (4, 5)),
    ("nn.GLU()", (4, 6)),
    ("nn.GLU(dim=1)", (4, 6, 3)),
    ("nn.Hardtanh(-2, 2)", (4, 5)),
    ("nn.BatchNorm1d(5)", (4, 5)),
    ("nn.BatchNorm1d(5, affine=False)", (4, 5, 3)),
    ("nn.BatchNorm2d(5, momentum=0.01, eps=1e-3)", (4, 5, 3, 3)),
    ("nn.BatchNorm3d(5)", (4, 5, 3, 3, 3)),
    ("nn.InstanceNorm2d(5)", (4, 5, 3, 3)),
    ("nn.InstanceNorm2d(5, affine=True)", (4, 5, 3, 3)),
    ("nn.LayerNorm(5)", (4, 3, 5)),
    ("nn.LayerNorm((3, 5))", (4, 3, 5)),
    ("nn.LayerNorm(5, bias=False)", (4, 5)),
    ("nn.LayerNorm(5, elementwise_affine=False)", (4, 5)),
    ("nn.RMSNorm(5)", (4, 5)),
    ("nn.GroupNorm(2, 6)", (4, 6, 3, 3)),
    ("nn.LocalResponseNorm(2)", (4, 6, 3, 3)),
    ("nn.Dropout(0.3)", (4, 5)),
    ("nn.Dropout2d()", (4, 5, 3, 3)),
    ("nn.AlphaDropout()", (4, 5)),
    ("nn.Flatten()", (4, 5, 6)),
    ("nn.Flatten(0)", (4, 5, 6)),
    ("nn.Flatten(1, 2)", (4, 5, 6, 7)),
    ("nn.Unflatten(1, (2, 3))", (4, 6)),
    ("nn.Unflatten(1, (-1, 3))", (4, 6)),
    ("nn.Upsample(scale_factor=2)", (4, 5, 6, 7)),
    ("nn.Upsample(size=(10, 12), mode='bilinear')", (4, 5, 6, 7)),
    ("nn.Upsample(scale_factor=(2, 3))", (4, 5, 6, 7)),
    ("nn.UpsamplingNearest2d(scale_factor=2)", (4, 5, 6, 7)),
    ("nn.PixelShuffle(2)", (4, 8, 3, 5)),
    ("nn.PixelUnshuffle(2)", (4, 2, 6, 10)),
    ("nn.ZeroPad2d(2)", (4, 2, 6, 10)),
    ("nn.ZeroPad2d((1, 2, 3, 4))", (4, 2, 6, 10)),
    ("nn.ReflectionPad1d(2)", (4, 2, 6)),
    ("nn.ReplicationPad2d(1)", (4, 2, 6, 6)),
    ("nn.ConstantPad1d((1, 0), 3.5)", (4, 2, 6)),
    ("nn.CircularPad2d(1)", (4, 2, 6, 6)),
    ("nn.Unfold(3, padding=1, stride=2)", (4, 2, 6, 6)),
    ("nn.Fold((6, 6), 2, stride=2)", (4, 8, 9)),
    ("nn.ChannelShuffle(2)", (4, 8, 3, 3)),
    ("nn.RNN(5, 7)", (3, 4, 5)),
    ("nn.RNN(5, 7, nonlinearity='relu', bidirectional=True)", (3, 4, 5)),
    ("nn.GRU(5, 7, num_layers=2, batch_first=True, dropout=0.1)", (4, 3, 5)),
    ("nn.GRU(5, 7, bias=False)", (3, 5)),
    ("nn.LSTM(5, 7, 2, batch_first=True)", (4, 3, 5)),
    ("nn.LSTM(5, 7, bidirectional=True, num_layers=3)", (3, 4, 5)),
    ("nn.LSTM(5, 7, proj_size=3, num_layers=2, bidirectional=True)", (3, 4, 5)),
    ("nn.RNNCell(5, 7)", (4, 5)),
    ("nn.GRUCell(5, 7, bias=False)", (4, 5)),
    ("nn.LSTMCell(5, 7)", (4, 5)),
    ("nn.TransformerEncoderLayer(8, 2)", (3, 4, 8)),
    ("nn.TransformerEncoderLayer(8, 2, dim_feedforward=16, bias=False)", (3, 4, 8)),
    ("nn.TransformerEncoder(nn.TransformerEncoderLayer(8, 2, 16, batch_first=True), 3)", (3, 4, 8)),
    ("nn.TransformerEncoder(nn.TransformerEncoderLayer(8, 2, 16), 2, norm=nn.LayerNorm(8))", (3, 4, 8)),
    ("nn.LazyLinear(7)", (4, 5)),
    ("nn.LazyConv2d(7, 3)", (4, 3, 9, 9)),
    ("nn.LazyBatchNorm2d()", (4, 3, 9, 9)),
    ("nn.Sequential(nn.Linear(5, 7), nn.ReLU(), nn.Sequential(nn.Linear(7, 2), nn.BatchNorm1d(2)))", (4, 5)),
    ("nn.Sequential(nn.Conv2d(1, 4, 3), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(144, 3))", (4, 1, 14, 14)),
    ("nn.Sequential(nn.Linear(5, 7), nn.ReLU(), nn.Linear(7, 2))[:2]", (4, 5)),
]  # fmt: skip


pytestmark = [
    pytest.mark.filterwarnings("ignore:LSTM with projections:UserWarning"),
    pytest.mark.filterwarnings("ignore:enable_nested_tensor:UserWarning"),
    pytest.mark.filterwarnings("ignore:.*is a new feature:UserWarning"),
]


@pytest.mark.parametrize(("text", "shape"), LAYERS)
def test_shape_and_weights_are_those_of_torch(
    machine: PretendMachine, text: str, shape: tuple[int, ...]
) -> None:
    tensor, made = given(shape)
    module = real(text)
    if "[:2]" in text:
        layer = machine.do(tabled(machine, text.removesuffix("[:2]")), "__getitem__", Known(slice(None, 2)))
    else:
        layer = tabled(machine, text)
    with torch.no_grad():
        wanted = shapes(module(made))
    output = machine.apply(layer, tensor)
    assert shapes(output) == wanted
    assert counted(output) == sum(weight.numel() for weight in module.parameters())


@pytest.mark.parametrize(("text", "shape"), [row for row in LAYERS if "[:2]" not in row[0]])
def test_a_symbolic_batch_never_contradicts_torch(
    machine: PretendMachine, text: str, shape: tuple[int, ...]
) -> None:
    tensor, made = given(shape)
    with torch.no_grad():
        wanted = shapes(real(text)(made))
    output = machine.apply(tabled(machine, text), with_symbolic_batch(tensor))
    assert agrees(shapes(output), wanted, shape[0])


INDEXED = [
    ("nn.Embedding(10, 6)", (4, 3)),
    ("nn.Embedding(10, 6, padding_idx=0)", (4,)),
    ("nn.EmbeddingBag(10, 6)", (4, 3)),
]


@pytest.mark.parametrize(("text", "shape"), INDEXED)
def test_embeddings(machine: PretendMachine, text: str, shape: tuple[int, ...]) -> None:
    tensor, made = given(shape, "int64")
    module = real(text)
    output = machine.apply(tabled(machine, text), tensor)
    assert shapes(output) == shapes(module(made))
    assert counted(output) == sum(weight.numel() for weight in module.parameters())


PAIRS = [
    ("nn.Bilinear(3, 4, 5)", (2, 3), (2, 4)),
    ("nn.CosineSimilarity()", (2, 3), (2, 3)),
    ("nn.CosineSimilarity(dim=2)", (2, 3, 4), (2, 3, 4)),
    ("nn.PairwiseDistance()", (2, 3), (2, 3)),
    ("nn.TransformerDecoderLayer(8, 2, 16)", (3, 4, 8), (5, 4, 8)),
    ("nn.TransformerDecoder(nn.TransformerDecoderLayer(8, 2, 16), 2)", (3, 4, 8), (5, 4, 8)),
    ("nn.Transformer(8, 2, 2, 3, 16)", (5, 4, 8), (3, 4, 8)),
    ("nn.Transformer(8, 2, 1, 1, 16, bias=False)", (5, 4, 8), (3, 4, 8)),
]


@pytest.mark.parametrize(("text", "first", "second"), PAIRS)
def test_layers_of_two_tensors(
    machine: PretendMachine, text: str, first: tuple[int, ...], second: tuple[int, ...]
) -> None:
    module = real(text)
    (one, real_one), (other, real_other) = given(first), given(second)
    output = machine.apply(tabled(machine, text), one, other)
    assert shapes(output) == shapes(module(real_one, real_other))
    assert counted(output) == sum(weight.numel() for weight in module.parameters())


@pytest.mark.parametrize(
    "text",
    [
        "nn.MultiheadAttention(8, 2)",
        "nn.MultiheadAttention(8, 2, bias=False, add_bias_kv=True)",
        "nn.MultiheadAttention(8, 2, kdim=8, vdim=8)",
    ],
)
def test_attention(machine: PretendMachine, text: str) -> None:
    module = real(text)
    tensor, made = given((3, 4, 8))
    output = machine.apply(tabled(machine, text), tensor, tensor, tensor)
    assert shapes(output)[0] == shapes(module(made, made, made))[0]
    assert counted(output) == sum(weight.numel() for weight in module.parameters())


def test_attention_over_other_widths_has_projections_of_its_own(machine: PretendMachine) -> None:
    text = "nn.MultiheadAttention(8, 2, kdim=5, vdim=6)"
    query, key, value = (given((3, 4, width))[0] for width in (8, 5, 6))
    output = machine.apply(tabled(machine, text), query, key, value)
    assert counted(output) == sum(weight.numel() for weight in real(text).parameters())


def test_every_layer_of_torch_is_known() -> None:
    modules = {
        name
        for name in dir(torch.nn)
        if isinstance(getattr(torch.nn, name), type) and issubclass(getattr(torch.nn, name), torch.nn.Module)
    }
    unknown = {name for name in modules if f"torch.nn.{name}" not in LIBRARY.functions}
    assert unknown == NOT_IN_THE_TABLES


NOT_IN_THE_TABLES = {
    # abstract, deprecated, or a loss that holds weights of its own
    "Container", "LinearCrossEntropyLoss", "Module", "RNNBase", "RNNCellBase",
}  # fmt: skip
