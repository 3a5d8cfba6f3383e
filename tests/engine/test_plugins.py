"""Rules from folders and packages that settings name; what is wrong with them costs their own findings."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.engine.programs import training
from trainlint.config.plugin import Plugin
from trainlint.config.resolve import Resolver
from trainlint.config.settings import Settings
from trainlint.engine import asking
from trainlint.engine import registry as module
from trainlint.engine.cache import Cache
from trainlint.engine.check import check_source
from trainlint.engine.configured import Configured
from trainlint.engine.diagnostic import Diagnostic, Severity
from trainlint.engine.registry import Registry, UnknownRule, registry
from trainlint.engine.run import RunResult, check_files
from trainlint.engine.selection import selection_for
from trainlint.engine.shipping import Parcel, answer, unpack
from trainlint.engine.work import Task, perform

RULE = """
from trainlint.api import Rule

class Adam(Rule):
    "We use SGD."
    name, code, family, since = "house-no-adam", "HS101", "house", "1"
    frameworks, severity, message = ("torch",), "warning", "{message}"
    good, bad = [], []

    def check(self, plan):
        for optimizer in plan.optimizers:
            {before}
            self.report(optimizer.origin)
            {after}
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder, with a program and a folder for rules."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "train.py").write_text(training("1e-3"))
    (tmp_path / "rules").mkdir()
    return tmp_path


def write(
    name: str = "rules/adam.py", message: str = "Adam", before: str = "pass", after: str = "pass"
) -> None:
    Path(name).parent.mkdir(parents=True, exist_ok=True)
    Path(name).write_text(RULE.format(message=message, before=before, after=after))


def rules_of(*names: str) -> Registry:
    return registry(tuple(Plugin.named(name, Path.cwd()) for name in names))


def run(*plugins: str, **settings: object) -> RunResult:
    return check_files([Path("train.py")], Settings.model_validate({"plugins": plugins, **settings}))


def told(result: RunResult) -> list[str]:
    return [
        f"{d.place.filename}:{d.place.row} {d.severity.value} {d.code} {d.message}"
        for d in result.diagnostics
    ]


FOUND = "train.py:5 warning HS101 Adam"


def test_a_folder_of_rules(folder: Path) -> None:
    write()
    assert told(run("rules")) == [FOUND]
    assert told(run("./rules/")) == [FOUND]
    assert told(run("rules/adam.py")) == [FOUND]
    assert told(run("rules", "rules/adam.py"))[-1] == FOUND  # the second is a clash
    assert told(run()) == []


def test_rules_of_a_folder_are_chosen_like_others(folder: Path) -> None:
    write()
    for word in ("house-no-adam", "HS101", "HS", "house", "ALL"):
        assert told(run("rules", select=[word]))[-1] == FOUND
        assert told(run("rules", ignore=[word])) == []
    assert told(run("rules", severity={"house": "error"})) == ["train.py:5 error HS101 Adam"]


def test_files_of_a_folder_share_code(folder: Path) -> None:
    write()
    Path("rules/words.py").write_text("MESSAGE = 'Adam'\n")
    text = Path("rules/adam.py").read_text().replace('"Adam"', "words.MESSAGE")
    Path("rules/adam.py").unlink()
    Path("rules/deep/deeper").mkdir(parents=True)
    Path("rules/deep/deeper/adam.py").write_text(f"from ... import words\n{text}")
    assert told(run("rules")) == [FOUND]


@pytest.mark.parametrize("name", ["test_adam.py", "conftest.py", "setup.py", "tests/adam.py", "no-module.py"])
def test_what_holds_no_rules_is_not_imported(folder: Path, name: str) -> None:
    write()
    Path("rules/tests").mkdir()
    Path("rules", name).write_text("import trainlint\nraise SystemExit(3)\n")
    Path("rules/data.py").write_text("raise SystemExit('it has nothing to do with rules')\n")
    assert told(run("rules")) == [FOUND]


def test_two_folders_of_one_name_do_not_meet(folder: Path) -> None:
    write()
    write("other/rules/adam.py", message="other")
    assert told(run("other/rules")) == [FOUND.replace("Adam", "other")]
    assert told(run("rules")) == [FOUND]


def test_a_changed_rule_counts_at_once(folder: Path) -> None:
    write()
    assert told(run("rules")) == [FOUND]
    write(message="changed")
    assert told(run("rules")) == [FOUND.replace("Adam", "changed")]


