"""What is left of a text while somebody types in it."""

from __future__ import annotations

import ast
from textwrap import dedent

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trainlint.engine.registry import registry
from trainlint.syntax.broken import STAND_IN, healed
from trainlint.syntax.gate import parse

WHOLE = '''"""Trains.

At length.
"""
import torch

LR = 1e-8
@torch.no_grad()
def evaluate(model):
    return model(1)


class Net(torch.nn.Module):
    pass


model = Net(
)
optimizer = torch.optim.Adam(
    model.parameters(),
    lr=LR,
)
evaluate(model)
'''


@pytest.mark.parametrize(
    ("before", "after", "line"),
    [
        ("LR = 1e-8", "LR = ", f"LR = {STAND_IN}(LR)"),
        ("LR = 1e-8", "LR = (1e-8", f"LR = {STAND_IN}(LR)"),
        ("    return model(1)", "    return model(", f"evaluate = {STAND_IN}()"),
        ("    pass", "    pas s", f"Net = {STAND_IN}()"),
        ("class Net(", "class Net((", f"Net = {STAND_IN}(Net, torch)"),
        ("    lr=LR,\n", "    lr=LR,,\n", f"optimizer = {STAND_IN}(torch, model, LR)"),
        ("evaluate(model)", "evaluate(model", f"{STAND_IN}(evaluate, model)"),
        ("import torch", "import torch,", f"torch = {STAND_IN}(torch)"),
        ("evaluate(model)", "for a, b in model", f"a = b = {STAND_IN}(model)"),
        ("evaluate(model)", "with open(x) as file", f"file = {STAND_IN}()"),
    ],
)
def test_one_statement_gives_way(before: str, after: str, line: str) -> None:
    text = after.join(WHOLE.rsplit(before, 1))
    with pytest.raises(SyntaxError):
        ast.parse(text)
    left = healed(text)
    assert left is not None
    assert line in left.split("\n")
    assert left.count("\n") == text.count("\n")
    untouched = [row for row in WHOLE.split("\n") if row and row in left.split("\n")]
    assert len(untouched) >= len([row for row in WHOLE.split("\n") if row]) - 5


def test_a_string_that_is_not_closed_takes_what_follows_it() -> None:
    left = healed('import torch\nx = """abc\ny = 1\nz = 2\n')
    assert left is not None
    assert left.startswith("import torch\n")


def test_a_head_over_several_rows_gives_way() -> None:
    left = healed("import torch\nx = 1\nasync def\nf(:\n    pass\nclass\nC(:\n    pass\n")
    assert left is not None
    assert left.startswith("import torch\nx = 1\n")


def test_of_nothing_readable_nothing_is_left() -> None:
    assert healed("x = (\n") is None


PROGRAMS = [dedent(example.code) for rule in registry().rules.values() for example in rule.bad]


@settings(deadline=None)
@given(st.text(alphabet="ab=()[]{}:,.'\"#@ \n\r\t\\defclassimport0", max_size=200))
def test_any_text_passes_through(text: str) -> None:
    left = healed(text)
    if left is not None:
        parse(left)


@settings(deadline=None)
@given(st.data())
def test_programs_that_are_cut_anywhere_stay_readable(data: st.DataObject) -> None:
    text = data.draw(st.sampled_from(PROGRAMS))
    first = data.draw(st.integers(0, len(text)))
    last = data.draw(st.integers(first, min(len(text), first + 40)))
    left = healed(text[:first] + data.draw(st.sampled_from(["", "(", '"""', "x = ", "\n"])) + text[last:])
    if left is not None:
        parse(left)
