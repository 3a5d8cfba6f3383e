"""Many files: each costs only itself, and the result is sorted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from tests.engine.conftest import Bench, RateTooLow
from trainlint.config.settings import Settings
from trainlint.engine.registry import PluginProblem, UnknownRule
from trainlint.engine.run import check_bytes, check_files, check_paths
from trainlint.engine.work import Outcome, Task, perform

LOW = "import torch\nopt = Adam(1e-8)\n"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, bench: Bench) -> Path:
    monkeypatch.chdir(tmp_path)
    bench.install(RateTooLow)
    (tmp_path / "b.py").write_text(LOW)
    (tmp_path / "a.py").write_text(LOW)
    (tmp_path / "c.py").write_bytes(b"torch = '\xff'")
    return tmp_path


def test_a_file_that_cannot_be_read_costs_itself_only(project: Path) -> None:
    found = check_paths(["."])
    assert [(d.place.filename, d.code) for d in found] == [
        ("a.py", "TL101"),
        ("b.py", "TL101"),
        ("c.py", "TL900"),
    ]
    assert all(d.fingerprint for d in found)


def test_another_runner_may_do_the_work_in_its_own_order(project: Path) -> None:
    def backwards(tasks: Sequence[Task]) -> Iterator[tuple[int, Outcome]]:
        for number in reversed(range(len(tasks))):
            yield number, perform(tasks[number])

    files = [Path("c.py"), Path("a.py")]
    assert check_files(files, runner=backwards).diagnostics == check_files(files).diagnostics


def test_wrong_settings_come_to_light_without_files(project: Path) -> None:
    with pytest.raises(UnknownRule):
        check_files([], Settings(select=("nonsense",)))


def test_lines_of_findings_can_be_read(project: Path) -> None:
    result = check_files([Path("a.py")])
    assert result.line("a.py", None, 2) == "opt = Adam(1e-8)"
    assert result.line("gone.py", None, 2) is None


def test_piped_text_is_checked_and_shown(project: Path) -> None:
    result = check_bytes(LOW.encode(), "piped.py")
    assert [d.code for d in result.diagnostics] == ["TL101"]
    assert result.line("piped.py", None, 2) == "opt = Adam(1e-8)"
    assert [d.code for d in check_bytes(b"torch \xff", "piped.py").diagnostics] == ["TL900"]


@pytest.mark.parametrize(
    ("fail_on", "fails"), [("error", True), ("warning", True), ("info", True), ("never", False)]
)
def test_the_bar_for_failing_can_be_moved(project: Path, fail_on: str, fails: bool) -> None:
    settings = Settings.model_validate({"fail-on": fail_on})
    assert check_files([Path("a.py")], settings).fails() is fails


def test_a_finding_below_the_bar_does_not_fail(project: Path) -> None:
    result = check_files([Path("a.py")], Settings(severity={"TL101": "info"}))
    assert result.diagnostics
    assert not result.fails()
    assert check_files([Path("a.py")], Settings(severity={"TL101": "info"}, fail_on="info")).fails()


def test_a_plugin_that_is_broken_is_told_once(project: Path, bench: Bench) -> None:
    bench.installed.problems.append(PluginProblem("house_rules", "ImportError: x"))
    found = check_files([Path("a.py"), Path("b.py")]).diagnostics
    assert [d.code for d in found] == ["TL904", "TL101", "TL101"]
    assert found[0].message == "not loaded: ImportError: x"
