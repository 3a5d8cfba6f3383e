"""Flowcharts that Mermaid can read, whatever stands in a plan."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import trainlint
from tests.report.test_plan import PLAN
from trainlint.plan.network import Layer, Network
from trainlint.plan.plan import TrainingPlan
from trainlint.report import plan_mermaid

_ID = r"[A-Za-z]\w*"
_TEXT = r'"(?:[^"<>&`*\\#;]|#(?:quot|lt|gt|amp|\d+);|<br/>|;)*"'
_SHAPES = (
    rf"\[{_TEXT}\]",
    rf"\(\[{_TEXT}\]\)",
    rf"\[\({_TEXT}\)\]",
    rf"\{{\{{{_TEXT}\}}\}}",
    rf"\[/{_TEXT}/\]",
)
_NODE = re.compile(rf"({_ID})(?:{'|'.join(_SHAPES)})(?::::({_ID}))?")
_EDGE = re.compile(rf"({_ID}) (?:-->|-\.->)(?:\|[a-z ]+\|)? ({_ID})")
_FRAME = re.compile(rf"subgraph ({_ID})\[{_TEXT}\]")
_CLASS = re.compile(rf"classDef ({_ID}) [a-z-]+:[\w# ]+(?:,[a-z-]+:[\w# ]+)*")


def checked(text: str) -> tuple[set[str], list[tuple[str, str]]]:
    """The nodes and edges of a flowchart, when each line is one that Mermaid reads."""
    first, *lines = text.splitlines()
    assert first == "flowchart TD"
    nodes, edges, classes, used, depth = list[str](), list[tuple[str, str]](), set[str](), set[str](), 0
    for line in lines:
        line = line.strip()
        if line == "end":
            depth -= 1
        elif found := _FRAME.fullmatch(line):
            depth += 1
            nodes.append(found[1])
        elif found := _CLASS.fullmatch(line):
            classes.add(found[1])
        elif found := _EDGE.fullmatch(line):
            edges.append((found[1], found[2]))
        elif found := _NODE.fullmatch(line):
            nodes.append(found[1])
            used |= {found[2]} - {None}
        else:
            assert line == "direction TB", line
    assert depth == 0
    assert len(nodes) == len(set(nodes)), "a node has one shape"
    assert "end" not in nodes, "Mermaid's own word"
    assert {name for edge in edges for name in edge} <= set(nodes), "edges go from node to node"
    assert used <= classes
    return set(nodes), edges


PROGRAM = """\
import torch
from torch import nn
from torchvision import datasets, transforms
from torch.utils.data import DataLoader


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = nn.Linear(784, 32)
        self.body = nn.Linear(32, 32)
        self.head = nn.Linear(32, 10)

    def forward(self, x):
        x = torch.relu(self.stem(x.flatten(1)))
        x = x + torch.relu(self.body(x))
        return self.head(x)


data = datasets.MNIST("data", train=True, transform=transforms.ToTensor())
loader = DataLoader(data, batch_size=64, shuffle=True)
model = Net()
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=10)
criterion = nn.CrossEntropyLoss()
for epoch in range(10):
    for images, labels in loader:
        optimizer.zero_grad()
        loss = criterion(model(images), labels)
        loss.backward()
        optimizer.step()
    scheduler.step()
"""


def test_a_program_as_a_flowchart() -> None:
    text = plan_mermaid.render(trainlint.plan_of(PROGRAM, "train.py"))
    checked(text)
    assert text == Path(__file__).with_name("flowchart.mmd").read_text("utf-8")


def test_what_skips_layers_is_dotted() -> None:
    text = plan_mermaid.render(trainlint.plan_of(PROGRAM, "train.py"))
    dotted = re.findall(r"n0l(\d+) -\.-> n0l(\d+)", text)
    assert dotted == [("3", "6")]


def test_every_kind_of_node_is_there() -> None:
    nodes, edges = checked(plan_mermaid.render(PLAN))
    assert nodes >= {"network0", "n0l0", "n0l1", "n0l2", "objective0", "optimizer0"}
    assert {("n0l0", "n0l1"), ("n0l1", "n0l2"), ("network0", "objective0")} <= set(edges)


def test_a_plan_of_nothing_says_so() -> None:
    nodes, edges = checked(plan_mermaid.render(TrainingPlan(filename='a "b".py')))
    assert (nodes, edges) == ({"nothing"}, [])


@pytest.mark.parametrize(
    "title",
    [
        '"',
        "[…]",
        "a#b;",
        "<script>",
        "end",
        "x\ny",
        "`a`",
        "{{",
        "\\",
        "a | b",
        "]",
        "**",
        "- x",
        "&quot;",
        "\x1b[0m",
    ],
)
def test_no_title_breaks_the_chart(title: str) -> None:
    layers = (
        Layer(index=0, kind="input", title=title),
        Layer(index=1, kind="unknown", title=title, inputs=(0,), optional=True, parameters=None),
    )
    network = Network(name=title, framework="torch", layers=layers, outputs=(1,), complete=False)
    nodes, _ = checked(plan_mermaid.render(TrainingPlan(filename="a.py", networks=(network,))))
    assert nodes == {"network0", "n0l0", "n0l1"}


def test_layers_of_a_large_network_are_drawn_together() -> None:
    block = "nn.Sequential(nn.Linear(8, 8), nn.BatchNorm1d(8), nn.ReLU())"
    text = f"import torch\nfrom torch import nn\nnet = nn.Sequential(*[{block} for _ in range(60)])\nnet(torch.zeros(2, 8))\n"
    nodes, edges = checked(plan_mermaid.render(trainlint.plan_of(text, "train.py")))
    assert len(nodes) == 62, "a frame, an input, and one node for each block"
    assert len(edges) == 60
