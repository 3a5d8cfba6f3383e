"""JUnit XML, for test dashboards: a suite for each file, a failed case for each finding."""

from __future__ import annotations

from xml.etree import ElementTree as xml

from trainlint.engine.diagnostic import Diagnostic
from trainlint.engine.run import RunResult
from trainlint.report.physical import message
from trainlint.report.text import location, visible


def render(result: RunResult) -> str:
    """Every checked file is a suite; one without findings holds a case that passed."""
    suites = xml.Element("testsuites", name="trainlint")
    by_file: dict[str, list[Diagnostic]] = {filename: [] for filename in result.filenames}
    for diagnostic in result.diagnostics:
        by_file.setdefault(diagnostic.place.filename, []).append(diagnostic)
    for filename, found in by_file.items():
        suites.append(_suite(filename, found))
    _count(suites, len(result.diagnostics), sum(max(len(found), 1) for found in by_file.values()))
    xml.indent(suites)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{xml.tostring(suites, encoding="unicode")}\n'


def _suite(filename: str, found: list[Diagnostic]) -> xml.Element:
    suite = xml.Element("testsuite", name=visible(filename))
    _count(suite, len(found), max(len(found), 1))
    if not found:
        xml.SubElement(suite, "testcase", name="trainlint", classname=visible(filename))
    for diagnostic in found:
        case = xml.SubElement(
            suite,
            "testcase",
            name=f"{diagnostic.code} {diagnostic.name}",
            classname=visible(filename),
            file=visible(filename),
            line=str(diagnostic.place.row),
        )
        text = visible(message(diagnostic))
        failure = xml.SubElement(case, "failure", message=text, type=diagnostic.severity.value)
        lines = [f"{location(diagnostic)}: {text}"]
        lines += [f"help: {visible(diagnostic.help)}"] if diagnostic.help else []
        lines += [f"because: {visible(each.message)} ({location(each)})" for each in diagnostic.related]
        failure.text = "\n".join(lines)
    return suite


def _count(element: xml.Element, failures: int, tests: int) -> None:
    element.set("tests", str(tests))
    element.set("failures", str(failures))
    element.set("errors", "0")
