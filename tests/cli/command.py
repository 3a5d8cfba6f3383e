"""Runs the command as a user does, in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

_PASSED_ON = ("PATH", "HOME", "SYSTEMROOT")


def trainlint(
    *arguments: str | Path, cwd: Path, stdin: bytes = b"", **environment: str
) -> subprocess.CompletedProcess[str]:
    """The finished command; its output is text."""
    inherited = {key: os.environ[key] for key in _PASSED_ON if key in os.environ}
    done = subprocess.run(
        [sys.executable, "-m", "trainlint", *map(str, arguments)],
        cwd=cwd,
        input=stdin,
        capture_output=True,
        env={**inherited, "PYTHONWARNINGS": "error", **environment},
        timeout=60,
        check=False,
    )
    return subprocess.CompletedProcess(done.args, done.returncode, done.stdout.decode(), done.stderr.decode())
