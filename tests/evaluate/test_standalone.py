"""While somebody types, classes that nobody calls are kept; what is said of a text is the same as without that."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trainlint.engine.check import Examination, examination
from trainlint.report.plan_json import as_json
from trainlint.sources.document import Document
from trainlint.syntax.reuse import reusing

HEAD = "import torch\nfrom torch import nn\n"
DEEP = """
class Deep(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.ModuleList([nn.Linear(WIDTH, WIDTH) for _ in range(8)])

    def forward(self, x):
        for layer in self.layers:
            x = torch.sigmoid(layer(x))
        return x
"""
WIDE = """
class Wide(Deep):
    def forward(self, x):
        return torch.relu(super().forward(x)).softmax(1)
"""
HALF = """
class Half(nn.Module):
    def __init__(self, width=3):
        super().__init__()
        self.first = nn.Linear(width, 8)
        self.second = nn.Linear(9, 1)

    def forward(self, x):
        return helped(self.second(self.first(x)))
"""
HELPED = "\ndef helped(x):\n    return x\n"
TRAIN = """
def train(model):
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    for x, y in loader:
        nn.functional.mse_loss(model(x), y).backward()
        optimizer.step()
"""


@contextmanager
def typing() -> Iterator[None]:
    with reusing({}):
        yield


def typed(text: str, path: Path | None = None) -> Examination:
    return examination(Document.from_text(text, "net.py", path), while_typed=True)


def told(examined: Examination) -> object:
    findings = [(d.code, d.place, d.message, d.help, d.severity, d.fix) for d in examined.diagnostics]
    return findings, as_json(examined.plan) if examined.plan is not None else None


def kept(examined: Examination) -> list[object]:
    """The classes that stand alone, those that stand last first, with what they gave."""
    assert examined.understood is not None
    return list(examined.understood.standalone)


def test_a_class_that_nobody_calls_is_kept_while_another_statement_changes() -> None:
    with typing():
        before = typed(HEAD + "WIDTH = 8\n" + DEEP + HALF + HELPED)
        after = typed(HEAD + "WIDTH = 8\n" + DEEP + HALF.replace("width=3", "width=4") + HELPED)
    assert [one is other for one, other in zip(kept(before), kept(after), strict=True)] == [False, True]
    assert before.plan is not None
    assert after.plan is not None
    assert [examined.plan.networks[0].parameters for examined in (before, after)] == [42, 50]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("WIDTH = 8\n" + DEEP, "WIDTH = 16\n" + DEEP),
        ("WIDTH = 8\n" + DEEP + WIDE, "WIDTH = 8\n" + DEEP.replace("range(8)", "range(2)") + WIDE),
        (HALF + HELPED, HALF + HELPED.replace("return x", "return x.softmax(1)")),
        (HALF + HELPED, HALF),
        ("WIDTH = 8\n" + DEEP, "WIDTH = 8\n" + DEEP + "\nWIDTH = 9\n"),
        ("WIDTH = 8\n" + DEEP, "WIDTH = 8\n" + DEEP + "\nDeep.extra = 1\nmodel = Deep()\n"),
        ("WIDTH = 8\n" + DEEP, "# above\n\nWIDTH = 8\n" + DEEP),
        (HALF + HELPED + TRAIN, HALF + HELPED + TRAIN + "\ntrain(Half())\n"),
        (HALF + HELPED + TRAIN + "\ntrain(Half())\n", HALF + HELPED + TRAIN),
    ],
)
def test_what_a_class_rests_on_may_change(before: str, after: str) -> None:
    fresh = told(examination(Document.from_text(HEAD + after, "net.py")))
    with typing():
        typed(HEAD + before)
        assert told(typed(HEAD + after)) == fresh
        assert told(typed(HEAD + after)) == fresh


def test_a_class_made_from_another_file_is_not_kept(tmp_path: Path) -> None:
    (tmp_path / "blocks.py").write_text(HEAD + "WIDTH = 8\n" + DEEP)
    text = HEAD + "from blocks import Deep\n" + HALF.replace("nn.Linear(9, 1)", "Deep()")
    (tmp_path / "net.py").write_text(text)
    with typing():
        first = typed(text, tmp_path / "net.py")
        (tmp_path / "blocks.py").write_text(HEAD + "WIDTH = 8\n" + DEEP.replace("range(8)", "range(2)"))
        second = typed(text, tmp_path / "net.py")
    assert kept(first) == []
    assert first.plan is not None
    assert second.plan is not None
    assert len(first.plan.networks[0].layers) > len(second.plan.networks[0].layers)


def test_a_finding_moves_with_its_class() -> None:
    text = HEAD + HALF + HELPED
    with typing():
        first = typed(text)
        second = typed("\n\n" + text)
    assert [d.place.row + 2 for d in first.diagnostics] == [d.place.row for d in second.diagnostics] != []


PIECES = ("WIDTH = 8\n", "WIDTH = 64\n", "# text\n", DEEP, WIDE, HALF, HELPED, TRAIN, "\ntrain(Half())\n", "\nx = Deep()\n",
          "from blocks import *\n", "\nDeep.forward = Half.forward\n", HALF.replace("(9, 1)", "(8, 1)"), "x = (\n")  # fmt: skip


@settings(max_examples=100)
@given(st.lists(st.sampled_from(PIECES), max_size=6), st.data())
def test_what_is_said_of_a_text_does_not_depend_on_how_it_was_typed(
    pieces: list[str], data: st.DataObject
) -> None:
    with typing():
        for _ in range(3):
            text = HEAD + "".join(pieces)
            with reusing({}):
                fresh = told(typed(text))
            assert told(typed(text)) == fresh
            at = data.draw(st.integers(0, len(pieces)))
            new = data.draw(st.lists(st.sampled_from(PIECES), max_size=2))
            pieces = [*pieces[:at], *new, *pieces[at + data.draw(st.integers(0, 2)) :]]
