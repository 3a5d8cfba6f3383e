"""The same perceptron written in the ways that people write it."""

from collections import OrderedDict

import torch.nn.functional as F
from torch import nn


def in_one_sequential(inputs, classes):
    return nn.Sequential(
        nn.Flatten(),
        nn.Linear(inputs, 64),
        nn.ReLU(),
        nn.Dropout(0.3),
        nn.Linear(64, classes),
    )


class Subclassed(nn.Module):
    def __init__(self, inputs, classes, hidden=48):
        super().__init__()
        self.hidden = nn.Linear(inputs, hidden)
        self.norm = nn.BatchNorm1d(hidden)
        self.head = nn.Linear(hidden, classes)

    def forward(self, x):
        x = x.view(x.size(0), -1)
        x = F.relu(self.norm(self.hidden(x)))
        return self.head(F.dropout(x, p=0.5, training=self.training))


class BuiltInALoop(nn.Module):
    def __init__(self, sizes, activation=nn.Tanh):
        super().__init__()
        layers = []
        for before, after in zip(sizes[:-2], sizes[1:-1]):  # noqa: B905, RUF007
            layers += [nn.Linear(before, after), activation()]
        layers.append(nn.Linear(sizes[-2], sizes[-1]))
        self.net = nn.Sequential(*layers)

    def forward(self, x):
        return self.net(x.flatten(1))


class InAModuleList(nn.Module):
    def __init__(self, inputs, width, depth, classes):
        super().__init__()
        self.stem = nn.Linear(inputs, width)
        self.blocks = nn.ModuleList([nn.Linear(width, width) for _ in range(depth)])
        self.norms = nn.ModuleList(nn.LayerNorm(width) for _ in range(depth))
        self.head = nn.Linear(width, classes)

    def forward(self, x):
        x = self.stem(x)
        for block, norm in zip(self.blocks, self.norms, strict=False):
            x = x + F.gelu(block(norm(x)))
        return self.head(x)


class InAModuleDict(nn.Module):
    def __init__(self, inputs, classes, activation="elu"):
        super().__init__()
        self.activations = nn.ModuleDict({"relu": nn.ReLU(), "elu": nn.ELU(), "selu": nn.SELU()})
        self.layers = nn.ModuleDict()
        self.layers["first"] = nn.Linear(inputs, 40)
        self.layers["second"] = nn.Linear(40, 20)
        self.layers["last"] = nn.Linear(20, classes)
        self.activation = activation

    def forward(self, x):
        for name, layer in self.layers.items():
            x = layer(x)
            if name != "last":
                x = self.activations[self.activation](x)
        return x


class Named(nn.Module):
    def __init__(self):
        super().__init__()
        self.features = nn.Sequential(
            OrderedDict(
                [
                    ("flat", nn.Flatten()),
                    ("dense1", nn.Linear(12 * 12, 30)),
                    ("act1", nn.Sigmoid()),
                ]
            )
        )
        self.features.add_module("dense2", nn.Linear(30, 15))
        self.features.append(nn.LeakyReLU(0.2))
        self.head = nn.Linear(15, 4)

    def forward(self, x):
        return self.head(self.features(x))


def nested(width=32):
    def block(inputs, outputs):
        return nn.Sequential(
            nn.Linear(inputs, outputs), nn.Sequential(nn.BatchNorm1d(outputs), nn.ReLU(inplace=True))
        )

    body = nn.Sequential(block(20, width), block(width, width * 2), nn.Sequential(block(width * 2, width)))
    return nn.Sequential(body, nn.Linear(width, 3), nn.LogSoftmax(dim=1))
