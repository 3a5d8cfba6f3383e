"""Versions of libraries, from the files in which projects state them."""

from __future__ import annotations

from pathlib import Path

import pytest

from trainlint.evaluate.project import Project
from trainlint.evaluate.versions import versions_of

CASES = [
    ("requirements.txt", "torch==1.8.1\nkeras>=2.11,<3  # old\n-r other.txt\nnumpy\n", {"torch": "1.8.1", "keras": "2.11"}),
    ("requirements.txt", "torch==1.8.*\n", {"torch": "1.8"}),
    ("requirements-gpu.txt", "tensorflow-gpu~=2.4\n", {"tensorflow": "2.4"}),
    ("pyproject.toml", '[project]\ndependencies = ["torch >= 2.1"]\n[dependency-groups]\ntest = ["timm==0.9", {include-group = "x"}]\n',
     {"torch": "2.1", "timm": "0.9"}),
    ("pyproject.toml", '[tool.poetry.dependencies]\ntorch = "^1.9"\nkeras = {version = "2.12"}\n', {"torch": "1.9", "keras": "2.12"}),
    ("setup.cfg", "[options]\ninstall_requires =\n    torch>=1.7\n    lightning\n", {"torch": "1.7"}),
    ("setup.py", "from setuptools import setup\nsetup(install_requires=['torch>=1.6', 'x'])\n", {"torch": "1.6"}),
    ("Pipfile", '[packages]\ntorch = "==1.5.0"\nnumpy = "*"\n', {"torch": "1.5.0"}),
    ("uv.lock", '[[package]]\nname = "torch"\nversion = "2.3.0"\n', {"torch": "2.3.0"}),
    ("environment.yml", "dependencies:\n  - pytorch=1.13\n  - conda-forge::keras=2.9=py_0\n  - pip:\n    - transformers==4.30\n",
     {"torch": "1.13", "keras": "2.9", "transformers": "4.30"}),
]  # fmt: skip


def _project(folder: Path) -> Project:
    return Project(folder / "train.py", folder)


@pytest.mark.parametrize(("name", "text", "expected"), CASES)
def test_versions(tmp_path: Path, name: str, text: str, expected: dict[str, str]) -> None:
    (tmp_path / name).write_text(text)
    found = versions_of(_project(tmp_path))
    assert {package: found.get(package) for package in expected} == expected


@pytest.mark.parametrize("name", ["pyproject.toml", "setup.py", "environment.yml", "Pipfile.lock", "setup.cfg", "uv.lock"])
@pytest.mark.parametrize("text", ["", "[", "- - :", "[project]\ndependencies = 3\n", "dependencies: 3", "\x00"])
def test_files_that_say_nothing(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text)
    assert isinstance(versions_of(_project(tmp_path)), dict)


def test_what_is_installed_counts_where_nothing_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("trainlint.evaluate.versions._installed_versions", lambda: {"torch": "9.0", "keras": "8.0"})
    (tmp_path / "requirements.txt").write_text("torch==1.8.1\n")
    project = _project(tmp_path)
    assert versions_of(project) == {"torch": "1.8.1", "keras": "8.0"}
    assert project.files_read == [tmp_path / "requirements.txt"]


def test_a_lock_file_is_more_precise_than_a_bound(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text('[project]\ndependencies = ["torch>=1.0"]\n')
    (tmp_path / "uv.lock").write_text('[[package]]\nname = "torch"\nversion = "2.3.0"\n')
    assert versions_of(_project(tmp_path))["torch"] == "2.3.0"


@pytest.mark.parametrize(
    ("stated", "newest"),
    [("==2.4.1", "2.4.1"), (">=2.3, <2.11", "2.11"), ("<=2.9", "2.9"), (">=2.4", None), ("~=2.4", None), ("", None)],
)
def test_the_newest_version_that_is_allowed(tmp_path: Path, stated: str, newest: str | None) -> None:
    (tmp_path / "requirements.txt").write_text(f"tensorflow{stated}\n")
    assert versions_of(_project(tmp_path)).get("tensorflow at most") == newest


def test_a_project_that_states_tensorflow_has_no_other_keras(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("trainlint.evaluate.versions._installed_versions", lambda: {"torch": "9.0", "keras": "3.0"})
    (tmp_path / "requirements.txt").write_text("tensorflow>=2.4\n")
    assert versions_of(_project(tmp_path)) == {"torch": "9.0", "tensorflow": "2.4"}
