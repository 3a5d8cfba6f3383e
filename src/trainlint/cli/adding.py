"""What `--add-ignore` does with a result."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trainlint.cli.console import fail, remark

if TYPE_CHECKING:
    from trainlint.engine.run import RunResult

OPTION = "--add-ignore"


def with_value(arguments: list[str]) -> list[str]:
    """The arguments of a command line where the option that may stand without a value has an empty one."""
    end = arguments.index("--") if "--" in arguments else len(arguments)
    given = [f"{word}=" if word == OPTION else word for word in arguments[:end]]
    return given + arguments[end:]


def checked_reason(reason: str) -> str:
    """A reason that can stand in a comment."""
    reason = reason.strip()
    if "\n" in reason or "\r" in reason or "#" in reason:
        fail(f"{OPTION}: the reason {reason!r} cannot stand in a comment: it holds a line end or `#`")
    return reason


def add_ignore(result: RunResult, reason: str) -> int:
    """Writes comments and says where; the exit status."""
    from trainlint.engine.adding import add_comments
    from trainlint.report.text import counted

    added = add_comments(result, reason)
    for filename, why in added.left.items():
        remark(f"{filename}: {why}")
    remark(f"Silenced {counted(added.comments, 'finding')} in {counted(len(added.files), 'file')}.")
    return 0
