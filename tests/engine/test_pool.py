"""Processes do the work in any order, and one that dies costs one file."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from tests.engine.programs import training
from trainlint.config.settings import Settings
from trainlint.engine.diagnostic import Diagnostic
from trainlint.engine.pool import Pool
from trainlint.engine.run import check_files
from trainlint.engine.work import Outcome, Task


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    monkeypatch.chdir(tmp_path)
    names = [Path(f"f{number:02}.py") for number in range(24)]
    for name in names:
        name.write_text(training())
    return names


class DeadlyPath(type(Path())):  # type: ignore[misc]
    """A path that ends the process that receives it."""

    def __reduce__(self) -> tuple[object, ...]:
        return os._exit, (3,)


def outcomes(tasks: list[Task], pool: Pool) -> list[list[Diagnostic]]:
    found: dict[int, Outcome] = dict(pool(tasks))
    return [found[number].diagnostics for number in range(len(tasks))]


def test_one_process_or_several_find_the_same(files: list[Path]) -> None:
    alone, together = check_files(files, Settings()), check_files(files, Settings(), Pool(3))
    assert together.diagnostics == alone.diagnostics
    assert len(alone.diagnostics) == len(files)
    assert together.seconds.keys() == alone.seconds.keys()


def test_a_file_that_ends_its_process_is_a_finding(files: list[Path]) -> None:
    tasks = [Task(file, str(file), Settings()) for file in files]
    for number in (5, 17):
        tasks[number] = Task(DeadlyPath("f.py"), f"f{number:02}.py", Settings())
    found = outcomes(tasks, Pool(2))
    assert [d.code for diagnostics in found for d in diagnostics] == [
        "TL905" if number in (5, 17) else "TL101" for number in range(24)
    ]
    assert found[5][0].message == "not analysed: it ends its process"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipe that a file can stand for")
def test_a_file_that_takes_too_long_is_a_finding(files: list[Path]) -> None:
    os.mkfifo("hangs.py")
    tasks = [Task(Path(name), str(name), Settings()) for name in ["hangs.py", *files[:5]]]
    found = outcomes(tasks, Pool(2, time_limit=2))
    assert [d.code for diagnostics in found for d in diagnostics] == ["TL905", *["TL101"] * 5]
    assert found[0][0].message == "not analysed: it takes longer than 2 s"


def test_what_gave_up_obeys_the_settings(files: list[Path]) -> None:
    tasks = [Task(DeadlyPath("f.py"), "f.py", Settings(ignore=("TL905",)))]
    assert outcomes(tasks, Pool(1)) == [[]]


def test_without_processes_the_work_is_done_here(files: list[Path], monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError("no semaphores")

    monkeypatch.setattr("trainlint.engine.pool.ProcessPoolExecutor", refuse)
    assert len(check_files(files[:2], Settings(), Pool(2)).diagnostics) == 2


@pytest.mark.skipif(sys.platform == "win32", reason="signals of another kind")
def test_no_process_is_left_behind(files: list[Path]) -> None:
    import multiprocessing

    before = set(multiprocessing.active_children())
    run = Pool(2)([Task(file, str(file), Settings()) for file in files])
    next(run)
    run.close()  # type: ignore[attr-defined]
    assert set(multiprocessing.active_children()) <= before
