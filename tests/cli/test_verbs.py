"""The other verbs, and the command itself."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.command import trainlint, trainlint_process
from trainlint import __version__

PROGRAM = """\
import keras

LR = 1e-8
model = keras.Sequential([keras.Input((8,)), keras.layers.Dense(1)])
model.compile(optimizer=keras.optimizers.Adam(learning_rate=LR), loss="mse")
model.fit(x, y)
"""


@pytest.mark.parametrize("arguments", [["--version"], ["-V"], ["version"]])
def test_the_version_is_shown(tmp_path: Path, arguments: list[str]) -> None:
    done = trainlint(*arguments, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (0, f"trainlint {__version__}\n")


def test_the_version_costs_nothing(tmp_path: Path) -> None:
    done = trainlint_process("--version", cwd=tmp_path, PYTHONPROFILEIMPORTTIME="1")
    imported = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}
    assert "typer" in imported
    assert not {"libcst", "pydantic", "rich", "trainlint.engine.check"} & imported


def test_without_a_verb_there_is_help(tmp_path: Path) -> None:
    done = trainlint(cwd=tmp_path)
    assert done.returncode == 2
    assert "check" in done.stderr
    assert trainlint("--help", cwd=tmp_path).returncode == 0


def test_a_mistyped_verb_is_guessed(tmp_path: Path) -> None:
    done = trainlint("chek", cwd=tmp_path)
    assert done.returncode == 2
    assert "check" in done.stderr


@pytest.mark.parametrize("word", ["file-not-parsed", "TL900", "tl900"])
def test_a_rule_is_explained(tmp_path: Path, word: str) -> None:
    done = trainlint("rule", word, cwd=tmp_path)
    assert done.returncode == 0
    assert "file-not-parsed (TL900)" in done.stdout
    assert "Why is this bad?" in done.stdout
    assert "\x1b" not in done.stdout


def test_a_rule_is_data(tmp_path: Path) -> None:
    data = json.loads(trainlint("rule", "TL900", "--output-format=json", cwd=tmp_path).stdout)
    assert (data["name"], data["severity"], data["family"]) == ("file-not-parsed", "error", "tool")
    assert data["page"].startswith("# file-not-parsed (TL900)")


def test_all_rules_are_listed(tmp_path: Path) -> None:
    lines = trainlint("rule", "--all", cwd=tmp_path).stdout.splitlines()
    assert any("learning-rate-too-low" in line for line in lines)
    data = json.loads(trainlint("rule", "--all", "--output-format=json", cwd=tmp_path).stdout)
    assert len(data) == len(lines)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["file-not-prased"], "did you mean `file-not-parsed`?"),
        (["TOR401"], "no counterpart"),
        ([], "--all"),
        (["TL900", "--all"], "--all"),
    ],
)
def test_a_rule_that_is_not_there_ends_with_2(tmp_path: Path, arguments: list[str], message: str) -> None:
    done = trainlint("rule", *arguments, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert message in done.stderr
    assert done.stderr.count("\n") == 1


def test_a_plan_is_shown(tmp_path: Path) -> None:
    (tmp_path / "train.py").write_text(PROGRAM)
    assert "1e-08" in trainlint("inspect", "train.py", cwd=tmp_path).stdout
    data = json.loads(trainlint("inspect", "train.py", "--output-format=json", cwd=tmp_path).stdout)
    assert data["optimizers"][0]["learning_rate"]["values"] == [1e-8]


@pytest.mark.parametrize(
    ("name", "message"), [("nowhere.py", "cannot be read"), ("broken.py", "broken.py:2:5")]
)
def test_what_cannot_be_inspected_ends_with_2(tmp_path: Path, name: str, message: str) -> None:
    (tmp_path / "broken.py").write_text("import torch\nx = (\n")
    done = trainlint("inspect", name, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert message in done.stderr
    assert done.stderr.count("\n") == 1
