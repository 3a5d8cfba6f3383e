"""Networks for small devices, and a convolutional one after the manner of transformers."""

import torch
import torch.nn as nn


def separable(inputs, outputs, stride):
    return nn.Sequential(
        nn.Conv2d(inputs, inputs, 3, stride, 1, groups=inputs, bias=False),
        nn.BatchNorm2d(inputs),
        nn.ReLU6(inplace=True),
        nn.Conv2d(inputs, outputs, 1, 1, 0, bias=False),
        nn.BatchNorm2d(outputs),
        nn.ReLU6(inplace=True),
    )


class SeparableNet(nn.Module):
    def __init__(self, multiplier=0.5, classes=10):
        super().__init__()

        def scaled(channels):
            return int(channels * multiplier)

        self.model = nn.Sequential(
            nn.Conv2d(3, scaled(32), 3, 2, 1, bias=False),
            separable(scaled(32), scaled(64), 1),
            separable(scaled(64), scaled(128), 2),
            *[separable(scaled(128), scaled(128), 1) for _ in range(2)],
            nn.AdaptiveAvgPool2d(1),
        )
        self.fc = nn.Linear(scaled(128), classes)

    def forward(self, x):
        x = self.model(x)
        x = x.reshape(x.shape[0], -1)
        return self.fc(x)


def divisible(value, by=8):
    rounded = max(by, int(value + by / 2) // by * by)
    return rounded + by if rounded < 0.9 * value else rounded


class InvertedResidual(nn.Module):
    def __init__(self, inputs, outputs, stride, expand):
        super().__init__()
        hidden = round(inputs * expand)
        self.skips = stride == 1 and inputs == outputs
        layers = []
        if expand != 1:
            layers.extend([nn.Conv2d(inputs, hidden, 1, bias=False), nn.BatchNorm2d(hidden), nn.Hardswish()])
        layers.extend(
            [
                nn.Conv2d(hidden, hidden, 3, stride, padding=1, groups=hidden, bias=False),
                nn.BatchNorm2d(hidden),
                nn.Hardswish(),
                nn.Conv2d(hidden, outputs, 1, bias=False),
                nn.BatchNorm2d(outputs),
            ]
        )
        self.conv = nn.Sequential(*layers)

    def forward(self, x):
        return x + self.conv(x) if self.skips else self.conv(x)


class InvertedNet(nn.Module):
    #        expand, channels, repeats, stride
    table = [[1, 16, 1, 1], [4, 24, 2, 2], [4, 32, 2, 2]]

    def __init__(self, width=0.75, classes=4):
        super().__init__()
        channels = divisible(16 * width)
        features = [nn.Conv2d(3, channels, 3, 2, 1, bias=False)]
        for expand, out, repeats, stride in self.table:
            out = divisible(out * width)
            for index in range(repeats):
                features.append(InvertedResidual(channels, out, stride if index == 0 else 1, expand))
                channels = out
        self.features = nn.Sequential(*features)
        self.classifier = nn.Sequential(nn.Dropout(0.2), nn.Linear(channels, classes))

    def forward(self, x):
        return self.classifier(self.features(x).mean([2, 3]))


def shuffled(x, groups):
    batch, channels, height, width = x.size()
    x = x.view(batch, groups, channels // groups, height, width)
    x = torch.transpose(x, 1, 2).contiguous()
    return x.view(batch, -1, height, width)


class ShuffleUnit(nn.Module):
    def __init__(self, channels):
        super().__init__()
        half = channels // 2
        self.branch = nn.Sequential(
            nn.Conv2d(half, half, 1),
            nn.BatchNorm2d(half),
            nn.ReLU(),
            nn.Conv2d(half, half, 3, padding=1, groups=half),
            nn.BatchNorm2d(half),
        )

    def forward(self, x):
        kept, changed = x.chunk(2, dim=1)
        return shuffled(torch.cat((kept, self.branch(changed)), dim=1), 2)


class ShuffleNet(nn.Module):
    def __init__(self, channels=16, units=3, classes=8):
        super().__init__()
        self.stem = nn.Conv2d(3, channels, 3, stride=2, padding=1)
        self.units = nn.Sequential(*(ShuffleUnit(channels) for _ in range(units)))
        self.head = nn.Linear(channels, classes)

    def forward(self, x):
        x = self.units(self.stem(x))
        return self.head(x.mean([2, 3]))


class ChannelsLast(nn.Module):
    """A depthwise convolution, then linear layers over the channels, scaled by a learned vector."""

    def __init__(self, dim, scale=1e-6):
        super().__init__()
        self.depthwise = nn.Conv2d(dim, dim, kernel_size=7, padding=3, groups=dim)
        self.norm = nn.LayerNorm(dim, eps=1e-6)
        self.expand = nn.Linear(dim, 4 * dim)
        self.act = nn.GELU()
        self.project = nn.Linear(4 * dim, dim)
        self.gamma = nn.Parameter(scale * torch.ones(dim)) if scale > 0 else None

    def forward(self, x):
        skip = x
        x = self.depthwise(x).permute(0, 2, 3, 1)
        x = self.project(self.act(self.expand(self.norm(x))))
        if self.gamma is not None:
            x = self.gamma * x
        return skip + x.permute(0, 3, 1, 2)


class ModernNet(nn.Module):
    def __init__(self, dims=(12, 24), depths=(1, 2), classes=10):
        super().__init__()
        self.downsamples = nn.ModuleList([nn.Conv2d(3, dims[0], kernel_size=4, stride=4)])
        for i in range(len(dims) - 1):
            self.downsamples.append(nn.Conv2d(dims[i], dims[i + 1], kernel_size=2, stride=2))
        self.stages = nn.ModuleList(
            [nn.Sequential(*[ChannelsLast(dims[i]) for _ in range(depths[i])]) for i in range(len(dims))]
        )
        self.norm = nn.LayerNorm(dims[-1])
        self.head = nn.Linear(dims[-1], classes)

    def features(self, x):
        for downsample, stage in zip(self.downsamples, self.stages, strict=False):
            x = stage(downsample(x))
        return self.norm(x.mean([-2, -1]))

    def forward(self, x):
        return self.head(self.features(x))
