"""Ratios that hold on any machine, with room to spare: what runs away is noticed here, not what is a little slower.

`python -m tests.benchmarks` measures precisely.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import libcst

from tests.benchmarks.measuring import TRAINLINT, cost, costs
from tests.benchmarks.programs import nested, program
from trainlint.engine.check import check_source, examination
from trainlint.sources.document import Document
from trainlint.syntax.reuse import reusing


def seconds(doing: Callable[[], object], turns: int = 3) -> float:
    """Processor time, the least of some turns."""
    found = []
    for _ in range(turns):
        start = time.process_time()
        doing()
        found.append(time.process_time() - start)
    return min(found)


def test_a_check_costs_little_more_than_the_parser_alone() -> None:
    text = program(1_500)
    parse = seconds(lambda: libcst.parse_module(text))
    assert seconds(lambda: check_source(text)) < 2 * parse


def keystroke(lines: int) -> float:
    """Processor time of one edit of a program of so many lines."""
    text = program(lines)
    rates = iter(range(10))

    def typed() -> None:
        changed = text.replace("args.lr", f"{next(rates) + 1}e-4")
        examination(Document.from_text(changed, "train.py"), while_typed=True)

    with reusing({}):
        typed()
        return seconds(typed, 6)


def test_a_keystroke_costs_a_part_of_the_parser_alone() -> None:
    text = program(1_500)
    assert keystroke(1_500) < 0.5 * seconds(lambda: libcst.parse_module(text))


def test_a_keystroke_in_a_long_program_costs_little_more() -> None:
    assert keystroke(10_000) < 5 * keystroke(1_500)


def test_four_times_the_code_takes_little_more_than_four_times_as_long() -> None:
    small, large = program(1_000), program(4_000)
    check_source(small)
    assert seconds(lambda: check_source(large)) < 4 * 2.5 * seconds(lambda: check_source(small))


def test_nesting_is_bounded() -> None:
    check_source(nested(8))
    assert seconds(lambda: check_source(nested(128)), turns=1) < 8 * 4 * seconds(
        lambda: check_source(nested(16))
    )


def test_a_run_in_which_nothing_has_changed_is_little_more_than_a_start(tmp_path: Path) -> None:
    for number in range(8):
        (tmp_path / f"train_{number}.py").write_text(program(300))
    check = (
        *TRAINLINT,
        "check",
        "--exit-zero",
        "--isolated",
        "--cache-dir",
        str(tmp_path / "cache"),
        str(tmp_path),
    )
    cost(check)
    again, version = costs([check, (*TRAINLINT, "--version")], 3)
    assert again.processor < 5 * version.processor
