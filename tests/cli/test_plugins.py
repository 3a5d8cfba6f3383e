"""A folder of rules, from settings to report."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.command import trainlint, trainlint_process
from tests.engine.programs import training
from tests.engine.test_plugins import RULE


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "train.py").write_text(training("1e-3"))
    (tmp_path / "tools/rules").mkdir(parents=True)
    (tmp_path / "pyproject.toml").write_text('[tool.trainlint]\nplugins = ["tools/rules"]\n')
    return tmp_path


def write(project: Path, before: str = "pass") -> None:
    text = RULE.format(message="we use SGD", before=before, after="pass")
    (project / "tools/rules/adam.py").write_text(text)


def test_findings_of_a_folder_are_reported_in_every_form(project: Path) -> None:
    write(project)
    for form in ("concise", "sarif", "html", "junit", "gitlab"):
        done = trainlint("check", f"--output-format={form}", cwd=project)
        assert done.returncode == 1, done.stderr
        assert "HS101" in done.stdout, form
        if form in ("sarif", "html"):
            assert "house" in done.stdout


@pytest.mark.parametrize("jobs", ["1", "3"])
def test_a_rule_that_writes_past_python_harms_no_report(project: Path, jobs: str) -> None:
    write(project, before="import os; os.write(1, b'hello'); os.system('echo hello')")
    for number in range(4):
        (project / f"more{number}.py").write_text(training("1e-3"))
    done = trainlint_process("check", "--output-format=json", f"--jobs={jobs}", cwd=project)
    assert done.returncode == 1, done.stderr
    assert [found["code"] for found in json.loads(done.stdout)] == ["HS101"] * 5


def test_a_folder_that_is_missing_is_a_mistake_of_the_settings(project: Path) -> None:
    (project / "pyproject.toml").write_text('[tool.trainlint]\n\nplugins = ["tools/ruels"]\n')
    done = trainlint("check", cwd=project)
    assert done.returncode == 2
    told = "error: pyproject.toml:3: `plugins` names `tools/ruels`, which is no folder and no file\n"
    assert done.stderr == told


def test_rules_of_a_folder_have_pages(project: Path) -> None:
    write(project)
    assert "We use SGD." in trainlint("rule", "house-no-adam", cwd=project).stdout
    assert "HS101  warning default  house-no-adam\n" in trainlint("rule", "--all", cwd=project).stdout
    done = trainlint("rule", "house-no-adma", cwd=project)
    assert done.returncode == 2
    assert "did you mean `house-no-adam`?" in done.stderr


def test_the_folder_that_is_checked_is_no_place_to_import_from(project: Path) -> None:
    (project / "typing_extensions.py").write_text("print('harm')\n")
    (project / "harm.py").write_text("print('harm')\n")
    about = project / "harm-1.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: harm\nVersion: 1\n")
    (about / "entry_points.txt").write_text("[trainlint.rules]\nharm = harm\n")
    write(project)
    done = trainlint_process("check", "--output-format=concise", cwd=project)
    assert done.returncode == 1
    assert "harm" not in done.stdout + done.stderr
    assert "TL904" not in done.stdout


def test_rules_of_a_folder_are_shown_among_the_settings(project: Path) -> None:
    write(project)
    done = trainlint("config", "explain", "train.py", cwd=project)
    assert 'plugins = ["tools/rules"]  # pyproject.toml:2\n' in done.stdout.replace("   ", "")
