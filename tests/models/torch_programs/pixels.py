"""Networks whose output is an image: encoders with skips to decoders, pyramids."""

import torch
import torch.nn.functional as F
from torch import nn


class DoubleConv(nn.Module):
    def __init__(self, inputs, outputs):
        super().__init__()
        self.double_conv = nn.Sequential(
            nn.Conv2d(inputs, outputs, kernel_size=3, padding=1),
            nn.BatchNorm2d(outputs),
            nn.ReLU(inplace=True),
            nn.Conv2d(outputs, outputs, kernel_size=3, padding=1),
            nn.BatchNorm2d(outputs),
            nn.ReLU(inplace=True),
        )

    def forward(self, x):
        return self.double_conv(x)


class Up(nn.Module):
    def __init__(self, inputs, outputs, bilinear):
        super().__init__()
        if bilinear:
            self.up = nn.Upsample(scale_factor=2, mode="bilinear", align_corners=True)
            self.conv = DoubleConv(inputs + outputs, outputs)
        else:
            self.up = nn.ConvTranspose2d(inputs, outputs, kernel_size=2, stride=2)
            self.conv = DoubleConv(outputs * 2, outputs)

    def forward(self, x, skip):
        x = self.up(x)
        dy, dx = skip.size(2) - x.size(2), skip.size(3) - x.size(3)
        x = F.pad(x, [dx // 2, dx - dx // 2, dy // 2, dy - dy // 2])
        return self.conv(torch.cat([skip, x], dim=1))


class UNet(nn.Module):
    def __init__(self, channels=3, classes=2, widths=(8, 16, 32), bilinear=False):
        super().__init__()
        self.inc = DoubleConv(channels, widths[0])
        self.downs = nn.ModuleList()
        self.ups = nn.ModuleList()
        for before, after in zip(widths, widths[1:]):  # noqa: B905, RUF007
            self.downs.append(nn.Sequential(nn.MaxPool2d(2), DoubleConv(before, after)))
        for before, after in zip(widths[::-1], widths[-2::-1], strict=False):
            self.ups.append(Up(before, after, bilinear))
        self.outc = nn.Conv2d(widths[0], classes, kernel_size=1)

    def forward(self, x):
        x = self.inc(x)
        skips = []
        for down in self.downs:
            skips.append(x)
            x = down(x)
        for up in self.ups:
            x = up(x, skips.pop())
        return self.outc(x)


class Pyramid(nn.Module):
    """Features of three sizes, each with what the coarser one says."""

    def __init__(self, widths=(8, 16, 32), out=12):
        super().__init__()
        self.stages = nn.ModuleList()
        before = 3
        for width in widths:
            self.stages.append(nn.Sequential(nn.Conv2d(before, width, 3, 2, 1), nn.ReLU()))
            before = width
        self.lateral = nn.ModuleList([nn.Conv2d(width, out, 1) for width in widths])
        self.smooth = nn.ModuleList([nn.Conv2d(out, out, 3, padding=1) for _ in widths])

    def forward(self, x):
        found = []
        for stage in self.stages:
            x = stage(x)
            found.append(x)
        levels = [conv(feature) for conv, feature in zip(self.lateral, found, strict=False)]
        for i in range(len(levels) - 1, 0, -1):
            larger = F.interpolate(levels[i], size=levels[i - 1].shape[-2:], mode="nearest")
            levels[i - 1] = levels[i - 1] + larger
        return [conv(level) for conv, level in zip(self.smooth, levels, strict=False)]


class Upscaler(nn.Module):
    """Twice the size, by moving channels to places."""

    def __init__(self, factor=2, blocks=2, width=16):
        super().__init__()
        self.head = nn.Conv2d(3, width, 3, padding=1)
        self.body = nn.Sequential(
            *[nn.Sequential(nn.Conv2d(width, width, 3, padding=1), nn.PReLU()) for _ in range(blocks)]
        )
        self.tail = nn.Sequential(
            nn.Conv2d(width, 3 * factor**2, 3, padding=1, padding_mode="reflect"), nn.PixelShuffle(factor)
        )

    def forward(self, x):
        shallow = self.head(x)
        return self.tail(self.body(shallow) + shallow)
