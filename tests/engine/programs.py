"""Programs with a finding, for tests of what runs and keeps checks."""

from __future__ import annotations


def training(rate: str = "1e-9", before: str = "") -> str:
    """A program that trains with a rate of its own."""
    return f"""import torch
{before}
model = torch.nn.Linear(10, 3)
criterion = torch.nn.CrossEntropyLoss()
optimizer = torch.optim.Adam(model.parameters(), lr={rate})
for inputs, targets in torch.load("batches.pt"):
    optimizer.zero_grad()
    criterion(model(inputs), targets).backward()
    optimizer.step()
"""
