"""How often each rule has something to say."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

from trainlint.engine.run import RunResult


def counts(result: RunResult) -> list[dict[str, Any]]:
    """A record for each rule, the most frequent first."""
    numbers = Counter(diagnostic.code for diagnostic in result.diagnostics)
    names = {diagnostic.code: diagnostic.name for diagnostic in result.diagnostics}
    fixable = Counter(diagnostic.code for diagnostic in result.diagnostics if diagnostic.fix)
    order = sorted(numbers, key=lambda code: (-numbers[code], code))
    return [
        {"code": code, "name": names[code], "count": numbers[code], "fixable": fixable[code]}
        for code in order
    ]


def render(result: RunResult) -> str:
    """A line for each rule; a star where some of its findings have a fix."""
    rows = counts(result)
    width = max((len(str(row["count"])) for row in rows), default=0)
    return "".join(
        f"{row['count']:>{width}}  {row['code']}  {'[*]' if row['fixable'] else '   '}  {row['name']}\n"
        for row in rows
    )


def render_json(result: RunResult) -> str:
    """The same as data."""
    return json.dumps(counts(result), indent=2) + "\n"
