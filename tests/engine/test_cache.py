"""Findings are kept for as long as what they rest on stands; a cache is never the reason for another result."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tests.engine.programs import training
from trainlint.config.settings import Settings
from trainlint.engine import registry as rules
from trainlint.engine import tool
from trainlint.engine.cache import Cache
from trainlint.engine.database import KEPT_DAYS, remove
from trainlint.engine.registry import PluginProblem, Registry
from trainlint.engine.run import RunResult, check_files
from trainlint.engine.work import Task

PROGRAM = training("RATE", before="from settings import RATE")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".git").mkdir()
    (tmp_path / "train.py").write_text(PROGRAM)
    (tmp_path / "settings.py").write_text("RATE = 1e-9\n")
    return tmp_path


def run(**settings: Any) -> RunResult:
    with closing(Cache(Path("cache"))) as cache:
        return check_files([Path("train.py")], Settings.model_validate(settings), cache=cache)


def kept(result: RunResult) -> list[bool]:
    return [outcome.kept for _, outcome in result.work]


def test_warm_is_as_cold(folder: Path) -> None:
    cold, warm = run(), run()
    assert (kept(cold), kept(warm)) == ([False], [True])
    assert [d.code for d in cold.diagnostics] == ["TL101"]
    assert warm.diagnostics == cold.diagnostics
    assert warm.diagnostics[0].related[-1].place.filename == "settings.py"


def added(name: str, content: str) -> Callable[[Path], object]:
    return lambda folder: (folder / name).write_text(content)


@pytest.mark.parametrize(
    "change",
    [
        added("train.py", PROGRAM + "\n"),
        added("settings.py", "RATE = 1e-3\n"),
        lambda folder: (folder / "settings.py").unlink(),
        added("requirements.txt", "torch==1.0\n"),
        added("__init__.py", ""),
    ],
    ids=["program", "imported", "import gone", "new requirements", "now a package"],
)
def test_what_a_finding_rests_on_may_change(folder: Path, change: Callable[[Path], object]) -> None:
    run()
    change(folder)
    again = run()
    assert kept(again) == [False]
    assert again.diagnostics == check_files([Path("train.py")], Settings()).diagnostics


def test_a_file_that_was_missing_may_appear(folder: Path) -> None:
    content = (folder / "settings.py").read_text()
    (folder / "settings.py").unlink()
    assert (kept(run()), kept(run())) == ([False], [True])
    (folder / "settings.py").write_text(content)
    again = run()
    assert (kept(again), [d.code for d in again.diagnostics]) == ([False], ["TL101"])


def test_other_settings_and_rules_are_another_matter(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run()
    assert kept(run(ignore=("TL101",))) == [False]
    monkeypatch.setattr(tool, "stamp", lambda rules: "another time")
    monkeypatch.setattr(tool, "digest", lambda rules: "another version")
    assert kept(run()) == [False]


def test_files_of_the_tool_are_read_again_only_where_one_has_changed(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run()
    with monkeypatch.context() as unread:
        unread.setattr(tool, "digest", lambda rules: pytest.fail("the files were read"))
        assert kept(run()) == [True]
    monkeypatch.setattr(tool, "stamp", lambda rules: "saved anew, the same content")
    assert kept(run()) == [True]


def test_an_edit_that_is_taken_back_is_known(folder: Path) -> None:
    run()
    (folder / "train.py").write_text("import torch\n")
    run()
    (folder / "train.py").write_text(PROGRAM)
    assert kept(run()) == [True]


@pytest.mark.parametrize("content", [b"", b"no database at all", b"SQLite format 3\0" + b"\xff" * 4096])
def test_a_damaged_cache_is_empty(folder: Path, content: bytes) -> None:
    (folder / "cache").mkdir()
    (folder / "cache/findings.sqlite").write_bytes(content)
    assert kept(run()) == [False]
    assert [d.code for d in run().diagnostics] == ["TL101"]


def test_a_damaged_entry_is_none(folder: Path) -> None:
    run()
    with closing(sqlite3.connect("cache/findings.sqlite")) as connection, connection:
        connection.execute("UPDATE outcomes SET outcome = x'00'")
    assert kept(run()) == [False]
    assert kept(run()) == [True]


def test_a_cache_that_cannot_be_made_is_none(folder: Path) -> None:
    (folder / "cache").write_text("a file in its place")
    assert [d.code for d in run().diagnostics] == ["TL101"]


def test_old_entries_are_dropped(folder: Path) -> None:
    run()
    with closing(sqlite3.connect("cache/findings.sqlite")) as connection, connection:
        connection.execute("UPDATE outcomes SET used = ?", (date.today().toordinal() - KEPT_DAYS - 1,))
        connection.execute("INSERT INTO outcomes VALUES ('young', ?, x'')", (date.today().toordinal() - 1,))
    (folder / "train.py").write_text("import torch\n")
    run()
    with closing(sqlite3.connect("cache/findings.sqlite")) as connection:
        assert connection.execute("SELECT count(*) FROM outcomes").fetchone() == (2,)


def test_git_does_not_see_it(folder: Path) -> None:
    run()
    assert (folder / "cache/.gitignore").read_text() == "*\n"


def test_many_at_once(folder: Path) -> None:
    for number in range(8):
        (folder / f"p{number}.py").write_text(f"import torch\nx = {number}\n")

    def one(number: int) -> list[Any]:
        with closing(Cache(Path("cache"))) as cache:
            return list(
                check_files([Path(f"p{number}.py"), Path("train.py")], Settings(), cache=cache).diagnostics
            )

    # Each in its own thread with its own connection, as hooks in their own processes have.
    with ThreadPoolExecutor(4) as executor:
        assert {len(found) for found in executor.map(one, range(8))} == {1}
    assert kept(run()) == [True]


def test_it_knows_which_settings_fit(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run()
    tried = Settings(ignore=("TL101",))
    with closing(Cache(Path("cache"))) as cache:
        assert not cache.fits(tried)
        cache.keep_fit(tried)
        cache.find(Task(Path("train.py"), "train.py", tried))
    with closing(Cache(Path("cache"))) as cache:
        assert cache.fits(Settings(ignore=("TL101",)))
        assert not cache.fits(Settings())
        monkeypatch.setattr(tool, "stamp", lambda packages: "another version")
        assert not cache.fits(tried)


def test_settings_do_not_fit_where_a_rule_could_not_be_imported(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = Registry(problems=[PluginProblem("trainlint_rules.optimizer", "SyntaxError: invalid syntax")])
    monkeypatch.setattr(rules, "registry", lambda plugins=(): broken)
    with closing(Cache(Path("cache"))) as cache:
        cache.keep_fit(Settings())
        assert not cache.fits(Settings())


def test_settings_with_plugins_are_tried_each_time(folder: Path) -> None:
    named = Settings.model_validate({"plugins": ["rules"]})
    with closing(Cache(Path("cache"))) as cache:
        cache.keep_fit(named)
        assert not cache.fits(named)


def test_it_can_be_removed(folder: Path) -> None:
    run()
    (folder / "cache/mine").touch()
    assert remove(folder / "cache")
    assert [path.name for path in (folder / "cache").iterdir()] == ["mine"]
    assert not remove(folder / "cache")
