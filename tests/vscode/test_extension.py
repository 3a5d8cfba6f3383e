"""The VS Code extension: its types, its parts alone, and all of it in a real VS Code without a screen."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.needs import missing, program

EXTENSION = Path(__file__).parent.parent.parent / "vscode-extension"
SCREENSHOTS = EXTENSION.parent / ".cache" / "screenshots"


@pytest.fixture(scope="session")
def extension() -> Path:
    """The folder of the extension, with all that its tests need and a fresh .vsix."""
    node = program("node")
    for name in ("npm", "make", "g++"):
        program(name)
    version = run([node, "--version"], minutes=1)
    if not version.startswith("v20."):
        missing(f"Node 20 (this is {version.strip()})")
    run([str(EXTENSION / "test" / "prepare")], minutes=10)
    return EXTENSION


def run(command: list[str], *, minutes: float) -> str:
    """What a command says; fails with all of it when the command does."""
    environment = {**os.environ, "PYTHON": sys.executable, "INTERPRETER": sys.executable}
    done = subprocess.run(
        command,
        cwd=EXTENSION,
        env=environment,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=minutes * 60,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    return done.stdout


def failed(script: str, result: Path, *more: str) -> list[str]:
    """The steps of a script that failed, each with why."""
    program("chromium", "chromium-browser", "google-chrome")
    try:
        run(["node", f"test/editor/{script}", str(result), *more], minutes=6)
    except AssertionError:
        if not result.exists():
            raise
    outcomes: dict[str, str] = json.loads(result.read_text("utf-8"))
    assert outcomes
    return [f"{name}: {outcome}" for name, outcome in outcomes.items() if outcome != "passed"]


def test_types_fit(extension: Path) -> None:
    run(["npm", "run", "--silent", "check"], minutes=3)


def test_its_parts_alone(extension: Path) -> None:
    run(["npm", "test", "--silent"], minutes=3)


def test_in_the_extension_host(extension: Path, tmp_path: Path) -> None:
    assert not failed("host.mjs", tmp_path / "result.json")


def test_as_a_person_sees_it(extension: Path, tmp_path: Path) -> None:
    assert not failed("person.mjs", tmp_path / "result.json", str(SCREENSHOTS))


def test_in_a_workspace_that_is_not_trusted(extension: Path, tmp_path: Path) -> None:
    assert not failed("stranger.mjs", tmp_path / "result.json", str(SCREENSHOTS))


def test_no_registry_is_named_in_the_lock_file() -> None:
    assert "resolved" not in (EXTENSION / "package-lock.json").read_text("utf-8")
