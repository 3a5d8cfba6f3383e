"""Runs the command as a user does: quickly within this process, or in one of its own."""

from __future__ import annotations

import contextlib
import io
import os
import subprocess
import sys
from pathlib import Path
from unittest import mock

from trainlint.cli.app import main

Finished = subprocess.CompletedProcess[str]


def trainlint(*arguments: str | Path, cwd: Path, stdin: bytes = b"", **environment: str) -> Finished:
    """What the command wrote, and its status, with the environment given and no more."""
    words = ["trainlint", *map(str, arguments)]
    given = io.TextIOWrapper(io.BytesIO(stdin))
    out, err = (io.TextIOWrapper(io.BytesIO(), "utf-8", newline="") for _ in range(2))
    with (
        contextlib.chdir(cwd),
        mock.patch.dict(os.environ, environment, clear=True),
        mock.patch.multiple(sys, argv=words, stdin=given, stdout=out, stderr=err),
    ):
        status: object = 0
        try:
            main()
        except SystemExit as exit_:
            status = exit_.code
    for stream in (out, err):
        stream.flush()
    assert isinstance(status, int)
    written = [stream.buffer.getvalue().decode() for stream in (out, err)]  # type: ignore[attr-defined]
    return Finished(words, status, *written)


def trainlint_process(*arguments: str | Path, cwd: Path, **environment: str) -> Finished:
    """The same in a process of its own, where warnings are errors."""
    inherited = {key: os.environ[key] for key in ("PATH", "HOME", "SYSTEMROOT") if key in os.environ}
    return subprocess.run(
        [sys.executable, "-m", "trainlint", *map(str, arguments)],
        cwd=cwd,
        capture_output=True,
        text=True,
        env={**inherited, "PYTHONWARNINGS": "error", **environment},
        timeout=60,
        check=False,
    )
