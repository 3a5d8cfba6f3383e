"""Small programs with known findings."""

from __future__ import annotations

SLOW = """\
import torch
from torch import nn
from torchvision import datasets, transforms

net = nn.Sequential(nn.Flatten(), nn.Linear(784, 128), nn.ReLU(), nn.Linear(128, 10))
optimizer = torch.optim.Adam(net.parameters(), lr=1e-8)
data = datasets.MNIST("data", transform=transforms.ToTensor())
for images, labels in torch.utils.data.DataLoader(data, batch_size=64, shuffle=True):
    optimizer.zero_grad()
    loss = nn.functional.cross_entropy(net(images), labels)
    loss.backward()
    optimizer.step()
"""
"""One finding: the learning rate in line 6."""

HEALTHY = SLOW.replace("1e-8", "1e-3")
