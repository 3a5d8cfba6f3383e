"""Programs that a test needs and pip does not bring. `tests/programs` installs them."""

from __future__ import annotations

import os
import shutil

import pytest


def program(*names: str) -> str:
    """The path of a program, by any of its names. Without it the test is skipped, and fails where CI is set."""
    found = next((path for name in names if (path := shutil.which(name))), None)
    return found or missing(names[0])


def missing(what: str) -> str:
    """Ends a test that cannot be done here; the summary of pytest shows why."""
    told = f"NOT TESTED: `{what}` is missing; tests/programs installs it"
    if os.environ.get("CI"):
        pytest.fail(told)
    pytest.skip(told)
