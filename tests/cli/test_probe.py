"""`trainlint probe`, as a user runs it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.probe.programs import in_torch


def run(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "trainlint", "probe", "--interpreter", sys.executable, *arguments]
    environment = {**os.environ, "COLUMNS": "120"}
    return subprocess.run(
        command, cwd=cwd, env=environment, capture_output=True, text=True, timeout=120, check=False
    )


@pytest.fixture
def program(tmp_path: Path) -> Path:
    file = tmp_path / "program.py"
    file.write_text(in_torch(optimizer="torch.optim.Adam(model.parameters(), lr=1e-8)"))
    return file


def test_a_verdict_has_its_sentence_and_two_curves_on_one_scale(program: Path) -> None:
    done = run("program.py", "--seeds", "1", cwd=program.parent)
    assert done.returncode == 1
    assert "confirmed TL101 learning-rate-too-low" in done.stdout
    assert "A step changes a weight by" in done.stdout
    written, fixed = (line for line in done.stdout.splitlines() if "  loss " in line)
    assert "as written" in written
    assert "▁" in fixed
    assert "▁" not in written
    assert "1 finding: 1 confirmed" in done.stderr


def test_a_stream_says_how_far_it_is_and_then_the_finding(program: Path) -> None:
    done = run(
        "program.py", "--seeds", "1", "--output-format", "json-lines", "--exit-zero", cwd=program.parent
    )
    assert done.returncode == 0
    events = [json.loads(line) for line in done.stdout.splitlines()]
    assert {event["event"] for event in events} == {"progress", "verdict"}
    finding = events[-1]["finding"]
    assert finding["severity"] == "error"
    assert finding["probe"]["verdict"] == "confirmed"


def test_clean_programs_need_no_training(tmp_path: Path) -> None:
    (tmp_path / "program.py").write_text(in_torch())
    done = run("program.py", cwd=tmp_path)
    assert done.returncode == 0
    assert "nothing to put to the test" in done.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="signals are those of POSIX")
def test_ctrl_c_ends_it_without_a_word_too_many(program: Path) -> None:
    command = [
        sys.executable,
        "-m",
        "trainlint",
        "probe",
        "program.py",
        "--no-cache",
        "--output-format",
        "json-lines",
    ]
    process = subprocess.Popen(
        [*command, "--interpreter", sys.executable, "--seeds", "20", "--steps", "1000", "--seconds", "60"],
        cwd=program.parent, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # ignored in the background
    )  # fmt: skip
    assert process.stdout is not None
    assert json.loads(process.stdout.readline())["event"] == "progress"
    listed = subprocess.run(
        ["ps", "-o", "pid=", "--ppid", str(process.pid)], capture_output=True, text=True, check=False
    )
    workers = [int(pid) for pid in listed.stdout.split()]
    assert workers
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=30)
    assert process.returncode == 130
    assert said.strip() in ("", "interrupted")  # as the release of typer has it
    for worker in workers:
        with pytest.raises(ProcessLookupError):
            os.kill(worker, 0)
