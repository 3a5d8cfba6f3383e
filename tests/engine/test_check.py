"""One document goes through rules, precedence and suppressions, and a check always comes to its end."""

from __future__ import annotations

import json
from pathlib import Path
from typing import NoReturn

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import trainlint
from tests.engine.conftest import Bench, RateTooLow, plan_of_calls, site
from trainlint.config.settings import Settings
from trainlint.engine import check
from trainlint.engine.diagnostic import Edit, Fix, Severity
from trainlint.engine.rule import Rule
from trainlint.plan.plan import TrainingPlan
from trainlint.sources.document import Document
from trainlint.syntax.gate import SyntaxProblem
from trainlint.values.origin import Certainty, Made, Origin

LOW = "import torch\nopt = Adam(1e-8)\n"


class RateWritten(RateTooLow):
    """Any rate at all; its fix rewrites the number."""

    name = "rate-written"
    code = "TL103"
    profile = "strict"

    def check(self, plan: TrainingPlan) -> None:
        for optimizer in plan.optimizers:
            number = optimizer.learning_rate.origin
            assert number
            assert number.site
            edit = Edit(place=number.site.place, content="1e-3")
            fix = Fix(applicability="unsafe", message="Write another", edits=(edit,))
            self.report(number, subject=optimizer, rate=0, because=(optimizer.origin,), fix=fix)


class Broken(RateTooLow):
    """Reports, then breaks."""

    name = "broken"
    code = "TL199"

    def check(self, plan: TrainingPlan) -> None:
        print("a rule that prints")  # noqa: T201
        super().check(plan)
        raise KeyError("beta")


def test_a_finding_becomes_a_diagnostic(bench: Bench) -> None:
    bench.install(RateTooLow)
    [found] = bench.check(LOW)
    assert (found.code, found.name, found.severity) == ("TL101", "rate-too-low", Severity.ERROR)
    assert found.message == "the rate 1e-08 moves nothing"
    assert found.help == "write 0.001"
    assert str(found.place) == "train.py:2:7"
    assert [related.message for related in found.related] == ["`1e-8` stands here"]
    assert found.cell is None


def test_text_without_a_framework_is_not_looked_at(bench: Bench) -> None:
    bench.install(RateTooLow)
    assert bench.check("opt = Adam(1e-8)\n") == []
    assert bench.check("this is no (Python") == []


def test_findings_are_sorted(bench: Bench) -> None:
    bench.install(RateTooLow, RateWritten)
    found = bench.check("import torch\na = Adam(1e-8)\nb = Adam(1e-9)\n", profile="strict")
    assert [(d.place.row, d.code) for d in found] == [(2, "TL101"), (2, "TL103"), (3, "TL101"), (3, "TL103")]


def test_a_rule_silences_others_about_the_same_subject(bench: Bench) -> None:
    class Louder(RateWritten):
        """Says it better."""

        name = "louder"
        code = "TL104"
        profile = "default"
        silences = ("TL101", "rate-written")

        def check(self, plan: TrainingPlan) -> None:
            self.report(plan.optimizers[0].origin, subject=plan.optimizers[0], rate=0)

    bench.install(RateTooLow, RateWritten, Louder)
    found = bench.check("import torch\na = Adam(1e-8)\nb = Adam(1e-9)\n", select=["TL1"])
    assert [(d.place.row, d.code) for d in found] == [(2, "TL104"), (3, "TL101"), (3, "TL103")]


def test_the_same_finding_twice_is_told_once_and_as_severe_as_can_be(bench: Bench) -> None:
    class Twice(RateTooLow):
        """Says it on two paths."""

        def check(self, plan: TrainingPlan) -> None:
            self.report(plan.optimizers[0].origin, rate=1, certainty=Certainty.POSSIBLE)
            self.report(plan.optimizers[0].origin, rate=2)

    bench.install(Twice)
    [found] = bench.check(LOW)
    assert found.severity is Severity.ERROR


