"""Outputs that are joined: dense connections, parallel branches, fire modules."""

import torch
import torch.nn as nn
import torch.nn.functional as F


class DenseLayer(nn.Module):
    def __init__(self, inputs, growth):
        super().__init__()
        self.norm = nn.BatchNorm2d(inputs)
        self.conv = nn.Conv2d(inputs, growth, 3, padding=1, bias=False)

    def forward(self, x):
        return torch.cat([x, self.conv(F.relu(self.norm(x)))], 1)


class DenseNet(nn.Module):
    def __init__(self, growth=6, repeats=(2, 3), classes=10):
        super().__init__()
        channels = 2 * growth
        self.features = nn.Sequential(nn.Conv2d(3, channels, 3, padding=1))
        for number, repeat in enumerate(repeats):
            for position in range(repeat):
                self.features.add_module(f"dense{number}_{position}", DenseLayer(channels, growth))
                channels += growth
            if number != len(repeats) - 1:
                self.features.add_module(f"transition{number}", self.transition(channels, channels // 2))
                channels = channels // 2
        self.norm = nn.BatchNorm2d(channels)
        self.classifier = nn.Linear(channels, classes)

    @staticmethod
    def transition(inputs, outputs):
        return nn.Sequential(
            nn.BatchNorm2d(inputs), nn.ReLU(), nn.Conv2d(inputs, outputs, 1), nn.AvgPool2d(2)
        )

    def forward(self, x):
        out = F.relu(self.norm(self.features(x)))
        out = F.adaptive_avg_pool2d(out, (1, 1)).squeeze(-1).squeeze(-1)
        return self.classifier(out)


class ConvUnit(nn.Sequential):
    def __init__(self, inputs, outputs, **kwargs):
        super().__init__(
            nn.Conv2d(inputs, outputs, bias=False, **kwargs),
            nn.BatchNorm2d(outputs, eps=0.001),
            nn.ReLU(inplace=True),
        )


class Inception(nn.Module):
    def __init__(self, inputs, one, three, five, pool):
        super().__init__()
        self.one = ConvUnit(inputs, one, kernel_size=1)
        self.three = nn.Sequential(
            ConvUnit(inputs, three // 2, kernel_size=1), ConvUnit(three // 2, three, kernel_size=3, padding=1)
        )
        self.five = nn.Sequential(
            ConvUnit(inputs, five // 2, kernel_size=1), ConvUnit(five // 2, five, kernel_size=5, padding=2)
        )
        self.pool = nn.Sequential(nn.MaxPool2d(3, stride=1, padding=1), ConvUnit(inputs, pool, kernel_size=1))
        self.out_channels = one + three + five + pool

    def forward(self, x):
        branches = [branch(x) for branch in (self.one, self.three, self.five, self.pool)]
        return torch.cat(branches, dim=1)


class InceptionNet(nn.Module):
    def __init__(self, classes):
        super().__init__()
        self.stem = ConvUnit(3, 16, kernel_size=3, stride=2)
        self.a = Inception(16, 8, 12, 4, 4)
        self.b = Inception(self.a.out_channels, 12, 16, 8, 8)
        self.head = nn.Linear(self.b.out_channels, classes)

    def forward(self, x):
        x = self.stem(x)
        x = F.max_pool2d(self.a(x), 2)
        x = self.b(x)
        return self.head(x.mean(3).mean(2))


class Fire(nn.Module):
    def __init__(self, inputs, squeeze, expand):
        super().__init__()
        self.squeeze = nn.Conv2d(inputs, squeeze, kernel_size=1)
        self.expand1 = nn.Conv2d(squeeze, expand, kernel_size=1)
        self.expand3 = nn.Conv2d(squeeze, expand, kernel_size=3, padding=1)

    def forward(self, x):
        x = self.squeeze(x).relu()
        return torch.cat((self.expand1(x), self.expand3(x)), dim=1).relu_()


def fires(classes=6):
    return nn.Sequential(
        nn.Conv2d(1, 8, 3, stride=2),
        nn.ReLU(),
        nn.MaxPool2d(3, stride=2, ceil_mode=True),
        Fire(8, 4, 8),
        Fire(16, 4, 12),
        nn.Dropout2d(p=0.2),
        nn.Conv2d(24, classes, kernel_size=1),
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
    )
