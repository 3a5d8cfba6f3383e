"""One warm worker for all tests of this process."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import pytest

from trainlint.probe.probe import Options, Workers


@pytest.fixture(scope="session")
def workers() -> Iterator[Workers]:
    with Workers() as warm:
        yield warm


@pytest.fixture(scope="session")
def options() -> Options:
    return Options(interpreter=sys.executable, seconds=60)
