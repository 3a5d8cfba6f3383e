"""The page stands alone, shows every finding, and works in a browser."""

from __future__ import annotations

import re
import subprocess
from html.parser import HTMLParser
from pathlib import Path

from tests.needs import program
from tests.report.examples import explained, finding, result
from tests.report.test_machine_formats import IN_CELL, NOTEBOOK
from trainlint.engine.diagnostic import Severity
from trainlint.report import html
from trainlint.report.charts import MOST, chart
from trainlint.syntax.positions import Place


class Page(HTMLParser):
    """The elements of a page; every one that is opened is closed."""

    VOID = ("meta", "input", "rect", "br")

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.found if name == tag]


def test_a_page_without_findings() -> None:
    written = html.render(result())
    page = Page(written)
    assert "No problems found in 1 file." in written
    assert not page.all("article")
    assert not page.all("figure")


def test_every_finding_is_on_the_page() -> None:
    written = html.render(result(explained(), finding(1), IN_CELL, n=NOTEBOOK))
    page = Page(written)
    assert [each["class"] for each in page.all("article")] == ["error", "warning", "warning"]
    assert len(page.all("figure")) == 3
    assert [each.get("value") for each in page.all("input")] == [None, "error", "warning"]
    assert "opt = <mark>Adam</mark>(lr=LR)</pre>" in written
    assert "n.ipynb:cell 1:2:7" in written
    assert "<strong>fix (unsafe):</strong>" in written
    assert "<code>LR</code> is set here (train.py:1:1)" in written


def test_nothing_is_loaded_from_elsewhere() -> None:
    page = Page(html.render(result(explained())))
    assert not page.all("link")
    assert not page.all("img")
    assert all("src" not in attributes for attributes in page.all("script"))
    policy = [each for each in page.all("meta") if each.get("http-equiv") == "Content-Security-Policy"]
    assert policy[0]["content"] == "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'"


def test_foreign_text_is_text() -> None:
    evil = "</pre><script>alert(1)</script>\"'"
    odd = finding(1, 1, 4, message=evil, help=evil, place=Place(f"{evil}.py", 1, 1, 1, 4))
    written = html.render(result(odd, finding(1, 1, 4), text=evil))
    page = Page(written)
    assert len(page.all("script")) == 1
    assert "alert(1)</script>" not in written


def test_bars_are_as_long_as_there_are_findings() -> None:
    written = chart("By rule", [("a", Severity.ERROR), ("a", Severity.INFO), ("b", Severity.ERROR)])
    widths = [float(width) for width in re.findall(r'width="([\d.]+)"', written)]
    assert widths == [150.0, 150.0, 150.0]
    assert re.findall(r"<title>([^<]*)</title>", written) == ["a: 1 error, 1 info", "b: 1 error"]


def test_rare_names_are_counted_together() -> None:
    written = chart("By file", [(f"{number}.py", Severity.INFO) for number in range(MOST + 3)])
    assert written.count("<title>") == MOST
    assert "and 3 more" in written


def dumped(page: Path, profile: Path, fragment: str = "") -> str:
    """The page as a browser has it after its script ran."""
    browser = program("chromium", "chromium-browser", "google-chrome")
    options = (
        "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
        "--disable-component-update --disable-sync --disable-dev-shm-usage"
    ).split()
    command = [browser, *options, f"--user-data-dir={profile}", "--dump-dom", page.as_uri() + fragment]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    return done.stdout


# What the page holds is tested above without a browser, so a machine without one loses only this last look.
def test_the_page_works_in_a_browser(tmp_path: Path) -> None:
    page = tmp_path / "report.html"
    page.write_text(html.render(result(explained(), finding(1), IN_CELL, n=NOTEBOOK)), "utf-8")
    shown = dumped(page, tmp_path / "profile")
    assert '<span class="quiet" id="shown">3 of 3</span>' in shown
    assert 'hidden=""' not in shown
    shown = dumped(page, tmp_path / "profile", "#filter=train.py%20TL101")
    assert '<span class="quiet" id="shown">2 of 3</span>' in shown
    assert shown.count('hidden=""') == 2  # the finding in the notebook, and its file
