"""A machine for each test, and few threads for torch: many tests run side by side."""

from __future__ import annotations

import pytest
import torch

from tests.frameworks.pretend import PretendMachine

torch.set_num_threads(1)


@pytest.fixture
def machine() -> PretendMachine:
    return PretendMachine()
