"""Comments that silence nothing are found, and their fix takes out just that."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.engine.conftest import Bench, RateTooLow
from trainlint.engine.check import check_document, check_source, examine
from trainlint.engine.diagnostic import Diagnostic
from trainlint.engine.run import check_files
from trainlint.sources.document import Document

LOW = "import torch\nopt = Adam(1e-8)"
HIGH = "import torch\nopt = Adam(1e-3)"


class RateOdd(RateTooLow):
    """Never reports anything, and is off by default."""

    name = "rate-odd"
    code = "TL103"
    profile = "strict"

    def check(self, plan: object) -> None:
        return


@pytest.fixture(autouse=True)
def rules(bench: Bench) -> None:
    bench.install(RateTooLow, RateOdd)


def unused(bench: Bench, text: str, **settings: object) -> list[str]:
    return [d.message for d in bench.check(text, **settings) if d.code == "TL901"]


def fixed(text: str, diagnostic: Diagnostic) -> str:
    """The text after the fix of a finding."""
    assert diagnostic.fix
    [edit] = diagnostic.fix.edits
    lines = Document.from_text(text, "train.py").lines
    start = lines.offset(edit.place.row, edit.place.column)
    end = lines.offset(edit.place.end_row, edit.place.end_column)
    return text[:start] + edit.content + text[end:]


@pytest.mark.parametrize(
    "comment",
    [
        "trainlint: ignore[TL101]",
        "trainlint: ignore",
        "noqa: TL101",
        "noqa: E501",
        "noqa",
        "trainlint: ignore[TL1]",
    ],
)
def test_a_comment_that_is_of_use_stays(bench: Bench, comment: str) -> None:
    assert unused(bench, f"{LOW}  # {comment}\n") == []


@pytest.mark.parametrize(
    ("comment", "message"),
    [
        ("trainlint: ignore[TL101]", "`TL101` silences nothing here"),
        ("trainlint: ignore[rate-too-low]", "`rate-too-low` silences nothing here"),
        ("trainlint: ignore[optimizer]", "`optimizer` silences nothing here"),
        ("trainlint: ignore", "the comment silences nothing"),
        ("trainlint: ignore[ALL]", "`ALL` silences nothing here"),
        ("trainlint: off[TL101]", "`TL101` silences nothing here"),
        ("noqa: TL101", "`TL101` silences nothing here"),
        ("trainlint: ignore[rate-to-low]", "unknown rule `rate-to-low`; did you mean `rate-too-low`?"),
    ],
)
def test_a_comment_that_silences_nothing_is_found(bench: Bench, comment: str, message: str) -> None:
    assert unused(bench, f"{HIGH}  # {comment}\n") == [message]


@pytest.mark.parametrize(
    "comment",
    [
        "noqa",
        "noqa: E501",
        "noqa: TL999",
        "trainlint: ignore[TOR401]",
        "trainlint: ignore[TL103]",
        "trainlint: ignore[TL901]",
    ],
)
def test_what_is_not_ours_to_judge_stays(bench: Bench, comment: str) -> None:
    assert unused(bench, f"{HIGH}  # {comment}\n") == []


def test_rules_that_were_not_asked_say_nothing(bench: Bench) -> None:
    text = f"{HIGH}  # trainlint: ignore[TL101]\n"
    assert unused(bench, text, ignore=("TL101",)) == []
    assert unused(bench, text, select=("TL101",)) == []
    assert unused(bench, text, select=("TL101", "TL901"))
    assert unused(bench, text, per_file_ignores={"train.py": ["TL101"]}) == []
    assert unused(bench, f"{HIGH}  # trainlint: ignore[TL103]\n", profile="strict")
    assert unused(bench, "x = 1  # trainlint: ignore[TL101]\n") == []


def test_a_comment_may_silence_the_remark_about_comments_by_name_only(bench: Bench) -> None:
    assert unused(bench, f"{HIGH}  # trainlint: ignore[TL101, TL901]\n") == []
    assert (
        unused(bench, f"{HIGH}  # trainlint: ignore[TL101]  # trainlint: ignore[unused-suppression]\n") == []
    )
    assert unused(bench, f"{HIGH}  # trainlint: ignore[ALL]\n")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("x = 1  # trainlint: ignore[TL101]\ny = 2\n", "x = 1\ny = 2\n"),
        ("x = 1  # trainlint: ignore[TL101] the rate is scaled\n", "x = 1\n"),
        ("x = 1  # a rate  # trainlint: ignore[TL101]\n", "x = 1  # a rate\n"),
        ("x = 1  # trainlint: ignore[TL101]  # noqa: E501\n", "x = 1  # noqa: E501\n"),
        ("# trainlint: ignore[TL101]\nx = 1\n", "x = 1\n"),
        ("if x:\n    # trainlint: ignore[TL101]\n    y = 1\n", "if x:\n    y = 1\n"),
        ("x = 1\n# trainlint: ignore[TL101]", "x = 1\n"),
        ("x = 1\t# trainlint: ignore[TL101]\r\ny = 1\r\n", "x = 1\r\ny = 1\r\n"),
        ("x = 1  # noqa: TL101\n", "x = 1\n"),
        ("x = 1  # noqa: E501, TL101\n", "x = 1  # noqa: E501\n"),
        ("x = 1  # noqa:TL101 E501\n", "x = 1  # noqa: E501\n"),
        ("Adam(1e-8)  # trainlint: ignore[TL101, rat]\n", "Adam(1e-8)  # trainlint: ignore[TL101]\n"),
        ("Adam(1e-8)  # trainlint: ignore[rat, TL101] why\n", "Adam(1e-8)  # trainlint: ignore[TL101] why\n"),
        ("# trainlint: ignore-file[TL101]\n\nx = 1\n", "\nx = 1\n"),
    ],
)
def test_the_fix_takes_out_what_is_of_no_use(bench: Bench, before: str, after: str) -> None:
    before, after = f"import torch\n{before}", f"import torch\n{after}"
    [found] = [d for d in bench.check(before) if d.code == "TL901"]
    assert fixed(before, found) == after
    assert unused(bench, after) == []


def test_the_fix_is_safe_in_a_program_of_its_own(bench: Bench) -> None:
    text = f"{HIGH}  # trainlint: ignore[TL101]\n"
    [found] = bench.check(text)
    assert found.fix
    assert (found.fix.applicability, found.fix.reason) == (
        "unsafe",
        "another file that imports this one may need it",
    )
    notebook = json.dumps({"cells": [{"cell_type": "code", "source": text}]})
    [found] = bench.check(notebook, "n.ipynb")
    assert found.fix
    assert (found.fix.applicability, found.cell, found.place.row) == ("safe", 1, 2)


@pytest.mark.parametrize("verb", ["ignore", "ignore-file", "off"])
def test_a_bare_comment_is_told_in_strict(bench: Bench, verb: str) -> None:
    text = f"import torch\n# trainlint: {verb}\nopt = Adam(1e-8)\n"
    assert bench.check(text) == []
    [found] = bench.check(text, profile="strict")
    assert (found.code, found.message) == ("TL902", f"`{verb}` without names silences all rules")
    assert (
        bench.check(
            text.replace("torch\n", "torch  # noqa\n", 1).replace(verb, f"{verb}[TL1]"), profile="strict"
        )
        == []
    )


def test_silenced_findings_know_their_comments(bench: Bench) -> None:
    document = Document.from_text(f"{LOW}  # trainlint: ignore[TL101]\n", "train.py")
    [found] = examine(document)
    assert [str(place) for place in found.silenced_by] == ["train.py:2:19"]
    assert check_document(document) == []


def test_a_comment_that_another_file_needs_is_of_use(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    monkeypatch.chdir(tmp_path)
    (tmp_path / "settings.py").write_text(
        "import torch\n\n\ndef make(model, rate):\n"
        "    return torch.optim.Adam(model.parameters(), lr=rate)  # trainlint: ignore[TL101]\n"
    )
    (tmp_path / "train.py").write_text(
        "import torch\nfrom settings import make\n\nmodel = torch.nn.Linear(3, 1)\noptimizer = make(model, 1e-9)\n"
        "for x, y in loader:\n    optimizer.zero_grad()\n"
        "    torch.nn.functional.mse_loss(model(x), y).backward()\n    optimizer.step()\n"
    )
    both = check_files([Path("settings.py"), Path("train.py")])
    assert [d for d in both.diagnostics if d.name in ("unused-suppression", "learning-rate-too-low")] == []
    alone = check_files([Path("settings.py")])
    assert [d.code for d in alone.diagnostics] == ["TL901"]


def test_comments_of_a_file_that_is_not_parsed_are_not_judged(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.undo()
    assert [d.code for d in check_source("import torch\nx = (  # trainlint: ignore[TL101]\n")] == ["TL900"]
