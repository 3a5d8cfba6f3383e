"""Data sets, splits and scalers, compared with scikit-learn."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as some
from sklearn import datasets
from sklearn.model_selection import train_test_split

from tests.frameworks.pretend import PretendMachine
from trainlint.evaluate.assembly.sorted_data import SORTED_SETS
from trainlint.frameworks.arrays.sklearn_data import BUNDLED, MADE_UP
from trainlint.frameworks.arrays.sklearn_learning import LEARNERS, NAMES
from trainlint.values.tensor import Tensor
from trainlint.values.value import integer


@pytest.mark.parametrize("name", [name for name in BUNDLED if name.startswith("load_")])
def test_bundled_data_is_as_loaded(name: str) -> None:
    x, y = getattr(datasets, name)(return_X_y=True)
    ours_x, ours_y = PretendMachine().of(f"sklearn.datasets.{name}", return_X_y=True).items
    assert ours_x.shape == x.shape
    assert ours_y.shape == y.shape
    assert (ours_x.low, ours_x.high) == (pytest.approx(x.min(), abs=1e-4), pytest.approx(x.max(), abs=1e-4))
    assert (ours_y.low, ours_y.high) == (y.min(), y.max())
    if ours_x.data.classes is not None:
        assert ours_x.data.classes == len(set(y))


@pytest.mark.parametrize("name", [name for name in BUNDLED if name.startswith("load_")])
def test_sets_that_are_sorted_by_class_are_known(name: str) -> None:
    _, y = getattr(datasets, name)(return_X_y=True)
    assert bool((numpy.diff(y) >= 0).all()) == (name.removeprefix("load_") in SORTED_SETS)


def test_a_bunch_has_data_and_target() -> None:
    machine = PretendMachine()
    bunch = machine.of("sklearn.datasets.load_iris")
    assert machine.get(bunch, "data").shape == (150, 4)
    assert machine.do(bunch, "__getitem__", "target").shape == (150,)


@pytest.mark.parametrize("name", LEARNERS)
def test_what_learns_features_stands_where_scikit_learn_has_it(name: str) -> None:
    import_module("sklearn.experimental.enable_iterative_imputer")
    home = PretendMachine().of(NAMES[name]).library_names[0].rpartition(".")[0]
    assert hasattr(import_module(home), name)


@pytest.mark.parametrize("name", MADE_UP)
@pytest.mark.parametrize("arguments", [{}, {"n_samples": 30}])
def test_made_up_data_has_the_size_of_the_real_one(name: str, arguments: dict[str, Any]) -> None:
    x, y = getattr(datasets, name)(**arguments)[:2]
    ours_x, ours_y = PretendMachine().of(f"sklearn.datasets.{name}", **arguments).items
    assert ours_x.shape == x.shape
    assert ours_y.shape == y.shape
    assert ours_y.low is None or ours_y.low <= y.min()
    assert ours_y.high is None or ours_y.high >= y.max()


@given(
    some.integers(4, 200),
    some.none() | some.floats(0.2, 0.5) | some.integers(1, 2),
    some.none() | some.floats(0.3, 0.5) | some.integers(1, 2),
)
def test_a_split_has_the_sizes_of_the_real_one(size: int, test: float | None, train: float | None) -> None:
    array = numpy.zeros((size, 2))
    real_train, real_test = train_test_split(array, test_size=test, train_size=train)
    tensor = Tensor((size, 2), library="numpy")
    ours_train, ours_test = (
        PretendMachine()
        .of("sklearn.model_selection.train_test_split", tensor, test_size=test, train_size=train)
        .items
    )
    assert ours_train.shape == real_train.shape
    assert ours_test.shape == real_test.shape
    assert integer(ours_train.data.samples) == len(real_train)
    assert (ours_train.data.role, ours_test.data.role) == ("train", "test")


def test_a_scaler_changes_the_range() -> None:
    machine = PretendMachine()
    array = Tensor((10, 2), "float64", 0, 500, library="numpy")
    standard = machine.do(machine.of("sklearn.preprocessing.StandardScaler"), "fit_transform", array)
    assert (standard.scale, standard.high) == ("standardised", None)
    scaler = machine.of("sklearn.preprocessing.MinMaxScaler", feature_range=(-1, 1))
    scaled = machine.do(machine.do(scaler, "fit", array), "transform", array)
    assert (scaled.low, scaled.high) == (-1, 1)


def test_labels_are_encoded() -> None:
    machine = PretendMachine()
    labels = Tensor((10,), "object", library="numpy")
    found = machine.do(machine.of("sklearn.preprocessing.LabelEncoder"), "fit_transform", labels)
    assert found.data.encoding == "index"


def test_columns_of_a_frame_are_arrays() -> None:
    machine = PretendMachine()
    frame = machine.of("pandas.read_csv", "data.csv")
    assert isinstance(machine.get(machine.do(frame, "drop", "y"), "values"), Tensor)
    assert isinstance(machine.do(frame, "__getitem__", "y"), Tensor)
