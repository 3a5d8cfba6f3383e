"""Programs that are run by the probe, each in a folder of its own."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from trainlint.engine.check import check_document, plan_of_document
from trainlint.engine.diagnostic import Diagnostic
from trainlint.probe.script import Ran, ScriptOptions, probe_script, run_script
from trainlint.sources.document import Document


def options(**changes: Any) -> ScriptOptions:
    return ScriptOptions(**{"interpreter": sys.executable, "seconds": 60.0, **changes})


def ran(folder: Path, text: str, **changes: Any) -> Ran:
    """What came of running a program."""
    document = _document(folder, text)
    return run_script(
        document, plan_of_document(document), options(**changes), lambda *told: None, lambda: False
    )


def judged(folder: Path, text: str, **changes: Any) -> dict[str, Diagnostic]:
    """The findings of a program by rule, judged by running it."""
    document = _document(folder, text)
    found = check_document(document)
    verdicts = probe_script(document, found, plan_of_document(document), options=options(**changes))
    return {finding.name: finding.judged(verdict) for finding, verdict in zip(found, verdicts, strict=True)}


def _document(folder: Path, text: str) -> Document:
    file = folder / "program.py"
    file.write_text(text, "utf-8")
    return Document.from_path(file, "program.py")
