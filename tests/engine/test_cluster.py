"""A Dask cluster finds what a plain run finds, without the files and when a worker dies."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from distributed import Client, LocalCluster

from tests.engine.programs import training
from trainlint.config.settings import Settings
from trainlint.engine import cluster
from trainlint.engine.cluster import Cluster
from trainlint.engine.run import check_files
from trainlint.engine.shipping import Parcel, answer, unpack
from trainlint.engine.work import Outcome, Task, perform
from trainlint.report.json_format import render


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Programs whose rates stand in another file, in a settings file, and behind two imports."""
    folder = tmp_path / "pro ject"
    (folder / "pack").mkdir(parents=True)
    monkeypatch.chdir(folder)
    Path("pyproject.toml").write_text('[project]\nname = "x"\ndependencies = ["torch==2.4"]\n')
    Path("pack/__init__.py").write_text("from pack.deeper import RATE\n")
    Path("pack/deeper.py").write_text("RATE = 1e-9\n")
    Path("c.yaml").write_text("lr: 1e-09\n")
    Path("notes.py").write_text("print('trains nothing')\n")
    Path("broken.py").write_text("import torch\nx = (\n")
    names = [Path("notes.py"), Path("broken.py"), Path("gone.py")]
    for number in range(12):
        name = Path(f"train{number:02}.py")
        reading = "import yaml\nsettings = yaml.safe_load(open('c.yaml'))"
        if number % 2:
            name.write_text(training("RATE", before="from pack import RATE"))
        else:
            name.write_text(training("settings['lr']", before=reading))
        names.append(name)
    return sorted(names)


@pytest.fixture(scope="module")
def scheduler(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a scheduler whose two workers run in another folder."""
    away = tmp_path_factory.mktemp("away")
    before = Path.cwd()
    os.chdir(away)
    local = LocalCluster(
        n_workers=2, threads_per_worker=2, processes=True, dashboard_address="127.0.0.1:0", local_directory=str(away)
    )
    os.chdir(before)
    with local:
        yield local.scheduler_address


def same(tasks: Sequence[Task], outcomes: Iterator[tuple[int, Outcome]]) -> None:
    found = dict(outcomes)
    assert len(found) == len(tasks)
    for number, task in enumerate(tasks):
        here = perform(task)
        assert found[number].diagnostics == here.diagnostics
        assert found[number].rests_on == here.rests_on


def test_a_task_can_be_done_without_the_files(project: list[Path], monkeypatch: pytest.MonkeyPatch) -> None:
    folder = str(Path.cwd())
    for path in project:
        task = Task(path, path.as_posix(), Settings())
        here = perform(task)
        answers: dict[str, str] = {}
        with monkeypatch.context() as elsewhere:
            elsewhere.chdir("/")
            for _ in range(40):
                reply = unpack(Parcel(task, folder, answers))
                if reply.outcome:
                    break
                answers.update({question: answer(question) for question in reply.questions})
        assert reply.outcome
        assert reply.outcome.diagnostics == here.diagnostics
        assert reply.outcome.rests_on == here.rests_on


def test_a_cluster_finds_the_same(project: list[Path], scheduler: str) -> None:
    plain = check_files(project, Settings())
    there = check_files(project, Settings(), Cluster(scheduler))
    assert render(there) == render(plain)
    assert [d.code for d in plain.diagnostics].count("TL101") >= 2
    same([task for task, _ in plain.work], iter(enumerate(outcome for _, outcome in there.work)))


def test_nothing_is_lost_when_a_worker_dies(project: list[Path], scheduler: str) -> None:
    tasks = [Task(path, path.as_posix(), Settings()) for path in project * 5]

    def killing(outcomes: Iterator[tuple[int, Outcome]]) -> Iterator[tuple[int, Outcome]]:
        for count, outcome in enumerate(outcomes):
            if count == 10:
                os.kill(_a_worker(scheduler), signal.SIGKILL)
            yield outcome

    same(tasks, killing(Cluster(scheduler)(tasks)))


def _a_worker(address: str) -> int:
    """The process of a worker that lives now: a nanny starts a new one for each that dies."""
    with Client(address, set_as_default=False) as client:
        pids: dict[str, Any] = client.run(os.getpid)
    return int(next(iter(pids.values())))


def test_an_address_where_nobody_is_ends_with_2(project: list[Path], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "_PATIENCE", 0.5)
    with pytest.raises(cluster.NoCluster, match=r"no Dask scheduler answers at `tcp://127\.0\.0\.1:9`"):
        cluster.Cluster("tcp://127.0.0.1:9")


@pytest.mark.parametrize("address", ["banana", "tcp://here", "here:there", "moon://here:1"])
def test_what_is_no_address_is_told_at_once(address: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "trainlint", "check", "--executor", "dask", "--dask-scheduler", address, __file__],
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    told, *more = done.stderr.splitlines()
    assert (done.returncode, more) == (2, [])
    assert told.startswith(f"error: no Dask scheduler answers at `{address}`: ")


def test_the_command_line_uses_a_cluster(project: list[Path], scheduler: str) -> None:
    def output(*options: str) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "trainlint", "check", "--no-cache", "--output-format=json", *options],
            capture_output=True, text=True, check=False, timeout=60,
        )  # fmt: skip
        assert done.returncode == 1, done.stderr
        return done.stdout

    assert output("--executor=dask", "--dask-scheduler", scheduler) == output("--jobs=1")
