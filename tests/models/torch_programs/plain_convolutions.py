"""Convolutions one after the other."""

import itertools

import torch
import torch.nn as nn
import torch.nn.functional as F


class LeNet(nn.Module):
    def __init__(self):
        super(LeNet, self).__init__()  # noqa: UP008 (as it is often written)
        self.conv1 = nn.Conv2d(1, 6, 5, padding=2)
        self.conv2 = nn.Conv2d(6, 16, 5)
        self.fc1 = nn.Linear(16 * 5 * 5, 120)
        self.fc2 = nn.Linear(120, 84)
        self.fc3 = nn.Linear(84, 10)

    def forward(self, x):
        x = F.max_pool2d(torch.tanh(self.conv1(x)), 2)
        x = F.max_pool2d(torch.tanh(self.conv2(x)), (2, 2))
        x = x.view(-1, self.num_flat_features(x))
        x = F.relu(self.fc1(x))
        x = F.relu(self.fc2(x))
        return F.log_softmax(self.fc3(x), dim=-1)

    def num_flat_features(self, x):
        sizes = x.size()[1:]
        features = 1
        for size in sizes:
            features *= size
        return features


PLANS = {
    "small": [16, "pool", 32, "pool"],
    "deep": [16, 16, "pool", 32, 32, "pool", 64, 64, "pool"],
}


class VGG(nn.Module):
    def __init__(self, plan, classes=10, batch_norm=True):
        super().__init__()
        self.features = self._features(PLANS[plan], batch_norm)
        self.pool = nn.AdaptiveAvgPool2d((2, 2))
        last = [step for step in PLANS[plan] if step != "pool"][-1]
        self.classifier = nn.Sequential(
            nn.Linear(last * 2 * 2, 128),
            nn.ReLU(True),
            nn.Dropout(),
            nn.Linear(128, classes),
        )

    def _features(self, plan, batch_norm):
        layers, channels = [], 3
        for step in plan:
            if step == "pool":
                layers += [nn.MaxPool2d(kernel_size=2, stride=2)]
                continue
            layers.append(nn.Conv2d(channels, step, kernel_size=3, padding=1, bias=not batch_norm))
            if batch_norm:
                layers.append(nn.BatchNorm2d(step))
            layers.append(nn.ReLU(inplace=True))
            channels = step
        return nn.Sequential(*layers)

    def forward(self, x):
        x = self.pool(self.features(x))
        return self.classifier(torch.flatten(x, 1))


class BigStrides(nn.Module):
    """Few layers, large kernels, overlapping pooling, local response normalisation."""

    def __init__(self):
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(3, 24, kernel_size=11, stride=4, padding=2),
            nn.ReLU(),
            nn.LocalResponseNorm(5),
            nn.MaxPool2d(3, 2),
            nn.Conv2d(24, 48, kernel_size=5, padding=2, groups=2),
            nn.ReLU(),
            nn.MaxPool2d(3, 2, ceil_mode=True),
        )
        self.classifier = nn.LazyLinear(7)

    def forward(self, x):
        return self.classifier(self.features(x).flatten(start_dim=1))


class FullyConvolutional(nn.Module):
    """Dilated convolutions, no linear layer, the mean over all places at the end."""

    def __init__(self, channels=(3, 8, 16, 5)):
        super().__init__()
        self.convs = nn.ModuleList()
        for index, (before, after) in enumerate(itertools.pairwise(channels)):
            self.convs.append(nn.Conv2d(before, after, 3, dilation=2**index, padding="same"))

    def forward(self, x):
        *body, last = self.convs
        for conv in body:
            x = F.leaky_relu(conv(x), 0.1)
        return last(x).mean(dim=(2, 3))
