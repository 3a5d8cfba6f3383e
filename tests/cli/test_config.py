"""`trainlint config`, and the options that settle what holds."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import pytest

from tests.cli.command import trainlint
from tests.config.files import write

LOW = """\
import torch

model = torch.nn.Linear(3, 1)
optimizer = torch.optim.Adam(model.parameters(), lr=1e-9)
for x, y in loader:
    optimizer.zero_grad()
    torch.nn.functional.mse_loss(model(x), y).backward()
    optimizer.step()
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    write(tmp_path, pyproject='[tool.trainlint]\nselect = ["TL101"]\n', sub__trainlint='select = ["TL900"]\n')
    (tmp_path / "a.py").write_text(LOW)
    (tmp_path / "sub" / "b.py").write_text(LOW)
    return tmp_path


def found(project: Path, *options: str) -> list[str]:
    done = trainlint("check", "--output-format=json", *options, cwd=project)
    assert done.returncode in (0, 1), done.stderr
    return [f"{each['filename']} {each['code']}" for each in json.loads(done.stdout)]


def test_each_file_has_the_settings_nearest_to_it(project: Path) -> None:
    assert found(project) == ["a.py TL101"]


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (["--select=TL101"], ["a.py TL101", "sub/b.py TL101"]),
        (["--config", "pyproject.toml"], ["a.py TL101", "sub/b.py TL101"]),
        (["--config", 'select = ["TL101"]'], ["a.py TL101", "sub/b.py TL101"]),
        (["--config", "pyproject.toml", "--config", 'ignore=["ALL"]'], []),
        (["--ignore=TL1"], []),
        (["--select=TL101", "--per-file-ignores=sub/*:TL1"], ["a.py TL101"]),
        (["--select=TL101", "--per-file-ignores", "sub/*:ALL,a.py:TL101"], []),
        (["--select=TL101", "--config", 'extend-exclude=["sub"]'], ["a.py TL101"]),
        (["--isolated", "--select=TL101"], ["a.py TL101", "sub/b.py TL101"]),
        (["--extend-select=TL101"], ["a.py TL101", "sub/b.py TL101"]),
    ],
)
def test_options_are_laid_over_settings_files(project: Path, options: list[str], expected: list[str]) -> None:
    assert found(project, *options) == expected


def test_standard_input_has_the_settings_of_its_name(project: Path) -> None:
    for name, codes in (("a.py", ["TL101"]), ("sub/b.py", [])):
        arguments = ["check", "--output-format=json", "-", "--stdin-filename", name]
        done = trainlint(*arguments, cwd=project, stdin=LOW.encode())
        assert [each["code"] for each in json.loads(done.stdout)] == codes


def test_the_bar_for_failing_is_that_of_the_file(project: Path) -> None:
    write(project, pyproject='[tool.trainlint]\nfail-on = "never"\nselect = ["TL101"]')
    assert trainlint("check", cwd=project).returncode == 0
    assert trainlint("check", "--select=TL101", cwd=project).returncode == 1
    assert trainlint("check", "--select=TL101", "--fail-on=never", cwd=project).returncode == 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["check", "--config", "none.toml"], "--config names `none.toml`, which is no file and no KEY=VALUE"),
        (
            ["check", "--config", "slect=[]"],
            "--config `slect=[]`: unknown key `slect`; did you mean `select`?",
        ),
        (["check", "--config", "a b=3"], "--config `a b=3`: is neither a file nor TOML"),
        (["check", "--config", "pyproject.toml", "--isolated"], "--isolated reads no settings file"),
        (["check", "--config", "pyproject.toml", "--config=sub/trainlint.toml"], "two settings files"),
        (["check", "--per-file-ignores", "a.py"], "`a.py` is not of the form PATTERN:RULE"),
        (["check", "--per-file-ignores", "a.py:TL999"], "--per-file-ignores: unknown rule `TL999`"),
        (["check", "--config", 'severity.TL777="info"'], "unknown rule `TL777`"),
        (["config", "explain", "nowhere.py"], "`nowhere.py` does not exist"),
    ],
)
def test_wrong_settings_end_with_2_and_one_line(project: Path, arguments: list[str], message: str) -> None:
    done = trainlint(*arguments, cwd=project)
    assert (done.returncode, done.stdout) == (2, "")
    assert message in done.stderr
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (
            '\nselect = ["TL101",\n  "lerning-rate-too-low"]',
            "trainlint.toml:2: unknown rule `lerning-rate-too-low`; did",
        ),
        (
            "[rules.learning-rate-too-low]\n\nlow = 1",
            "trainlint.toml:3: unknown option `low` of rule `learning-",
        ),
        ("[rules.learning-rate]", "trainlint.toml:1: unknown rule `learning-rate`; did you mean"),
        ('[severity]\nTL777 = "info"', "trainlint.toml:2: unknown rule `TL777`"),
        (
            '[framework-versions]\ntorchh = "2.6"',
            "trainlint.toml:2: no version of `torchh` matters to `framework-versions`; did you mean `torch`?",
        ),
    ],
)
def test_unknown_rules_and_options_have_a_file_and_a_line(tmp_path: Path, content: str, message: str) -> None:
    write(tmp_path, trainlint=content)
    (tmp_path / "a.py").write_text(LOW)
    done = trainlint("check", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"error: {message}")


def test_settings_are_shown_with_their_source(project: Path) -> None:
    for arguments in (["config"], ["config", "show"], ["config", "explain", "a.py"]):
        done = trainlint(*arguments, cwd=project)
        assert done.stdout.splitlines()[0] == 'select = ["TL101"]        # pyproject.toml:2'
        assert done.stderr.endswith(": pyproject.toml\n")
    done = trainlint("config", "explain", "sub/b.py", "--config", "fail-on=error", cwd=project)
    assert 'fail-on = "error"         # --config `fail-on=error`\n' in done.stdout
    assert tomllib.loads(done.stdout)["select"] == ["TL900"]


def test_an_excluded_file_is_said_to_be(project: Path) -> None:
    done = trainlint("config", "explain", "a.py", "--config", 'exclude=["a.py"]', cwd=project)
    assert done.stderr.endswith("a.py is excluded: it is checked only when it is named\n")


def test_settings_are_data(project: Path) -> None:
    data = json.loads(trainlint("config", "show", "--output-format=json", cwd=project).stdout)
    assert {"key": ["select"], "value": ["TL101"], "source": "pyproject.toml:2"} in data


def test_the_schema_is_shown(tmp_path: Path) -> None:
    assert "fail-on" in json.loads(trainlint("config", "schema", cwd=tmp_path).stdout)["properties"]
