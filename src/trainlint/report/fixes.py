"""Which fixes were made, and which files were left as they are."""

from __future__ import annotations

from trainlint.engine.fix import Mended
from trainlint.report.text import counted, visible


def fixes(done: Mended, *, would: bool, in_full: bool) -> list[str]:
    """`Fixed 3 problems in 2 files.`, and in full a line for each file and rule."""
    if not done.applied:
        return ["Would fix nothing." if would else "Fixed nothing."]
    files = {filename for filename, _ in done.applied}
    number = counted(done.applied.total(), "problem")
    lines = [f"{'Would fix' if would else 'Fixed'} {number} in {counted(len(files), 'file')}."]
    if not in_full:
        return lines
    for (filename, name), times in sorted(done.applied.items()):
        reason = f" (unsafe: {done.reasons[name]})" if done.reasons.get(name) else ""
        lines.append(f"  {visible(filename)}: {times} × {name}{reason}")
    return lines


def left_alone(done: Mended) -> list[str]:
    """A line for each file that fixes would have changed, but did not."""
    return [f"{visible(name)} is left as it is: {reason}" for name, reason in sorted(done.left_alone.items())]
