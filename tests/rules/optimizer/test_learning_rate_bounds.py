"""The table of learning rates makes sense in itself."""

from __future__ import annotations

import pytest

from trainlint.api import Optimizer, Setting
from trainlint_rules.optimizer import learning_rate_bounds as table
from trainlint_rules.optimizer.learning_rate_bounds import Bounds, bounds_of, gain_of

ROWS = {name: row for name, row in vars(table).items() if isinstance(row, Bounds)}


def sgd(**settings: object) -> Optimizer:
    given = {name: Setting[object](values=(value,)) for name, value in settings.items()}
    return Optimizer(name="SGD", framework="torch", learning_rate=Setting(values=(0.1,)), settings=given)


@pytest.mark.parametrize("row", ROWS.values(), ids=ROWS)
def test_bounds_are_in_order_and_have_a_source(row: Bounds) -> None:
    bounds = [row.stalls, row.fine_tuning_slow, row.slow, row.jumps, row.diverges]
    given = [bound for bound in bounds if bound is not None]
    assert given == sorted(given)
    assert row.source


@pytest.mark.parametrize("row", ROWS.values(), ids=ROWS)
def test_the_usual_rates_lie_between(row: Bounds) -> None:
    for usual in row.default.values():
        assert float(usual) > (row.slow or row.stalls or 0)
        assert row.jumps is None or float(usual) < row.jumps


def test_momentum_multiplies_the_rate() -> None:
    assert gain_of(sgd()) == 1
    assert gain_of(sgd(momentum=0.9)) == 10
    assert gain_of(sgd(momentum=1.0)) is None
    assert bounds_of(sgd(momentum=0.0)) is table.SGD
    assert bounds_of(sgd(momentum=0.9)) is table.SGD_MOMENTUM
