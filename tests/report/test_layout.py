"""Tables that fit the terminal, places in notebooks, and curves."""

from __future__ import annotations

import json

import pytest
from rich.console import Console

import trainlint
from tests.report.test_mermaid import PROGRAM
from trainlint.plan import kinds
from trainlint.plan.plan import TrainingPlan
from trainlint.report import plan_text
from trainlint.report.kind_words import kind_word
from trainlint.report.plan_words import CellOf
from trainlint.report.sparkline import sparkline
from trainlint.sources.document import Document


def shown(plan: TrainingPlan, width: int, cell_of: CellOf = lambda row: None) -> str:
    console = Console(width=width, color_system=None)
    with console.capture() as capture:
        for part in plan_text.render(plan, cell_of):
            console.print(part)
    return capture.get()


@pytest.mark.parametrize("width", [80, 120])
def test_tables_fit(width: int) -> None:
    text = shown(trainlint.plan_of(PROGRAM, "train.py"), width)
    assert max(len(line) for line in text.splitlines()) <= width
    rows = [line for line in text.splitlines() if " linear " in line]
    assert ["25,120" in row for row in rows] == [True, False, False], "a layer takes one row"


def test_what_a_layer_reads_is_told_where_ways_part() -> None:
    branching = trainlint.plan_of(PROGRAM, "train.py")
    straight = trainlint.plan_of(PROGRAM.replace("x = x + torch", "x = torch"), "train.py")
    assert "reads" in shown(branching, 100)
    assert "reads" not in shown(straight, 100)


def test_the_rate_over_a_run_is_drawn() -> None:
    text = shown(trainlint.plan_of(PROGRAM, "train.py"), 120)
    assert "███▇▆▅▃▂▁▁" in text
    assert "from 0.1 to 0.00245, at most 0.1" in text


def test_places_in_a_notebook_are_cells_and_rows() -> None:
    sources = [
        "# Words",
        "import torch\nfrom torch import nn",
        "net = nn.Sequential(\n    nn.Linear(3, 1)\n)\n",
    ]
    sources.append(
        "optimizer = torch.optim.Adam(net.parameters(), lr=1e-3)\noptimizer.step()\nnet(torch.zeros(2, 3))"
    )
    cells: list[dict[str, object]] = [
        {"cell_type": "code" if number else "markdown", "source": source, "metadata": {}, "outputs": []}
        for number, source in enumerate(sources)
    ]
    document = Document.from_text(json.dumps({"cells": cells, "metadata": {}, "nbformat": 4}), "a.ipynb")
    text = shown(trainlint.plan_of(json.dumps({"cells": cells}), "a.ipynb"), 120, document.row_in_cell)
    assert "Optimizer Adam (torch) at a.ipynb:cell 4:1" in text
    assert "Network Sequential (torch) at a.ipynb:cell 3:1" in text
    assert "cell 3:2" in next(line for line in text.splitlines() if " Linear " in line)
    assert "step at a.ipynb:cell 4:2" in text


@pytest.mark.parametrize(
    ("values", "wanted"),
    [
        ([], ""),
        ([0.0, 0.0], "▁▁"),
        ([0, 1, 2, 3, 4, 5, 6, 7, 8], "▁▂▃▄▅▆▇██"),
        ([1.0, float("nan"), float("inf"), -1.0], "█▁"),
        ([1.0] * 100, "█" * 40),
    ],
)
def test_bars(values: list[float], wanted: str) -> None:
    assert sparkline(values) == wanted


def test_kinds_are_words() -> None:
    words = {
        kind_word(kind) for kind in kinds.ACTIVATIONS | kinds.WEIGHTED | kinds.NORMALISATIONS | kinds.POOLING
    }
    assert not any("_" in word for word in words)
