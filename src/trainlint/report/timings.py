"""Where the time of a run went."""

from __future__ import annotations

from trainlint.engine.run import RunResult
from trainlint.report.text import counted, visible

_SLOWEST = 5
_RULE = "rule "


def render(result: RunResult, wall: float) -> str:
    """Stages, the slowest rules and the slowest files; times of all processes are added up."""
    stages = {name: seconds for name, seconds in result.seconds.items() if not name.startswith(_RULE)}
    rules = {name: seconds for name, seconds in result.seconds.items() if name.startswith(_RULE)}
    total = sum(result.seconds.values()) or 1.0
    files = {task.filename: sum(outcome.seconds.values()) for task, outcome in result.work}
    kept = sum(outcome.kept for _, outcome in result.work)
    lines = [f"{counted(len(files), 'file')} in {wall:.2f} s, {kept} of them known from earlier runs"]
    for name, seconds in [*_by_time(stages), ("rules", sum(rules.values())), *_by_time(rules)[:_SLOWEST]]:
        lines.append(f"{seconds:9.3f} s {seconds / total:6.1%}  {name}")
    lines += [
        f"{seconds:9.3f} s {'':6}  {visible(name)}" for name, seconds in _by_time(files)[:_SLOWEST] if seconds
    ]
    return "".join(f"{line}\n" for line in lines)


def _by_time(seconds: dict[str, float]) -> list[tuple[str, float]]:
    return sorted(seconds.items(), key=lambda item: (-item[1], item[0]))
