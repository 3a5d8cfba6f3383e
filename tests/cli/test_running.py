"""How the work is done: processes, what is kept, a bar, timings, a watch."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.cli.command import trainlint, trainlint_process
from tests.engine.programs import training

PLUGIN = '''
"""Rules that misbehave on some files."""
import os
from trainlint.api import Rule

class Deadly(Rule):
    """Ends the process.

    ## What it does
    Harm.
    """
    name, code, family, since = "deadly", "ZZ001", "harm", "1"
    frameworks, severity, message = (), "error", "harm"
    good, bad = [], []

    def check(self, plan):
        if "deadly" in plan.filename:
            os._exit(9)
'''


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for number in range(22):
        (tmp_path / f"f{number:02}.py").write_text(training())
    return tmp_path


def test_one_job_and_four_say_the_same(project: Path) -> None:
    one, four = (trainlint_process("check", "--no-cache", f"--jobs={jobs}", cwd=project) for jobs in (1, 4))
    assert (one.returncode, one.stdout, one.stderr) == (four.returncode, four.stdout, four.stderr)
    assert one.returncode == 1


def test_a_plugin_that_ends_its_process_costs_its_own_finding(
    project: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    plugins = tmp_path_factory.mktemp("plugins")
    (plugins / "harm.py").write_text(PLUGIN)
    about = plugins / "harm-1.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: harm\nVersion: 1\n")
    (about / "entry_points.txt").write_text("[trainlint.rules]\nharm = harm\n")
    (project / "deadly.py").write_text(training())
    done = trainlint_process(
        "check", "--jobs=2", "--output-format=json", "--no-cache", cwd=project, PYTHONPATH=str(plugins)
    )
    assert done.returncode == 1
    found = json.loads(done.stdout)
    assert [d["message"] for d in found if d["code"] == "TL904"] == ["`deadly` ends its process"]
    assert [d["code"] for d in found if d["filename"] == "deadly.py"] == ["TL904", "TL101"]
    assert [d["code"] for d in found].count("TL101") == 23


def test_what_is_kept_changes_nothing_but_the_time(project: Path) -> None:
    cold = trainlint("check", "--output-format=json", "--timings", cwd=project)
    warm = trainlint("check", "--output-format=json", "--timings", cwd=project)
    assert warm.stdout == cold.stdout
    assert "22 files in" in cold.stderr
    assert ", 0 of them known from earlier runs\n" in cold.stderr
    assert ", 22 of them known from earlier runs\n" in warm.stderr
    assert (project / ".trainlint_cache/.gitignore").read_text() == "*\n"
    fresh = trainlint("check", "--output-format=json", "--timings", "--no-cache", cwd=project)
    assert ", 0 of them known" in fresh.stderr


def test_the_cache_goes_where_it_is_told_and_can_be_removed(project: Path) -> None:
    trainlint("check", "f00.py", "--cache-dir", "kept/here", cwd=project)
    assert (project / "kept/here/findings.sqlite").is_file()
    assert not (project / ".trainlint_cache").exists()
    assert "Removed" in trainlint("clean", "--cache-dir", "kept/here", cwd=project).stderr
    assert not (project / "kept/here").exists()
    again = trainlint("clean", cwd=project)
    assert (again.returncode, "Nothing to remove" in again.stderr) == (0, True)


def test_piped_text_leaves_no_cache(project: Path) -> None:
    trainlint("check", "-", cwd=project, stdin=training().encode())
    assert not (project / ".trainlint_cache").exists()


def test_timings_name_stages_and_rules(project: Path) -> None:
    done = trainlint("check", "f00.py", "--timings", "--output-format=json", cwd=project)
    json.loads(done.stdout)
    for name in ("reading", "understanding", "rules", "f00.py"):
        assert f"  {name}\n" in done.stderr
    assert done.stderr.count("  rule ") == 5  # the slowest


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--jobs", "0"], "'--jobs'"),
        (["--executor", "dask"], "--executor dask needs `--dask-scheduler ADDRESS`"),
        (["--dask-scheduler", "tcp://x:1"], "--dask-scheduler needs `--executor dask`"),
        (["--executor", "threads"], "'threads' is not one of 'process', 'dask'"),
        (["--watch", "nowhere"], "`nowhere` does not exist"),
    ],
)
def test_wrong_use_ends_with_2(project: Path, options: list[str], message: str) -> None:
    done = trainlint("check", *options, cwd=project)
    assert (done.returncode, message in done.stderr) == (2, True), done.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="no pseudo-terminals")
def test_a_bar_is_for_terminals_and_long_runs_only(project: Path) -> None:
    quick = "import trainlint.cli.running as r; r._PATIENCE = 0.0\nfrom trainlint.cli.app import main\nmain()"
    words = ["check", "--no-cache", "--jobs=1"]
    piped = subprocess.run(
        [sys.executable, "-c", quick, *words],
        cwd=project, capture_output=True, check=False, env={**os.environ, "FORCE_COLOR": "1"},
    )  # fmt: skip
    assert b"Checking" not in piped.stderr
    main, terminal = os.openpty()
    with subprocess.Popen(
        [sys.executable, "-c", quick, *words],
        cwd=project, stdout=subprocess.DEVNULL, stderr=terminal, env={**os.environ, "TERM": "xterm"},
    ) as process:  # fmt: skip
        os.close(terminal)
        shown = b""
        try:
            while chunk := os.read(main, 1024):
                shown += chunk
        except OSError:  # Linux says so at the end
            pass
        process.wait(30)
    os.close(main)
    assert b"Checking" in shown
    assert b"Found 22 problems" in shown


@pytest.mark.skipif(sys.platform == "win32", reason="Ctrl-C of another kind")
def test_a_watch_checks_again_until_it_is_interrupted(project: Path) -> None:
    import signal

    command = [sys.executable, "-m", "trainlint", "check", "f00.py", "--watch", "--output-format=concise"]
    environment = {**os.environ, "WATCHFILES_FORCE_POLLING": "1", "PYTHONUNBUFFERED": "1"}
    output = project / "watched.txt"
    with (
        output.open("wb") as file,
        subprocess.Popen(
            command, cwd=project, stdout=file, stderr=subprocess.STDOUT, env=environment,
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # ignored in the background
        ) as process,
    ):  # fmt: skip
        try:
            _wait_for(output, "Watching for changes; Ctrl-C ends.", 1)
            time.sleep(0.5)
            (project / "f00.py").write_text("import torch\nx = (\n")
            _wait_for(output, "Watching for changes; Ctrl-C ends.", 2)
            process.send_signal(signal.SIGINT)
            assert process.wait(20) == 0
        finally:
            process.kill()
    text = output.read_text()
    assert text.index("TL101") < text.index("TL900")
    assert "Traceback" not in text
    assert "KeyboardInterrupt" not in text


def _wait_for(output: Path, text: str, times: int) -> None:
    end = time.monotonic() + 30
    while output.read_text().count(text) < times:
        assert time.monotonic() < end, output.read_text()
        time.sleep(0.05)
