"""Copies of a process do the work in any order; one that dies costs one file, and a rule of a plugin itself."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.engine.programs import training

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="a process cannot be copied there")

# In a process of its own: the one that runs the tests has threads, and is not to be copied.
SCRIPT = """
import json, os, sys, time
from pathlib import Path
from trainlint.config.plugin import Plugin
from trainlint.config.settings import Settings
from trainlint.engine.forked import Forked, can_fork
from trainlint.engine.work import Task
import trainlint.evaluate.evaluate  # the time limits of these tests are short

ORIGINAL = os.getpid()

class Deadly(type(Path())):
    "A path that ends the copy that reads it."
    def __fspath__(self):
        if os.getpid() == ORIGINAL:
            return super().__fspath__()
        if self.name == "dies.py":
            os._exit(3)
        if self.name == "hangs.py":
            time.sleep(60)
        return super().__fspath__()

assert can_fork()
names, jobs, limit, plugin = json.loads(sys.argv[1])
settings = Settings(plugins=(plugin,) if plugin else ())
tasks = [Task(Deadly(name), name, settings) for name in names]
found = dict(Forked(jobs, limit)(tasks))
told = [[d.code + " " + d.message for d in found[n].diagnostics] for n in range(len(tasks))]
try:
    left = os.waitpid(-1, os.WNOHANG)
except ChildProcessError:
    left = None
print(json.dumps([told, left]))
"""

HARMFUL = '''
import os, time
from trainlint.api import Rule

class {name}(Rule):
    """A rule."""
    name, code, family, since = "{word}", "{code}", "house", "1"
    frameworks, severity, message = (), "error", "harm"
    good, bad = [], []

    def check(self, plan):
        if plan.filename.endswith("f1.py"):
            {harm}
'''


def outcomes(
    folder: Path, names: list[str], jobs: int, limit: float = 60, plugin: str = ""
) -> list[list[str]]:
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, json.dumps([names, jobs, limit, plugin])],
        cwd=folder, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    told, left = json.loads(done.stdout)
    assert left is None, "a process is left behind"
    return [[message.partition(" Adam")[0] for message in messages] for messages in told]


@pytest.fixture
def names(tmp_path: Path) -> list[str]:
    made = [f"f{number}.py" for number in range(6)]
    for name in made:
        (tmp_path / name).write_text(training())
    return made


LOW = "TL101 `Adam` with learning rate 1e-9 does not move the loss"


@pytest.mark.parametrize("jobs", [1, 2, 9])
def test_all_files_are_checked(tmp_path: Path, names: list[str], jobs: int) -> None:
    assert outcomes(tmp_path, names, jobs) == [[LOW]] * 6


def test_nothing_to_do(tmp_path: Path) -> None:
    assert outcomes(tmp_path, [], 2) == []


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_file_that_ends_its_process_is_a_finding(tmp_path: Path, names: list[str], jobs: int) -> None:
    gone = ["TL905 not analysed: it ends its process"]
    found = outcomes(tmp_path, ["dies.py", *names[:2], "dies.py", names[2]], jobs)
    assert found == [gone, [LOW], [LOW], gone, [LOW]]


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_file_that_takes_too_long_is_a_finding(tmp_path: Path, names: list[str], jobs: int) -> None:
    found = outcomes(tmp_path, ["hangs.py", *names[:2]], jobs, limit=3)
    assert found == [["TL905 not analysed: it takes longer than 3 s"], [LOW], [LOW]]


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_rule_that_ends_its_process_costs_itself(tmp_path: Path, names: list[str], jobs: int) -> None:
    rules = tmp_path / "rules"
    rules.mkdir()
    for name, code in ("One", "HS001"), ("Two", "HS002"):
        text = HARMFUL.format(name=name, word=name.lower(), code=code, harm="os._exit(3)")
        (rules / f"{name.lower()}.py").write_text(text)
    found = outcomes(tmp_path, names, jobs, plugin="rules")
    assert found[1] == ["TL904 `one` ends its process", "TL904 `two` ends its process", LOW]
    assert [*found[:1], *found[2:]] == [[LOW]] * 5


def test_a_rule_that_cannot_be_interrupted_costs_itself(tmp_path: Path, names: list[str]) -> None:
    hang = "import signal; signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGALRM]); time.sleep(60)"
    (tmp_path / "rule.py").write_text(HARMFUL.format(name="Slow", word="slow", code="HS001", harm=hang))
    found = outcomes(tmp_path, names[:3], 1, limit=3, plugin="rule.py")
    assert found == [
        [LOW],
        ["TL904 `slow` takes longer than 3 s", LOW],
        ["TL904 `slow` is not asked any more: it takes longer than 3 s", LOW],
    ]
