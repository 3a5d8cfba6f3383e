"""`trainlint check`: what goes where, and with which status it ends."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.command import trainlint, trainlint_process
from tests.engine.programs import training

CLEAN = "import torch\n"
BROKEN = "import torch\nx = (\n"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "clean.py").write_text(CLEAN)
    (tmp_path / "broken.py").write_text(BROKEN)
    return tmp_path


def test_a_clean_file_ends_with_0(project: Path) -> None:
    done = trainlint("check", "clean.py", cwd=project)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "No problems found in 1 file.\n")


def test_findings_end_with_1(project: Path) -> None:
    done = trainlint_process("check", cwd=project)
    assert done.returncode == 1
    assert done.stdout.startswith("error TL900 file-not-parsed: not parsed: ")
    assert " --> broken.py:2:5\n" in done.stdout
    assert done.stderr == "Found 1 problem (1 error) in 1 of 2 files.\n"


@pytest.mark.parametrize(
    "options", [["--exit-zero"], ["--fail-on", "never"], ["--ignore", "TL900"], ["--ignore=ALL"]]
)
def test_the_status_can_be_moved(project: Path, options: list[str]) -> None:
    assert trainlint("check", *options, cwd=project).returncode == 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["nowhere"], "error: `nowhere` does not exist"),
        (["--select", "file-not-prased"], "unknown rule `file-not-prased`; did you mean `file-not-parsed`?"),
        (["--ignore=TL900,xyzzy"], "unknown rule `xyzzy`"),
        (["--output-format", "xml"], "'xml' is not one of 'full', 'concise', 'grouped', 'json'"),
        (["--fail-on", "always"], "'always' is not one of"),
        (["--profile", "loud"], "'loud' is not one of"),
        (["--no-such-option"], "--no-such-option"),
        (
            ["--output-file", "no/such/folder/report.txt", "clean.py"],
            "`no/such/folder/report.txt` cannot be written",
        ),
        (["-", "clean.py"], "`-`"),
    ],
)
def test_wrong_use_ends_with_2_and_one_line(project: Path, arguments: list[str], message: str) -> None:
    done = trainlint("check", *arguments, cwd=project)
    assert (done.returncode, done.stdout) == (2, "")
    assert message in done.stderr
    assert done.stderr.startswith("error: ")
    assert done.stderr.count("\n") == 1


def test_no_files_are_no_failure(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").touch()
    done = trainlint("check", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr == "No Python files or notebooks to check.\n"


def test_json_is_the_only_thing_on_standard_output(project: Path) -> None:
    done = trainlint("check", "--output-format", "json", cwd=project)
    [found] = json.loads(done.stdout)
    assert (found["filename"], found["code"], found["location"]) == (
        "broken.py",
        "TL900",
        {"row": 2, "column": 5},
    )
    assert json.loads(trainlint("check", "--output-format=json", "clean.py", cwd=project).stdout) == []


def test_standard_input_is_checked_under_a_name(project: Path) -> None:
    arguments = ["check", "--output-format=concise", "--stdin-filename", "src/a.py", "-"]
    done = trainlint(*arguments, cwd=project, stdin=BROKEN.encode())
    assert done.stdout.startswith("src/a.py:2:5: error TL900 file-not-parsed: ")
    assert trainlint("check", "-", cwd=project, stdin=b"torch = \xff").returncode == 1
    full = trainlint("check", "-", cwd=project, stdin=BROKEN.encode())
    assert "2 | x = (\n" in full.stdout


def test_a_notebook_on_standard_input_is_one(project: Path) -> None:
    notebook = json.dumps({"cells": [{"cell_type": "code", "source": BROKEN}]}).encode()
    done = trainlint("check", "--stdin-filename=n.ipynb", "-", cwd=project, stdin=notebook)
    assert " --> n.ipynb:cell 1:2:5\n" in done.stdout


def test_a_report_can_go_to_a_file(project: Path) -> None:
    done = trainlint("check", "--output-format=concise", "--output-file", "report.txt", cwd=project)
    assert (done.returncode, done.stdout) == (1, "")
    assert (project / "report.txt").read_text().startswith("broken.py:2:5: ")


def test_quiet_leaves_the_findings(project: Path) -> None:
    done = trainlint("check", "--quiet", cwd=project)
    assert done.stdout
    assert done.stderr == ""


def test_verbose_names_settings_and_files(project: Path) -> None:
    assert trainlint("check", "-v", cwd=project).stderr.startswith("settings from no file\n")
    assert "checked clean.py\n" in trainlint("check", "-v", cwd=project).stderr


def test_files_can_be_listed(project: Path) -> None:
    (project / ".git").mkdir()
    (project / ".gitignore").write_text("broken.py\n")
    assert trainlint("check", "--show-files", cwd=project).stdout == "clean.py\n"
    listed = trainlint("check", "--show-files", "--no-respect-gitignore", cwd=project)
    assert listed.stdout == "broken.py\nclean.py\n"
    assert trainlint("check", "--show-files", "nowhere", cwd=project).returncode == 2


def test_a_pipe_gets_no_colour_unless_asked(project: Path) -> None:
    assert "\x1b[" not in trainlint("check", cwd=project).stdout
    assert "\x1b[" in trainlint("check", "--color=always", cwd=project).stdout
    assert "\x1b[" in trainlint("check", cwd=project, FORCE_COLOR="1").stdout
    assert "\x1b[" not in trainlint("check", cwd=project, FORCE_COLOR="1", NO_COLOR="1").stdout
    assert "\x1b[" not in trainlint("check", "--color=never", cwd=project, FORCE_COLOR="1").stdout


def test_a_terminal_that_knows_ascii_only_gets_escapes(tmp_path: Path) -> None:
    (tmp_path / "größe.py").write_text("import torch\nñ = (\n", "utf-8")
    done = trainlint_process("check", cwd=tmp_path, PYTHONIOENCODING="ascii", LC_ALL="C")
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert "\\xf1 = (" in done.stdout


@pytest.mark.skipif(sys.platform == "win32", reason="no pipes of this kind")
def test_a_reader_that_goes_away_is_no_error(project: Path) -> None:
    for number in range(300):
        (project / f"broken{number}.py").write_text(BROKEN)
    command = f"{sys.executable} -m trainlint check | head -n 1"
    done = subprocess.run(command, shell=True, cwd=project, capture_output=True, text=True, check=False)
    assert done.stdout.count("\n") == 1
    assert "Found 301 problems" in done.stderr
    assert "Traceback" not in done.stderr
    assert "Exception ignored" not in done.stderr


@pytest.mark.parametrize("option", [[], ["--fix"]])
def test_what_comes_through_a_pipe_may_be_excluded(tmp_path: Path, option: list[str]) -> None:
    (tmp_path / "trainlint.toml").write_text('extend-exclude = ["old"]\n')
    program = training().encode()
    words = ["check", "-", "--output-format=concise", *option]
    done = trainlint(*words, "--stdin-filename=old/train.py", "--force-exclude", cwd=tmp_path, stdin=program)
    assert (done.returncode, done.stdout) == (0, training() if option else "")
    done = trainlint(*words, "--stdin-filename=old/train.py", cwd=tmp_path, stdin=program)
    assert done.returncode == 1


def test_a_pipe_is_not_sent_to_a_cluster(tmp_path: Path) -> None:
    done = trainlint("check", "-", "--executor=dask", cwd=tmp_path, stdin=b"import torch")
    assert done.returncode == 2
    assert "leave out `--executor dask`" in done.stderr


def test_what_can_be_fixed_is_said_at_the_end(tmp_path: Path) -> None:
    (tmp_path / "train.py").write_text(training())
    done = trainlint("check", cwd=tmp_path)
    assert done.stderr.endswith("in 1 of 1 file.\n1 fixable with `--fix --unsafe-fixes`.\n")
    assert trainlint("check", "--quiet", cwd=tmp_path).stderr == ""


@pytest.mark.skipif(sys.platform == "win32", reason="the shell of other systems")
def test_closed_streams_are_no_error(tmp_path: Path) -> None:
    (tmp_path / "train.py").write_text(training())
    for closed in (">&-", "2>&-", ">&- 2>&-", "<&-"):
        command = f'"{sys.executable}" -m trainlint check --no-cache {closed}'
        done = subprocess.run(["sh", "-c", command], cwd=tmp_path, capture_output=True, text=True, check=False)
        assert (done.returncode, "failed" in done.stderr) == (1, False), (closed, done.stderr)