def test_a_severity_of_the_users_replaces_the_rules(bench: Bench) -> None:
    class Unsure(RateTooLow):
        """Overridable."""

        def check(self, plan: TrainingPlan) -> None:
            self.report(plan.optimizers[0].origin, rate=1, certainty=Certainty.DEFAULT)

    bench.install(Unsure)
    assert bench.check(LOW)[0].severity is Severity.WARNING
    assert bench.check(LOW, severity={"TL1": "error", "TL101": "warning"})[0].severity is Severity.INFO


def test_comments_silence(bench: Bench) -> None:
    bench.install(RateTooLow)
    assert bench.check("import torch\nopt = Adam(1e-8)  # trainlint: ignore[rate-too-low]\n") == []
    assert len(bench.check("import torch\nopt = Adam(1e-8)  # noqa: E501\n")) == 1


def test_a_finding_in_another_file_obeys_the_comments_there(
    bench: Bench, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path_factory.mktemp("project"))

    class Elsewhere(RateTooLow):
        """Points into an imported file."""

        def check(self, plan: TrainingPlan) -> None:
            self.report(Origin(Made.WRITTEN, site("models.py", 1, 1, "LR")), rate=1)

    bench.install(Elsewhere)
    assert [str(d.place) for d in bench.check(LOW)] == ["models.py:1:1"]
    with open("models.py", "w") as file:  # noqa: PTH123
        file.write("LR = 1  # trainlint: ignore\n")
    assert bench.check(LOW) == []


def test_a_broken_rule_costs_its_own_finding(bench: Bench, capsys: pytest.CaptureFixture[str]) -> None:
    bench.install(RateTooLow, Broken)
    found = bench.check(LOW)
    assert [d.code for d in found] == ["TL904", "TL101", "TL199"]
    assert found[0].message == "`broken` raised KeyError: 'beta'"
    assert capsys.readouterr().out == ""
    assert [d.code for d in bench.check(LOW, ignore=["TL904", "broken"])] == ["TL101"]


def test_two_broken_rules_are_both_named(bench: Bench) -> None:
    class BrokenToo(Broken):
        """Breaks as well."""

        name = "broken-too"
        code = "TL198"

    bench.install(Broken, BrokenToo)
    failed = [d for d in bench.check(LOW) if d.code == "TL904"]
    assert {d.message.split()[0] for d in failed} == {"`broken`", "`broken-too`"}


def test_a_place_that_cannot_be_found_costs_one_finding(bench: Bench) -> None:
    class Nowhere:
        text = "x"

        @property
        def place(self) -> NoReturn:
            raise LookupError("no such node")

    class Lost(RateTooLow):
        """Points nowhere."""

        def check(self, plan: TrainingPlan) -> None:
            self.report(Origin(Made.WRITTEN, Nowhere()), rate=1)

    bench.install(Lost)
    assert [d.code for d in bench.check(LOW)] == ["TL904"]


