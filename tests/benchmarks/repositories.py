"""Whole repositories: against the parser alone, against peers, with two processes, from the cache."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests.benchmarks.measuring import TRAINLINT, Row, costs
from trainlint.engine.check import check_document
from trainlint.engine.timings import timing
from trainlint.sources.choice import FileChoice
from trainlint.sources.discovery import discover
from trainlint.sources.document import Document, Unreadable

_PARSE = """
import sys, libcst
for name in open(sys.argv[1]).read().splitlines():
    try:
        libcst.parse_module(open(name, encoding="utf-8").read())
    except Exception:
        pass
"""

COLD = ("check", "--no-cache", "--exit-zero", "--quiet", "--isolated", "--output-format", "json")


def against_the_parser(folder: Path, bound: float, turns: int) -> Iterator[Row]:
    """Processor time of one process that checks, over that of one that parses every file with libcst."""
    files = [str(path) for path in _python_files(folder)]
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as names:
        names.write("\n".join(files))
        names.flush()
        parse = (sys.executable, "-c", _PARSE, names.name)
        check, parsed = costs([(*TRAINLINT, *COLD, "--jobs", "1", str(folder)), parse], turns)
    yield Row(f"cold check of {folder.name} / libcst.parse_module", check.processor / parsed.processor, bound)
    yield Row(f"memory of a cold check of {folder.name}", check.megabytes, 350, unit="MB")


def against_torchfix(folder: Path, torchfix: Path) -> Iterator[Row]:
    """Once, for it takes minutes. `torchfix` is the program."""
    ours, theirs = costs(
        [(*TRAINLINT, *COLD, "--jobs", "1", str(folder)), (str(torchfix), "--select=ALL", str(folder))], 1
    )
    yield Row(
        f"TorchFix --select=ALL / cold check of {folder.name}", theirs.processor / ours.processor, 25, True
    )


def two_processes(folder: Path, turns: int) -> Iterator[Row]:
    one, two = costs([(*TRAINLINT, *COLD, "--jobs", jobs, str(folder)) for jobs in "12"], turns)
    yield Row(f"one process / two, cold, {folder.name}", one.wall / two.wall, 1.7, True)


def warm(folder: Path, turns: int) -> Iterator[Row]:
    """A second run, from the cache, beside Ruff's second run and the mere start of the program."""
    with tempfile.TemporaryDirectory() as cache:
        check = (
            *TRAINLINT,
            "check",
            "--exit-zero",
            "--quiet",
            "--isolated",
            "--cache-dir",
            cache,
            str(folder),
        )
        ruff = (sys.executable, "-m", "ruff", "check", "--exit-zero", "--quiet", "--isolated", "--cache-dir",
                f"{cache}/ruff", str(folder))  # fmt: skip
        costs([check, ruff], 1)
        ours, theirs, version = costs([check, ruff, (*TRAINLINT, "--version")], turns)
    yield Row(f"warm check of {folder.name} / ruff check with its cache", ours.wall / theirs.wall, 15)
    yield Row("warm check - 1.5 x `trainlint --version`", ours.wall - 1.5 * version.wall, 0.3, unit="s")


def start(turns: int) -> Iterator[Row]:
    version, nothing = costs([(*TRAINLINT, "--version"), (sys.executable, "-c", "pass")], turns)
    yield Row("`trainlint --version` / `python -c pass`", version.wall / nothing.wall, 10)


def rules(folder: Path) -> Iterator[Row]:
    """The dearest rule's share of a check."""
    with timing() as seconds:
        for path in _python_files(folder):
            try:
                check_document(Document.from_path(path))
            except Unreadable:
                continue
    asked = {name: spent for name, spent in seconds.items() if name.startswith("rule ")}
    dearest = max(asked, key=lambda name: asked[name])
    share = 100 * asked[dearest] / (seconds["understanding"] + sum(asked.values()))
    yield Row(f"the dearest rule on {folder.name} ({dearest.removeprefix('rule ')})", share, 5, unit="%")


def _python_files(folder: Path) -> list[Path]:
    return [path for path in discover([folder], FileChoice()) if path.suffix == ".py"]
