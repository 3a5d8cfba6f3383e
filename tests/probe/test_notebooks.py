"""Findings in notebooks, whose rows count within cells, are put to the test as those in programs."""

from __future__ import annotations

import pytest

from trainlint.engine.check import check_document, plan_of_document
from trainlint.engine.verdict import Verdict
from trainlint.probe.probe import Options, Workers, probe
from trainlint.sources.document import Document

IMPORTS = """
import torch
from torch import nn
loader = torch.utils.data.DataLoader(torch.utils.data.TensorDataset(torch.randn(640, 8), torch.randn(640, 1)), batch_size=32)
"""

TRAIN = """
optimizer = torch.optim.SGD({model}.parameters(), lr={rate})
for epoch in range(50):
    for x, y in loader:
        optimizer.zero_grad()
        nn.functional.mse_loss({model}(x), y).backward()
        optimizer.step()
"""

BENT = "first = nn.Sequential(nn.Linear(8, 16), nn.ReLU(), nn.Linear(16, 1))"
STRAIGHT = "\nsecond = nn.Sequential(nn.Linear(8, 16), nn.Linear(16, 1))"


def verdicts(cells: list[str], workers: Workers, options: Options) -> dict[str, tuple[int | None, Verdict]]:
    """By rule: the cell of the finding, and what was said of it."""
    document = Document.from_cells(list(enumerate(cells, start=1)), "notes.ipynb")
    found = check_document(document)
    told = probe(document, found, plan_of_document(document), options=options, workers=workers)
    return {finding.name: (finding.cell, verdict) for finding, verdict in zip(found, told, strict=True)}


def test_of_several_runs_the_one_of_the_finding_is_trained(workers: Workers, options: Options) -> None:
    cells = [
        IMPORTS, BENT, TRAIN.format(model="first", rate=0.01),
        STRAIGHT, TRAIN.format(model="second", rate=0.01),
    ]  # fmt: skip
    cell, verdict = verdicts(cells, workers, options)["missing-nonlinearity"]
    assert cell == 4
    assert verdict.verdict == "confirmed", verdict.sentence


def test_lines_are_those_of_cells(workers: Workers, options: Options) -> None:
    cells = [
        IMPORTS,
        "\nmodel = nn.Sequential(nn.Unfold(3), nn.Linear(8, 1))",
        TRAIN.format(model="model", rate=1e-9),
    ]
    _, verdict = verdicts(cells, workers, options)["learning-rate-too-low"]
    assert verdict.sentence == "Cannot be built: `Unfold (cell 2, line 2)`"


@pytest.mark.parametrize("dimension", ["", "1", "-1"])
def test_a_squeezed_output_is_built(dimension: str, workers: Workers, options: Options) -> None:
    program = TRAIN.replace("{model}(x), y", f"{{model}}(x).squeeze({dimension}), y.squeeze({dimension})")
    _, verdict = verdicts([IMPORTS, BENT, program.format(model="first", rate=1e-9)], workers, options)[
        "learning-rate-too-low"
    ]
    assert verdict.verdict == "confirmed", verdict.sentence
