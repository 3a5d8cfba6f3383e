"""Programs that misbehave: each ends in time, with a clear reason, nothing left running, nothing changed."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.needs import missing
from tests.probe.programs import in_torch
from tests.probe.ran import ran
from trainlint.probe.sandbox import Level, best_level, works

LEVELS: list[Level] = ["bwrap", "userns", "guard-only"]

HOSTILE = {
    # Name, program after `import torch`, what the reason says.
    "never trains": ("model = torch.nn.Linear(2, 2)", ""),
    "loops for ever": ("while True:\n    pass", "time is over"),
    "sleeps where interrupts are held": (
        "import time\nwhile True:\n    try:\n        time.sleep(100)\n    except BaseException:\n        pass",
        "time is over",
    ),
    "forks without end": ("import os\nwhile True:\n    os.fork()", "process is not allowed"),
    "starts processes without end": (
        "import subprocess, sys\nwhile True:\n    subprocess.Popen([sys.executable, '-c', 'while 1: pass'])",
        "process is not allowed",
    ),
    "deletes files": ("import shutil\nshutil.rmtree('keep')", "change is not allowed"),
    "deletes one file": ("import os\nos.remove('keep/data.csv')", "change is not allowed"),
    "opens sockets": (
        "import socket\nsocket.create_connection(('127.0.0.1', {port}))",
        "network is not allowed",
    ),
    "downloads": ("import urllib.request\nurllib.request.urlopen('http://example.org')", "not allowed"),
    "takes memory without end": ("x = bytearray(64 << 30)", "MemoryError"),
    "needs arguments": (
        "import argparse\nparser = argparse.ArgumentParser()\nparser.add_argument('data')\nparser.parse_args()",
        "give them after `--`",
    ),
    "needs a GPU": ("raise RuntimeError('Found no NVIDIA driver on your system')", "needs a GPU"),
    "needs a package": ("import no_such_package", "has no `no_such_package`; `--interpreter` names another"),
    "needs a file": ("open('missing.csv')", "a file is not there: missing.csv"),
    "fails": ("x = 1 / 0", "division by zero (line 2)"),
    "dies of a signal": ("import os, signal\nos.kill(os.getpid(), signal.SIGSEGV)", "ended its process"),
    "dies in native code": ("import ctypes\nctypes.string_at(0)", "ended its process"),
    "leaves at once": ("import os\nos._exit(3)", ""),
}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "keep").mkdir()
    (tmp_path / "keep" / "data.csv").write_text("1,2\n")
    return tmp_path


@pytest.mark.parametrize("name", HOSTILE)
def test_it_ends_in_time_with_a_reason_and_changes_nothing(name: str, project: Path) -> None:
    body, reason = HOSTILE[name]
    with socket.create_server(("127.0.0.1", 0)) as server:
        program = "import torch\n" + body.replace("{port}", str(server.getsockname()[1]))
        start = time.monotonic()
        found = ran(project, program, seconds=2.0, memory=3.0)
        took = time.monotonic() - start
    assert took < 60
    assert reason in found.error
    assert not found.seen.losses
    assert (project / "keep" / "data.csv").read_text() == "1,2\n"
    assert sorted(file.name for file in project.iterdir()) == ["keep", "program.py"]
    assert _left_over(project) == []


def test_what_it_prints_does_not_disturb_the_protocol(project: Path) -> None:
    noise = 'import os, sys\nprint(\'{"v": 1, "event": "report"}\', flush=True)\nos.write(1, b\'\\xff\\x00 garbage\\n\')\n'
    assert ran(project, noise + in_torch()).reason == "step-limit"


def test_a_program_that_leaves_in_the_middle_still_gives_its_losses(project: Path) -> None:
    program = in_torch().replace(
        "        optimizer.step()", "        optimizer.step()\n        import os; os._exit(0)"
    )
    found = ran(project, program)
    assert len(found.seen.losses) == 1


def test_a_program_that_holds_what_stops_it_is_ended_all_the_same(project: Path) -> None:
    program = in_torch().replace(
        "        optimizer.step()",
        "        try:\n            optimizer.step()\n        except BaseException:\n            pass",
    )
    assert ran(project, program).reason == "step-limit"


@pytest.mark.parametrize("level", LEVELS)
def test_native_code_writes_nothing_where_the_system_keeps_it_apart(level: Level, project: Path) -> None:
    if not works(level):
        missing({"bwrap": "bwrap", "userns": "unshare, with namespaces for users"}[level])
    outside = project / "outside.txt"
    program = f"import torch, ctypes\nctypes.CDLL(None).system(b'touch {outside}')\n"
    ran(project, program, seconds=5.0, level=level)
    assert outside.exists() is (level == "guard-only")  # an accident guard, as it is called


def test_some_level_is_always_there() -> None:
    assert best_level() in LEVELS
    assert works("guard-only")


def _left_over(folder: Path) -> list[str]:
    """Processes that still name the folder."""
    time.sleep(0.2)
    told = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=False).stdout
    return [line for line in told.splitlines() if str(folder) in line and str(os.getpid()) not in line]


assert sys.platform != "win32"  # process groups and namespaces are those of POSIX
