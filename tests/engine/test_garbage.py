"""When Python looks for garbage."""

from __future__ import annotations

import subprocess
import sys

CYCLES = """
import gc
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