def test_a_package_that_is_installed(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(folder / "site"))
    write("site/house_rules_of_a_test/adam.py")
    Path("site/house_rules_of_a_test/__init__.py").touch()
    assert told(run("house_rules_of_a_test")) == [FOUND]
    for name in [name for name in sys.modules if name.startswith("house_rules_of_a_test")]:
        monkeypatch.delitem(sys.modules, name)


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("import trainlint\n\n1 / 0\n", "rules/bad.py:3 warning TL904 not loaded: ZeroDivisionError: division by zero"),
        ("import trainlint\nraise SystemExit(3)", "rules/bad.py:2 warning TL904 not loaded: SystemExit: 3"),
        ("import trainlint\nx = (\n", "rules/bad.py:2 warning TL904 not loaded: SyntaxError: '(' was never closed"),
        ("trainlint = '\0'", "rules/bad.py:1 warning TL904 not loaded: SyntaxError"),
        ("from trainlint.api import Rule\nclass B(Rule):\n  code = 'A1'", "TL904 not loaded: `B` does not say its `name` and"),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_imported_costs_itself(folder: Path, content: str, problem: str) -> None:
    write()
    Path("rules/bad.py").write_text(content)
    found = told(run("rules"))
    assert problem in found[0]
    assert found[1:] == [FOUND]


def test_a_file_that_hangs_costs_itself(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write()
    monkeypatch.setattr(module, "IMPORT_LIMIT", 0.3)
    Path("rules/bad.py").write_text("import trainlint, time\ntime.sleep(60)\n")
    assert told(run("rules")) == [
        "rules/bad.py:2 warning TL904 not loaded: it takes longer than 0.3 s",
        FOUND,
    ]


@pytest.mark.parametrize(
    ("changed", "problem"),
    [
        ("code = 'low1'", "has 'low1' for `code`"),
        ("name = 'No Words'", "has 'No Words' for `name`"),
        ("severity = 'fatal'", "has 'fatal' for `severity`"),
        ("options_model = int", "has an `options_model` that"),
        ("code = 'TL900'", "`house-no-adam` (TL900) clashes with `file-not-parsed` (TL900)"),
    ],
)
def test_a_rule_that_describes_itself_wrongly_costs_itself(folder: Path, changed: str, problem: str) -> None:
    write()
    with Path("rules/adam.py").open("a") as file:
        file.write(f"\n    {changed}\n")
    [only] = told(run("rules"))
    assert problem in only


@pytest.mark.parametrize(
    ("after", "problem"),
    [
        ("raise ValueError('no')", "warning TL904 `house-no-adam` raised ValueError: no"),
        ("raise SystemExit(3)", "warning TL904 `house-no-adam` raised SystemExit: 3"),
        ("import time; time.sleep(60)", "warning TL904 `house-no-adam` takes longer than 0.3 s"),
        ("print('a  b'); print('c')", "info TL904 `house-no-adam` printed `a b c`"),
        ("print('x' * 10**6)", "info TL904 `house-no-adam` printed `xxxxx"),
    ],
)
def test_what_a_rule_does_wrong_costs_its_own_finding(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], after: str, problem: str
) -> None:
    monkeypatch.setattr(asking, "RULE_LIMIT", 0.3)
    Path("train.py").write_text(training())
    write(after=after)
    found = told(run("rules"))
    assert found[0].startswith(f"train.py:1 {problem}")
    assert len(found[0]) < 300
    assert [line.split()[2] for line in found[1:]] == ["HS101", "TL101"]
    assert capfd.readouterr().out == ""


def test_a_rule_that_hangs_is_waited_for_once(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "RULE_LIMIT", 0.3)
    write(before="while True: pass")
    for name in "abc":
        Path(f"{name}.py").write_text(training("1e-3"))
    result = check_files(
        [Path(f"{name}.py") for name in "abc"], Settings(plugins=(Plugin.named("rules", folder),))
    )
    assert told(result) == [
        "a.py:1 warning TL904 `house-no-adam` takes longer than 0.3 s",
        "b.py:1 warning TL904 `house-no-adam` is not asked any more: it takes longer than 0.3 s",
    ]


def test_a_folder_that_is_no_plugin(folder: Path) -> None:
    assert told(run("rules")) == ["rules:1 warning TL904 not loaded: holds no Python files"]
    Path("many").mkdir()
    for number in range(1001):
        Path(f"many/f{number}.py").touch()
    assert "more than 1000 Python files" in told(run("many"))[0]
    assert "ModuleNotFoundError" in told(run("no_such_package_of_rules"))[0]


