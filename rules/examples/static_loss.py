"""Digits with a small network. Its loss does not move: `trainlint check` says why."""

import argparse

import torch
from torch import nn
from torch.utils.data import DataLoader
from torchvision import datasets, transforms


def options():
    parser = argparse.ArgumentParser()
    parser.add_argument("--lr", type=float, default=1e-8)
    parser.add_argument("--batch-size", type=int, default=64)
    parser.add_argument("--epochs", type=int, default=20)
    return parser.parse_args()


class Digits(nn.Module):
    def __init__(self, widths=(256, 128, 64)):
        super().__init__()
        layers, size = [nn.Flatten()], 28 * 28
        for width in widths:
            layers += [nn.Linear(size, width), nn.Sigmoid()]
            size = width
        self.hidden = nn.Sequential(*layers)
        self.head = nn.Linear(size, 10)

    def forward(self, images):
        return torch.softmax(self.head(self.hidden(images)), dim=1)


def train(args):
    data = datasets.MNIST("data", train=True, download=True, transform=transforms.ToTensor())
    loader = DataLoader(data, batch_size=args.batch_size, shuffle=True)
    model = Digits()
    criterion = nn.CrossEntropyLoss()
    optimizer = torch.optim.SGD(model.parameters(), lr=args.lr, momentum=0.9)
    for epoch in range(args.epochs):
        for images, labels in loader:
            loss = criterion(model(images), labels)
            loss.backward()
            optimizer.step()
        print(epoch, loss.item())


if __name__ == "__main__":
    train(options())
