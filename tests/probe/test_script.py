"""The program itself, run for a few steps under watch."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.probe.programs import LOOP, in_keras, in_torch
from tests.probe.ran import judged, ran

KERAS = "layers.Dense(64, activation='relu'), layers.Dense(10, activation='softmax')"

WRITES = in_torch().replace(
    "for epoch in range(100):",
    "import os\nos.makedirs('runs', exist_ok=True)\nlog = open('runs/log.txt', 'w')\nfor epoch in range(100):\n"
    "    log.write('epoch')\n    torch.save(model.state_dict(), 'model.pt')",
)


def test_a_program_stops_after_exactly_its_steps(tmp_path: Path) -> None:
    found = ran(tmp_path, in_torch())
    assert found.reason == "step-limit"
    assert found.seen.statistics["steps"] == 60
    assert len(found.seen.losses) == 60
    assert found.seen.losses[-1] < 0.8 * found.seen.losses[0]
    assert found.level in ("bwrap", "userns", "guard-only")


def test_statistics_of_a_program_judge_its_findings(tmp_path: Path) -> None:
    found = judged(
        tmp_path,
        in_torch(
            optimizer="torch.optim.Adam(model.parameters(), lr=1e-8)",
            loop=LOOP.replace("optimizer.zero_grad()\n", ""),
        ),
    )
    for rule in ("learning-rate-too-low", "missing-zero-grad"):
        verdict = found[rule].probe
        assert verdict is not None
        assert verdict.verdict == "confirmed", verdict.sentence
        assert verdict.mode == "script"
        assert verdict.sandbox is not None


def test_what_only_the_program_shows(tmp_path: Path) -> None:
    sorted_labels = "data = load_digits()\norder = data.target.argsort()\nx = torch.tensor(data.data[order] / 16, dtype=torch.float32)\ny = torch.tensor(data.target[order])"
    found = judged(tmp_path, in_torch(data=sorted_labels).replace("shuffle=True", "shuffle=False"))
    verdict = found["training-data-not-shuffled"].probe
    assert verdict is not None
    assert verdict.verdict == "confirmed", verdict.sentence


def test_a_program_of_keras(tmp_path: Path) -> None:
    found = judged(tmp_path, in_keras(KERAS, "keras.optimizers.Adam(1e-8)"))
    verdict = found["learning-rate-too-low"].probe
    assert verdict is not None
    assert verdict.verdict == "confirmed", verdict.sentence
    assert verdict.budget.steps == 60
    assert "keras" in verdict.versions


def test_a_program_of_tf_keras_runs_on_keras_3(tmp_path: Path) -> None:
    program = in_keras(KERAS, "keras.optimizers.Adam(1e-8)")
    program = program.replace("import keras\n", "import tensorflow as tf\nfrom tensorflow import keras\n")
    program = program.replace("from keras import layers, regularizers", "from tensorflow.keras import layers")
    found = ran(tmp_path, program)
    assert found.error == ""
    assert found.seen.statistics["update_ratio"] < 1e-6


def test_files_of_the_project_stay_as_they_are(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    found = ran(tmp_path, WRITES)
    assert found.reason == "step-limit", found.error
    assert sorted(file.name for file in tmp_path.iterdir()) == ["notes.txt", "program.py"]
    assert "torch.save" in found.suppressed


def test_arguments_reach_the_program(tmp_path: Path) -> None:
    program = "import sys\nassert sys.argv[1:] == ['--name', 'x y'], sys.argv\n" + in_torch()
    assert ran(tmp_path, program, arguments=("--name", "x y")).reason == "step-limit"


def test_a_model_on_a_gpu_trains_on_the_processor(tmp_path: Path) -> None:
    program = in_torch(after="model = model.cuda()").replace("model(inputs)", "model(inputs.to('cuda'))")
    program = program.replace(", targets)", ", targets.cuda())")
    found = ran(tmp_path, program)
    assert found.reason == "step-limit", found.error


def test_keys_of_the_user_do_not_reach_the_program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_TOKEN", "s3cret")
    program = "import os\nassert 'SECRET_TOKEN' not in os.environ\n" + in_torch()
    assert ran(tmp_path, program).reason == "step-limit"


def test_what_a_program_has_written_it_may_look_at_move_and_remove(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    handled = """
import os, pathlib, shutil
pathlib.Path("runs/one").mkdir(parents=True)
with open("runs/one/log.tmp", "w") as log:
    log.write("begun")
assert os.path.isfile("runs/one/log.tmp")
os.replace("runs/one/log.tmp", "runs/one/log.txt")
assert not os.path.exists("runs/one/log.tmp")
assert pathlib.Path("runs/one/log.txt").read_text() == "begun"
torch.save(model.state_dict(), "best.pt")
os.rename("best.pt", "last.pt")
pathlib.Path("last.pt").unlink()
shutil.move("runs/one/log.txt", "runs/log.txt")
shutil.rmtree("runs")
assert not os.path.exists("runs")
"""
    found = ran(tmp_path, in_torch(after=handled))
    assert found.reason == "step-limit", found.error
    assert not found.blocked
    assert sorted(file.name for file in tmp_path.iterdir()) == ["notes.txt", "program.py"]


def test_what_was_there_before_it_may_not_move(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    found = ran(tmp_path, in_torch(after="import os\nos.rename('notes.txt', 'gone.txt')"))
    assert "change is not allowed" in found.error
    assert (tmp_path / "notes.txt").read_text() == "mine"
