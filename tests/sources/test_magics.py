"""Cells stay Python, row by row, whatever IPython allows in them."""

import ast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trainlint.sources.magics import python_of_cell


@pytest.mark.parametrize(
    ("cell", "python"),
    [
        ("%matplotlib inline\nx = 1", "pass  # %matplotlib inline\nx = 1"),
        ("!pip install 'keras\nx = 1", "pass  # !pip install 'keras\nx = 1"),
        ("if gpu:\n    !nvidia-smi\n", "if gpu:\n    pass  # !nvidia-smi\n"),
        ("model.fit?", "pass  # model.fit?"),
        ("?model", "pass  # ?model"),
        ("files = !ls", "files = get_ipython()  # files = !ls"),
        ("!wget a \\\n  b\nx = 1", "pass  # !wget a \\\n#  b\nx = 1"),
        ("%%bash\nls\n\npwd", "#%%bash\n#ls\n\n#pwd"),
        ("%%time\nx = 1", "#%%time\nx = 1"),
        ("\n%%capture out\n!ls\nx = 1", "\n#%%capture out\npass  # !ls\nx = 1"),
    ],
)
def test_magics_become_comments(cell: str, python: str) -> None:
    assert python_of_cell(cell) == python
    ast.parse(python)


def test_a_timed_statement_keeps_its_columns() -> None:
    cell = "%time history = model.fit(x, y)"
    python = python_of_cell(cell)
    assert python.index("history") == cell.index("history")
    ast.parse(python)


@pytest.mark.parametrize(
    "cell", ["x = (a\n  % b)", "s = '''\n%time\n!ls\n'''", "x = a \\\n  % b", "x = 1 # what?"]
)
def test_python_stays_as_it_is(cell: str) -> None:
    assert python_of_cell(cell) == cell
    assert python_of_cell(f"!ls\n{cell}").removeprefix("pass  # !ls\n") == cell


@given(st.text(alphabet=st.sampled_from("ab=%!?()[]'\"\\ #\n\t1"), max_size=40))
def test_any_cell_keeps_its_rows(cell: str) -> None:
    assert python_of_cell(cell).count("\n") == cell.count("\n")
