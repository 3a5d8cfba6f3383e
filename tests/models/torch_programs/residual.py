"""Residual networks: two kinds of block, activation before, squeeze and excitation."""

import torch
from torch import nn


def conv3x3(inputs, outputs, stride=1):
    return nn.Conv2d(inputs, outputs, 3, stride=stride, padding=1, bias=False)


class BasicBlock(nn.Module):
    expansion = 1

    def __init__(self, inputs, width, stride=1, downsample=None):
        super().__init__()
        self.conv1 = conv3x3(inputs, width, stride)
        self.bn1 = nn.BatchNorm2d(width)
        self.relu = nn.ReLU(inplace=True)
        self.conv2 = conv3x3(width, width)
        self.bn2 = nn.BatchNorm2d(width)
        self.downsample = downsample

    def forward(self, x):
        identity = x
        out = self.relu(self.bn1(self.conv1(x)))
        out = self.bn2(self.conv2(out))
        if self.downsample is not None:
            identity = self.downsample(x)
        out += identity
        return self.relu(out)


class Bottleneck(nn.Module):
    expansion = 4

    def __init__(self, inputs, width, stride=1, downsample=None):
        super().__init__()
        outputs = width * self.expansion
        self.body = nn.Sequential(
            nn.Conv2d(inputs, width, 1, bias=False),
            nn.BatchNorm2d(width),
            nn.ReLU(),
            conv3x3(width, width, stride),
            nn.BatchNorm2d(width),
            nn.ReLU(),
            nn.Conv2d(width, outputs, 1, bias=False),
            nn.BatchNorm2d(outputs),
        )
        self.downsample = downsample

    def forward(self, x):
        shortcut = x if self.downsample is None else self.downsample(x)
        return torch.relu(self.body(x) + shortcut)


class ResNet(nn.Module):
    def __init__(self, block, repeats, classes=10, width=8):
        super().__init__()
        self.channels = width
        self.stem = nn.Sequential(
            nn.Conv2d(3, width, 7, stride=2, padding=3, bias=False),
            nn.BatchNorm2d(width),
            nn.ReLU(),
            nn.MaxPool2d(3, stride=2, padding=1),
        )
        self.layer1 = self._make_layer(block, width, repeats[0])
        self.layer2 = self._make_layer(block, width * 2, repeats[1], stride=2)
        self.layer3 = self._make_layer(block, width * 4, repeats[2], stride=2)
        self.avgpool = nn.AdaptiveAvgPool2d(1)
        self.fc = nn.Linear(width * 4 * block.expansion, classes)

    def _make_layer(self, block, width, repeats, stride=1):
        downsample = None
        if stride != 1 or self.channels != width * block.expansion:
            downsample = nn.Sequential(
                nn.Conv2d(self.channels, width * block.expansion, 1, stride=stride, bias=False),
                nn.BatchNorm2d(width * block.expansion),
            )
        layers = [block(self.channels, width, stride, downsample)]
        self.channels = width * block.expansion
        for _ in range(1, repeats):
            layers.append(block(self.channels, width))  # noqa: PERF401
        return nn.Sequential(*layers)

    def forward(self, x):
        x = self.stem(x)
        x = self.layer3(self.layer2(self.layer1(x)))
        x = torch.flatten(self.avgpool(x), 1)
        return self.fc(x)


def small_resnet(**kwargs):
    return ResNet(BasicBlock, [2, 2, 2], **kwargs)


def bottleneck_resnet(**kwargs):
    return ResNet(Bottleneck, [1, 2, 1], **kwargs)


class ActivatedBefore(nn.Module):
    """Normalisation and activation stand before each convolution; one projection for each change of size."""

    def __init__(self, widths=(8, 16, 32), classes=5):
        super().__init__()
        self.stem = conv3x3(3, widths[0])
        before = widths[0]
        blocks = []
        for width in widths:
            blocks.append(self.Block(before, width, 1 if width == before else 2))
            before = width
        self.blocks = nn.Sequential(*blocks)
        self.head = nn.Linear(before, classes)

    class Block(nn.Module):
        def __init__(self, inputs, outputs, stride):
            super().__init__()
            self.norm1, self.norm2 = nn.GroupNorm(4, inputs), nn.GroupNorm(4, outputs)
            self.conv1, self.conv2 = conv3x3(inputs, outputs, stride), conv3x3(outputs, outputs)
            self.shortcut = nn.Identity() if stride == 1 else nn.Conv2d(inputs, outputs, 1, stride)

        def forward(self, x):
            y = self.conv1(nn.functional.silu(self.norm1(x)))
            y = self.conv2(nn.functional.silu(self.norm2(y)))
            return y + self.shortcut(x)

    def forward(self, x):
        return self.head(self.blocks(self.stem(x)).mean((-2, -1)))


class SqueezeExcite(nn.Module):
    def __init__(self, channels, reduction=4):
        super().__init__()
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.gate = nn.Sequential(
            nn.Linear(channels, channels // reduction),
            nn.ReLU(),
            nn.Linear(channels // reduction, channels),
            nn.Sigmoid(),
        )

    def forward(self, x):
        batch, channels, _, _ = x.shape
        weight = self.gate(self.pool(x).view(batch, channels)).view(batch, channels, 1, 1)
        return x * weight.expand_as(x)


class SqueezeBlock(BasicBlock):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.excite = SqueezeExcite(self.conv2.out_channels)

    def forward(self, x):
        identity = x if self.downsample is None else self.downsample(x)
        out = self.relu(self.bn1(self.conv1(x)))
        out = self.excite(self.bn2(self.conv2(out)))
        return self.relu(out + identity)
