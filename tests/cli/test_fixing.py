"""`--fix`, `--diff` and their company."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from tests.cli.command import trainlint
from tests.engine.programs import training


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "train.py").write_text(training("RATE", before="from settings import RATE"))
    (tmp_path / "settings.py").write_bytes(b"RATE = 1e-9\r\n")
    return tmp_path


UNSAFE = "--unsafe-fixes"


def test_a_fix_is_made_where_the_value_stands(project: Path) -> None:
    before = (project / "train.py").read_text()
    done = trainlint("check", "train.py", "--fix", UNSAFE, "--show-fixes", cwd=project)
    assert (done.returncode, done.stdout) == (0, "")
    assert (project / "train.py").read_text() == before
    assert (project / "settings.py").read_bytes() == b"RATE = 1e-3\r\n"
    assert "Fixed 1 problem in 1 file.\n" in done.stderr
    assert (
        "  settings.py: 1 × learning-rate-too-low (unsafe: trains with another learning rate)\n"
        in done.stderr
    )


def test_unsafe_fixes_are_asked_for_by_name(project: Path) -> None:
    done = trainlint("check", "--fix", cwd=project)
    assert done.returncode == 1
    assert "Fixed nothing.\n" in done.stderr
    assert (project / "settings.py").read_bytes() == b"RATE = 1e-9\r\n"
    assert "Would fix nothing.\n" in trainlint("check", "--diff", cwd=project).stderr


@pytest.mark.parametrize("option", [UNSAFE, "--show-fixes"])
def test_an_option_without_effect_is_said(project: Path, option: str) -> None:
    done = trainlint("check", option, cwd=project)
    assert f"{option} changes nothing without `--fix` or `--diff`\n" in done.stderr


def test_a_diff_shows_and_writes_nothing(project: Path) -> None:
    done = trainlint("check", "--diff", UNSAFE, cwd=project)
    assert done.returncode == 1
    assert done.stdout == ("--- settings.py\n+++ settings.py\n@@ -1 +1 @@\n-RATE = 1e-9\r\n+RATE = 1e-3\r\n")
    assert "Would fix 1 problem in 1 file.\n" in done.stderr
    assert (project / "settings.py").read_bytes() == b"RATE = 1e-9\r\n"
    nothing = trainlint("check", "--diff", cwd=project)
    assert (nothing.returncode, nothing.stdout) == (0, "")


def test_a_diff_can_be_applied(project: Path) -> None:
    (project / "train.py").write_text(training("1e-9").rstrip("\n"))
    subprocess.run(["git", "init", "-q", "."], cwd=project, check=True)
    done = trainlint("check", "--diff", UNSAFE, cwd=project)
    subprocess.run(["git", "apply", "-p0", "-"], input=done.stdout.encode(), cwd=project, check=True)
    assert (project / "train.py").read_text() == training("1e-3").rstrip("\n")
    assert trainlint("check", "--diff", UNSAFE, cwd=project).stdout == ""


def test_a_pipe_gets_the_fixed_program(project: Path) -> None:
    given = training("1e-9", before="# é").replace("\n", "\r\n").encode()
    done = trainlint("check", "--fix", UNSAFE, "-", "--stdin-filename=new.py", cwd=project, stdin=given)
    assert (done.returncode, done.stdout.encode()) == (0, given.replace(b"1e-9", b"1e-3"))
    clean = trainlint("check", "--fix", "-", cwd=project, stdin=b"import torch\n")
    assert clean.stdout == "import torch\n"
    shown = trainlint("check", "--diff", UNSAFE, "-", "--stdin-filename=new.py", cwd=project, stdin=given)
    assert shown.stdout.startswith("--- new.py\n")
    assert not (project / "new.py").exists()


def test_a_notebook_is_shown_by_cells(project: Path) -> None:
    cells = [
        {"cell_type": "code", "source": ["import torch\n"]},
        {"cell_type": "code", "source": training("1e-9")},
    ]
    text = json.dumps({"cells": cells, "nbformat": 4}, indent=1)
    (project / "n.ipynb").write_text(text)
    done = trainlint("check", "n.ipynb", "--diff", UNSAFE, cwd=project)
    assert "--- n.ipynb:cell 2\n" in done.stdout
    trainlint("check", "n.ipynb", "--fix", UNSAFE, cwd=project)
    assert (project / "n.ipynb").read_text() == text.replace("1e-9", "1e-3")


def test_a_settings_file_is_fixed(project: Path) -> None:
    (project / "c.yaml").write_text("# rates\nlr: 1.0e-9  # tiny\n")
    reading = "import yaml\nsettings = yaml.safe_load(open('c.yaml'))"
    (project / "train.py").write_text(training("settings['lr']", before=reading))
    trainlint("check", "--fix", UNSAFE, cwd=project)
    assert (project / "c.yaml").read_text() == "# rates\nlr: 1.0e-3  # tiny\n"


def test_a_pipeline_of_tf_data_gets_no_argument_that_it_does_not_take(tmp_path: Path) -> None:
    (tmp_path / "train.py").write_text(
        "import tensorflow as tf\n"
        "(x, y), _ = tf.keras.datasets.mnist.load_data()\n"
        "data = tf.data.Dataset.from_tensor_slices((tf.cast(x, tf.float32) / 255.0, y)).batch(32).prefetch(2)\n"
        "net = tf.keras.Sequential([tf.keras.layers.Flatten(), tf.keras.layers.Dense(10)])\n"
        "optimizer = tf.keras.optimizers.SGD(learning_rate=0.01)\n"
        "for inputs, labels in data:\n"
        "    with tf.GradientTape() as tape:\n"
        "        logits = net(inputs)\n"
        "        losses = tf.nn.sparse_softmax_cross_entropy_with_logits(labels, logits)\n"
        "        loss = tf.reduce_mean(losses)\n"
        "    gradients = tape.gradient(loss, net.trainable_variables)\n"
        "    optimizer.apply_gradients(zip(gradients, net.trainable_variables))\n"
    )
    done = trainlint("check", "--diff", UNSAFE, cwd=tmp_path)
    assert (done.stdout, "Would fix nothing.\n" in done.stderr) == ("", True)
    assert "TL507" in trainlint("check", "--output-format", "concise", cwd=tmp_path).stdout
