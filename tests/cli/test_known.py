"""Old projects: `trainlint baseline`, `--baseline`, `--add-ignore`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.command import trainlint
from tests.cli.test_config import LOW


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "a.py").write_text(LOW)
    return tmp_path


def test_a_baseline_is_written_heeded_and_pruned(project: Path) -> None:
    done = trainlint("baseline", cwd=project)
    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr.startswith(
        "trainlint-baseline.json: 1 known finding (1 added, 0 dropped); 1 file checked\n"
    )
    done = trainlint("check", "--baseline", "trainlint-baseline.json", cwd=project)
    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr == "No new problems found in 1 file. 1 known finding not shown.\n"
    (project / "a.py").write_text(LOW.replace("1e-9", "1e-3"))
    done = trainlint("check", "--baseline=trainlint-baseline.json", cwd=project)
    assert "trainlint-baseline.json: 1 known finding not there any more" in done.stderr
    assert trainlint("baseline", "--prune", cwd=project).returncode == 0
    assert json.loads((project / "trainlint-baseline.json").read_text())["findings"] == []


def test_settings_may_name_the_baseline(project: Path) -> None:
    (project / "trainlint.toml").write_text('baseline = "known.json"')
    done = trainlint("check", cwd=project)
    assert (done.returncode, done.stderr) == (
        2,
        "error: baseline `known.json` does not exist; `trainlint baseline` writes it\n",
    )
    assert (
        trainlint("baseline", cwd=project).stderr
        == "known.json: 1 known finding (1 added, 0 dropped); 1 file checked\n"
    )
    assert trainlint("check", cwd=project).returncode == 0
    assert trainlint("check", "--config", "baseline=''", cwd=project).returncode == 1
    (project / "a.py").write_text(LOW + "x = 1\n")
    assert trainlint("check", "-", "--stdin-filename=a.py", cwd=project, stdin=LOW.encode()).returncode == 0


def test_there_must_be_something_to_prune(project: Path) -> None:
    done = trainlint("baseline", "--prune", cwd=project)
    assert (done.returncode, done.stdout) == (2, "")
    assert "nothing to drop" in done.stderr


@pytest.mark.parametrize(
    ("option", "comment"),
    [
        ("--add-ignore", "# trainlint: ignore[learning-rate-too-low]\n"),
        ("--add-ignore=see 12", "# trainlint: ignore[learning-rate-too-low] see 12\n"),
    ],
)
def test_comments_are_added(project: Path, option: str, comment: str) -> None:
    done = trainlint("check", option, "a.py", cwd=project)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "Silenced 1 finding in 1 file.\n")
    assert f"lr=1e-9)  {comment}" in (project / "a.py").read_text()
    assert trainlint("check", cwd=project).returncode == 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--add-ignore=a # b"], "cannot stand in a comment"),
        (["--add-ignore", "--fix"], "--add-ignore changes files"),
        (["--add-ignore", "-"], "--add-ignore changes files"),
    ],
)
def test_what_does_not_go_together_ends_with_2(project: Path, arguments: list[str], message: str) -> None:
    done = trainlint("check", *arguments, cwd=project)
    assert (done.returncode, done.stdout) == (2, "")
    assert message in done.stderr
