"""What `--fix` and `--diff` do with a result."""

from __future__ import annotations

import sys
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from trainlint.cli.console import remark, write

if TYPE_CHECKING:
    from trainlint.engine.fix import Mended
    from trainlint.engine.run import RunResult


@dataclass(frozen=True)
class Fixing:
    """Which fixes the user wants, and whether to write them."""

    fix: bool = False
    unsafe: bool = False
    diff: bool = False
    show: bool = False
    quiet: bool = False

    @property
    def wanted(self) -> bool:
        return self.fix or self.diff

    def warn(self) -> None:
        """Says when options have no effect."""
        if not self.wanted and (self.unsafe or self.show):
            option = "--unsafe-fixes" if self.unsafe else "--show-fixes"
            remark(f"{option} changes nothing without `--fix` or `--diff`")

    def applied(self, result: RunResult, piped: bytes | None, name: str) -> Mended:
        """Fixes files, or what came through a pipe; with `--diff` shows what would change."""
        from trainlint.engine.fix import mended
        from trainlint.engine.fix import write as write_files
        from trainlint.report import diff, fixes

        with _standing_for(name, piped):
            done = mended(result, unsafe=self.unsafe)
            done.result.keep_lines()
        if self.diff:
            write(diff.render(done))
        elif piped is None:
            write_files(done)
        else:
            _write_bytes(
                next((rewrite.after for rewrite in done.rewrites if rewrite.filename == name), piped)
            )
        told = fixes.left_alone(done)
        if not self.quiet:
            told += fixes.fixes(done, would=self.diff, in_full=self.show or self.diff)
        for line in told:
            remark(line)
        return done


def _standing_for(name: str, piped: bytes | None) -> AbstractContextManager[None]:
    if piped is None:
        return nullcontext()
    from trainlint.sources import disk

    return disk.overlaid({str(disk.absolute(Path(name))): piped})


def _write_bytes(data: bytes) -> None:
    sys.stdout.flush()
    sys.stdout.buffer.write(data)
    sys.stdout.flush()
