"""How a setting is spoken of."""

from __future__ import annotations

import pytest

from trainlint.plan.setting import Setting, spoken
from trainlint.values.origin import Made, Origin, step


@pytest.mark.parametrize(
    ("value", "text"),
    [(1e-8, "1e-8"), (0.001, "0.001"), (10.0, "10"), (60000, "60,000"), (2.5e-7, "2.5e-7"), (1e10, "1e10")],
)
def test_numbers_read_as_people_write_them(value: float, text: str) -> None:
    assert spoken(value) == text


def test_a_default_names_its_option() -> None:
    option = Origin(Made.OPTION, None, "--lr")
    setting = Setting[float](values=(1e-8,), origins=(step(Made.PASSED, option, None),))
    assert setting.spoken == "1e-8 (default of --lr)"
