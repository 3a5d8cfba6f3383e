"""How much of public training scripts is understood.

    python -m tests.corpus.reach FOLDER [FOLDER …]            one table for each folder, and one for all
    python -m tests.corpus.reach --write FOLDER [FOLDER …]    also keeps the table in reach.json

A folder is a checkout of a repository. Counted are the scripts that train; a script is understood in one aspect
when each of its optimizers (losses, data loaders, networks) is. A setting that stands nowhere in the repository,
because only a caller outside of it passes it, does not count. A file whose every optimizer is handed to it by a
caller is no script but a part of one: it counts where it is called, with what it is called with.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from rich.console import Console
from rich.table import Table

from trainlint.evaluate.evaluate import evaluate
from trainlint.plan import context
from trainlint.plan.loop import Event
from trainlint.plan.optimizer import Optimizer
from trainlint.plan.plan import TrainingPlan
from trainlint.sources.choice import FileChoice
from trainlint.sources.discovery import discover
from trainlint.sources.document import Document, Unreadable
from trainlint.syntax.gate import SyntaxProblem

KEPT = Path(__file__).with_suffix(".json")
ASPECTS = ("optimizer", "learning rate", "loss", "batch size", "layer table")
_PASSED_FROM_OUTSIDE = "a parameter that nobody passes"


@dataclass
class Reach:
    """Counts for one repository."""

    scripts: int = 0
    resolved: Counter[str] = field(default_factory=Counter)
    all: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)

    def count(self, aspect: str, resolved: bool, reason: str = "") -> None:
        self.all[aspect] += 1
        self.resolved[aspect] += resolved
        if not resolved and reason:
            self.reasons[reason] += 1

    def add(self, other: Reach) -> None:
        self.scripts += other.scripts
        self.resolved += other.resolved
        self.all += other.all
        self.reasons += other.reasons

    def share(self, aspect: str) -> float | None:
        return self.resolved[aspect] / self.all[aspect] if self.all[aspect] else None


def reach_of(folder: Path) -> Reach:
    """Evaluates every script of a folder."""
    reach = Reach()
    for plan in plans(folder):
        if context.INFERENCE_ONLY in plan.context or not trains(plan):
            continue
        reach.add(_script(plan))
    return reach


def _script(plan: TrainingPlan) -> Reach:
    """One script: an aspect is resolved when all that belongs to it is."""
    parts = Reach()
    _count(plan, parts)
    script = Reach(scripts=1, reasons=parts.reasons)
    for aspect, number in parts.all.items():
        script.count(aspect, parts.resolved[aspect] == number)
    return script


def plans(folder: Path) -> Iterator[TrainingPlan]:
    for path in discover([folder], FileChoice(respect_gitignore=False)):
        try:
            yield evaluate(Document.from_path(path), root=folder)
        except (Unreadable, SyntaxProblem):
            continue


def trains(plan: TrainingPlan) -> bool:
    trained = [optimizer for optimizer in plan.optimizers if optimizer.trains]
    if trained and all(_is_handed_in(optimizer) for optimizer in trained):
        return False
    return bool(plan.runs) or bool(trained)


def _is_handed_in(optimizer: Optimizer) -> bool:
    return not optimizer.name and optimizer.learning_rate.reason == _PASSED_FROM_OUTSIDE


def _count(plan: TrainingPlan, reach: Reach) -> None:
    for optimizer in plan.optimizers:
        rate = optimizer.learning_rate
        if not optimizer.trains or (not optimizer.name and optimizer.origin is None):
            continue
        reach.count("optimizer", bool(optimizer.name), "optimizer: made in code that is not followed")
        peak = optimizer.schedule.peak.values if optimizer.schedule is not None else ()
        if rate.reason != _PASSED_FROM_OUTSIDE or rate.values or peak:
            reach.count("learning rate", bool(rate.values or peak), f"learning rate: {rate.reason}")
    for objective in plan.objectives:
        reach.count("loss", objective.loss != "unknown", "loss: a function that is not followed")
    for _ in range(_hand_written_losses(plan)):
        reach.count("loss", False, "loss: written by hand")
    for run in plan.runs:
        size = run.batch_size
        if size.reason not in (_PASSED_FROM_OUTSIDE, "not set") or size.values:
            reach.count("batch size", bool(size.values), f"batch size: {size.reason}")
    for network in plan.networks:
        reason = network.reasons[0] if network.reasons else "no layers"
        if reason != _PASSED_FROM_OUTSIDE:
            reach.count("layer table", network.complete and bool(network.layers), f"layer table: {reason}")


def _hand_written_losses(plan: TrainingPlan) -> int:
    """Backward passes from something that no loss function made."""
    events: list[Event] = [event for tree in plan.events for event in tree.walk()]
    if plan.objectives or any(event.kind == "fit" for event in events):
        return 0
    return len({event.loss for event in events if event.kind == "backward"})


def _table(reaches: dict[str, Reach]) -> Table:
    table = Table("repository", "scripts", *ASPECTS)
    for name, reach in reaches.items():
        cells = [
            f"{reach.resolved[aspect]} of {reach.all[aspect]}"
            + (f" ({share:.0%})" if (share := reach.share(aspect)) is not None else "")
            for aspect in ASPECTS
        ]
        table.add_row(name, str(reach.scripts), *cells)
    return table


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--write", action="store_true", help="keep the table in reach.json")
    arguments = parser.parse_args()
    reaches = {folder.resolve().name: reach_of(folder) for folder in arguments.folders}
    together = Reach()
    for reach in list(reaches.values()):
        together.add(reach)
    console = Console()
    console.print(_table({**reaches, "all": together}))
    for reason, number in together.reasons.most_common(10):
        console.print(f"{number:5}  {reason}", highlight=False)
    if arguments.write:
        kept = {
            name: {"scripts": reach.scripts}
            | {aspect: [reach.resolved[aspect], reach.all[aspect]] for aspect in ASPECTS}
            for name, reach in reaches.items()
        }
        reasons = dict(together.reasons.most_common(10))
        content = json.dumps({"repositories": kept, "commonest reasons": reasons}, indent=1)
        KEPT.write_text(content + "\n", "utf-8")


if __name__ == "__main__":
    main()
