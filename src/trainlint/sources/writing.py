"""Puts a new content in the place of a file, whole or not at all."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from pathlib import Path


class Changed(Exception):
    """Somebody else changed the file in the meantime."""


def replace_content(path: Path, before: bytes, after: bytes) -> None:
    """Writes `after` where `before` stands; mode and owner stay, and a link goes on leading where it led.

    Raises:
        Changed: the file does not hold `before` any more.
        OSError: it cannot be written; it is as it was.
    """
    target = Path(os.path.realpath(path))
    if target.read_bytes() != before:
        raise Changed(path)
    handle, name = tempfile.mkstemp(prefix=f".{target.name}.", suffix=".tmp", dir=target.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(after)
            file.flush()
            os.fsync(file.fileno())
        shutil.copymode(target, name)
        _copy_owner(target, name)
        if target.read_bytes() != before:
            raise Changed(path)
        Path(name).replace(target)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _copy_owner(target: Path, name: str) -> None:
    if hasattr(os, "chown"):
        status = target.stat()
        with contextlib.suppress(OSError):  # only the superuser may
            os.chown(name, status.st_uid, status.st_gid)
