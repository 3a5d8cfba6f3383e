"""What is known is not reported, wherever in its file it moves; what is new is."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.engine.conftest import Bench, RateTooLow
from trainlint.config.settings import Settings
from trainlint.engine.baseline import Baseline, WrongBaseline, updated
from trainlint.engine.run import RunResult, check_files

LOW = "opt = Adam(1e-8)\n"


class Project:
    """A folder with programs and a baseline."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.file = root / "known.json"

    def write(self, name: str, *lines: str) -> None:
        path = self.root / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("import torch\n" + "".join(lines))

    def files(self) -> list[Path]:
        return sorted(path.relative_to(self.root) for path in self.root.rglob("*.py"))

    def accept(self, *names: str, prune: bool = False) -> None:
        old = Baseline.read(self.file, "known.json") if self.file.exists() else Baseline(self.file)
        found = check_files([Path(name) for name in names] or self.files(), Settings())
        self.file.write_text(updated(old, found, prune=prune).text())

    def check(self, *names: str) -> RunResult:
        files = [Path(name) for name in names] or self.files()
        return check_files(files, Settings(baseline=str(self.file)))

    def entries(self) -> list[tuple[str, str, int]]:
        found = json.loads(self.file.read_text())["findings"]
        return [(each["path"], each["line"], each["count"]) for each in found]


@pytest.fixture
def project(bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    bench.install(RateTooLow)
    monkeypatch.chdir(tmp_path)
    made = Project(tmp_path)
    made.write("a.py", LOW)
    made.write("sub/b.py", LOW, LOW)
    return made


def rows(result: RunResult) -> list[tuple[str, int]]:
    return [(d.place.filename, d.place.row) for d in result.diagnostics]


def test_a_baseline_is_sorted_and_counts_what_is_equal(project: Project) -> None:
    project.accept()
    assert project.entries() == [("a.py", LOW.strip(), 1), ("sub/b.py", LOW.strip(), 2)]


def test_what_is_known_is_not_reported(project: Project) -> None:
    project.accept()
    result = project.check()
    assert (rows(result), result.known.hidden, result.known.stale) == ([], 3, {})
    assert not result.fails()


def test_lines_may_move_and_blanks_may_change(project: Project) -> None:
    project.accept()
    project.write("a.py", "\n\nx = 1\n", "opt  =  Adam(1e-8)   \n")
    assert rows(project.check("a.py")) == []


def test_of_equal_findings_those_beyond_the_known_number_are_new(project: Project) -> None:
    project.accept()
    project.write("sub/b.py", LOW, LOW, "\n", LOW)
    assert rows(project.check()) == [("sub/b.py", 5)]


def test_a_line_that_is_written_anew_is_new_and_its_entry_stale(project: Project) -> None:
    project.accept()
    project.write("a.py", "opt = Adam(1e-9)\n")
    result = project.check()
    assert (rows(result), result.known.stale) == ([("a.py", 2)], {"known.json": 1})


def test_files_that_are_not_checked_have_no_stale_entries(project: Project) -> None:
    project.accept()
    assert project.check("a.py").known.stale == {}
    (project.root / "sub" / "b.py").unlink()
    assert project.check("a.py").known.stale == {"known.json": 2}


def test_an_update_keeps_the_entries_of_other_files(project: Project) -> None:
    project.accept()
    project.write("a.py", "opt = Adam(1e-9)\n")
    project.accept("a.py")
    assert project.entries() == [("a.py", "opt = Adam(1e-9)", 1), ("sub/b.py", LOW.strip(), 2)]


def test_pruning_drops_and_adds_nothing(project: Project) -> None:
    project.accept()
    project.write("a.py", "opt = Adam(1e-9)\n")
    project.write("sub/b.py", LOW)
    project.accept(prune=True)
    assert project.entries() == [("sub/b.py", LOW.strip(), 1)]


def test_paths_are_relative_to_the_baseline(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    project.accept()
    monkeypatch.chdir(project.root / "sub")
    result = check_files([Path("b.py")], Settings(baseline=str(project.file)))
    assert result.diagnostics == []


def test_a_baseline_without_findings_is_one(project: Project) -> None:
    project.write("a.py")
    project.accept("a.py")
    assert json.loads(project.file.read_text()) == {"version": 1, "findings": []}
    assert rows(project.check("sub/b.py")) == [("sub/b.py", 2), ("sub/b.py", 3)]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "baseline `known.json` does not exist; `trainlint baseline` writes it"),
        ("[", "baseline `known.json` is no baseline: Invalid JSON"),
        ("[]", "baseline `known.json` is no baseline: "),
        ('{"version": 2, "findings": []}', "is no baseline: version: "),
        ('{"version": 1, "findings": [{"path": "a.py"}]}', "findings.0.rule: Field required"),
    ],
)
def test_a_baseline_that_cannot_be_read_is_told(project: Project, content: str | None, message: str) -> None:
    if content is not None:
        project.file.write_text(content)
    with pytest.raises(WrongBaseline) as caught:
        project.check()
    assert message in str(caught.value)
