"""The hooks, as the real pre-commit runs them on a real repository."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.engine.programs import training
from tests.needs import missing, program

ROOT = Path(__file__).parents[2]
KEPT = ROOT / ".cache/hooks"
"""Kept between runs: as long as nothing changes in trainlint, pre-commit makes its environment once."""

PARTS = ("src", "rules", "pyproject.toml", "README.md", "LICENSE", ".pre-commit-hooks.yaml", ".gitignore")
ENVIRONMENT = {
    **{key: os.environ[key] for key in ("PATH", "HOME", "SYSTEMROOT", "TMPDIR") if key in os.environ},
    **{key: value for key, value in os.environ.items() if key.startswith(("PIP_", "SSL_", "HTTP", "http"))},
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    **{
        f"GIT_{who}_{what}": "nobody@example.org"
        for who in ("AUTHOR", "COMMITTER")
        for what in ("NAME", "EMAIL")
    },
    # Equal content gives an equal commit.
    **{f"GIT_{who}_DATE": "2020-01-01T00:00:00Z" for who in ("AUTHOR", "COMMITTER")},
    "PRE_COMMIT_COLOR": "never",
    "PIP_DISABLE_PIP_VERSION_CHECK": "1",
}


def run(*words: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        words, cwd=cwd, capture_output=True, text=True, env=ENVIRONMENT, check=False, timeout=500
    )


def git(*words: str, cwd: Path) -> str:
    done = run("git", *words, cwd=cwd)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    """A repository of what is being tested, and its commit."""
    program("git")
    if run(sys.executable, "-m", "pre_commit", "--version", cwd=ROOT).returncode:
        missing("pre-commit")
    folder = tmp_path_factory.mktemp("source")
    for part in PARTS:
        here = ROOT / part
        if here.is_dir():
            shutil.copytree(here, folder / part, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(here, folder / part)
    git("init", "-q", "-b", "main", ".", cwd=folder)
    git("add", "-A", cwd=folder)
    git("commit", "-q", "-m", "all", cwd=folder)
    commit = git("rev-parse", "HEAD", cwd=folder)
    for old in sorted(KEPT.glob("*"), key=lambda path: path.stat().st_mtime)[:-3]:
        shutil.rmtree(old, ignore_errors=True)
    kept = KEPT / commit
    (kept / "home").mkdir(parents=True, exist_ok=True)
    mine = shutil.copytree(folder, kept / f"source-{os.getpid()}")
    try:
        mine.rename(kept / "source")
    except OSError:  # another process tests the same
        shutil.rmtree(mine)
    ENVIRONMENT["PRE_COMMIT_HOME"] = str(kept / "home")
    return str(kept / "source"), commit


@dataclass
class Project:
    """A repository whose commits go through hooks."""

    folder: Path
    source: tuple[str, str]

    def use(self, hook: str, *lines: str) -> None:
        repository, commit = self.source
        text = f"repos:\n- repo: {repository}\n  rev: {commit}\n  hooks:\n  - id: {hook}\n"
        (self.folder / ".pre-commit-config.yaml").write_text(
            text + "".join(f"    {line}\n" for line in lines)
        )
        git("add", "-A", cwd=self.folder)

    def write(self, name: str, text: str) -> None:
        (self.folder / name).parent.mkdir(parents=True, exist_ok=True)
        (self.folder / name).write_text(text)
        git("add", name, cwd=self.folder)

    def commit(self) -> subprocess.CompletedProcess[str]:
        return run("git", "commit", "-q", "-m", "x", cwd=self.folder)

    def pre_commit(self, *words: str) -> subprocess.CompletedProcess[str]:
        return run(sys.executable, "-m", "pre_commit", *words, cwd=self.folder)


@pytest.fixture
def project(tmp_path: Path, source: tuple[str, str]) -> Project:
    git("init", "-q", "-b", "main", ".", cwd=tmp_path)
    made = Project(tmp_path, source)
    made.use("trainlint")
    assert made.pre_commit("install").returncode == 0
    return made


def test_a_commit_is_blocked_and_let_through(project: Project) -> None:
    project.write("train.py", training())
    blocked = project.commit()
    assert blocked.returncode == 1
    assert "TL101 learning-rate-too-low" in blocked.stderr + blocked.stdout
    project.write("train.py", training("1e-3"))
    passed = project.commit()
    assert passed.returncode == 0, passed.stderr
    git("rm", "-q", "train.py", cwd=project.folder)
    gone = project.commit()
    assert gone.returncode == 0, gone.stderr


def test_a_commit_is_fixed_with_what_is_safe(project: Project) -> None:
    project.use("trainlint-fix", "args: [--unsafe-fixes]")
    project.write("train.py", training())
    blocked = project.commit()
    assert blocked.returncode == 1
    assert "files were modified by this hook" in blocked.stderr + blocked.stdout
    assert (project.folder / "train.py").read_text() == training("1e-3")
    git("add", "train.py", cwd=project.folder)
    assert project.commit().returncode == 0


def test_files_that_no_hook_wants_and_files_that_are_gone(project: Project) -> None:
    project.write("notes.txt", "torch")
    assert project.commit().returncode == 0
    project.write("train.py", training())
    (project.folder / "train.py").unlink()
    done = project.pre_commit("run", "--all-files")
    assert done.returncode == 0, done.stdout


def test_a_hook_without_a_list_of_files_checks_the_folder(project: Project) -> None:
    project.use("trainlint", "always_run: true", "pass_filenames: false")
    project.write("deep/train.py", training())
    done = project.pre_commit("run")
    assert done.returncode == 1
    assert "deep/train.py" in done.stdout


def test_what_settings_exclude_is_not_checked(project: Project) -> None:
    project.write("old/train.py", training())
    assert project.pre_commit("run", "--all-files").returncode == 1
    project.write("pyproject.toml", '[tool.trainlint]\nextend-exclude = ["old"]\n')
    done = project.pre_commit("run", "--all-files")
    assert done.returncode == 0, done.stdout


def test_five_thousand_names(project: Project) -> None:
    folder = project.folder / ("a_folder_with_a_long_name_" * 3)
    folder.mkdir()
    for number in range(5000):
        (folder / f"module_number_{number}.py").write_text("x = 1\n")
    (folder / "train.py").write_text(training())
    git("add", "-A", cwd=project.folder)
    done = project.pre_commit("run", "--all-files")
    assert done.returncode == 1
    assert done.stdout.count("TL101") == 1
