"""What keeps a program apart while it is probed: the best that this system allows, found out by trying."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from functools import cache
from typing import Literal

Level = Literal["bwrap", "userns", "guard-only"]

_PATIENCE = 5

_NAMESPACES = (
    "unshare",
    "--user",
    "--map-root-user",
    "--net",
    "--mount",
    "--pid",
    "--fork",
    "--kill-child",
    "--mount-proc",
)

# Every file system but the scratch folder becomes read-only; what cannot be changed stays as it is.
_READ_ONLY = """
mount --bind "$1" "$1" || exit 1
scratch=$1; shift
cut -d' ' -f5 /proc/self/mountinfo | while read -r place; do
  case $place in "$scratch"|/proc|/proc/*|/dev|/dev/*|/sys|/sys/*) ;; *) mount -o remount,bind,ro "$place" 2>/dev/null ;; esac
done
"$@"  # no exec: the first process of a namespace does not hear its own signals
exit $?
"""


def best_level() -> Level:
    """The strongest level that works here."""
    levels: tuple[Level, ...] = ("bwrap", "userns")
    return next((level for level in levels if works(level)), "guard-only")


@cache
def works(level: Level) -> bool:
    """Whether a level can be had: namespaces are often forbidden, in containers above all."""
    if level == "guard-only":
        return True
    if (
        not sys.platform.startswith("linux")
        or shutil.which("bwrap" if level == "bwrap" else "unshare") is None
    ):
        return False
    folder = os.path.realpath(os.environ.get("TMPDIR", "/tmp"))
    try:
        done = subprocess.run(
            wrapped(["true"], level, folder), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL, timeout=_PATIENCE, check=False,
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


def wrapped(command: list[str], level: Level, scratch: str) -> list[str]:
    """The command within a level: no network, files read-only but for the scratch folder, and all processes end
    with the first one."""
    if level == "bwrap":
        apart = ["--unshare-net", "--unshare-pid", "--unshare-ipc", "--die-with-parent", "--new-session"]
        return [
            "bwrap",
            "--ro-bind",
            "/",
            "/",
            "--dev",
            "/dev",
            "--proc",
            "/proc",
            "--bind",
            scratch,
            scratch,
            *apart,
            "--",
            *command,
        ]
    if level == "userns":
        return [*_NAMESPACES, "--", "sh", "-c", _READ_ONLY, "sh", scratch, *command]
    return command
