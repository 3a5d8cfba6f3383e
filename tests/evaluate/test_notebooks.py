"""Notebooks from their cells to a finding: magics are comments, settings files are read, cells are counted."""

from __future__ import annotations

import json
from pathlib import Path

from trainlint.engine.check import check_document
from trainlint.sources.document import Document

CELLS = [
    ("markdown", "# Training"),
    ("code", "%run other.py\n!pip install torch\nimport torch, yaml"),
    ("code", "cfg = yaml.safe_load(open('config.yaml'))"),
    ("code", "net = torch.nn.Linear(4, 4)\n%matplotlib inline\nopt = torch.optim.Adam(net.parameters(), lr=cfg['lr'])"),
    ("code", "for x, y in loader:\n    opt.zero_grad()\n    torch.nn.functional.mse_loss(net(x), y).backward()\n    opt.step()"),
]


def written(path: Path, content: list[tuple[str, str]]) -> Document:
    """A notebook with these cells."""
    cells = [
        {"cell_type": kind, "metadata": {}, "source": text.splitlines(keepends=True)}
        | ({"outputs": [], "execution_count": None} if kind == "code" else {})
        for kind, text in content
    ]
    notebook = {"nbformat": 4, "nbformat_minor": 5, "metadata": {"kernelspec": {"language": "python"}}, "cells": cells}
    path.write_text(json.dumps(notebook))
    return Document.from_path(path)


def test_a_rate_from_a_settings_file_is_reported_in_its_cell(tmp_path: Path) -> None:
    (tmp_path / "config.yaml").write_text("lr: 1.0e-9\n")
    document = written(tmp_path / "training.ipynb", CELLS)
    found = [d for d in check_document(document) if d.name == "learning-rate-too-low"]
    assert [(diagnostic.cell, diagnostic.place.row) for diagnostic in found] == [(4, 3)]
    assert any(Path(related.place.filename).name == "config.yaml" for related in found[0].related)


def test_the_last_line_of_a_cell_is_shown_and_not_thrown_away(tmp_path: Path) -> None:
    cells = [
        ("code", "import torch\nnet = torch.nn.Linear(4, 1)\nadam = torch.optim.Adam(net.parameters())"),
        ("code", "x = torch.rand(8, 4)\nx.to('cuda')"),
        ("code", "x.to('cuda')\nfor epoch in range(200):\n    adam.zero_grad()\n    net(x).sum().backward()\n    adam.step()"),
    ]
    found = check_document(written(tmp_path / "training.ipynb", cells))
    assert [(d.name, d.cell, d.place.row) for d in found] == [("device-transfer-discarded", 3, 1)]
