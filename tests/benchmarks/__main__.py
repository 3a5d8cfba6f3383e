"""How quick trainlint is, as ratios measured in one run.

    python -m tests.benchmarks --timm FOLDER --keras FOLDER --lightning FOLDER [--write] [--turns N]

The folders are checkouts of pytorch-image-models, keras and pytorch-lightning; what is not given is not measured.
`--write` keeps the table in measured.json. Nothing else should run meanwhile.
"""

from __future__ import annotations

import argparse
import json
import platform
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tests.benchmarks import editing, growth, repositories
from tests.benchmarks.measuring import Row

KEPT = Path(__file__).with_name("measured.json")


def rows(arguments: argparse.Namespace) -> Iterator[Row]:
    turns = arguments.turns
    yield from repositories.start(10 * turns)
    for folder, bound in ((arguments.timm, 1.1), (arguments.keras, 0.8), (arguments.lightning, 1.1)):
        if folder is not None:
            yield from repositories.against_the_parser(folder, bound, turns)
    if arguments.timm is not None:
        yield from repositories.two_processes(arguments.timm, turns)
        yield from repositories.warm(arguments.timm, 3 * turns)
        yield from repositories.rules(arguments.timm)
        if arguments.torchfix:
            yield from repositories.against_torchfix(arguments.timm, arguments.torchfix)
    if arguments.lightning is not None:
        yield from growth.copies(arguments.lightning)
    yield from growth.one_file()
    yield from growth.nesting()
    yield from editing.keystrokes()


def _table(measured: list[Row]) -> Table:
    table = Table("what", "measured", "asked for", "")
    for row in measured:
        asked = "" if row.bound is None else f"{'>=' if row.at_least else '<='} {row.bound:g} {row.unit}"
        verdict = {None: "", True: "met", False: "missed"}[row.met]
        table.add_row(row.what, f"{row.figure:.2f} {row.unit}", asked, verdict)
    return table


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    for name in ("timm", "keras", "lightning"):
        parser.add_argument(f"--{name}", type=Path)
    parser.add_argument("--turns", type=int, default=2, help="how often each command runs; the least counts")
    parser.add_argument("--torchfix", type=Path, help="the program of TorchFix, which takes minutes")
    parser.add_argument("--write", action="store_true", help=f"keep the table in {KEPT.name}")
    arguments = parser.parse_args()
    measured: list[Row] = []
    for row in rows(arguments):
        measured.append(row)
        Console(stderr=True).print(f"{row.what}: {row.figure:.2f} {row.unit}", highlight=False)
    Console().print(_table(measured))
    if arguments.write:
        kept = {
            "with": {"python": platform.python_version(), "libcst": version("libcst")},
            "rows": {
                row.what: {"measured": round(row.figure, 2), "asked for": row.bound} for row in measured
            },
        }
        KEPT.write_text(json.dumps(kept, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
