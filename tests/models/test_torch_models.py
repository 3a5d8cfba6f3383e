"""What trainlint says of a network in PyTorch is what the network is."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
import torch
from torch import nn
from torch.nn.utils.rnn import PackedSequence, pad_packed_sequence

from tests.models.programs import Case, executed, shapes_of, text_of, understood
from tests.models.torch_cases import CASES
from trainlint.plan.network import Network

_STEP = """
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
prediction = model({inputs})
optimizer.step()
"""


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_network_is_understood(case: Case) -> None:
    text = f"import torch\n{text_of(case, 'torch_programs')}\n\nmodel = {case.make}\n"
    network = understood(text + _STEP.format(inputs=case.inputs), case.program)
    names = executed(text, case.program)
    model = names["model"]
    called, output = _run(model, names, case.inputs)

    assert (network.complete, network.reasons) == (True, ())
    assert shapes_of(network) == [tuple(tensor.shape) for tensor in _tensors(output)]
    assert _layers(network, {title for title, _ in called}) == called
    assert network.trainable_parameters == _count(model, only_trainable=True)
    assert network.parameters == _count(model, only_trainable=False)


def _run(
    model: nn.Module, names: dict[str, Any], inputs: str
) -> tuple[Counter[tuple[str, tuple[int, ...]]], Any]:
    """The library's layers that were called, each with the shape of what it gave, and the network's output."""
    called: Counter[tuple[str, tuple[int, ...]]] = Counter()

    def note(module: nn.Module, _: Any, output: Any) -> None:
        tensors = _tensors(output)
        called[type(module).__name__, tuple(tensors[0].shape)] += 1

    torch.manual_seed(0)
    given = eval(f"({inputs},)", names)
    model(*given)  # lazy modules become what they are
    for module in _outermost(model):
        module.register_forward_hook(note)
    return called, model(*given)


def _outermost(module: nn.Module) -> list[nn.Module]:
    """The library's layers, without the parts that some of them consist of, each once."""
    if type(module).__module__.startswith("torch.nn.modules") and not isinstance(
        module, nn.Sequential | nn.ModuleList | nn.ModuleDict
    ):
        return [module]
    return list(dict.fromkeys(part for child in module.children() for part in _outermost(child)))


def _tensors(output: Any) -> list[torch.Tensor]:
    if isinstance(output, torch.Tensor):
        return [output]
    if isinstance(output, PackedSequence):
        return [pad_packed_sequence(output, batch_first=True)[0]]
    if output is None:
        return []
    parts = output.values() if isinstance(output, dict) else output
    return [tensor for part in parts for tensor in _tensors(part)]


def _layers(network: Network, titles: set[str]) -> Counter[tuple[str, object]]:
    named = ((layer.title.removeprefix("Lazy"), layer.output_shape) for layer in network.layers)
    return Counter((title, shape) for title, shape in named if title in titles)


def _count(model: nn.Module, *, only_trainable: bool) -> int:
    return sum(
        parameter.numel() for parameter in model.parameters() if parameter.requires_grad or not only_trainable
    )
