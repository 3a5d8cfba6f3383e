"""Reads requests, one JSON object a line, and answers each with events; the last one is `report` or `failed`.

Where the system can fork, each request runs in a process of its own that has the framework imported already.
"""

from __future__ import annotations

import json
import os
import random
import sys
import tempfile
import time
import traceback
from pathlib import Path
from typing import Any

from trainlint.probe.worker.stream import VERSION, Stream, take_over


def main() -> None:
    """Serves until standard input ends."""
    stream = take_over()
    stream.send("hello", protocol=VERSION, python=sys.version.split()[0], pid=os.getpid())
    try:
        begin = time.perf_counter()
        versions = _warm()
    except ImportError as error:
        stream.send("unready", reason=f"{error}", module=error.name or "")
        return
    forks = hasattr(os, "fork")
    stream.send("ready", seconds=time.perf_counter() - begin, versions=versions, forks=forks)
    for line in sys.stdin:
        if not line.strip():
            continue
        request = json.loads(line)
        stream.restart(request.get("request"))
        if not forks:
            begin = time.perf_counter()
            _answer(request, list(enumerate(request["runs"])), stream)
            stream.send("report", seconds=time.perf_counter() - begin)
            continue
        _answer_in_children(request, stream)


def _answer_in_children(request: dict[str, Any], stream: Stream) -> None:
    """Shares the runs of a request among children, one for each processor."""
    begin = time.perf_counter()
    runs = list(enumerate(request["runs"]))
    shares = [runs[first :: _processors()] for first in range(min(_processors(), len(runs)))]
    with tempfile.TemporaryFile() as taken:
        stream.lock_file = taken.fileno()
        children = []
        for share in shares:
            child = os.fork()
            if child == 0:
                _answer(request, share, stream)
                os._exit(0)
            children.append(child)
        ends = [os.waitpid(child, 0)[1] for child in children]
    stream.lock_file = None
    bad = [status for status in ends if status]
    if bad:
        stream.send("failed", reason=f"the run ended its process ({_said(bad[0])})")
    else:
        stream.send("report", seconds=time.perf_counter() - begin)


def _processors() -> int:
    """Processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _warm() -> dict[str, str]:
    """Imports what training imports, and what its first step imports by itself."""
    import torch

    torch.set_num_threads(1)
    weight = torch.nn.Parameter(torch.zeros(2))
    optimizer = torch.optim.SGD([weight], lr=0.1)
    weight.sum().backward()
    optimizer.step()  # imports torch._dynamo, which takes as long as torch itself
    import trainlint.probe.worker.synthetic  # noqa: F401

    return {"python": sys.version.split()[0], "torch": str(torch.__version__)}


def _answer(request: dict[str, Any], runs: list[tuple[int, dict[str, Any]]], stream: Stream) -> None:
    from trainlint.probe.worker import synthetic

    random.seed(0)
    deadline = time.perf_counter() + float(request["seconds"])
    for place, (number, wanted) in enumerate(runs):
        # Time that is left is shared among the runs that are left.
        now = time.perf_counter()
        share = now + max(deadline - now, 0.0) / (len(runs) - place)
        try:
            report = synthetic.run(wanted["description"], wanted["seed"], wanted["steps"], share, stream)
        except Exception as error:
            where = traceback.extract_tb(error.__traceback__)[-1]
            told = f"{type(error).__name__}: {error} ({Path(where.filename).name}:{where.lineno})"
            report = {"cannot": f"the network of {wanted['name']}", "reason": told}
        stream.send("result", run=number, name=wanted["name"], seed=wanted["seed"], **report)


def _said(status: int) -> str:
    if os.WIFSIGNALED(status):
        return f"signal {os.WTERMSIG(status)}"
    return f"exit status {os.WEXITSTATUS(status)}"
