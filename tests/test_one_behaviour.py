"""The command line, standard input and the Python API give the same diagnostics for the same program."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path
from typing import Any

import pytest

import trainlint as api
from tests.cli.command import trainlint
from tests.engine.programs import training
from trainlint.engine.diagnostic import Diagnostic
from trainlint.report.json_format import as_json

LOCAL = training("RATE", before="from rates import RATE  # é 字")
PROGRAMS = {
    "plain.py": training(),
    "importing.py": LOCAL,
    "pack/deep.py": training("1e-9"),
    "crlf.py": training().replace("\n", "\r\n"),
    "bom.py": "\ufeff" + training(),
    "silenced.py": training().replace("lr=1e-9)", "lr=1e-9)  # trainlint: ignore[TL101]"),
    "broken.py": "import torch\nx = (\n",
    "clean.py": "import torch\n",
    "notebook.ipynb": json.dumps(
        {"cells": [{"cell_type": "code", "source": part} for part in ("%pip install torch", LOCAL)]}
    ),
    "no notebook.ipynb": "torch",
}


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("project")
    (folder / "pack").mkdir()
    (folder / "rates.py").write_text("RATE = 1e-9\n")
    (folder / "requirements.txt").write_text("torch==2.4\n")
    (folder / "pyproject.toml").write_text(
        '[tool.trainlint]\nprofile = "strict"\nseverity = {TL101 = "info"}\n'
    )
    for name, text in PROGRAMS.items():
        (folder / name).write_bytes(text.encode())
    return folder


def as_data(diagnostics: list[Diagnostic]) -> Any:
    return json.loads(json.dumps([as_json(diagnostic) for diagnostic in diagnostics]))


@pytest.mark.parametrize("name", PROGRAMS)
def test_every_way_in_finds_the_same(project: Path, name: str) -> None:
    options = ["check", "--output-format=json", "--jobs=1"]
    file = trainlint(*options, name, cwd=project)
    again = trainlint(*options, name, cwd=project)
    pipe = trainlint(*options, "-", "--stdin-filename", name, cwd=project, stdin=PROGRAMS[name].encode())
    with contextlib.chdir(project):
        source = api.check_source(PROGRAMS[name], filename=name)
        paths = api.check_paths([name])
    wanted = json.loads(file.stdout)
    assert wanted or name in ("clean.py", "silenced.py")
    assert json.loads(again.stdout) == wanted
    assert json.loads(pipe.stdout) == wanted
    assert as_data(source) == wanted
    assert as_data(paths) == wanted
    assert file.returncode == again.returncode == pipe.returncode


def test_all_files_at_once_are_all_files_one_by_one(project: Path) -> None:
    one_by_one = [
        found
        for name in sorted(PROGRAMS)
        for found in json.loads(trainlint("check", "--output-format=json", name, cwd=project).stdout)
    ]
    together = trainlint("check", "--output-format=json", *PROGRAMS, cwd=project)
    unique = {json.dumps(found, sort_keys=True) for found in one_by_one}
    assert {json.dumps(found, sort_keys=True) for found in json.loads(together.stdout)} == unique
