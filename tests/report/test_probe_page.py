"""The page of a probe stands alone, and shows curves, layers, numbers and circumstances in a browser."""

from __future__ import annotations

import subprocess
from pathlib import Path

from tests.needs import program
from tests.report.examples import finding
from tests.report.test_html import Page
from trainlint.engine.diagnostic import Diagnostic
from trainlint.engine.verdict import Budget, Evidence, LayerMeasure, Plot, Verdict
from trainlint.report import probe_html, probe_text
from trainlint.report.probe_charts import curves


def judged(**changes: object) -> Diagnostic:
    diagnostic = finding(1)
    verdict = Verdict(
        rule=diagnostic.name,
        code=diagnostic.code,
        verdict="confirmed",
        mode="synthetic",
        evidence=(
            Evidence(
                statistic="update_ratio", value=7.7e-8, threshold="< 1e-06", text="A step changes <nothing>"
            ),
        ),
        plot=Plot(as_written=((2.3, 2.3, None),), control=((2.3, 1.9, 1.2),)),
        layers=(
            LayerMeasure(name="0.weight", gradient=0.1, update=1e-8),
            LayerMeasure(name="ReLU 1", spread=0.4, dead=0.25),
        ),
        budget=Budget(steps=60, seconds=0.4, seeds=3, overhead=0.2),
        versions={"torch": "2.13.0"},
        assumptions=("inputs are standardised",),
    )
    return diagnostic.judged(verdict.model_copy(update=changes))


def test_all_that_carries_the_answer_is_on_the_page() -> None:
    written = probe_html.render([judged()], "program.py", "1 finding: 1 confirmed")
    page = Page(written)
    assert len(page.all("article")) == 1
    assert [line["class"] for line in page.all("polyline")] == ["as-written", "control"]
    for words in (
        "A step changes &lt;nothing&gt;",
        "7.7e-8",
        "3 seeds",
        "20 %",
        "inputs are standardised",
        "torch 2.13.0",
        "0.weight",
    ):
        assert words in written
    assert not page.all("script")
    assert "default-src 'none'" in written


def test_a_program_that_was_run_says_what_kept_it_apart() -> None:
    written = probe_html.render([judged(mode="script", sandbox="guard-only")], "program.py", "")
    assert "an accident guard only" in written
    assert "the program itself" in written


def test_losses_that_explode_are_drawn_on_a_logarithmic_axis() -> None:
    drawn = curves(Plot(as_written=((2.3, 1e6, 2.4),), control=((2.3, 2.0, 1.5),)))
    assert ">1e6<" in drawn
    assert ">1220<" in drawn  # half way up: the root of 1.5 times a million


def test_the_terminal_shows_both_curves_on_one_scale() -> None:
    lines = [line.plain for line in probe_text.render([judged()])]
    written, control = (line for line in lines if "  loss " in line)
    assert "██" in written
    assert control.rstrip().endswith("loss 2.3 to 1.2")
    assert "no number" in written


def test_a_browser_shows_it(tmp_path: Path) -> None:
    page, picture = tmp_path / "page.html", tmp_path / "page.png"
    page.write_text(probe_html.render([judged()], "program.py", "1 finding: 1 confirmed"), "utf-8")
    browser = program("chromium", "chromium-browser", "google-chrome")
    command = [browser, "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={tmp_path}/profile"]
    subprocess.run(
        [*command, f"--screenshot={picture}", "--window-size=900,1200", page.as_uri()],
        timeout=60,
        check=True,
        capture_output=True,
    )
    assert picture.stat().st_size > 20_000
