"""Programs of any size, for what must not grow."""

from __future__ import annotations

_HEAD = """import argparse

import torch
from torch import nn
from torch.utils.data import DataLoader
from torchvision import datasets, transforms

parser = argparse.ArgumentParser()
parser.add_argument("--lr", type=float, default=1e-3)
parser.add_argument("--epochs", type=int, default=20)
args = parser.parse_args()
"""

_BLOCK = '''

class Block{n}(nn.Module):
    """A residual block."""

    def __init__(self, width, dropout=0.1):
        super().__init__()
        self.first = nn.Conv2d(width, width, 3, padding=1)
        self.norm = nn.BatchNorm2d(width)
        self.second = nn.Conv2d(width, width, 3, padding=1)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x):
        h = torch.relu(self.norm(self.first(x)))
        return x + self.dropout(self.second(h))


def described_{n}(history, name="run {n}"):
    """Nothing that training depends on."""
    lines = []
    for epoch, loss in enumerate(history):
        if loss > {n}:
            lines.append(f"{{name}} {{epoch}}: {{loss:.4f}}")
        else:
            lines.append(f"{{name}} {{epoch}}: fine")
    return "\\n".join(lines)
'''

_TAIL = """

def train():
    model = nn.Sequential(nn.Conv2d(3, 16, 3, padding=1), Block0(16), nn.Flatten(), nn.Linear(16 * 32 * 32, 10))
    data = datasets.CIFAR10("data", train=True, transform=transforms.ToTensor())
    loader = DataLoader(data, batch_size=64, shuffle=True)
    optimizer = torch.optim.Adam(model.parameters(), lr=args.lr)
    criterion = nn.CrossEntropyLoss()
    for epoch in range(args.epochs):
        for images, labels in loader:
            optimizer.zero_grad()
            loss = criterion(model(images), labels)
            loss.backward()
            optimizer.step()


train()
"""


def program(lines: int) -> str:
    """A training script of about so many lines."""
    fixed = (_HEAD + _TAIL).count("\n")
    number = max((lines - fixed) // _BLOCK.count("\n"), 1)
    return _HEAD + "".join(_BLOCK.format(n=n) for n in range(number)) + _TAIL


def nested(depth: int) -> str:
    """A program with calls so deep, branches so many, and parentheses so nested."""
    functions = "".join(f"def f{n}(x):\n    return f{n + 1}(x)\n\n\n" for n in range(depth))
    branches = "".join(f"if flag{n}:\n    rate = rate * 0.5\n" for n in range(depth))
    deep = "(" * min(depth, 90) + "1" + ")" * min(depth, 90)
    return (
        f"import torch\n\n\n{functions}def f{depth}(x):\n    return x\n\n\nrate = f0(1e-3) * {deep}\n{branches}"
        "model = torch.nn.Linear(3, 1)\noptimizer = torch.optim.Adam(model.parameters(), lr=rate)\n"
        "for x, y in loader:\n    optimizer.zero_grad()\n"
        "    torch.nn.functional.mse_loss(model(x), y).backward()\n    optimizer.step()\n"
    )