def test_versions_of_libraries_reach_the_analysis(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[dict[str, str] | None] = []

    def plan(document: Document, versions: dict[str, str] | None = None) -> TrainingPlan:
        asked.append(versions)
        return TrainingPlan(filename=document.filename)

    monkeypatch.setattr(check, "plan_of_document", plan)
    bench.check(LOW, framework_versions={"torch": "1.4"})
    assert asked == [{"torch": "1.4"}]


@pytest.mark.parametrize("error", [RecursionError("too deep"), MemoryError(), ValueError("odd")])
def test_an_analysis_that_breaks_is_a_finding(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def give_up(document: Document, versions: dict[str, str]) -> NoReturn:
        raise error

    monkeypatch.setattr(check, "plan_of_document", give_up)
    [found] = bench.check(LOW)
    assert found.code == "TL905"
    assert type(error).__name__ in found.message


def test_text_that_is_not_python_is_a_finding(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(document: Document, versions: dict[str, str]) -> NoReturn:
        raise SyntaxProblem("invalid syntax", 3, 5)

    monkeypatch.setattr(check, "plan_of_document", refuse)
    [found] = bench.check(LOW)
    assert (found.code, found.message, str(found.place)) == (
        "TL900",
        "not parsed: invalid syntax",
        "train.py:3:5",
    )


def test_a_notebook_that_is_none_is_a_finding(bench: Bench) -> None:
    [found] = bench.check("torch", filename="n.ipynb")
    assert found.code == "TL900"
    assert "no notebook" in found.message


def test_rows_of_a_notebook_count_in_their_cell(bench: Bench) -> None:
    bench.install(RateWritten)
    cells = [
        {"cell_type": "code", "source": source} for source in ("import torch\n", "x = 1\nopt = Adam(1e-8)")
    ]
    [found] = bench.check(json.dumps({"cells": cells}), "n.ipynb", select=["TL103"])
    assert (found.cell, found.place.row, found.place.column) == (2, 2, 12)
    assert [(related.cell, related.place.row) for related in found.related] == [(2, 2)]
    assert found.fix
    assert [(edit.cell, edit.place.row) for edit in found.fix.edits] == [(2, 2)]


def test_fingerprints_survive_other_edits(bench: Bench) -> None:
    bench.install(RateTooLow)
    before = bench.check("import torch\nopt = Adam(1e-8)\nopt = Adam(1e-8)\n")
    after = bench.check("import torch\n\n# more\nopt  =  Adam(1e-8)\nopt = Adam(1e-8)\n")
    assert [d.fingerprint for d in before] == [d.fingerprint for d in after]
    assert len({d.fingerprint for d in before}) == 2


def test_files_may_be_exempt_from_rules(bench: Bench) -> None:
    bench.install(RateTooLow)
    exempt = {"per-file-ignores": {"tests/*": ["TL1"]}}
    assert bench.check(LOW, filename="tests/train.py", **exempt) == []
    assert len(bench.check(LOW, filename="train.py", **exempt)) == 1


UNCLEARED = """import torch

net = torch.nn.Linear(4, 1)
adam = torch.optim.Adam(net.parameters())
for x, y in batches:
    torch.nn.functional.mse_loss(net(x), y).backward()
    adam.step()
"""


@pytest.mark.parametrize(
    ("filename", "chosen", "severity"),
    [
        ("train.py", {}, "error"),
        ("tests/test_train.py", {}, "info"),
        ("tests/test_train.py", {"severity": {"missing-zero-grad": "error"}}, "error"),
    ],
)
def test_what_a_test_does_is_a_hint_unless_the_user_says_otherwise(
    filename: str, chosen: dict[str, object], severity: str
) -> None:
    found = check.check_source(UNCLEARED, filename, Settings.model_validate(chosen))
    assert [(d.name, d.severity.value) for d in found] == [("missing-zero-grad", severity)]


def test_a_plan_of_text_without_a_framework_is_empty() -> None:
    assert check.plan_of("x = 1").is_empty


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=40))
def test_any_text_can_be_checked(bench: Bench, text: str) -> None:
    bench.install(RateTooLow)
    for filename in ("train.py", "n.ipynb"):
        bench.check(f"# torch\n{text}", filename)


def test_the_bench_reads_rates() -> None:
    assert plan_of_calls(Document.from_text(LOW)).optimizers[0].learning_rate.value == 1e-8


def test_rules_have_no_state_between_documents(bench: Bench) -> None:
    bench.install(RateTooLow)
    assert len(bench.check(LOW)) == len(bench.check(LOW)) == 1
    assert issubclass(RateTooLow, Rule)


def test_requirements_above_a_program_count_where_there_is_no_repository(tmp_path: Path) -> None:
    (tmp_path / "requirements.txt").write_text("tensorflow==2.4.1\n")
    program = tmp_path / "package" / "train.py"
    program.parent.mkdir()
    program.write_text(
        "import tensorflow as tf\n"
        "model = tf.keras.Sequential([tf.keras.layers.Dense(1, input_shape=(20,))])\n"
        "model.compile(tf.keras.optimizers.Adam(lr=1e-3), loss='mse')\n"
        "model.fit(x, y, epochs=20)\n"
    )
    assert trainlint.check_paths([program]) == []
