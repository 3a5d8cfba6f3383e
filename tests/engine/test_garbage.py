"""When Python looks for garbage."""

from __future__ import annotations

import ast
import gc
import subprocess
import sys

from trainlint.engine.check import check_source

CYCLES = """
import ast
import gc
from trainlint.engine.check import check_source
from trainlint.engine.garbage import COLLECTED_AFTER, CollectWhenIdle

class Node:
    alive = 0
    def __init__(self):
        self.me = self
        Node.alive += 1
    def __del__(self):
        Node.alive -= 1

garbage = CollectWhenIdle()
assert gc.get_threshold()[0] == COLLECTED_AFTER
for job in range(3):
    for _ in range(2_000):
        Node()
    assert Node.alive >= 2_000, "nothing is looked for during a job"
    garbage.idle()
    assert Node.alive == 0, "what a job leaves behind goes when it is done"
print("fine")
"""


def test_garbage_of_a_job_goes_when_nobody_waits() -> None:
    done = subprocess.run([sys.executable, "-c", CYCLES], capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("fine\n", "")


PROGRAM = """
import torch
from torch import nn

def later(self, x):
    return self.layer(x) * 0.5

class Looked(nn.Module):
    WIDTH = 3

    def __init__(self):
        super().__init__()
        self.layer = nn.Linear(self.WIDTH, 1)

    def forward(self, x):
        return self.layer(x)

Looked.later = later
model = Looked()
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
for x, y in loader:
    optimizer.zero_grad()
    nn.functional.mse_loss(model.later(x), y).backward()
    optimizer.step()
"""


def test_a_checked_program_leaves_no_tree_that_python_would_have_to_search_for() -> None:
    check_source(PROGRAM)  # whatever is imported for it
    gc.collect()
    gc.disable()
    try:
        assert [found.code for found in check_source(PROGRAM)] == []
        left = [node for node in gc.get_objects() if type(node) is ast.ClassDef and node.name == "Looked"]
    finally:
        gc.enable()
    assert left == []
