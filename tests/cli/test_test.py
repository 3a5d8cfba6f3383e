"""`trainlint test` holds rules to their examples, as our own tests do."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.cli.command import trainlint

PAGE = Path(__file__).parents[2] / ".github/rules-of-your-own.md"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A project with the rule of the page for rule authors."""
    [rule] = re.findall(r"```python\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    (tmp_path / "tools/rules").mkdir(parents=True)
    (tmp_path / "tools/rules/adam.py").write_text(rule)
    return tmp_path


def edit(folder: Path, before: str, after: str) -> None:
    path = folder / "tools/rules/adam.py"
    text = path.read_text()
    assert before in text
    path.write_text(text.replace(before, after))


@pytest.mark.parametrize("name", ["tools/rules", "./tools/rules/", "tools/rules/adam.py"])
def test_the_rule_of_the_page_holds(folder: Path, name: str) -> None:
    done = trainlint("test", name, cwd=folder)
    assert (done.returncode, done.stdout) == (0, "house-no-adam (HS101): 2 examples hold\n"), done.stderr
    assert done.stderr == "1 rule, 0 of them with complaints.\n"
    assert trainlint("test", name, "--quiet", cwd=folder).stdout == ""


def test_the_plugins_of_the_settings_are_meant_without_a_name(folder: Path) -> None:
    done = trainlint("test", cwd=folder)
    assert done.returncode == 2
    assert "the settings here have no `plugins`" in done.stderr
    (folder / "trainlint.toml").write_text('plugins = ["tools/rules"]\n')
    assert trainlint("test", cwd=folder).returncode == 0


@pytest.mark.parametrize(
    ("before", "after", "complaint"),
    [
        ('== "Adam"', '== "SGD"', "good example `SGD`: reports `"),
        ('== "Adam"', '== "Rprop"', "bad example `Adam`: should be the one finding; reported is nothing"),
        (', at=f"torch', ', at=f"orch', "bad example `Adam`: points at `torch.optim.Adam("),
        (', at=f"', ', severity="error", at=f"', "bad example `Adam`: is warning, should be error"),
        ("`{optimizer}` makes", "`{optimizer}` should make", "bad example `Adam`: says `should`"),
        ("message = \"", "message = \"" + 9 * "very much ", "bad example `Adam`: has a message of"),
        ("## Why is this bad?", "## Why?", "its docstring should have `## What it does` and"),
        ("good = [", "good = []\n    other = [", "it has no `good` example"),
        ("self.report(", "print(1); self.report(", "bad example `Adam`: `house-no-adam` printed `1`"),
        ("self.report(", "1 / 0; self.report(", "bad example `Adam`: `house-no-adam` raised ZeroDivisionError"),
        ("lr=0.001", "lr=0.001 +", "bad example `Adam`: should be the one"),
    ],
)  # fmt: skip
def test_what_does_not_hold_is_said(folder: Path, before: str, after: str, complaint: str) -> None:
    edit(folder, before, after)
    done = trainlint("test", "tools/rules", cwd=folder)
    assert done.returncode == 1
    assert done.stdout.startswith("house-no-adam (HS101): does not hold\n")
    assert f"  {complaint}" in done.stdout


def test_a_file_that_cannot_be_imported_is_said(folder: Path) -> None:
    (folder / "tools/rules/more.py").write_text("import trainlint\n\n1 / 0\n")
    done = trainlint("test", "tools/rules", cwd=folder)
    assert done.returncode == 1
    first, second = done.stdout.splitlines()
    assert first == "tools/rules/more.py:3: not loaded: ZeroDivisionError: division by zero"
    assert second == "house-no-adam (HS101): 2 examples hold"


def test_examples_of_several_files(folder: Path) -> None:
    edit(folder, "import torch\n", "import torch\nfrom rates import RATE\n")
    edit(folder, "lr=0.001", "lr=RATE")
    assert trainlint("test", "tools/rules", cwd=folder).returncode == 0
    edit(folder, "call=ADAM), ", 'call=ADAM), files={"rates.py": "RATE = 0.001"}, ')
    edit(folder, '== "Adam"', '== "Adam" and optimizer.learning_rate.value == 0.001')
    done = trainlint("test", "tools/rules", cwd=folder)
    assert done.stdout == "house-no-adam (HS101): 2 examples hold\n"
    edit(folder, "RATE = 0.001", "RATE = 0.002")
    assert trainlint("test", "tools/rules", cwd=folder).returncode == 1


def test_built_in_rules_are_a_package_like_others(tmp_path: Path) -> None:
    done = trainlint("test", "trainlint_rules.regularisation", cwd=tmp_path)
    assert done.returncode == 0, done.stdout
    assert "large-model-without-regularisation" in done.stdout
    assert "TL101" not in done.stdout


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("gone/", "error: `gone/` does not exist"),
        ("json", "error: there are no rules in `json`"),
        ("empty", "not loaded: holds no Python files"),
        ("no_such_package_of_rules", "not loaded: ModuleNotFoundError"),
    ],
)
def test_where_there_are_no_rules(tmp_path: Path, name: str, told: str) -> None:
    (tmp_path / "empty").mkdir()
    done = trainlint("test", name, cwd=tmp_path)
    assert done.returncode in (1, 2)
    assert told in done.stdout + done.stderr
