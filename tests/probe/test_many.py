"""Many programs at once, and answers that are kept."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from distributed import LocalCluster

from tests.probe.programs import in_torch
from trainlint.config.settings import ProbeSettings, Settings
from trainlint.engine.cluster import Cluster
from trainlint.engine.diagnostic import Diagnostic
from trainlint.engine.forked import Forked
from trainlint.engine.work import Runner, one_by_one
from trainlint.probe.cache import Verdicts, key_of
from trainlint.probe.many import TIME_LIMIT, probe_files

ONCE = Settings(probe=ProbeSettings(seeds=1, seconds=60, interpreter=sys.executable))


def answers(files: list[Path], runner: Runner, cache: Path | None = None) -> list[Diagnostic]:
    return probe_files(files, ONCE, runner, cache).diagnostics


@pytest.fixture
def programs(tmp_path: Path) -> list[Path]:
    files = []
    for number, optimizer in enumerate(
        ("torch.optim.Adam(model.parameters(), lr=1e-8)", "torch.optim.SGD(model.parameters(), lr=10)")
    ):
        files.append(tmp_path / f"program{number}.py")
        files[-1].write_text(in_torch(optimizer=optimizer))
    return files


def test_the_runners_of_check_do_the_work(programs: list[Path]) -> None:
    for runner in (one_by_one, Forked(2, TIME_LIMIT)):
        found = answers(programs, runner)
        assert [finding.code for finding in found] == ["TL101", "TL102"]
        assert [finding.probe.verdict for finding in found if finding.probe] == ["confirmed", "confirmed"]


@pytest.fixture
def scheduler(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The address of a cluster with one worker of two threads, which runs in another folder."""
    away = tmp_path_factory.mktemp("away")
    with monkeypatch.context() as elsewhere:
        elsewhere.chdir(away)
        local = LocalCluster(
            n_workers=1, threads_per_worker=2, dashboard_address="127.0.0.1:0", local_directory=str(away)
        )
    with local:
        yield local.scheduler_address


def test_a_cluster_answers_as_this_process_does(programs: list[Path], scheduler: str) -> None:
    def told(found: list[Diagnostic]) -> list[tuple[str, str, object]]:
        """What does not depend on the time that it took."""
        return [
            (finding.code, finding.probe.verdict, (finding.probe.evidence, finding.probe.plot))
            for finding in found
            if finding.probe
        ]

    there = told(answers(programs, Cluster(scheduler)))
    assert there == told(answers(programs, one_by_one))
    assert [answer for _, answer, _ in there] == ["confirmed", "confirmed"]


def test_the_command_line_probes_on_a_cluster(programs: list[Path], scheduler: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "trainlint", "probe", "--output-format=json", "--executor=dask", "--seeds=1",
         f"--dask-scheduler={scheduler}", f"--interpreter={sys.executable}", *map(str, programs)],
        capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    assert [found["probe"]["verdict"] for found in json.loads(done.stdout)] == ["confirmed", "confirmed"]
    assert done.returncode == 1
    assert "2 findings: 2 confirmed" in done.stderr


def test_what_is_known_is_not_trained_again(
    programs: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = answers(programs[:1], one_by_one, tmp_path / "kept")

    def nothing(*arguments: object, **options: object) -> None:
        raise AssertionError("trained again")

    monkeypatch.setattr("trainlint.probe.worker_process.WorkerProcess.ask", nothing)
    assert answers(programs[:1], one_by_one, tmp_path / "kept") == first
    programs[0].write_text(programs[0].read_text().replace("lr=1e-8", "lr=1e-9"))
    with pytest.raises(AssertionError, match="trained again"):
        answers(programs[:1], one_by_one, tmp_path / "kept")


def test_a_damaged_cache_is_an_empty_one(tmp_path: Path) -> None:
    folder = tmp_path / "kept"
    Verdicts(folder).close()
    (folder / "findings.sqlite").write_bytes(b"nonsense" * 1000)
    known = Verdicts(folder)
    assert known.find(key_of("anything")) is None
    known.close()
