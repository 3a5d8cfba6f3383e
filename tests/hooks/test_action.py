"""The steps of the GitHub Action, run by the shell that GitHub runs them with."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.engine.programs import training
from tests.needs import program

ROOT = Path(__file__).parents[2]
ACTION: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))
STEPS = ACTION["runs"]["steps"]


def check(folder: Path, **inputs: str) -> subprocess.CompletedProcess[str]:
    """The last step, with `trainlint` on the path."""
    programs = folder.parent / "bin"
    programs.mkdir(exist_ok=True)
    shim = programs / "trainlint"
    shim.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m trainlint "$@"\n')
    shim.chmod(0o755)
    given = {name: inputs.get(name, about["default"]) for name, about in ACTION["inputs"].items()}
    step = STEPS[-1]
    environment = {
        name: value.replace("${{ inputs.args }}", given["args"]).replace(
            "${{ inputs.paths }}", given["paths"]
        )
        for name, value in step["env"].items()
    }
    return subprocess.run(
        [program("bash"), "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]],
        cwd=folder, capture_output=True, text=True, check=False, timeout=60,
        env={"PATH": f"{programs}:{os.environ['PATH']}", **environment},
    )  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "work"
    made.mkdir()
    (made / "a file.py").write_text(training())
    (made / "clean.py").write_text("import torch\n")
    return made


def test_findings_fail_the_step_as_annotations(folder: Path) -> None:
    done = check(folder)
    assert done.returncode == 1, done.stderr
    assert done.stdout.startswith("::error ")
    assert "a file.py" in done.stdout


def test_paths_and_arguments_stand_on_lines_of_their_own(folder: Path) -> None:
    assert check(folder, paths="clean.py\n").returncode == 0
    assert check(folder, paths="clean.py\na file.py").returncode == 1
    assert check(folder, args="--ignore\nTL101\n--exit-zero").returncode == 0


def test_the_action_installs_what_stands_beside_it() -> None:
    assert "$GITHUB_ACTION_PATH" in STEPS[1]["run"]
    assert STEPS[0]["uses"].startswith("actions/setup-python@")
