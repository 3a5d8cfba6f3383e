"""A program goes in, a finding comes out: every room of the house on the way."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.command import trainlint, trainlint_process

PROGRAM = """\
import argparse

import keras

LR = 1e-8
parser = argparse.ArgumentParser()
parser.add_argument("--lr", type=float, default=LR)
args = parser.parse_args()

model = keras.Sequential([keras.Input((8,)), keras.layers.Dense(16, "relu"), keras.layers.Dense(1)])
model.compile(optimizer=keras.optimizers.Adam(learning_rate=args.lr), loss="mse")
model.fit(x, y, epochs=100)
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "train.py").write_text(PROGRAM)
    return tmp_path


def too_low(output: str) -> list[dict[str, object]]:
    return [found for found in json.loads(output) if found["name"] == "learning-rate-too-low"]


def test_a_rate_is_followed_to_where_it_stands(project: Path) -> None:
    done = trainlint_process("check", "--output-format=json", cwd=project)
    assert done.returncode == 1
    [found] = too_low(done.stdout)
    assert (found["code"], found["severity"], found["certainty"]) == ("TL101", "warning", "default")
    assert found["location"] == {"row": 11, "column": 61}
    related = found["related"]
    assert isinstance(related, list)
    assert related[-1]["location"] == {"row": 5, "column": 6}
    assert str(found["url"]).endswith("/pages/learning-rate-too-low.md")


def test_a_notebook_gives_the_same_finding_in_its_cell(project: Path) -> None:
    lines = PROGRAM.splitlines(keepends=True)
    cells = [
        {"cell_type": "markdown", "source": "# Training"},
        {"cell_type": "code", "source": ["%matplotlib inline\n", *lines[:9]]},
        {"cell_type": "code", "source": lines[9:]},
    ]
    (project / "train.ipynb").write_text(json.dumps({"cells": cells}))
    [found] = too_low(trainlint("check", "--output-format=json", "train.ipynb", cwd=project).stdout)
    assert (found["cell"], found["location"]) == (3, {"row": 2, "column": 61})
    related = found["related"]
    assert isinstance(related, list)
    assert (related[-1]["cell"], related[-1]["location"]) == (2, {"row": 6, "column": 6})


@pytest.mark.parametrize("word", ["learning-rate-too-low", "TL101", "TL1", "optimizer", "ALL"])
def test_a_rule_can_be_left_out_and_silenced_by_all_its_words(project: Path, word: str) -> None:
    assert too_low(trainlint("check", "--output-format=json", f"--ignore={word}", cwd=project).stdout) == []
    silenced = PROGRAM.replace('loss="mse")', f'loss="mse")  # trainlint: ignore[{word}]')
    done = trainlint("check", "--output-format=json", "-", cwd=project, stdin=silenced.encode())
    assert too_low(done.stdout) == []


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_newlines_and_a_byte_order_mark_change_nothing(project: Path, newline: str) -> None:
    data = b"\xef\xbb\xbf" + PROGRAM.replace("\n", newline).encode()
    [found] = too_low(trainlint("check", "--output-format=json", "-", cwd=project, stdin=data).stdout)
    assert found["location"] == {"row": 11, "column": 61}
