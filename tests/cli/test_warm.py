"""A run whose findings are all kept imports nothing that only an analysis needs, and says the same."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.command import trainlint, trainlint_process
from tests.engine.programs import training
from trainlint.cli.formats import OutputFormat

IMPORTED = """
import sys
from trainlint.cli.app import main
sys.argv = ["trainlint", "check", "--output-format=concise"]
try:
    main()
finally:
    print(*sorted(sys.modules), sep="\\n", file=sys.stderr)
"""

FOR_AN_ANALYSIS = (
    "libcst", "trainlint.engine.check", "trainlint.engine.registry", "trainlint.evaluate", "trainlint.frameworks",
    "trainlint.plan", "trainlint_rules", "yaml",
)  # fmt: skip


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "train.py").write_text(training())
    (tmp_path / "trainlint.toml").write_text('ignore = ["TL102"]\nseverity = { TL101 = "warning" }\n')
    return tmp_path


def imported(project: Path) -> tuple[str, set[str]]:
    """What a check says, and what of an analysis it imports."""
    command = [sys.executable, "-c", IMPORTED]
    done = subprocess.run(command, cwd=project, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    modules = done.stderr.splitlines()
    return done.stdout, {name for name in FOR_AN_ANALYSIS if name in modules}


def test_a_run_whose_findings_are_kept_imports_nothing_that_only_an_analysis_needs(project: Path) -> None:
    cold, needed = imported(project)
    assert "trainlint_rules" in needed
    warm, needed = imported(project)
    assert warm == cold
    assert "TL101" in warm
    assert needed == set()


@pytest.mark.parametrize("output_format", OutputFormat)
def test_every_report_is_the_same(project: Path, output_format: OutputFormat) -> None:
    cold, warm = (trainlint("check", "--output-format", output_format, cwd=project) for _ in range(2))
    assert (cold.returncode, cold.stdout, cold.stderr) == (warm.returncode, warm.stdout, warm.stderr)
    assert "TL101" in warm.stdout


@pytest.mark.parametrize(
    "wrong",
    [
        'select = ["TL9999"]',
        'ignore = ["learning-rate-to-low"]',
        'severity = { nonsense = "error" }',
        'per-file-ignores = { "*" = ["nonsense"] }',
        "rules.learning-rate-too-low.nonsense = 1",
        'framework-versions = { nonsense = "1" }',
    ],
)
def test_settings_that_do_not_fit_are_told_each_time(project: Path, wrong: str) -> None:
    assert trainlint("check", cwd=project).returncode == 1
    (project / "trainlint.toml").write_text(f"{wrong}\n")
    first, second = (trainlint("check", cwd=project) for _ in range(2))
    assert (first.returncode, first.stderr) == (second.returncode, second.stderr)
    assert first.returncode == 2
    assert first.stderr.startswith("error: trainlint.toml:1: ")


def test_a_plugin_that_does_not_load_is_told_each_time(project: Path) -> None:
    (project / "rules").mkdir()
    (project / "rules/harm.py").write_text("from trainlint.api import Nothing\n")
    (project / "trainlint.toml").write_text('plugins = ["rules"]\n')
    cold, warm = (trainlint("check", "train.py", cwd=project) for _ in range(2))
    assert cold.stdout == warm.stdout
    assert "TL904" in warm.stdout


def test_an_installed_plugin_may_break_without_any_change_of_its_files(
    project: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    plugins = tmp_path_factory.mktemp("plugins")
    (plugins / "moody.py").write_text("import os\nif os.environ.get('MOOD'):\n    raise OSError('bad')\n")
    about = plugins / "moody-1.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: moody\nVersion: 1\n")
    (about / "entry_points.txt").write_text("[trainlint.rules]\nmoody = moody\n")
    good, bad = (
        trainlint_process("check", cwd=project, PYTHONPATH=str(plugins), MOOD=mood) for mood in ("", "bad")
    )
    assert "TL904" not in good.stdout
    assert "not loaded: OSError: bad" in bad.stdout


@pytest.mark.parametrize("arguments", [["--show-files"], ["missing.py"], ["--select=nonsense"]])
def test_what_checks_nothing_leaves_no_cache(project: Path, arguments: list[str]) -> None:
    trainlint("check", *arguments, cwd=project)
    assert not (project / ".trainlint_cache").exists()
