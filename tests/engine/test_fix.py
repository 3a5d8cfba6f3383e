"""Fixes are applied until none is left; a file changes whole or not at all."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.engine.conftest import Bench, RateTooLow
from trainlint.config.settings import Settings
from trainlint.engine import fix
from trainlint.engine.diagnostic import Edit, Fix
from trainlint.engine.fix import Mended, mended, write
from trainlint.engine.run import check_files
from trainlint.plan.plan import TrainingPlan
from trainlint.syntax.positions import Place


class Rewriter(RateTooLow):
    """Its fix writes the next of a chain of rates."""

    name = "rewriter"
    code = "TL150"
    steps = {"1e-8": "1e-5", "1e-5": "1e-3"}
    applicability = "safe"

    def check(self, plan: TrainingPlan) -> None:
        for optimizer in plan.optimizers:
            number = optimizer.learning_rate.origin
            assert number
            assert number.site
            content = self.steps.get(number.site.text)
            if content is not None:
                edit = Edit(place=number.site.place, content=content)
                made = Fix(applicability=self.applicability, message="", edits=(edit,), reason="why")  # type: ignore[arg-type]
                self.report(number, subject=optimizer, rate=0, fix=made)


class Opponent(Rewriter):
    """Undoes it."""

    name = "opponent"
    code = "TL151"
    steps = {"1e-3": "1e-8"}


class Unsafe(Rewriter):
    """Changes what is trained."""

    name = "unsafe"
    code = "TL152"
    applicability = "unsafe"


class Breaking(Rewriter):
    """Its fix is no Python."""

    name = "breaking"
    code = "TL153"
    steps = {"1e-8": "("}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def fixed(*names: str, unsafe: bool = False) -> Mended:
    done = mended(check_files([Path(name) for name in names], Settings()), unsafe=unsafe)
    write(done)
    return done


def program(*rates: str) -> str:
    return "import torch\n" + "".join(f"Adam({rate})\n" for rate in rates)


def test_fixes_go_on_until_none_is_left(bench: Bench, folder: Path) -> None:
    bench.install(Rewriter)
    Path("a.py").write_text(program("1e-8", "1e-5", "1"))
    done = fixed("a.py")
    assert Path("a.py").read_text() == program("1e-3", "1e-3", "1")
    assert done.result.diagnostics == []
    assert done.applied == {("a.py", "rewriter"): 3}
    assert fixed("a.py").rewrites == []


def test_unsafe_fixes_are_applied_when_asked_for(bench: Bench, folder: Path) -> None:
    bench.install(Unsafe)
    Path("a.py").write_text(program("1e-5"))
    assert fixed("a.py").rewrites == []
    done = fixed("a.py", unsafe=True)
    assert (Path("a.py").read_text(), done.reasons) == (program("1e-3"), {"unsafe": "why"})


def test_rules_that_fight_are_named_and_change_nothing(bench: Bench, folder: Path) -> None:
    bench.install(Rewriter, Opponent)
    Path("a.py").write_text(program("1e-8"))
    Path("b.py").write_text(program("1"))
    done = fixed("a.py", "b.py")
    assert Path("a.py").read_text() == program("1e-8")
    assert done.left_alone == {"a.py": "the fixes of `opponent` and `rewriter` undo each other"}
    assert (done.applied, [d.name for d in done.result.diagnostics]) == ({}, ["rewriter"])


def test_a_file_that_would_be_no_python_is_left(bench: Bench, folder: Path) -> None:
    bench.install(Breaking)
    Path("a.py").write_text(program("1e-8"))
    done = fixed("a.py")
    assert Path("a.py").read_text() == program("1e-8")
    assert "row 2 would be no Python" in done.left_alone["a.py"]
    assert [d.name for d in done.result.diagnostics] == ["breaking"]


def test_edits_that_meet_have_their_turns(bench: Bench, folder: Path) -> None:
    class Wider(Rewriter):
        """Rewrites the whole call."""

        name = "wider"
        code = "TL149"

        def check(self, plan: TrainingPlan) -> None:
            for optimizer in plan.optimizers:
                number = optimizer.learning_rate.origin
                assert number
                assert number.site
                place = number.site.place
                if number.site.text == "1e-8":
                    wide = Place(place.filename, place.row, 1, place.row, place.end_column + 1)
                    edit = Edit(place=wide, content="x = Adam(1e-5)")
                    self.report(number, rate=0, fix=Fix(applicability="safe", message="", edits=(edit,)))

    bench.install(Wider, Rewriter)
    Path("a.py").write_text(program("1e-8"))
    done = fixed("a.py")
    assert Path("a.py").read_text() == "import torch\nx = Adam(1e-3)\n"
    assert done.applied == {("a.py", "wider"): 1, ("a.py", "rewriter"): 1}


def test_a_file_that_changes_meanwhile_is_left(
    bench: Bench, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.install(Rewriter)
    Path("a.py").write_text(program("1e-8"))
    result = check_files([Path("a.py")], Settings())
    Path("a.py").write_text("import torch\nmine = 1\n")
    done = mended(result)
    assert done.left_alone == {"a.py": "it was changed while it was checked"}

    result = check_files([Path("a.py")], Settings())
    Path("a.py").write_text(program("1e-8"))
    done = mended(check_files([Path("a.py")], Settings()))
    Path("a.py").write_text(program("1e-8", "1e-8"))
    write(done)
    assert Path("a.py").read_text() == program("1e-8", "1e-8")
    assert done.left_alone == {"a.py": "it was changed while it was checked"}
    assert (done.rewrites, len(done.result.diagnostics)) == ([], 2)


def test_a_file_that_cannot_be_written_is_said(
    bench: Bench, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    bench.install(Rewriter)
    monkeypatch.setattr(fix, "replace_content", refuse)
    Path("a.py").write_text(program("1e-8"))
    done = fixed("a.py")
    assert done.left_alone == {"a.py": "it cannot be written: Permission denied"}
    assert not done.applied


def test_notebooks_are_fixed(bench: Bench, folder: Path) -> None:
    bench.install(Rewriter)
    cells = [
        {"cell_type": "markdown", "source": "# Adam(1e-8)"},
        {"cell_type": "code", "source": program("1e-8")},
    ]
    before = json.dumps({"cells": cells, "metadata": {"ü": 1.50}}, indent=3)
    Path("n.ipynb").write_text(before)
    done = fixed("n.ipynb")
    assert Path("n.ipynb").read_text() == before.replace("\\nAdam(1e-8)", "\\nAdam(1e-3)")
    assert [title for title, _, _ in done.rewrites[0].texts()] == ["n.ipynb:cell 2"]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30, deadline=None)
@given(
    st.lists(st.sampled_from(["1e-8", "1e-5", "1", "2e-5"]), max_size=6),
    st.sampled_from(["\n", "\r\n", "\r"]),
)
def test_fixing_twice_is_fixing_once(bench: Bench, folder: Path, rates: list[str], end: str) -> None:
    bench.install(Rewriter)
    Path("a.py").write_bytes(program(*rates).replace("\n", end).encode())
    fixed("a.py")
    once = Path("a.py").read_bytes()
    assert once.count(end.encode()) == len(rates) + 1
    assert fixed("a.py").rewrites == []
    assert Path("a.py").read_bytes() == once