def test_words_of_a_plugin_that_is_not_loaded_are_no_mistakes(folder: Path) -> None:
    Path("rules/bad.py").write_text("import trainlint\nraise ValueError")
    Path("train.py").write_text(
        training("1e-3").replace("lr=1e-3)", "lr=1e-3)  # trainlint: ignore[house-no-adam]")
    )
    settings = {"extend-select": ["HS1"], "severity": {"house": "info"}, "rules": {"house-no-adam": {"a": 1}}}
    assert len(told(run("rules", **settings))) == 1
    with pytest.raises(UnknownRule):
        run(**settings)


def configured(folder: Path, *, trusted: bool) -> Configured:
    Path("trainlint.toml").write_text('plugins = ["rules", "gone/", "this"]\nextend-select = ["HS1"]\n')
    return Configured(Resolver(trusted=trusted))


def test_nothing_is_loaded_in_a_workspace_that_is_not_trusted(folder: Path) -> None:
    write()
    for name in ("rules/harm.py", "this.py"):
        Path(name).write_text("import trainlint\nraise SystemExit('harm')\n")
    settings = configured(folder, trusted=False).settings_for(Path("train.py"))
    assert check_source(training(), str(folder / "train.py"), settings)[0].code == "TL101"
    assert registry(settings.plugins).withheld == ("rules", "gone/", "this")
    assert "house-no-adam" not in selection_for(settings).registry.rules


def test_plugins_of_settings_files_add_up(folder: Path) -> None:
    write()
    write("base/more/other.py")
    text = Path("base/more/other.py").read_text().replace("HS101", "HS102").replace("no-adam", "other")
    Path("base/more/other.py").write_text(text)
    Path("base/trainlint.toml").write_text('plugins = ["more"]\n')
    Path("trainlint.toml").write_text('plugins = ["rules"]\nextend = "base/trainlint.toml"\n')
    assert [line.split()[2] for line in told(check_files([Path("train.py")]))] == ["HS101", "HS102"]


def test_each_project_has_its_own_rules(folder: Path) -> None:
    for name in ("one", "two"):
        write(f"{name}/rules/adam.py", message=name)
        Path(name, "train.py").write_text(training("1e-3"))
        Path(name, "trainlint.toml").write_text('plugins = ["rules"]\n')
    result = check_files([Path("one/train.py"), Path("two/train.py"), Path("train.py")])
    assert [line.rpartition(" ")[2] for line in told(result)] == ["one", "two"]


def test_a_cache_knows_rules_of_folders(folder: Path) -> None:
    settings = Settings(plugins=(Plugin.named("rules", folder),))

    def kept() -> tuple[list[Diagnostic], bool]:
        cache = Cache(folder / "cache")
        result = check_files([Path("train.py")], settings, cache=cache)
        cache.close()
        return result.diagnostics, result.work[0][1].kept

    write()
    first, _ = kept()
    assert kept() == (first, True)
    write(message="changed")
    assert [(d.message, again) for found, again in [kept()] for d in found] == [("changed", False)]
    Path("rules/more.py").write_text("WORD = 1\n")
    assert not kept()[1]
    assert kept()[1]


def test_a_folder_of_rules_travels_with_a_task(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write()
    Path("rules/words.py").write_text("WORD = 1\n")
    with Path("rules/adam.py").open("a") as file:
        file.write("\nfrom .words import WORD\n")
    task = Task(Path("train.py"), "train.py", Settings(plugins=(Plugin.named("rules", folder),)))
    here = perform(task)
    assert [d.code for d in here.diagnostics] == ["HS101"]
    answers: dict[str, str] = {}
    for _ in range(9):
        monkeypatch.chdir("/")
        reply = unpack(Parcel(task, str(folder), answers))
        monkeypatch.chdir(folder)
        if reply.outcome:
            break
        answers |= {question: answer(question) for question in reply.questions}
    assert reply.outcome
    assert reply.outcome.diagnostics == here.diagnostics
    assert reply.outcome.rests_on == here.rests_on


def test_what_a_rule_printed_may_be_louder(folder: Path) -> None:
    write(after="print('x')")
    result = run("rules", severity={"rule-failed": "error"})
    assert result.diagnostics[0].severity is Severity.ERROR
