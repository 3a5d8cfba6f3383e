"""While somebody types, the findings of healthy statements stay."""

from __future__ import annotations

import pytest

from tests.server.programs import HEALTHY, SLOW
from trainlint.engine.check import check_source, examination
from trainlint.sources.document import Document


def found_in(text: str) -> list[str]:
    examined = examination(Document.from_text(text), while_typed=True)
    return [diagnostic.name for diagnostic in examined.diagnostics]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("    optimizer.step()", "    optimizer.step("),
        ("net(images)", "net(images"),
        ("for images", "print(\nfor images"),
        ("    optimizer.step()", "    optimizer.step()\nnet.eval("),
        ("import datasets, ", "import datasets,, "),
    ],
)
def test_other_findings_stay(before: str, after: str) -> None:
    assert set(found_in(SLOW.replace(before, after))) == {"learning-rate-too-low", "file-not-parsed"}


@pytest.mark.parametrize("number", range(1, len(HEALTHY.split("\n"))))
@pytest.mark.parametrize("typed", ["(", "def f(:", 'x = "'])
def test_a_row_that_is_not_finished_makes_no_finding_of_its_own(number: int, typed: str) -> None:
    rows = HEALTHY.split("\n")
    rows.insert(number, typed)
    assert found_in("\n".join(rows)) == ["file-not-parsed"]


@pytest.mark.parametrize("number", range(len(HEALTHY.split("\n")) - 1))
def test_a_row_that_is_cut_makes_no_finding_of_its_own(number: int) -> None:
    rows = HEALTHY.split("\n")
    for length in range(len(rows[number])):
        text = "\n".join([*rows[:number], rows[number][:length], *rows[number + 1 :]])
        if found_in(text)[:1] == ["file-not-parsed"]:
            assert found_in(text) == ["file-not-parsed"], rows[number][:length]


def test_elsewhere_a_file_that_cannot_be_parsed_has_one_finding() -> None:
    [found] = check_source(SLOW.replace("step()", "step("))
    assert found.name == "file-not-parsed"


def test_comments_are_not_judged_meanwhile() -> None:
    text = HEALTHY.replace("lr=1e-3)", "lr=1e-3)  # trainlint: ignore[learning-rate-too-low]")
    assert found_in(text) == ["unused-suppression"]
    assert found_in(text.replace("step()", "step(")) == ["file-not-parsed"]
