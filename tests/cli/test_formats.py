"""Every form of a report comes out of the command, to a pipe or to a file."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree as xml

import pytest

from tests.cli.command import trainlint, trainlint_process
from tests.cli.test_config import LOW
from trainlint.cli.formats import OutputFormat

FORMATS = [each.value for each in OutputFormat]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "a.py").write_text(LOW)
    return tmp_path


@pytest.mark.parametrize("form", FORMATS)
def test_a_file_gets_what_a_pipe_gets(project: Path, form: str) -> None:
    piped = trainlint("check", "--output-format", form, cwd=project)
    assert piped.returncode == 1
    assert "learning-rate-too-low" in piped.stdout
    summary, hint = piped.stderr.splitlines()
    assert summary == "Found 1 problem (1 error) in 1 of 1 file."
    assert hint == "1 fixable with `--fix --unsafe-fixes`."
    filed = trainlint("check", "--output-format", form, "--output-file", "out", cwd=project)
    assert (filed.returncode, filed.stdout, filed.stderr) == (1, "", piped.stderr)
    assert (project / "out").read_text("utf-8") == piped.stdout


@pytest.mark.parametrize("form", FORMATS)
def test_nothing_found_is_well_formed(project: Path, form: str) -> None:
    done = trainlint("check", "--ignore=ALL", "--output-format", form, cwd=project)
    assert done.returncode == 0
    if form in ("json", "gitlab", "sarif", "rdjson"):
        json.loads(done.stdout)
    elif form == "junit":
        xml.fromstring(done.stdout)
    elif form == "html":
        assert "No problems found" in done.stdout
    else:
        assert done.stdout == ""


@pytest.mark.parametrize("form", FORMATS)
def test_only_people_get_colour(project: Path, form: str) -> None:
    coloured = trainlint("check", "--color=always", "--output-format", form, cwd=project).stdout
    assert ("\x1b[" in coloured) is (form in ("full", "grouped"))
    for environment in ({"NO_COLOR": "1"}, {"FORCE_COLOR": "1", "NO_COLOR": "1"}, {"TERM": "dumb"}):
        done = trainlint("check", "--output-format", form, cwd=project, **environment)
        assert "\x1b[" not in done.stdout


def test_rules_are_counted(project: Path) -> None:
    done = trainlint("check", "--statistics", cwd=project)
    assert (done.returncode, done.stdout) == (1, "1  TL101  [*]  learning-rate-too-low\n")
    data = json.loads(trainlint("check", "--statistics", "--output-format=json", cwd=project).stdout)
    assert data[0]["count"] == 1
    done = trainlint("check", "--statistics", "--output-format=sarif", cwd=project)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.count("\n") == 1


def test_links_lead_where_settings_say(project: Path) -> None:
    settings = 'docs-url = "https://example.org/rules/"'
    [found] = json.loads(trainlint("check", "--output-format=json", "--config", settings, cwd=project).stdout)
    assert found["url"] == "https://example.org/rules/learning-rate-too-low.md"


def test_a_page_comes_out_of_a_process_of_its_own(project: Path) -> None:
    done = trainlint_process("check", "--output-format=html", cwd=project)
    assert done.returncode == 1
    assert done.stdout.startswith("<!DOCTYPE html>")
    assert "Traceback" not in done.stderr


def test_a_report_that_cannot_be_written_ends_with_2(project: Path) -> None:
    done = trainlint("check", "--output-format=html", "--output-file=.", cwd=project)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("error: `.` cannot be written: ")
