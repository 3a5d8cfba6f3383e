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


def test_a_rate_from_a_settings_file_is_reported_in_its_cell(tmp_path: Path) -> None:
    (tmp_path / "config.yaml").write_text("lr: 1.0e-9\n")
    cells = [
        {"cell_type": kind, "metadata": {}, "source": text.splitlines(keepends=True)}
        | ({"outputs": [], "execution_count": None} if kind == "code" else {})
        for kind, text in CELLS
    ]
    notebook = {"nbformat": 4, "nbformat_minor": 5, "metadata": {"kernelspec": {"language": "python"}}, "cells": cells}
    path = tmp_path / "training.ipynb"
    path.write_text(json.dumps(notebook))
    found = [d for d in check_document(Document.from_path(path)) if d.name == "learning-rate-too-low"]
    assert [(diagnostic.cell, diagnostic.place.row) for diagnostic in found] == [(4, 3)]
    assert any(Path(related.place.filename).name == "config.yaml" for related in found[0].related)
